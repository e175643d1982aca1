package rollout

import (
	"bufio"
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"
	"strings"
	"sync"
	"time"

	"djship/remote"
	"djship/runner"
)

// A fakeSession is a login to a fake: what runs there reads the texts that it is sent, and answers as a host would.
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
	fmt.Fprintf(out, "\n%s facts\nid %s\nversion 12\ncpus 2\nlast %s\n", mark, cmp.Or(s.system, "debian"), s.last)
	if s.record != "" {
		fmt.Fprintf(out, "site example %s 3 %s\n", s.record, s.live)
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
	s.mu.Lock()
	s.ends = append(s.ends, cmp.Or(s.end, "done"))
	s.mu.Unlock()
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

var (
	makes = regexp.MustCompile(`(?m)^make (\w+)$`)
	ends  = regexp.MustCompile(`(?m)^end_run \S+ ?(\w*)$`)
)

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
			s.end = ends.FindStringSubmatch(work)[1]
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
