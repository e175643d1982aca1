package report

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"djship/rollout"
)

// A server that prints without end fills neither disk nor memory; what it left out is said once a step.
func TestLogsHaveBounds(t *testing.T) {
	dir := t.TempDir()
	sink, err := Logs(dir)
	if err != nil {
		t.Fatal(err)
	}
	take := func(e rollout.Event) { sink.Take(rollout.Record{Time: noon, Run: "r", Event: e}) }
	take(rollout.RunStart{Command: "deploy", Hosts: []string{"web1", "web2"}})
	size := func() int64 {
		info, err := os.Stat(filepath.Join(dir, "web1.log"))
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	flood := func(each string) {
		take(rollout.StepStart{Host: "web1", Step: "pip"})
		for range stepRoom / len(each) * 5 / 4 {
			take(rollout.Output{Host: "web1", Step: "pip", Line: each})
			take(rollout.Note{Host: "web1", Text: each})
		}
		take(rollout.StepEnd{Host: "web1", Step: "pip", Status: rollout.Changed, Detail: "install"})
	}
	line := strings.Repeat("x", 9<<10)
	flood(line)
	first := size()
	if first < stepRoom/2 || first > stepRoom+1<<20 {
		t.Errorf("a step that prints without end has %d bytes of log", first)
	}
	flood(strings.Repeat("y", 100<<20/8)) // lines that are too long by themselves
	text, err := os.ReadFile(filepath.Join(dir, "web1.log"))
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(text, []byte("… output beyond 8 MiB is left out\n")); n != 1 {
		t.Errorf("said %d times that output is left out", n)
	}
	if !bytes.Contains(text[first:], []byte("changed pip: install\n")) {
		t.Error("the end of the step behind the flood is missing")
	}
	for range 8 {
		flood(line)
	}
	if n := size(); n > hostRoom+1<<20 {
		t.Errorf("a host has %d bytes of log", n)
	}
	take(rollout.HostEnd{Host: "web1", Status: rollout.Failed, Error: "went wrong\n" + strings.Repeat("z", 5<<20), Hint: "look"})
	take(rollout.HostEnd{Host: "web2", Status: rollout.OK})
	if err := sink.Close(); err != nil {
		t.Fatal(err)
	}
	text, err = os.ReadFile(filepath.Join(dir, "web1.log"))
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(text, []byte("… log beyond 64 MiB is left out\n")); n != 1 {
		t.Errorf("said %d times that the log is full", n)
	}
	if end := string(text[len(text)-2*lastWords:]); !strings.Contains(end, "end    failed") || !strings.Contains(end, "went wrong") || !strings.Contains(end, "are left out") {
		t.Errorf("how the host ended is missing in a full log: %q", end)
	}
}

// The events of a host have bounds as well, and the page made of them.
func TestEventsHaveBounds(t *testing.T) {
	big := strings.Repeat("+"+strings.Repeat("<b>", 500)+"\n", 1400)
	var lines bytes.Buffer
	sink := JSON(&lines)
	sink.Take(rollout.Record{Time: noon, Event: rollout.RunStart{Hosts: []string{"web1", "web2"}}})
	for range 40 {
		sink.Take(rollout.Record{Time: noon, Event: rollout.StepEnd{Host: "web1", Step: "s", Status: rollout.Changed, Detail: "why", Diff: big}})
	}
	before := lines.Len()
	for range 2 * eventsRoom / lastWords {
		sink.Take(rollout.Record{Time: noon, Event: rollout.StepEnd{Host: "web1", Step: "s", Status: rollout.Changed, Diff: big[:lastWords]}})
	}
	if before > eventsRoom+3*fieldRoom || lines.Len() > 2*eventsRoom+3*fieldRoom {
		t.Errorf("a host has %d, then %d bytes of events", before, lines.Len())
	}
	sink.Take(rollout.Record{Time: noon, Event: rollout.StepEnd{Host: "web2", Step: "s", Status: rollout.Changed, Detail: "another host's"}})
	sink.Take(rollout.Record{Time: noon, Event: rollout.HostEnd{Host: "web1", Status: rollout.Failed, Error: big, Hint: big}})
	sink.Take(rollout.Record{Time: noon, Event: rollout.RunEnd{Status: 1, Failed: 1}})
	records, err := ReadEvents(&lines)
	if err != nil {
		t.Fatal(err)
	}
	if end, ok := records[len(records)-1].Event.(rollout.RunEnd); !ok || end.Failed != 1 {
		t.Error("the end of the run is missing")
	}
	last := records[len(records)-3].Event.(rollout.StepEnd)
	if last.Host != "web2" || last.Detail != "another host's" {
		t.Errorf("%+v", last)
	}
	if diff := records[1].Event.(rollout.StepEnd).Diff; len(diff) > fieldRoom+100 || !strings.HasSuffix(diff, "bytes more are left out") {
		t.Errorf("a diff of %d bytes", len(diff))
	}
	var size counter
	if err := HTML(&size, records); err != nil || size > 40*pageRoom {
		t.Errorf("a page of %d bytes, %v", size, err)
	}
}

type counter int

func (c *counter) Write(p []byte) (int, error) { *c += counter(len(p)); return len(p), nil }

var _ io.Writer = new(counter)
