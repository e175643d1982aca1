package report

import (
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"strings"
	"time"

	"djship/rollout"
)

// EventsFile is the name of the file of events in a run's log folder.
const EventsFile = "events.jsonl"

// Logs returns a sink that keeps a run in the folder dir: LogFile(host) for each host, with every
// step, what ran and all it printed, and EventsFile. It makes dir with mode 0700; its files have
// mode 0600 and replace those of an earlier run. Times in the logs are UTC. Close returns the first
// error of writing.
func Logs(dir string) (rollout.Sink, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("log folder: %w", err)
	}
	events, err := create(filepath.Join(dir, EventsFile), os.O_TRUNC)
	if err != nil {
		return nil, fmt.Errorf("log folder: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, ownerFile), []byte(owner()+"\n"), 0o600); err != nil {
		return nil, errors.Join(err, events.Close())
	}
	return &logs{dir: dir, events: events, json: JSON(events), files: map[string]*os.File{}, known: map[string]bool{}}, nil
}

// LogFile returns the name of a host's log within a run's folder.
func LogFile(host string) string {
	const longest = 200
	var b strings.Builder
	for i := range len(host) {
		c := host[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if letter || c == '-' || c == '_' || c == '.' && i > 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	name := b.String()
	if len(name) > longest {
		sum := fnv.New64a()
		sum.Write([]byte(host))
		name = fmt.Sprintf("%s-%x", name[:longest], sum.Sum64())
	}
	return name + ".log"
}

type logs struct {
	dir    string
	events *os.File
	json   rollout.Sink
	start  rollout.RunStart
	files  map[string]*os.File // open ones, by host
	known  map[string]bool     // hosts whose log this run has begun
	err    error
}

func (l *logs) Take(r rollout.Record) {
	l.json.Take(r)
	if s, ok := r.Event.(rollout.RunStart); ok {
		l.start = s
	}
	host, text := logText(r.Event)
	if text == "" {
		return
	}
	hosts := []string{host}
	if host == "" { // of the whole run: for every host that is at work
		hosts = hosts[:0]
		for h := range l.files {
			hosts = append(hosts, h)
		}
	}
	for _, h := range hosts {
		l.keep(l.write(h, r, text))
		if _, ok := r.Event.(rollout.HostEnd); ok {
			l.keep(l.files[h].Close())
			delete(l.files, h)
		}
	}
}

func (l *logs) keep(err error) {
	if l.err == nil {
		l.err = err
	}
}

// write adds text to a host's log: the time before its first line, the same room before the others.
func (l *logs) write(host string, r rollout.Record, text string) error {
	f, err := l.file(host, r)
	if err != nil {
		return err
	}
	const clock = "15:04:05.000"
	first, rest, more := strings.Cut(text, "\n")
	text = r.Time.UTC().Format(clock) + "  " + first + "\n"
	if more {
		indent := strings.Repeat(" ", len(clock)+2)
		text += indent + strings.ReplaceAll(rest, "\n", "\n"+indent) + "\n"
	}
	_, err = f.WriteString(text)
	return err
}

// file returns a host's open log, which on its first use in a run begins with a heading.
func (l *logs) file(host string, r rollout.Record) (*os.File, error) {
	if f := l.files[host]; f != nil {
		return f, nil
	}
	how := os.O_TRUNC
	if l.known[host] {
		how = os.O_APPEND
	}
	f, err := create(filepath.Join(l.dir, LogFile(host)), how)
	if err != nil {
		return nil, err
	}
	l.files[host] = f
	if l.known[host] {
		return f, nil
	}
	l.known[host] = true
	_, err = fmt.Fprintf(f, "host %s\nrun  %s, %s\ndo   djship %s\n\n", printable(host), r.Run,
		r.Time.UTC().Format(time.DateTime+" UTC"), title(l.start))
	return f, err
}

func (l *logs) Close() error {
	l.keep(l.json.Close())
	l.keep(l.events.Close())
	for _, f := range l.files {
		l.keep(f.Close())
	}
	if l.err != nil {
		return fmt.Errorf("writing logs: %w", l.err)
	}
	return nil
}

// create opens a file for writing that only its owner can read, also where it was there before.
func create(path string, how int) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|how, 0o600)
	if err != nil {
		return nil, err
	}
	if err := f.Chmod(0o600); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// logText returns what an event adds to a log, and whose; no host is all that are at work, no
// text is nothing to add.
func logText(event rollout.Event) (host, text string) {
	switch e := event.(type) {
	case rollout.HostStart:
		return e.Host, join("begin", inStage(e.Stage, e.Batch), "  ")
	case rollout.Phase:
		return e.Host, "phase  " + printable(e.Phase)
	case rollout.Probed:
		return e.Host, fmt.Sprintf("found  %s; %d of %s to change", printable(e.Facts), e.Planned, many(e.Total, "step"))
	case rollout.StepStart:
		return e.Host, fmt.Sprintf("step   %s (%d of %d): %s", printable(e.Step), e.Index, e.Of,
			join(e.Verb, printable(e.Detail), ": ")) + block("$ ", e.Script)
	case rollout.Output:
		return e.Host, "  | " + strings.Join(printableLines(e.Line), "\n  | ")
	case rollout.Step:
		text := fmt.Sprintf("%-6s %s", word(e.Status), join(printable(e.Step), printable(e.Detail), ": "))
		if e.Seconds > 0 {
			text += ", " + tookSeconds(e.Seconds)
		}
		return e.Host, text + block("", e.Diff)
	case rollout.Note:
		return e.Host, "note   " + strings.Join(printableLines(e.Text), "\n")
	case rollout.HostEnd:
		text := fmt.Sprintf("end    %s, %s, %s", word(e.Status), many(e.Changed, "change"), tookSeconds(e.Seconds))
		return e.Host, text + block("", e.Error) + block("hint: ", e.Hint)
	case rollout.Gate:
		return "", join("gate   "+join(e.Stage, string(e.Status), " "), printable(e.Detail), ": ")
	}
	return "", ""
}

// block is text on lines of its own, each with a prefix; no text is no lines.
func block(prefix, text string) string {
	var b strings.Builder
	for _, l := range printableLines(text) {
		b.WriteString("\n" + prefix + l)
	}
	return b.String()
}

// join puts sep between a and b where neither is empty.
func join(a, b, sep string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + sep + b
}

// inStage says where in a rollout something is, as far as there is anything to say.
func inStage(stage string, batch int) string {
	if batch <= 1 {
		return printable(stage)
	}
	return join(printable(stage), fmt.Sprintf("batch %d", batch), ", ")
}

// title is the command a run was started with.
func title(s rollout.RunStart) string {
	words := []string{s.Command}
	for _, a := range s.Args {
		words = append(words, printable(a))
	}
	return strings.Join(words, " ")
}
