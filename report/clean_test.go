package report

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"djship/rollout"
)

// evilText is what no reader of events may let through as it is: each sequence that moves, colours
// or hides, and a line that pretends to be another host's.
const evilText = "x\x1b[2J\x1b]0;title\x07\u009b31m\x9b31m\u202eexe\u200b\x7f\a\b\r\nFORGED ok\nFORGED ok"

// evilRun is a run with every kind of event in which every word is evilText.
func evilRun(t *testing.T) []rollout.Record {
	t.Helper()
	events := []rollout.Event{rollout.RunStart{}, rollout.HostStart{Batch: 2}, rollout.Activity{}, rollout.Probed{Total: 9, Planned: 2},
		rollout.StepStart{Index: 1, Of: 2}, rollout.TurnStart{}, rollout.Output{}, rollout.Note{}, rollout.StepEnd{Status: rollout.Changed, Seconds: 2}, rollout.Switch{}, rollout.Sending{},
		rollout.StepEnd{Status: rollout.Kept}, rollout.StepEnd{Status: rollout.WouldChange}, rollout.StepEnd{Status: rollout.Failed},
		rollout.HostEnd{Status: rollout.Failed}, rollout.Waiting{Batch: 3}, rollout.Gate{Status: rollout.GateFailed}, rollout.RunEnd{Status: 1, Failed: 1}}
	var records []rollout.Record
	for i, e := range events {
		event := reflect.New(reflect.TypeOf(e)).Elem()
		event.Set(reflect.ValueOf(e))
		fillEvil(event)
		records = append(records, rollout.Record{Time: noon.Add(time.Duration(i) * time.Second), Run: evilText, Event: event.Interface().(rollout.Event)})
	}
	return records
}

func fillEvil(event reflect.Value) {
	for i := range event.NumField() {
		switch f := event.Field(i); {
		case f.Kind() == reflect.String && f.String() == "":
			f.SetString(evilText)
		case f.Kind() == reflect.Slice:
			f.Set(reflect.ValueOf([]string{evilText, evilText + "2"}))
		case event.Type().Field(i).Anonymous:
			fillEvil(f)
		}
	}
}

// ownSequences are what djship itself sends to a terminal.
var ownSequences = regexp.MustCompile("\x1b\\[(?:[0-9;]*m|[0-9]+A|J|\\?2026[hl])")

// harmless fails where text would do more than show, or where a line was forged.
func harmless(t *testing.T, what, text string) {
	t.Helper()
	if bad := unshown(text); bad != "" {
		t.Errorf("%s lets %q through:\n%q", what, bad, text)
	}
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "FORGED") {
			t.Errorf("%s has a line that the host made: %q", what, text)
		}
	}
}

func TestNoReaderShowsWhatMovesOrHides(t *testing.T) {
	records := evilRun(t)
	for what, o := range map[string]Options{"lines": {}, "quiet": {Quiet: true}, "verbose": {Verbosity: 1, Diff: true}, "more": {Verbosity: 2, Diff: true},
		"json": {JSON: true}, "colour": {Color: true, OutColor: true, Verbosity: 2, Diff: true}, "terminal": {TTY: true, Color: true, OutColor: true}} {
		var out, messages bytes.Buffer
		o.Out, o.Err, o.LogDir = &out, &messages, "/logs/"+evilText
		r := New(o)
		for _, rec := range records {
			r.Take(rec)
		}
		r.Say(evilText)
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		for stream, text := range map[string]string{"out": out.String(), "err": messages.String()} {
			if o.Color {
				text = ownSequences.ReplaceAllString(text, "")
			}
			harmless(t, what+": "+stream, text)
		}
	}
	dir := t.TempDir()
	sink, err := Logs(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, rec := range records {
		sink.Take(rec)
	}
	if err := sink.Close(); err != nil {
		t.Error(err)
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) < 3 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, f := range files {
		text, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Error(err)
		}
		harmless(t, f.Name(), string(text))
	}
	var page bytes.Buffer
	if err := HTML(&page, records); err != nil {
		t.Fatal(err)
	}
	if bad := unshown(page.String()); bad != "" {
		t.Errorf("the page lets %q through", bad)
	}
}
