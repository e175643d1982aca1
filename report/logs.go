package report

import (
	"bytes"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"djship/rollout"
)

// EventsFile is the name of the file of events in a run's log folder.
const EventsFile = "events.jsonl"

// Logs returns a sink that keeps a run in the folder dir: LogFile(host) for each host, with every
// step, what ran and what it printed, up to 8 MiB a step and 64 MiB a host, and EventsFile. It makes
// dir with mode 0700 and refuses one that others may write to; its files have mode 0600 and replace
// those of an earlier run. Times in the logs are UTC. Close returns the first error of writing.
func Logs(dir string) (rollout.Sink, error) {
	if err := errors.Join(privateFolder(dir), plainLogs(dir)); err != nil {
		return nil, fmt.Errorf("log folder: %w", err)
	}
	events, err := create(filepath.Join(dir, EventsFile))
	if err != nil {
		return nil, fmt.Errorf("log folder: %w", err)
	}
	who := func(w io.Writer) error { _, err := io.WriteString(w, owner()+"\n"); return err }
	if err := WriteOwn(filepath.Join(dir, ownerFile), who); err != nil {
		return nil, errors.Join(err, events.Close())
	}
	l := &logs{dir: dir, events: events, files: map[string]*hostLog{}, known: map[string]*room{}}
	l.json = JSON(&l.lines)
	return l, nil
}

// plainLogs refuses a folder in which a link or the like lies where a log could be written: better now
// than in the middle of a run.
func plainLogs(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil // said by privateFolder, or by what is written first
	}
	for _, e := range entries {
		if name := e.Name(); strings.HasSuffix(name, ".log") || name == EventsFile || name == ownerFile {
			if err := plainFile(filepath.Join(dir, name)); err != nil {
				return err
			}
		}
	}
	return nil
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
	lines  bytes.Buffer // for events
	json   rollout.Sink // writes to lines
	start  rollout.RunStart
	files  map[string]*hostLog // open ones, by host
	known  map[string]*room    // of hosts whose log this run has begun
	err    error
}

// A hostLog is an open log, and what is to be written to it.
type hostLog struct {
	*os.File
	text []byte
}

func (f *hostLog) flush() error {
	_, err := f.Write(f.text)
	f.text = f.text[:0]
	return err
}

// Take writes an event; steps that found nothing to do, which come in a row, with what comes after
// them: fifty writes a host would be what a run over a thousand waits for.
func (l *logs) Take(r rollout.Record) {
	step, ok := r.Event.(rollout.StepEnd)
	more := ok && step.Status == rollout.OK && step.Diff == ""
	l.json.Take(r)
	if !more {
		_, err := l.lines.WriteTo(l.events)
		l.keep(err)
	}
	if s, ok := r.Event.(rollout.RunStart); ok {
		l.start = s
	}
	host, text := logText(bounded(r.Event, fieldRoom))
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
		f := l.files[h]
		if f == nil || more {
			continue
		}
		l.keep(f.flush())
		if _, ok := r.Event.(rollout.HostEnd); ok {
			l.keep(f.Close())
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
	text = cleanText(text)
	first, rest, more := strings.Cut(text, "\n")
	text = r.Time.UTC().Format(clock) + "  " + first + "\n"
	if more {
		indent := strings.Repeat(" ", len(clock)+2)
		text += indent + strings.ReplaceAll(rest, "\n", "\n"+indent) + "\n"
	}
	f.text = append(f.text, l.known[host].take(r.Event, text)...)
	return nil
}

// file returns a host's open log, which on its first use in a run begins with a heading.
func (l *logs) file(host string, r rollout.Record) (*hostLog, error) {
	if f := l.files[host]; f != nil {
		return f, nil
	}
	path := filepath.Join(l.dir, LogFile(host))
	if l.known[host] != nil {
		file, err := openPlain(path, os.O_WRONLY|os.O_APPEND)
		if err != nil {
			return nil, err
		}
		l.files[host] = &hostLog{File: file}
		return l.files[host], nil
	}
	file, err := create(path)
	if err != nil {
		return nil, err
	}
	f := &hostLog{File: file}
	l.files[host], l.known[host] = f, &room{}
	f.text = fmt.Appendf(nil, "host %s\nrun  %s, %s\ndo   djship %s\n\n", printable(host), printable(r.Run),
		r.Time.UTC().Format(time.DateTime+" UTC"), title(l.start))
	if code := pushed(l.start.Pushed); code != "" {
		f.text = fmt.Appendf(f.text[:len(f.text)-1], "code %s\n\n", code)
	}
	return f, nil
}

func (l *logs) Close() error {
	l.keep(l.json.Close())
	_, err := l.lines.WriteTo(l.events)
	l.keep(errors.Join(err, l.events.Close()))
	for _, f := range l.files {
		l.keep(errors.Join(f.flush(), f.Close()))
	}
	if l.err != nil {
		return fmt.Errorf("writing logs: %w", l.err)
	}
	return nil
}

// logText returns what an event adds to a log, and whose; no host is all that are at work, no
// text is nothing to add.
func logText(event rollout.Event) (host, text string) {
	switch e := event.(type) {
	case rollout.HostStart:
		return e.Host, join(join("begin", inTurn(e.Stage, "", e.Batch), "  "), printable(e.Domain), ", ")
	case rollout.TurnStart:
		return "", "turn   " + inTurn(e.Stage, e.Phase, e.Batch)
	case rollout.Activity:
		return e.Host, "phase  " + printable(e.Name)
	case rollout.Probed:
		return e.Host, fmt.Sprintf("found  %s; %d of %s to change", printable(e.Facts), e.Planned, rollout.Plural(e.Total, "step"))
	case rollout.StepStart:
		return e.Host, fmt.Sprintf("step   %s (%d of %d): %s", printable(StepName(e.Phase, e.Step)), e.Index, e.Of,
			join(e.Verb, printable(e.Detail), ": ")) + block("$ ", e.Script)
	case rollout.Output:
		return e.Host, "  | " + strings.Join(printableLines(e.Line), "\n  | ")
	case rollout.StepEnd:
		text := fmt.Sprintf("%-6s %s", word(e.Status), join(printable(StepName(e.Phase, e.Step)), printable(e.Detail), ": "))
		if e.Seconds > 0 {
			text += ", " + tookSeconds(e.Seconds)
		}
		return e.Host, text + block("", e.Diff)
	case rollout.Sending:
		if e.Sent < e.Size { // only the end is worth a line
			return "", ""
		}
		return e.Host, "phase  " + sending(e)
	case rollout.Switch:
		return e.Host, "switch " + from(e) + "; " + seen(e)
	case rollout.Migration:
		return e.Host, "plan   migration " + printable(e.Name) + block("", strings.Join(append(printableAll(e.Told()), printableAll(e.SQL)...), "\n"))
	case rollout.Note:
		return e.Host, "note   " + strings.Join(printableLines(e.Text), "\n")
	case rollout.HostEnd:
		text := fmt.Sprintf("end    %s, %s, %s", EndWord(e), rollout.Plural(e.Changed, "change"), tookSeconds(e.Seconds))
		return e.Host, text + block("", e.Error) + block("hint: ", e.Hint)
	case rollout.Gate:
		return "", join("gate   "+join(printable(e.Stage), string(e.Status), " "), printable(e.Detail), ": ")
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

// inTurn says where in a rollout something is, as far as there is anything to say.
func inTurn(stage, phase string, batch int) string {
	place := join(printable(stage), printable(phase), ", ")
	if batch <= 1 {
		return place
	}
	return join(place, fmt.Sprintf("batch %d", batch), ", ")
}

// title is the command a run was started with.
func title(s rollout.RunStart) string {
	words := []string{printable(s.Command)}
	for _, a := range s.Args {
		words = append(words, printable(a))
	}
	return strings.Join(words, " ")
}
