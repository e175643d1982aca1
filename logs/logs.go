// Package logs reads what a site's processes and its nginx have logged on a host, and puts lines of many hosts in order. Root reads root's logs, and the
// site's account its own.
package logs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"djship/assets"
	"djship/attach"
	"djship/plain"
	"djship/runner"
	"djship/secret"
	"djship/steps/django"
	"djship/steps/model"
)

// A Request is what is to be read of a host.
type Request struct {
	Project string
	Process string // alone: "access", "error" or both as "nginx", "gunicorn", or how a log of the site's is called without .log; "" for all
	Lines   int    // the last of each log
	Follow  bool   // and what is added, until ctx ends

	Since time.Time // no line before that, by the time that it tells; zero for all
}

// told is what takes the lines that are asked for.
func (r Request) told(line func(Line)) func(Line) {
	if r.Since.IsZero() {
		return line
	}
	return func(l Line) {
		if !l.Time.Before(r.Since) {
			line(l)
		}
	}
}

// A Line is one of a log, without its end, secrets masked. What it holds may be anybody's.
type Line struct {
	Process string
	Time    time.Time // that it tells, or of the line before it; behind the last that tells one, when it was written or read
	Text    string
	Loose   bool // its log tells no times: it may be older than that
}

// readLimit is how long a host may take to give what there is.
const readLimit = time.Minute

// errLate is returned where that is not enough.
var errLate = fmt.Errorf("its logs were not read within %v", readLimit)

// A Listener takes in what a host has logged. Its functions are called one after another.
type Listener struct {
	Line   func(Line)         // each, those of a log in its order
	Said   func(time.Time)    // by the host's clock: what was in the logs then is said
	Caught func(has []string) // what there was is said; with the processes of which there are logs, where one alone is wanted
}

// Read reads a host's logs. Where the host has no such site the error is a *attach.MissingError.
func Read(ctx context.Context, s runner.Session, r Request, to Listener) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	limit := time.AfterFunc(readLimit, func() { cancel(errLate) })
	defer limit.Stop()
	var mu sync.Mutex
	left := 2
	var has []string
	both := []attach.Command{r.command(""), r.command(r.Project)}
	errs, said := make([]error, len(both)), make([]time.Time, len(both))
	var all sync.WaitGroup
	for i, c := range both {
		all.Go(func() {
			in := &reading{line: r.told(to.Line), mu: &mu, logs: map[string]*log{}, zone: time.UTC}
			in.said = func(at time.Time) {
				said[i] = at
				to.Said(slices.MinFunc(said, time.Time.Compare))
			}
			in.caught = func() {
				has = append(has, in.has...)
				if left--; left == 0 {
					limit.Stop()
					to.Caught(has)
				}
			}
			var complaint bytes.Buffer
			end, err := attach.Run(ctx, s, c, attach.Streams{Out: in, Err: &complaint})
			if err == nil && end.ExitStatus() != 0 {
				err = errors.New("its logs can't be read: " + plain.Line(strings.TrimSpace(complaint.String())))
			}
			if errs[i] = err; err != nil {
				cancel(err)
			}
		})
	}
	all.Wait()
	for _, err := range errs {
		if missing := (*attach.MissingError)(nil); errors.As(err, &missing) {
			return err
		}
	}
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return errors.Join(errs...)
}

// command reads root's logs, or those of an account.
func (r Request) command(account string) attach.Command {
	live, home := "", ""
	if r.Follow {
		live = "yes"
	}
	if account != "" {
		home = django.Site{Project: r.Project}.Layout().Home
	}
	return attach.Command{
		As: account, Dir: "/", Words: []string{"/bin/sh", "-c", assets.Code("shell/logs.sh")}, Needs: []string{model.SiteRecord(r.Project)},
		Env: []string{"PATH=/usr/bin:/bin", "LC_ALL=C", "follow=" + assets.Code("shell/configvalues.pl") + assets.Code("shell/follow.pl"), "config=" + django.Site{Project: r.Project}.Layout().Config + "/env", "lines=" + strconv.Itoa(r.Lines), "live=" + live,
			"wanted=" + r.Process, "home=" + home, "project=" + r.Project, "record=" + model.SiteRecord(r.Project)},
	}
}

// A log is one that is being read.
type log struct {
	last    time.Time // that a line has told, or that one was given
	written time.Time // the file, when reading began
	held    []Line    // lines that there were behind the last one that tells its time
	masker  secret.Masker
}

// A reading takes in what follow.pl prints. Its calls are made one after another for all that share mu.
type reading struct {
	line   func(Line)
	said   func(time.Time)
	caught func()
	mu     *sync.Mutex
	logs   map[string]*log
	zone   *time.Location // of the host's clock
	now    time.Time      // by that clock, when what came last was not in the logs yet; zero where that is not known
	rest   []byte         // a line that has not ended
	ready  bool           // all that there was is said
	has    []string       // processes that follow.pl has told of
}

const (
	longestLine = 20 << 10 // follow.pl gives 16 KiB and a name
	mostLogs    = 200
)

// Write implements io.Writer.
func (r *reading) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := len(p)
	for {
		i := bytes.IndexByte(p, '\n')
		if i < 0 {
			if r.rest = append(r.rest, p...); len(r.rest) > longestLine {
				r.rest = r.rest[:longestLine]
			}
			return n, nil
		}
		r.take(string(append(r.rest, p[:i]...)))
		r.rest, p = r.rest[:0], p[i+1:]
	}
}

// take takes a line in.
func (r *reading) take(line string) {
	if word, ok := strings.CutPrefix(line, "="); ok {
		r.note(strings.Fields(word))
		return
	}
	name, text, ok := strings.Cut(line, "\t")
	l := r.log(name)
	if !ok || l == nil {
		return
	}
	process, _, _ := strings.Cut(name, ":")
	at := stamp(process, text, r.zone)
	got := Line{Process: process, Text: l.masker.Line(text)}
	switch {
	case !at.IsZero():
		if l.last.IsZero() {
			l.last = at
		}
		r.tell(l, false)
		l.last = later(l.last, at) // of a log lines stay in order
	case !r.ready:
		l.held = append(l.held, got)
		return
	case r.now.IsZero():
		l.last = later(l.last, time.Now())
	default:
		l.last = later(l.last, r.now)
	}
	got.Time = l.last
	r.line(got)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// note takes in a line of follow.pl's own.
func (r *reading) note(words []string) {
	switch {
	case len(words) == 1 && words[0] == "caught" && !r.ready:
		r.ready = true
		for name, l := range r.logs {
			if l.held != nil {
				loose := l.last.IsZero() && !timed(name)
				l.last = later(l.last, l.written) // the last of them was written then
				r.tell(l, loose)
			}
		}
		r.caught()
	case len(words) == 2 && words[0] == "now":
		if hundredths, err := strconv.ParseInt(words[1], 10, 48); err == nil {
			r.now = time.UnixMilli(10 * hundredths)
			r.said(r.now)
		}
	case len(words) == 2 && words[0] == "has" && len(r.has) < mostLogs:
		process, _, _ := strings.Cut(words[1], ":")
		r.has = append(r.has, process)
	case len(words) == 2 && words[0] == "zone":
		if t, err := time.Parse("-0700", words[1]); err == nil {
			r.zone = t.Location()
		}
	case len(words) == 3 && words[0] == "time":
		if seconds, err := strconv.ParseInt(words[2], 10, 64); err == nil && r.log(words[1]) != nil {
			r.log(words[1]).written = time.Unix(seconds, 0)
		}
	}
}

// tell tells of the lines that are held.
func (r *reading) tell(l *log, loose bool) {
	for _, line := range l.held {
		line.Time, line.Loose = l.last, loose
		r.line(line)
	}
	l.held = nil
}

// timed tells whether who writes a log tells times there, if not on the last lines.
func timed(name string) bool {
	process, _, _ := strings.Cut(name, ":")
	return process == "access" || process == "error" || process == "gunicorn"
}

// log is the one of that name; nil where there are too many.
func (r *reading) log(name string) *log {
	if r.logs[name] == nil && len(r.logs) < mostLogs {
		r.logs[name] = &log{}
	}
	return r.logs[name]
}
