package cli

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	"djship/attach"
	"djship/rollout"
	"djship/secret"
)

// An execAnswer is what a host has answered to `djship exec`.
type execAnswer struct {
	host           string
	stdout, stderr heard // apart, for JSON
	all            heard
	end            *attach.End // nil where it has not come to that
	err            error
	writers        []*lineWriter
}

// mostHeard is how much of what a host prints is kept to be printed here. The log has more.
const mostHeard = 1 << 20

// heard is what was printed, as lines.
type heard struct {
	lines []string
	size  int
	lost  int // bytes that are not kept
}

func (h *heard) add(line string) {
	if h.size+len(line) > mostHeard {
		h.lost += len(line) + 1
		return
	}
	h.size += len(line) + 1
	h.lines = append(h.lines, line)
}

// text is what was kept, with a remark where that is not all.
func (h *heard) text() string {
	if h.lost > 0 {
		return strings.Join(append(h.lines[:len(h.lines):len(h.lines)], h.remark()), "\n")
	}
	return strings.Join(h.lines, "\n")
}

func (h *heard) remark() string { return fmt.Sprintf("(%d bytes more)", h.lost) }

// streams are the two of a host's command, whose lines say is told as well. They are written to by one goroutine.
func (a *execAnswer) streams(say func(line string)) (out, err io.Writer) {
	to := func(own *heard) io.Writer {
		w := &lineWriter{take: func(line string) { own.add(line); a.all.add(line); say(line) }}
		a.writers = append(a.writers, w)
		return w
	}
	return to(&a.stdout), to(&a.stderr)
}

// ended notes how the command has ended.
func (a *execAnswer) ended(end attach.End, err error) {
	for _, w := range a.writers {
		w.flush()
	}
	if a.err = err; err == nil {
		a.end = &end
	}
}

func (a *execAnswer) status() int { return a.end.ExitStatus() }

// word is how the command has ended, in a word or two.
func (a *execAnswer) word() string {
	switch {
	case a.end.Signal != 0:
		return "ended by a signal: " + syscall.Signal(a.end.Signal).String()
	case a.end.Status != 0:
		return fmt.Sprintf("exit %d", a.end.Status)
	}
	return "ok"
}

// sayLines prints what the host has printed.
func (a *execAnswer) sayLines(w io.Writer, indent string) {
	for _, line := range a.all.lines {
		say(w, indent+"%s\n", line)
	}
	if a.all.lost > 0 {
		say(w, indent+"%s: djship log %s\n", a.all.remark(), a.host)
	}
}

// hostEnd is the host's last event.
func (a *execAnswer) hostEnd(took time.Duration) rollout.HostEnd {
	end := rollout.HostEnd{Host: a.host, Status: rollout.OK, Seconds: took.Seconds()}
	switch {
	case a.end == nil:
		end.Status, end.Error = rollout.Failed, secret.Masked(a.err.Error())
	case a.status() != 0:
		end.Status, end.Error = rollout.Failed, a.word()
	}
	return end
}

// An execTold is an execAnswer as `djship exec --json` prints it.
type execTold struct {
	Host   string `json:"host"`
	Status *int   `json:"status"` // the exit status, 128 and more for a signal; null where the host could not be asked
	Stdout string `json:"stdout"`
	Stderr string `json:"stderr"`
	Error  string `json:"error,omitempty"`
}

func (a *execAnswer) told() execTold {
	told := execTold{Host: a.host, Stdout: a.stdout.text(), Stderr: a.stderr.text()}
	if a.end != nil {
		status := a.status()
		told.Status = &status
	} else if a.err != nil {
		told.Error = secret.Masked(a.err.Error())
	}
	return told
}

// A lineWriter gives take each line; flush the last one, where it has no end.
type lineWriter struct {
	take func(string)
	rest []byte
}

// longestOutput is how long a line may be before it is taken for several.
const longestOutput = 64 << 10

// Write implements io.Writer.
func (w *lineWriter) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		i := bytes.IndexByte(p, '\n')
		if i < 0 {
			if w.rest = append(w.rest, p...); len(w.rest) > longestOutput {
				w.flush()
			}
			break
		}
		w.rest = append(w.rest, p[:i]...)
		w.take(strings.TrimSuffix(string(w.rest), "\r"))
		w.rest, p = w.rest[:0], p[i+1:]
	}
	return n, nil
}

func (w *lineWriter) flush() {
	if len(w.rest) > 0 {
		w.take(string(w.rest))
		w.rest = w.rest[:0]
	}
}

// A sharedInput is a stdin that each host reads from its begin.
type sharedInput struct {
	mu   sync.Mutex
	more *sync.Cond
	text []byte
	err  error // how it has ended
}

// mostShared is how much of it is kept, for hosts that come late.
const mostShared = 64 << 20

// shareInput begins to read a file; tooLong is called where it has more than can be kept.
func shareInput(f *os.File, tooLong func()) *sharedInput {
	s := &sharedInput{}
	s.more = sync.NewCond(&s.mu)
	go func() {
		buf := make([]byte, 32<<10)
		for {
			n, err := f.Read(buf)
			s.mu.Lock()
			if s.text = append(s.text, buf[:n]...); len(s.text) > mostShared && err == nil {
				tooLong()
				err = io.ErrShortBuffer
			}
			s.err = err
			s.more.Broadcast()
			s.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	return s
}

// reader reads it from its begin.
func (s *sharedInput) reader() io.Reader { return &sharedReader{s: s} }

type sharedReader struct {
	s  *sharedInput
	at int
}

// Read implements io.Reader.
func (r *sharedReader) Read(p []byte) (int, error) {
	r.s.mu.Lock()
	defer r.s.mu.Unlock()
	for r.at == len(r.s.text) && r.s.err == nil {
		r.s.more.Wait()
	}
	if r.at == len(r.s.text) {
		return 0, io.EOF
	}
	n := copy(p, r.s.text[r.at:])
	r.at += n
	return n, nil
}
