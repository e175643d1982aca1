package report

import (
	"bytes"
	"cmp"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"djship/rollout"

	gocmp "github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

func sorted(events []timed) []timed {
	events = slices.Clone(events)
	slices.SortStableFunc(events, func(a, b timed) int { return cmp.Compare(a.at, b.at) })
	return events
}

// golden compares got with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s (-want +got; -update writes it anew):\n%s", path, diff)
	}
}

// play hands a scene to sink in its own time and calls look at each of its shots.
func play(s *scene, sink rollout.Sink, look func(at float64)) error {
	time.Sleep(33 * time.Millisecond) // so that no event falls on a tick of the view
	start := time.Now()
	shots := s.shots
	until := func(at float64) {
		for len(shots) > 0 && shots[0] < at {
			time.Sleep(time.Until(start.Add(seconds(shots[0]))))
			synctest.Wait()
			look(shots[0])
			shots = shots[1:]
		}
		time.Sleep(time.Until(start.Add(seconds(at))))
	}
	for _, r := range s.records(start) {
		until(r.Time.Sub(start).Seconds())
		sink.Take(r)
	}
	return sink.Close()
}

// TestTerminal shows every scene on terminals of several widths: what is on screen in the middle of
// the run, then all that is left when it is over.
func TestTerminal(t *testing.T) {
	for _, s := range scenes() {
		for _, columns := range []int{60, 80, 120, 200} {
			t.Run(fmt.Sprintf("%s.%d.txt", s.name, columns), func(t *testing.T) {
				onScreen(t, s, columns, Options{Diff: s.name == "check"})
			})
		}
	}
	t.Run("three.80.v.txt", func(t *testing.T) { onScreen(t, threeHosts(), 80, Options{Verbosity: 1}) })
	t.Run("three.80.vv.txt", func(t *testing.T) { onScreen(t, threeHosts(), 80, Options{Verbosity: 2, Diff: true}) })
	t.Run("three.80.q.txt", func(t *testing.T) { onScreen(t, threeHosts(), 80, Options{Quiet: true}) })
}

// onScreen compares a scene on a terminal with the golden file that is named as the test.
func onScreen(t *testing.T, s *scene, columns int, o Options) {
	_, name, _ := strings.Cut(t.Name(), "/")
	synctest.Test(t, func(t *testing.T) {
		term := newVT(columns, 24)
		o.Out, o.Err, o.TTY, o.Size, o.Color, o.OutColor = term, term, true, term.size, true, true
		o.LogDir = "/var/log/runs/20261123-114501-a1b2"
		var b strings.Builder
		err := play(s, New(o), func(at float64) { fmt.Fprintf(&b, "=== at %v s\n%s\n", at, term.screen()) })
		if err != nil {
			t.Error(err)
		}
		if term.err != nil {
			t.Error(term.err)
		}
		fmt.Fprintf(&b, "=== afterwards\n%s", term.text())
		golden(t, name, b.String())
	})
}

// TestPlain shows every scene as lines, at each level of how much to say.
func TestPlain(t *testing.T) {
	levels := map[string]Options{
		"plain": {}, "q": {Quiet: true}, "v": {Verbosity: 1}, "vv": {Verbosity: 2, Diff: true}, "json": {JSON: true},
	}
	for _, s := range scenes() {
		for level, o := range levels {
			name := s.name + "." + level + ".txt"
			t.Run(name, func(t *testing.T) {
				var out, err bytes.Buffer
				o.Out, o.Err, o.LogDir = &out, &err, "/var/log/runs/20261123-114501-a1b2"
				r := New(o)
				for _, rec := range s.records(time.Date(2026, 11, 23, 11, 45, 1, 0, time.UTC)) {
					r.Take(rec)
				}
				if err := r.Close(); err != nil {
					t.Error(err)
				}
				for _, c := range out.String() + err.String() {
					if c < ' ' && c != '\n' {
						t.Errorf("control character %q", c)
					}
				}
				if s.name == "crowd" && level != "plain" && level != "q" {
					return // as the smaller scenes, only longer
				}
				golden(t, name, "=== stdout\n"+out.String()+"=== stderr\n"+err.String())
			})
		}
	}
}
