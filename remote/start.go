package remote

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"
)

// A start is the time from the exec request to the script's first line, when passwords are asked
// for and things go wrong.
type start struct {
	conn    *Conn
	marks   marks
	session *ssh.Session
	tty     bool
	packed  string        // what the loader reads; "" when it is on its way
	offered bool          // by the environment: stdin waits for the loader's word
	whole   func() string // what is read in its place where the host lacks the script's basis; nil for nothing
	lacks   bool          // it does
	sent    sync.WaitGroup
	stdin   io.WriteCloser
	out     Tail // what was printed last
	err     Tail
	shell   bool // the login shell has come as far as our command
	asked   int  // password prompts seen
}

// What the streams tell while a script starts.
type sign struct {
	kind signKind
	rest io.Reader // with sawBegun: the script's output
}

type signKind int

const (
	sawShell signKind = iota
	sawPrompt
	sawReady
	sawLacks
	sawBegun
	sawEnd
)

// run starts the command and answers its prompts; it returns the script's output.
func (s *start) run(command string) (io.Reader, error) {
	stdin, err := s.session.StdinPipe()
	if err != nil {
		return nil, err
	}
	s.stdin = stdin
	stdout, err := s.session.StdoutPipe()
	if err != nil {
		return nil, err
	}
	stderr, err := s.session.StderrPipe()
	if err != nil {
		return nil, err
	}
	if s.tty {
		if err := s.requestTTY(); err != nil {
			return nil, err
		}
	}
	if s.offered {
		if err := s.session.Setenv(carrier, carried.Replace(s.packed)); err != nil {
			return nil, s.conn.link.lost(err)
		}
	}
	if err := s.session.Start(command); err != nil {
		return nil, s.conn.link.lost(err)
	}

	if b := s.conn.ep.Become; !s.offered && !s.tty && !b.usesPassword() && b.Method != "su" {
		s.send() // nobody else reads stdin before the loader does
	}
	signs := make(chan sign, 16)
	done := make(chan struct{})
	defer close(done)
	go s.scan(stdout, &s.out, signs, done)
	go func() {
		s.scan(stderr, &s.err, signs, done)
		Drain(stderr)
	}()
	return s.begin(signs)
}

// begin follows the signs until the script has begun.
func (s *start) begin(signs <-chan sign) (io.Reader, error) {
	limit := time.NewTimer(beginLimit)
	defer limit.Stop()
	silence := time.NewTimer(silentLimit)
	defer silence.Stop()
	refused := make(chan bool, 1)
	for open := 2; open > 0; {
		var got sign
		select {
		case got = <-signs:
		case <-limit.C:
			return nil, s.stuck()
		case <-silence.C:
			if !s.shell {
				go func() { refused <- s.conn.link.conn.refuses() }()
			}
			continue
		case no := <-refused:
			if no {
				return nil, s.refused()
			}
			continue
		}
		switch got.kind {
		case sawShell:
			s.shell = true
		case sawReady:
			s.send()
		case sawLacks:
			s.sendWhole()
		case sawBegun:
			s.sent.Wait()
			return got.rest, nil
		case sawPrompt:
			if err := s.answer(); err != nil {
				return nil, err
			}
		case sawEnd:
			open--
		}
	}
	return nil, s.failure(s.session.Wait())
}

// send hands the script to the loader, once.
func (s *start) send() {
	packed := s.packed
	if packed == "" {
		return
	}
	s.packed = ""
	stdin, handOver := s.stdin, func() error { return nil }
	if s.tty {
		typed := &ttyWriter{to: s.stdin}
		stdin, handOver = typed, typed.handOver
		s.stdin = typed
	}
	// The host may not take it all before it has printed something.
	s.sent.Go(func() {
		_, _ = io.WriteString(stdin, packed)
		_ = handOver()
	})
}

// sendWhole hands over what a host takes that lacks the script's basis.
func (s *start) sendWhole() {
	s.lacks = true
	whole := s.whole()
	s.sent.Go(func() { _, _ = io.WriteString(s.stdin, strconv.Itoa(len(whole))+"\n"+whole) })
}

// how tells, for Info, how the user to become was reached.
func (s *start) how() string {
	switch method := s.conn.ep.Become.Method; {
	case method == "":
		return "login"
	case s.asked > 0:
		return method + " with password"
	default:
		return method
	}
}

// answer replies to a password prompt: once. A second prompt means that the password is wrong, and
// the channel is closed before it counts as another attempt.
func (s *start) answer() error {
	b := s.conn.ep.Become
	s.asked++
	switch {
	case !b.usesPassword():
		return s.becomeError(BecomePasswordNeeded, "")
	case s.asked > 1:
		return s.becomeError(BecomeWrongPassword, "")
	}
	if _, err := io.WriteString(s.stdin, b.Password.Reveal()+"\n"); err != nil {
		return s.conn.link.lost(err)
	}
	return nil
}

// beginLimit is how long logging in to the shell and becoming may take.
var beginLimit = time.Minute

func (s *start) refused() error {
	return &LoginShellError{Host: s.conn.ep.name(), User: s.conn.ep.User, Status: -1, Output: "the server refuses to run commands"}
}

// silentLimit is how long a login shell may say nothing until the server is asked whether it runs commands at all.
var silentLimit = 5 * time.Second

// stuck tells of a command that neither begins nor ends.
func (s *start) stuck() error {
	said := fmt.Sprintf("nothing has begun after %s", beginLimit)
	if last := s.complaint(); last != "" {
		said += "; the last it said: " + last
	}
	if !s.shell || s.conn.ep.Become.Method == "" {
		return &LoginShellError{Host: s.conn.ep.name(), User: s.conn.ep.User, Status: -1, Output: said}
	}
	return s.becomeError(BecomeNotPermitted, said)
}

// failure tells why a command ended before its script began.
func (s *start) failure(err error) error {
	status := 0
	var exit *ssh.ExitError
	switch {
	case err == nil:
	case errors.As(err, &exit):
		status = exit.ExitStatus()
	case !s.shell && s.conn.link.conn.refuses():
		return s.refused()
	default:
		return s.conn.link.lost(errors.New("the host did not say how the script ended"))
	}
	said := s.complaint()
	b := s.conn.ep.Become
	if !s.shell || b.Method == "" {
		return &LoginShellError{Host: s.conn.ep.name(), User: s.conn.ep.User, Status: status, Output: said}
	}
	return s.becomeError(b.classify(said, status), said)
}

func (s *start) becomeError(kind BecomeKind, said string) error {
	b := s.conn.ep.Become
	return &BecomeError{Host: s.conn.ep.name(), User: s.conn.ep.User, Method: b.Method, Target: b.target(), Kind: kind, Output: said}
}

// complaint is the last that was printed, without our own words in it, at most a few lines.
func (s *start) complaint() string {
	out := s.out.String()
	if _, after, ok := strings.Cut(out, s.marks.shell); ok {
		out = after
	}
	said := s.marks.withoutPrompts(out + "\n" + s.err.String())
	var lines []string
	for line := range strings.SplitSeq(said, "\n") {
		line = strings.TrimSpace(line)
		ours := strings.Contains(line, s.marks.shell) || strings.Contains(line, s.marks.ready) // printed by set -x
		if line != "" && !ours {
			lines = append(lines, line)
		}
	}
	if len(lines) > 5 {
		lines = lines[len(lines)-5:]
	}
	return strings.Join(lines, "\n")
}

// scan looks for our marks in a stream until the script has begun or the stream ends. What it
// reads goes to said as well.
func (s *start) scan(r io.Reader, said io.Writer, signs chan<- sign, done <-chan struct{}) {
	send := func(got sign) {
		select {
		case signs <- got:
		case <-done:
		}
	}
	var held []byte // what was read and may hold the beginning of a mark
	buf := make([]byte, 2<<10)
	for {
		n, err := r.Read(buf)
		_, _ = said.Write(buf[:n])
		held = append(held, buf[:n]...)
		for {
			kind, end := s.find(held)
			if end == 0 {
				break
			}
			held = held[end:]
			if kind == sawBegun {
				send(sign{sawBegun, io.MultiReader(bytes.NewReader(held), r)})
				return
			}
			send(sign{kind: kind})
		}
		if err != nil {
			send(sign{kind: sawEnd})
			return
		}
		if over := len(held) - 1<<10; over > 0 {
			held = append(held[:0], held[over:]...)
		}
	}
}

// find gives the first mark in b and where it ends; 0 where there is none.
func (s *start) find(b []byte) (kind signKind, end int) {
	first := len(b) + 1
	look := func(k signKind, at, stop int) {
		if at >= 0 && at < first {
			first, kind, end = at, k, stop
		}
	}
	mark := func(k signKind, word string) {
		at := bytes.Index(b, []byte(word))
		look(k, at, at+len(word))
	}
	mark(sawShell, s.marks.shell+"\n")
	mark(sawReady, readyPrefix+s.marks.ready+"\n")
	mark(sawLacks, lacksPrefix+s.marks.begun+"\n")
	mark(sawBegun, begunPrefix+s.marks.begun+"\n")
	switch s.conn.ep.Become.Method {
	case "sudo":
		at, end := s.marks.findSudoPrompt(b)
		look(sawPrompt, at, end)
	case "su", "doas":
		if at := passwordPrompt.FindIndex(b); at != nil {
			look(sawPrompt, at[0], at[1])
		}
	}
	return kind, end
}
