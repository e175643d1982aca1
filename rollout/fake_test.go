package rollout

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"

	"djship/remote"
	"djship/runner"
	"djship/steps/model"
)

// aspect is a step whose probe says what to plan: "good", "bad", or "refuse WHY".
type aspect string

func (a aspect) Name() string        { return string(a) }
func (a aspect) ID() string          { return model.Slug(string(a)) }
func (a aspect) Probe() model.Script { return model.Script("look at " + string(a)) }

func (a aspect) Plan(_ model.Facts, seen model.Observed) model.Change {
	text := strings.TrimSpace(seen.Text)
	if why, ok := strings.CutPrefix(text, "refuse "); ok {
		return model.Refusal(why, "mend "+why)
	}
	if what, ok := strings.CutPrefix(text, "tell "); ok {
		return model.Change{Told: model.Told{Verb: model.Tell, Detail: what}}
	}
	if text == "good" {
		return model.Change{}
	}
	return model.Change{Told: model.Told{Verb: model.Create, Detail: "it is " + text}, Work: model.Work{Script: model.Script("make " + string(a))}}
}

// A fake is a host: what it is like, what goes wrong on it, and what was done to it.
type fake struct {
	name string
	list []string

	unreachable error
	noExec      error
	noUpload    error
	refuse      string            // a reason why the first aspect is refused
	tells       string            // what the first aspect tells of itself
	fails       string            // the aspect whose change fails
	diverges    string            // the aspect that never gets good
	loses       string            // the aspect at whose change the connection goes away
	panics      bool              // djship fails on what it sends
	garbles     bool              // the probe's answer lacks what was asked for
	lockedFor   time.Duration     // by somebody else
	rival       bool              // changes the host between the first look and the first change
	rivals      bool              // and between all others
	noForward   bool              // sshd forwards nothing
	reached     string            // by this address
	listens     string            // nothing listens elsewhere; "" is on every address
	unmarked    bool              // answers come without the mark of the site's server block
	nginx       string            // what nginx -T prints
	record      string            // the domain of the site that the host has on record
	log         string            // what the site's account reads in its log
	answer      func() int        // the site's status; nil is 200, 0 is nobody there
	slow        time.Duration     // before it answers
	deaf        bool              // it does not look at what comes then
	says        string            // what each change prints besides
	onChange    func(name string) // called when a change begins
	onMade      func(name string) // and when it is made
	refuses     map[string]string // why aspects are refused
	connectTime time.Duration     // how long things take
	changeTime  time.Duration

	mu       sync.Mutex
	bad      map[string]bool
	last     string
	sessions []*fakeSession
	probes   int
	guards   int
	tunnels  int
	uploads  int
	dials    int
	serving  int // requests
	served   int // the most of them at once
	made     []string
	then     string // what is looked at then
}

func newFake(name string, bad ...string) *fake {
	f := &fake{name: name, list: []string{"one", "two", "three"}, bad: map[string]bool{}, connectTime: time.Millisecond, changeTime: time.Second}
	for _, b := range bad {
		f.bad[b] = true
	}
	return f
}

// listOf makes a list of aspects.
func listOf(names ...string) *runner.List {
	var list []model.Step
	for _, name := range names {
		list = append(list, aspect(name))
	}
	return runner.NewList(list...)
}

func (f *fake) open(ctx context.Context) (Connection, error) {
	select {
	case <-time.After(f.connectTime):
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	if f.panics {
		panic("index out of range [-1]")
	}
	if f.unreachable != nil {
		return nil, f.unreachable
	}
	s := &fakeSession{fake: f, done: make(chan struct{})}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sessions = append(f.sessions, s)
	return s, nil
}

type fakeSession struct {
	*fake
	done   chan struct{}
	once   sync.Once
	silent bool // the host is gone, which is noticed when something is asked of it
}

func (s *fakeSession) Addr() string          { return s.reached }
func (s *fakeSession) User() string          { return "deploy" }
func (s *fakeSession) Done() <-chan struct{} { return s.done }

func (s *fakeSession) Close() error {
	s.once.Do(func() { close(s.done) })
	return nil
}

var errLost = &remote.LostError{Host: "fake", Err: errors.New("no answer for 18s")}

func (s *fakeSession) lost() bool {
	if s.silent {
		_ = s.Close()
	}
	select {
	case <-s.done:
		return true
	default:
		return false
	}
}

// Exec runs one of the three scripts that a rollout sends.
func (s *fakeSession) Exec(ctx context.Context, sent remote.Script) (runner.Running, error) {
	script := sent.String()
	if s.lost() {
		return runner.Running{}, errLost
	}
	if s.noExec != nil {
		time.Sleep(time.Millisecond)
		return runner.Running{}, s.noExec
	}
	in, stdin := io.Pipe()
	stdout, out := io.Pipe()
	ended := make(chan error, 1)
	context.AfterFunc(ctx, func() { _ = in.CloseWithError(io.EOF); _ = out.CloseWithError(io.EOF) })
	mark := regexp.MustCompile(`mark=(\S+)`).FindStringSubmatch(script)
	go func() {
		switch {
		case strings.Contains(script, "/dev/tcp/"):
			s.count(&s.tunnels)
			s.serve(struct {
				io.Reader
				io.Writer
			}{in, out})
		case strings.Contains(script, `nginx "$@" -T`):
			fmt.Fprintf(out, "%[2]s\n\n%[1]s end\n", mark[1], s.nginx)
		case strings.Contains(script, "/gunicorn.log"):
			fmt.Fprintf(out, "%[2]s\n\n%[1]s end\n", mark[1], regexp.MustCompile(`(?m)^`).ReplaceAllString(s.log, ":"))
		case strings.Contains(script, "run="):
			s.count(&s.guards)
			ended <- s.guard(in, out, mark[1], strings.Contains(script, "patience=3"))
		default:
			s.count(&s.probes)
			s.probe(out, mark[1], script)
		}
		_ = out.Close()
		close(ended)
	}()
	return runner.Running{Stdin: stdin, Stdout: stdout, Wait: func() error { return <-ended }}, nil
}

func (s *fakeSession) count(n *int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	*n++
}

var looks = regexp.MustCompile(`(?m)^m (\d+)\nlook at (\w+)$`)

func (s *fakeSession) probe(out io.Writer, mark, script string) {
	time.Sleep(time.Millisecond)
	s.mu.Lock()
	defer s.mu.Unlock()
	fmt.Fprintf(out, "\n%s facts\nid debian\nversion 12\ncpus 2\nlast %s\n", mark, s.last)
	if s.record != "" {
		fmt.Fprintf(out, "site example %s 3 \n", s.record)
	}
	for _, look := range looks.FindAllStringSubmatch(script, -1) {
		if !s.garbles {
			fmt.Fprintf(out, "\n%s %s\n%s\n", mark, look[1], s.see(look[2]))
		}
	}
	fmt.Fprintf(out, "\n%s end\n", mark)
	if s.rival && !strings.HasPrefix(script, "(") && (s.guards == 0 || s.rivals) {
		s.last += "rival"
	}
}

func (s *fakeSession) see(name string) string {
	switch {
	case s.refuses[name] != "":
		return "refuse " + s.refuses[name]
	case s.refuse != "" && name == s.list[0]:
		return "refuse " + s.refuse
	case s.tells != "" && name == s.list[0]:
		return "tell " + s.tells
	case s.bad[name]:
		return "bad"
	}
	return "good"
}

// guard speaks as assets/shell/guard.sh and the work behind it do.
func (s *fakeSession) guard(in io.Reader, out io.Writer, mark string, patient bool) error {
	words := make(chan string)
	gone := make(chan struct{})
	defer close(gone)
	go func() {
		defer close(words)
		for scan := bufio.NewScanner(in); scan.Scan(); {
			select {
			case words <- scan.Text():
			case <-gone:
				return
			}
		}
	}()
	tell := func(format string, args ...any) { fmt.Fprintf(out, "\n"+mark+" "+format+"\n", args...) }
	for until := time.Now().Add(s.lockedFor); time.Now().Before(until); {
		tell("locked 4711 99 bob, prereq")
		if !patient {
			return &remote.ExitError{Status: 75}
		}
		time.Sleep(3 * time.Second)
		if word, ok := <-words; !ok || word == "stop" {
			tell("stopped")
			return nil
		}
	}
	s.mu.Lock()
	last := s.last
	s.mu.Unlock()
	tell("ready %s", last)
	for word := range words {
		if strings.HasPrefix(word, "go ") {
			return s.work(words, out, tell)
		}
	}
	return nil
}

func (s *fakeSession) work(words <-chan string, out io.Writer, tell func(string, ...any)) error {
	stop := false
	hear := func(until <-chan time.Time) {
		for words := words; ; {
			select {
			case word, ok := <-words:
				stop = stop || word == "stop"
				if !ok {
					words = nil
				}
			case <-until:
				return
			}
		}
	}
	for i, name := range s.made {
		if stop {
			tell("stopped")
			return nil
		}
		tell("begin %d", i)
		if s.onChange != nil {
			s.onChange(name)
		}
		fmt.Fprintf(out, "making %s\n%s", name, s.says)
		hear(time.After(s.changeTime))
		switch name {
		case s.loses:
			_ = s.Close()
			return errLost
		case s.fails:
			tell("failed %d 1", i)
			return &remote.ExitError{Status: 1}
		}
		s.mu.Lock()
		s.bad[name] = name == s.diverges
		s.mu.Unlock()
		if s.onMade != nil {
			s.onMade(name)
		}
		tell("probe %d", i)
		fmt.Fprintln(out, s.see(name))
		tell("done %d", i)
	}
	if s.then != "" && !s.deaf {
		tell("look")
		s.probe(out, regexp.MustCompile(`mark=(\S+)`).FindStringSubmatch(s.then)[1], s.then)
	}
	tell("over 0")
	return nil
}

func unpacked(bundle []byte) string {
	z, err := gzip.NewReader(bytes.NewReader(bundle))
	if err != nil {
		panic(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		panic(err)
	}
	return string(text)
}

var makes = regexp.MustCompile(`(?m)^make (\w+)$`)

// Upload takes the work, and notes what it would make.
func (s *fakeSession) Upload(_ context.Context, _ string, files []remote.Upload) error {
	if s.lost() {
		return errLost
	}
	if s.noUpload != nil {
		return s.noUpload
	}
	s.count(&s.uploads)
	for _, u := range files {
		if u.Name == "bundle" {
			s.made = nil
			work, then, _ := strings.Cut(unpacked(u.Content), "\nm look\n")
			for _, m := range makes.FindAllStringSubmatch(work, -1) {
				s.made = append(s.made, m[1])
			}
			s.then = then
		}
	}
	return nil
}

func (s *fakeSession) DialContext(_ context.Context, _, addr string) (net.Conn, error) {
	if s.lost() {
		return nil, errLost
	}
	if s.noForward {
		return nil, &remote.ForwardError{Refused: true, Err: errors.New("open failed")}
	}
	if s.answer != nil && s.answer() == 0 || s.listens != "" && s.listens != addr {
		return nil, &remote.ForwardError{Addr: addr, Err: errors.New("Connection refused")}
	}
	s.count(&s.dials)
	here, there := net.Pipe()
	go func() {
		time.Sleep(s.connectTime)
		s.serve(there)
		_ = there.Close()
	}()
	return here, nil
}

// serve answers one request.
func (f *fake) serve(conn io.ReadWriter) {
	request, err := http.ReadRequest(bufio.NewReader(conn))
	if err != nil {
		return
	}
	f.mu.Lock()
	f.serving++
	f.served = max(f.served, f.serving)
	f.mu.Unlock()
	status := http.StatusOK
	if f.answer != nil {
		status = f.answer()
	}
	time.Sleep(f.slow)
	f.mu.Lock()
	f.serving--
	f.mu.Unlock()
	if status <= 0 || request.Host == "" {
		return
	}
	mark := "X-Djship-Site: example.com\r\n"
	if f.unmarked || request.Header.Get("X-Djship-Check") == "" {
		mark = ""
	}
	fmt.Fprintf(conn, "HTTP/1.1 %d x\r\n%sContent-Length: 2\r\n\r\nok", status, mark)
}
