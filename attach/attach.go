// Package attach runs a command on a host as if it ran here: with a terminal of its own or its streams apart, signals passed on, and ended
// with whoever has asked for it. A process of root's there (relay.pl) becomes the account that is asked for and carries what the command reads and
// prints, as data: nothing that the account does reaches another terminal.
package attach

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"

	"djship/assets"
	"djship/plain"
	"djship/remote"
	"djship/runner"
)

// A Command is what is to run on a host.
type Command struct {
	As       string   // the account; "" for the one that the session becomes
	Dir      string   // the folder in which it begins; "" for the home of the account
	Env      []string // NAME=value, PATH among them; beside them it has HOME, USER and LOGNAME alone, where As is ""
	Words    []string // the program and its arguments, as they are; none may hold a NUL byte
	Needs    []string // paths without which it is not begun: see *MissingError
	Terminal *Size    // of one that it is to have; nil for none, with stdout and stderr apart
	Leave    bool     // it is not waited for once it has closed its stdout and stderr, and does not end with the session
}

// A Size is a terminal's.
type Size struct{ Rows, Columns int }

func (s Size) String() string { return fmt.Sprintf("%d %d", s.Rows, s.Columns) }

// Streams are a command's at this side.
type Streams struct {
	In       io.Reader     // nil for none; a read that is under way when the command ends is left so
	Out, Err io.Writer     // what a command with a terminal prints goes to Out
	Sizes    <-chan Size   // of the terminal, as it changes; may be nil
	Signals  <-chan string // INT, TERM, QUIT or HUP, for the command and what it has begun; may be nil
}

// An End is how a command has ended.
type End struct {
	Status int // its exit status, 0 where it was ended by a signal
	Signal int // 0 for none
	Left   int // the number of the process that goes on, where that was asked for; else 0
}

// ExitStatus is the end as a shell tells it.
func (e End) ExitStatus() int {
	if e.Signal != 0 {
		return 128 + e.Signal
	}
	return e.Status
}

// A MissingError says that the host lacks a path that the command needs; nothing was begun.
type MissingError struct{ Path string }

func (e *MissingError) Error() string { return "there is no " + e.Path }

// words are the command as relay.pl reads it; closed says that it has no stdin.
func (c Command) words(closed bool) string {
	var all []string
	add := func(key string, values ...string) {
		for _, v := range values {
			all = append(all, key+" "+v)
		}
	}
	if c.As != "" {
		add("as", c.As)
	}
	if c.Dir != "" {
		add("in", c.Dir)
	}
	add("env", c.Env...)
	add("need", c.Needs...)
	if c.Terminal != nil {
		add("terminal", c.Terminal.String())
	}
	if c.Leave {
		add("left", "yes")
	}
	if closed {
		add("closed", "yes")
	}
	add("word", c.Words...)
	return hex.EncodeToString([]byte(strings.Join(all, "\x00")))
}

// relay is what the script of each command's exec begins with; what is to run follows.
var relay = sync.OnceValue(func() *remote.Body {
	return remote.NewBody("exec perl /dev/fd/3 3<<'djship_relay'\n" + strings.TrimSuffix(assets.Code("shell/relay.pl"), "\n"))
})

const (
	heartbeat = 5 * time.Second // relay.pl takes 16 of silence for the end
	window    = 64 << 10        // bytes of stdin that may be on their way
	endLimit  = 5 * time.Second // for a relay to go when its command has ended
)

// Run runs a command and returns how it has ended. When ctx ends so does the command, and all that it has begun; the error is ctx's then.
// Other errors are a session's, *MissingError, or of a host that can't begin it.
func Run(ctx context.Context, s runner.Session, c Command, streams Streams) (End, error) {
	p, err := s.Exec(ctx, remote.Script{First: "umask 022", Body: relay(), Last: c.words(streams.In == nil) + "\ndjship_relay\n"})
	if err != nil {
		return End{}, err
	}
	a := attached{frames: &frameWriter{to: p.Stdin}, streams: streams, ended: make(chan struct{})}
	a.room = sync.NewCond(&a.mu)
	a.free = window
	go a.live()
	if streams.In != nil {
		go a.feed()
	}
	end, err := a.listen(p.Stdout)
	close(a.ended)
	a.mu.Lock()
	a.over = true
	a.room.Broadcast()
	a.mu.Unlock()
	_ = p.Stdin.Close()
	gone := make(chan error, 1)
	go func() { remote.Drain(p.Stdout); gone <- p.Wait() }()
	if err == nil {
		return end, nil
	}
	select {
	case lost := <-gone:
		if lost != nil && (errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)) {
			err = lost
		}
	case <-time.After(endLimit):
	}
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return end, err
}

// An attached command is one that runs.
type attached struct {
	frames  *frameWriter
	streams Streams
	ended   chan struct{}

	mu   sync.Mutex
	room *sync.Cond
	free int  // bytes of stdin that may be sent
	over bool // no more are
}

// live sends signs of life, and what else is to be told, until the command has ended.
func (a *attached) live() {
	tick := time.NewTicker(heartbeat)
	defer tick.Stop()
	for {
		var err error
		select {
		case <-a.ended:
			return
		case <-tick.C:
			err = a.frames.send(frameAlive, nil)
		case size := <-a.streams.Sizes:
			err = a.frames.send(frameSize, []byte(size.String()))
		case signal := <-a.streams.Signals:
			err = a.frames.send(frameSignal, []byte(signal))
		}
		if err != nil {
			return
		}
	}
}

// feed sends stdin, never more than the other side has room for: it must hear of the end of all whatever the command reads.
func (a *attached) feed() {
	buf := make([]byte, 16<<10)
	for {
		n, err := a.streams.In.Read(buf)
		for sent := 0; sent < n; {
			part := a.allowed(n - sent)
			if part == 0 || a.frames.send(frameInput, buf[sent:sent+part]) != nil {
				return
			}
			sent += part
		}
		if err != nil {
			_ = a.frames.send(frameEnd, nil)
			return
		}
	}
}

// allowed waits for room for some of so many bytes; 0 says that the command has ended.
func (a *attached) allowed(wanted int) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	for a.free == 0 && !a.over {
		a.room.Wait()
	}
	if a.over {
		return 0
	}
	part := min(wanted, a.free)
	a.free -= part
	return part
}

// listen hands on what the command prints until it has ended.
func (a *attached) listen(r io.Reader) (End, error) {
	buf := make([]byte, 64<<10)
	for {
		kind, text, err := readFrame(r, buf)
		if err != nil {
			return End{}, err
		}
		switch kind {
		case frameOut:
			_, err = a.streams.Out.Write(text)
		case frameErr:
			_, err = a.streams.Err.Write(text)
		case frameTaken:
			n, _ := strconv.Atoi(string(text))
			a.mu.Lock()
			a.free = min(a.free+max(n, 0), window)
			a.room.Broadcast()
			a.mu.Unlock()
		case frameEnded:
			return readEnd(string(text))
		case frameRefused:
			if path, ok := strings.CutPrefix(string(text), "need "); ok {
				return End{}, &MissingError{path}
			}
			return End{}, errors.New(plain.Line(string(text)))
		}
		if err != nil {
			return End{}, err
		}
	}
}

// readEnd reads how a command has ended.
func readEnd(text string) (End, error) {
	word, number, _ := strings.Cut(text, " ")
	n, err := strconv.Atoi(number)
	switch {
	case err != nil || n < 0:
	case word == "exit":
		return End{Status: n}, nil
	case word == "signal":
		return End{Signal: n}, nil
	case word == "left":
		return End{Left: n}, nil
	}
	return End{}, errGarbled
}
