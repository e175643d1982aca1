// Package report reads the events of a run: it draws them on a terminal, prints them as plain or
// JSON lines, keeps them as logs, and makes summaries, the history of runs and an HTML page.
//
// The rules of what a person sees:
//
//   - Results go to stdout, everything else to stderr. The result of a check run is its plan: the
//     steps that would change and, with Diff, their text. A run that changes hosts has no result on
//     stdout; its progress, failures and summary are messages. With JSON the events are the result,
//     and stderr has only failures and the summary.
//   - On a terminal the hosts at work are redrawn in place, at most ten times a second; a host that
//     ends scrolls up with what changed on it. Without one there are only lines, each beginning with
//     the host's name, and no control character: a line a host, failures, and with Verbosity a line a
//     step. Files that are the user's are counted at the host's end; a kept file is a warning where an event says so.
//   - Host lines are "host, status, rest". Below them, indented: steps, then "│" before what the host
//     itself printed, then "hint:" with what to do next, then "log:" with where to read on.
//   - A status is a word, always the same one. Colour and signs only help to find it again.
//   - Where hosts take several turns, a step has its turn's name before its own.
//   - What happened on one host and then again on others is told once ("the same as web1"); what
//     several have to say at the same time, with all their names. The summary's table of hosts is left out where
//     their lines stand right above.
//   - Sentences in lower case, without a full stop. Seconds, with one digit where they are few.
//   - What a host sent is made printable before it is shown: no escape sequence, no control
//     character, no invisible or reordering character gets through.
package report

import (
	"errors"
	"io"
	"os"
	"strings"

	"djship/rollout"

	"golang.org/x/term"
)

// Options say where a run is shown, and how. The zero value of every field but Out and Err works.
type Options struct {
	Out, Err io.Writer
	TTY      bool                       // Err is a terminal that can move the cursor
	Size     func() (width, height int) // of the terminal; nil or a width of 0 is 80 by 24
	Color    bool                       // Err takes colour
	OutColor bool                       // so does Out

	Verbosity int  // 1: every step, where Err is no terminal as it ends; 2: what steps print as well
	Quiet     bool // only failures and the summary
	Diff      bool // the text of changes
	JSON      bool // events on Out

	LogDir string // where the run's logs are; named in failures
}

// Detect returns Options for a program's standard streams: it finds out whether stderr is a
// terminal, how big, and whether NO_COLOR and TERM let it have colour.
func Detect(out, err *os.File, getenv func(string) string) Options {
	able := getenv("TERM") != "dumb" && getenv("TERM") != ""
	color := able && getenv("NO_COLOR") == ""
	tty := func(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }
	return Options{
		Out: out, Err: err,
		TTY: able && tty(err),
		Size: func() (int, int) {
			w, h, e := term.GetSize(int(err.Fd()))
			if e != nil {
				return 0, 0
			}
			return w, h
		},
		Color:    color && tty(err),
		OutColor: color && tty(out),
	}
}

// A Reporter is what New picks: it takes a run's events and can make room for a question.
type Reporter struct {
	view *view
	all  rollout.Sink
}

// New returns the Reporter that o asks for: a live view, plain lines, or JSON lines.
func New(o Options) *Reporter {
	r := &Reporter{}
	if o.JSON {
		o.Quiet, o.TTY = true, false
		r.view = newView(o)
		r.all = Multi(JSON(o.Out), r.view)
		return r
	}
	r.view = newView(o)
	r.all = r.view
	return r
}

// Take shows an event.
func (r *Reporter) Take(rec rollout.Record) { r.all.Take(rec) }

// Close shows what is still to be shown and gives the terminal back. Its error is the first one
// of writing.
func (r *Reporter) Close() error { return r.all.Close() }

// Pause takes the live view off the terminal, so that a question can be asked there, until resume
// is called. Events may be taken meanwhile. Safe to call from any goroutine.
func (r *Reporter) Pause() (resume func()) { return r.view.pause() }

// Say prints a message to stderr, above the live view where there is one. Safe to call from any
// goroutine.
func (r *Reporter) Say(message string) { r.view.say(message) }

// Fold breaks a line between its words to lines of a terminal; those after the first begin with indent. No
// columns is no limit.
func Fold(line, indent string, columns int) []string {
	if columns <= 0 {
		return []string{line}
	}
	rest := strings.TrimLeft(line, " ")
	before := line[:len(line)-len(rest)]
	parts := fold(rest, columns-1-max(width(before), width(indent)))
	for i, part := range parts {
		parts[i] = before + part
		before = indent
	}
	return parts
}

// Plain returns a sink that prints a run as lines to w.
func Plain(w io.Writer) rollout.Sink { return New(Options{Out: w, Err: w}) }

// Multi returns a sink that hands everything to all of sinks, in order.
func Multi(sinks ...rollout.Sink) rollout.Sink { return multi(sinks) }

type multi []rollout.Sink

func (m multi) Take(r rollout.Record) {
	for _, s := range m {
		s.Take(r)
	}
}

func (m multi) Close() error {
	var errs []error
	for _, s := range m {
		errs = append(errs, s.Close())
	}
	return errors.Join(errs...)
}
