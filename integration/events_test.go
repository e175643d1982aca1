//go:build linux

package integration

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// An event is one line of --json, with the fields that tests read.
type event struct {
	Time, Run, Type, Host, Step, Status, Detail, Diff, Error, Hint string
	LogDir                                                         string `json:"log_dir"`
}

// events are the JSON lines of a text, all of which must be such.
func events(t testing.TB, text string) []event {
	t.Helper()
	var all []event
	for line := range strings.Lines(text) {
		// The status of the run is a number, that of all others a word.
		var e struct {
			event
			Status json.RawMessage
		}
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatalf("%v in %q", err, line)
		}
		e.event.Status = string(bytes.Trim(e.Status, `"`))
		all = append(all, e.event)
	}
	return all
}

// stepsWith are the names of the steps of a status, in order. The look at the site at the end is
// none of the plan's.
func stepsWith(all []event, status string) []string {
	var names []string
	for _, e := range all {
		if e.Type == "step" && e.Status == status && e.Step != "site answers" {
			names = append(names, e.Step)
		}
	}
	return names
}

// hostEnds is how each host has ended, by name.
func hostEnds(all []event) map[string]event {
	ends := map[string]event{}
	for _, e := range all {
		if e.Type == "host_end" {
			ends[e.Host] = e
		}
	}
	return ends
}

// first is the first event of a type.
func first(t testing.TB, all []event, kind string) event {
	t.Helper()
	i := slices.IndexFunc(all, func(e event) bool { return e.Type == kind })
	if i < 0 {
		t.Fatalf("no event %s in %+v", kind, all)
	}
	return all[i]
}
