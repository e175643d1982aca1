package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"djship/rollout"
	"djship/steps/model"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 5e6, time.FixedZone("CET", 3600))

// TestEncode keeps the JSON form as people's scripts know it, to the letter.
func TestEncode(t *testing.T) {
	const begin = `{"time":"2026-11-23T11:00:00.005Z","run":"r1","type":`
	tests := []struct {
		name  string
		event rollout.Event
		want  string
	}{
		{"zero run_start", rollout.RunStart{},
			`"run_start","schema":1,"version":"","command":"","args":[],"check":false,"hosts":[],"stages":[]}`},
		{"run_start", rollout.RunStart{Version: "1.0", Command: "deploy", Args: []string{"a", "a.com"}, Check: true, Hosts: []string{"w"}, Stages: []string{"s"}},
			`"run_start","schema":1,"version":"1.0","command":"deploy","args":["a","a.com"],"check":true,"hosts":["w"],"stages":["s"]}`},
		{"host_start", rollout.HostStart{Host: "w", Batch: 2}, `"host_start","host":"w","stage":"","batch":2}`},
		{"host_start with a domain of its own", rollout.HostStart{Host: "w", Batch: 1, Domain: "d.org"}, `"host_start","host":"w","stage":"","batch":1,"domain":"d.org"}`},
		{"zero step", rollout.StepEnd{Status: rollout.OK},
			`"step","host":"","step":"","status":"ok","detail":"","diff":"","seconds":0}`},
		{"step", rollout.StepEnd{Host: "w", Step: "s", Status: rollout.WouldChange, Detail: "<a> & \"b\"", Diff: "-a\n+b\n", Seconds: 1.00049},
			`"step","host":"w","step":"s","status":"would_change","detail":"<a> & \"b\"","diff":"-a\n+b\n","seconds":1}`},
		{"step of a turn with a name", rollout.StepEnd{Host: "w", Phase: "switch", Step: "s", Status: rollout.OK},
			`"step","host":"w","phase":"switch","step":"s","status":"ok","detail":"","diff":"","seconds":0}`},
		{"host_end", rollout.HostEnd{Host: "w", Status: rollout.Failed, Changed: 3, Error: "e\x1b", Hint: "h", Seconds: 2.0005},
			`"host_end","host":"w","status":"failed","changed":3,"error":"e\u001b","hint":"h","seconds":2.001}`},
		{"run_start of a push", rollout.RunStart{Version: "1.0", Command: "push", Pushed: rollout.Pushed{Release: "20261126-101500-1a2b3c4", Commit: "1a2b", Tree: "3c4d", Dirty: true}},
			`"run_start","schema":1,"version":"1.0","command":"push","args":[],"check":false,"hosts":[],"stages":[],"release":"20261126-101500-1a2b3c4","commit":"1a2b","tree":"3c4d","dirty":true}`},
		{"zero switch", rollout.Switch{}, `"switch","host":"","release":"","before":"","requests":0,"errors":0,"slowest":0}`},
		{"zero migration", rollout.Migration{}, `"migration","host":"","name":"","sql":[],"python":false,"atomic":false,"irreversible":[],"destroys":[],"changes":[],"locks":[]}`},
		{"switch", rollout.Switch{Host: "w", Switched: model.Switched{Release: "b", Before: "a", Requests: 1204, Errors: 2, Slowest: 0.70049}},
			`"switch","host":"w","release":"b","before":"a","requests":1204,"errors":2,"slowest":0.7}`},
		{"host_end, refused", rollout.HostEnd{Host: "w", Status: rollout.Unreachable, Cause: "no_login", Addr: "192.0.2.1:22"},
			`"host_end","host":"w","status":"unreachable","changed":0,"error":"","hint":"","seconds":0,"cause":"no_login","addr":"192.0.2.1:22"}`},
		{"gate", rollout.Gate{Stage: "s", Status: rollout.GateDeclined}, `"gate","stage":"s","status":"declined","detail":""}`},
		{"run_end", rollout.RunEnd{Status: 130, OK: 1, Changed: 2, WouldChange: 3, Failed: 4, Unreachable: 5, Skipped: 6, Seconds: 7, LogDir: "/l"},
			`"run_end","status":130,"ok":1,"changed":2,"would_change":3,"failed":4,"unreachable":5,"skipped":6,"seconds":7,"log_dir":"/l"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Encode(rollout.Record{Time: noon, Run: "r1", Event: tt.event})
			if err != nil {
				t.Fatal(err)
			}
			if diff := gocmp.Diff(begin+tt.want+"\n", string(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
	for _, e := range []rollout.Event{rollout.Activity{}, rollout.Probed{}, rollout.StepStart{}, rollout.Output{}, rollout.Note{}, rollout.TurnStart{}} {
		if line, err := Encode(rollout.Record{Time: noon, Event: e}); line != nil || err != nil {
			t.Errorf("%T has the JSON form %q, %v", e, line, err)
		}
	}
}

// TestSchema validates every event of every scene, and sees that the schema refuses what is wrong.
func TestSchema(t *testing.T) {
	schema := compileSchema(t)
	seen := map[string]bool{}
	for _, s := range scenes() {
		for _, r := range s.records(noon) {
			line, err := Encode(r)
			if err != nil {
				t.Fatal(err)
			}
			if line == nil {
				continue
			}
			v := unmarshal(t, line)
			seen[v.(map[string]any)["type"].(string)] = true
			if err := schema.Validate(v); err != nil {
				t.Errorf("%s: %v", line, err)
			}
		}
	}
	if len(seen) != len(decoders) {
		t.Errorf("scenes have events of types %v only", seen)
	}
	good := `{"time":"2026-11-23T11:00:00Z","run":"r","type":"gate","stage":"s","status":"passed","detail":""}`
	if err := schema.Validate(unmarshal(t, []byte(good))); err != nil {
		t.Fatal(err)
	}
	for _, change := range [][2]string{
		{`"gate"`, `"gates"`}, {`"passed"`, `"open"`}, {`,"detail":""`, ``}, {`"stage":"s"`, `"stage":null`},
		{`00Z`, `00+01:00`}, {`"detail":""`, `"detail":"","more":1`}, {`"run":"r",`, ``},
	} {
		bad := strings.Replace(good, change[0], change[1], 1)
		if schema.Validate(unmarshal(t, []byte(bad))) == nil {
			t.Errorf("the schema takes %s", bad)
		}
	}
}

func compileSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("events.json", unmarshal(t, EventsSchema)); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("events.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func unmarshal(t *testing.T, text []byte) any {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return v
}

// TestReadEvents reads back what JSON wrote.
func TestReadEvents(t *testing.T) {
	for _, s := range scenes() {
		var want []rollout.Record
		var b bytes.Buffer
		sink := JSON(&b)
		for _, r := range s.records(noon.UTC()) {
			sink.Take(r)
			if line, _ := Encode(r); line != nil {
				want = append(want, roundTrip(r))
			}
		}
		got, err := ReadEvents(&b)
		if err != nil {
			t.Fatal(err)
		}
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", s.name, diff)
		}
	}
}

// roundTrip is what JSON makes of an event by design: no nil lists, milliseconds.
func roundTrip(r rollout.Record) rollout.Record {
	switch e := r.Event.(type) {
	case rollout.RunStart:
		e.Stages = list(e.Stages)
		r.Event = e
	case rollout.StepEnd:
		e.Seconds = toMillis(e.Seconds)
		r.Event = e
	case rollout.HostEnd:
		e.Seconds = toMillis(e.Seconds)
		r.Event = e
	}
	return r
}

func TestReadEventsOfOthers(t *testing.T) {
	const gate = `{"time":"2026-11-23T11:00:00Z","run":"r","type":"gate","stage":"s","status":"passed","detail":"","new":1}` + "\n"
	tests := []struct {
		name, text string
		want       int
		err        string
	}{
		{"unknown field and type", gate + `{"time":"2026-11-23T11:00:00Z","run":"r","type":"later"}` + "\n" + gate, 2, ""},
		{"cut short", gate + `{"time":"2026-11`, 1, ""},
		{"later schema", `{"time":"2026-11-23T11:00:00Z","run":"r","type":"run_start","schema":99}` + "\n", 0, "line 1: events have schema 99, this djship reads up to 1"},
		{"not JSON", gate + "hello\n", 1, "line 2: not an event: invalid character 'h' looking for beginning of value"},
		{"no time", `{"type":"gate"}` + "\n", 0, `line 1: not an event: parsing time "" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "2006"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ReadEvents(strings.NewReader(tt.text))
			if len(got) != tt.want {
				t.Errorf("%d events, not %d", len(got), tt.want)
			}
			if msg := errorText(err); msg != tt.err {
				t.Errorf("error %q, not %q", msg, tt.err)
			}
		})
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

type brokenPipe struct{ writes int }

func (b *brokenPipe) Write([]byte) (int, error) {
	b.writes++
	return 0, errors.New("broken pipe")
}

// TestWriteErrors sees that sinks tell of the first error in Close and stop writing JSON after it.
func TestWriteErrors(t *testing.T) {
	w := &brokenPipe{}
	for _, sink := range []rollout.Sink{JSON(w), Plain(w), New(Options{Out: w, Err: w, JSON: true})} {
		for _, r := range threeHosts().records(noon) {
			sink.Take(r)
		}
		if err := sink.Close(); err == nil || !strings.Contains(err.Error(), "broken pipe") {
			t.Errorf("%T: error %v", sink, err)
		}
	}
	if n := (&brokenPipe{}); true {
		sink := JSON(n)
		for _, r := range threeHosts().records(noon) {
			sink.Take(r)
		}
		if n.writes != 1 {
			t.Errorf("%d writes after an error", n.writes-1)
		}
	}
}

// TestEncodeIsValidUTF8 sees that what is not text does not break a line.
func TestEncodeIsValidUTF8(t *testing.T) {
	line, err := Encode(rollout.Record{Event: rollout.HostEnd{Error: "a\xffb\nc"}})
	if err != nil || bytes.Count(line, []byte("\n")) != 1 || !json.Valid(line) {
		t.Errorf("%q, %v", line, err)
	}
}
