package report

import (
	"bufio"
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	"djship/rollout"
)

// EventsSchema is the JSON Schema of the lines that JSON writes.
//
//go:embed events.schema.json
var EventsSchema []byte

// timeForm is RFC 3339 with milliseconds, so that lines sort by time.
const timeForm = "2006-01-02T15:04:05.000Z07:00"

// JSON returns a sink that writes one JSON object a line to w, a whole line at a time. Events that
// have no JSON form are left out, and so is the text of a host's steps beyond 16 MiB. Close returns the first error of writing and does not close w.
func JSON(w io.Writer) rollout.Sink { return &jsonLines{w: w, used: map[string]int{}} }

type jsonLines struct {
	w    io.Writer
	used map[string]int // bytes of each host's steps
	err  error
}

func (j *jsonLines) Take(r rollout.Record) {
	step, isStep := r.Event.(rollout.StepEnd)
	switch used := j.used[step.Host]; {
	case !isStep || used < eventsRoom:
	case used < 2*eventsRoom:
		r.Event = bounded(r.Event, lastWords)
	default:
		return
	}
	line, err := Encode(r)
	if isStep {
		j.used[step.Host] += len(line)
	}
	if err == nil && line != nil && j.err == nil {
		_, err = j.w.Write(line)
	}
	if j.err == nil {
		j.err = err
	}
}

func (j *jsonLines) Close() error { return j.err }

// Encode returns r as a line of JSON with its newline, or nil for an event without a JSON form. All
// characters of the line show, wherever it is printed.
func Encode(r rollout.Record) ([]byte, error) {
	r.Event = bounded(r.Event, fieldRoom)
	form := jsonForm(r)
	if form == nil {
		return nil, nil
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(form)
	return JSONText(b.Bytes()), err
}

// head is what every event begins with.
type head struct {
	Time string `json:"time"`
	Run  string `json:"run"`
	Type string `json:"type"`
}

func jsonForm(r rollout.Record) any {
	h := head{Time: r.Time.UTC().Format(timeForm), Run: r.Run}
	switch e := r.Event.(type) {
	case rollout.RunStart:
		h.Type = "run_start"
		e.Args, e.Hosts, e.Stages = list(e.Args), list(e.Hosts), list(e.Stages)
		return struct {
			head
			Schema int `json:"schema"`
			rollout.RunStart
		}{h, rollout.Schema, e}
	case rollout.HostStart:
		h.Type = "host_start"
		return struct {
			head
			rollout.HostStart
		}{h, e}
	case rollout.StepEnd:
		h.Type, e.Seconds = "step", toMillis(e.Seconds)
		return struct {
			head
			rollout.StepEnd
		}{h, e}
	case rollout.Switch:
		h.Type, e.Slowest = "switch", toMillis(e.Slowest)
		return struct {
			head
			rollout.Switch
		}{h, e}
	case rollout.Migration:
		h.Type = "migration"
		return struct {
			head
			rollout.Migration
		}{h, listed(e)}
	case rollout.HostEnd:
		h.Type, e.Seconds = "host_end", toMillis(e.Seconds)
		return struct {
			head
			rollout.HostEnd
		}{h, e}
	case rollout.Gate:
		h.Type = "gate"
		return struct {
			head
			rollout.Gate
		}{h, e}
	case rollout.RunEnd:
		h.Type, e.Seconds = "run_end", toMillis(e.Seconds)
		return struct {
			head
			rollout.RunEnd
		}{h, e}
	}
	return nil
}

// list makes nil an empty list, which JSON would else show as null.
func list(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

func toMillis(seconds float64) float64 { return math.Round(seconds*1000) / 1000 }

// ErrUnknownType is Decode's answer to a line that a newer djship may have written.
var ErrUnknownType = errors.New("unknown event type")

// Decode reads a line that Encode wrote. It ignores fields it does not know; a type it does not
// know is ErrUnknownType, and a run_start of a later schema is refused.
func Decode(line []byte) (rollout.Record, error) {
	var h struct {
		head
		Schema int `json:"schema"`
	}
	if err := json.Unmarshal(line, &h); err != nil {
		return rollout.Record{}, fmt.Errorf("not an event: %w", err)
	}
	if h.Schema > rollout.Schema {
		return rollout.Record{}, fmt.Errorf("events have schema %d, this djship reads up to %d", h.Schema, rollout.Schema)
	}
	at, err := time.Parse(time.RFC3339, h.Time)
	if err != nil {
		return rollout.Record{}, fmt.Errorf("not an event: %w", err)
	}
	decode, ok := decoders[h.Type]
	if !ok {
		return rollout.Record{}, fmt.Errorf("%w %q", ErrUnknownType, h.Type)
	}
	e, err := decode(line)
	if err != nil {
		return rollout.Record{}, fmt.Errorf("%s event: %w", h.Type, err)
	}
	return rollout.Record{Time: at, Run: h.Run, Event: e}, nil
}

var decoders = map[string]func([]byte) (rollout.Event, error){
	"run_start":  as[rollout.RunStart],
	"host_start": as[rollout.HostStart],
	"step":       as[rollout.StepEnd],
	"switch":     as[rollout.Switch],
	"migration":  as[rollout.Migration],
	"host_end":   as[rollout.HostEnd],
	"gate":       as[rollout.Gate],
	"run_end":    as[rollout.RunEnd],
}

func as[E rollout.Event](line []byte) (rollout.Event, error) {
	var e E
	err := json.Unmarshal(line, &e)
	return e, err
}

// ReadEvents reads a file of events. Events of unknown type are passed over, and so is a last line
// without an end, which a run that was killed may leave.
func ReadEvents(r io.Reader) ([]rollout.Record, error) {
	var records []rollout.Record
	b := bufio.NewReader(r)
	for n := 1; ; n++ {
		line, err := b.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return records, nil
		}
		if err != nil {
			return records, err
		}
		rec, err := Decode(line)
		if errors.Is(err, ErrUnknownType) {
			continue
		}
		if err != nil {
			return records, fmt.Errorf("line %d: %w", n, err)
		}
		records = append(records, rec)
	}
}
