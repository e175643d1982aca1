package report

import (
	"bytes"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"djship/rollout"
)

// start begins a run in which web1 installs packages and says a line.
func start(sink rollout.Sink) {
	for _, e := range []rollout.Event{
		rollout.RunStart{Command: "prereq", Hosts: []string{"web1"}},
		rollout.HostStart{Host: "web1", Batch: 1},
		rollout.StepStart{Host: "web1", Step: "apt packages", Index: 1, Of: 2},
		rollout.Output{Host: "web1", Line: "Unpacking nginx"},
	} {
		sink.Take(rollout.Record{Time: time.Now(), Event: e})
	}
}

func onTerminal(t *testing.T, columns int, f func(*vt, *Reporter)) {
	synctest.Test(t, func(t *testing.T) {
		term := newVT(columns, 24)
		r := New(Options{Out: term, Err: term, TTY: true, Size: term.size})
		time.Sleep(33 * time.Millisecond)
		f(term, r)
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		if term.err != nil {
			t.Error(term.err)
		}
	})
}

func wantScreen(t *testing.T, term *vt, want ...string) {
	t.Helper()
	synctest.Wait()
	if got := strings.TrimSuffix(term.screen(), "\n"); got != strings.Join(want, "\n") {
		t.Errorf("screen is\n%s\nnot\n%s", got, strings.Join(want, "\n"))
	}
}

const title60 = "djship prereq on 1 host"

// TestQuietWait sees that a step that prints nothing for long shows its last line and since when.
func TestQuietWait(t *testing.T) {
	onTerminal(t, 60, func(term *vt, r *Reporter) {
		start(r)
		time.Sleep(5 * time.Second)
		wantScreen(t, term, title60,
			"  web1  1/2 apt packages  Unpacking nginx                4s",
			"  ┄┄┄┄┄┄┄┄┄┄┄┄  0 of 1 host done, 1 at work              4s")
		time.Sleep(70 * time.Second)
		wantScreen(t, term, title60,
			"  web1  1/2 apt packages  Unpacking ng…  quiet 1m14s, 1m14s",
			"  ┄┄┄┄┄┄┄┄┄┄┄┄  0 of 1 host done, 1 at work           1m14s")
	})
}

// TestResize sees that a terminal that becomes narrower, then wider, keeps no rest of a drawing.
func TestResize(t *testing.T) {
	onTerminal(t, 100, func(term *vt, r *Reporter) {
		start(r)
		for _, columns := range []int{61, 35, 120, 60} {
			time.Sleep(1100 * time.Millisecond)
			synctest.Wait()
			term.resize(columns, 24)
		}
		time.Sleep(1100 * time.Millisecond)
		wantScreen(t, term, title60,
			"  web1  1/2 apt packages  Unpacking nginx                5s",
			"  ┄┄┄┄┄┄┄┄┄┄┄┄  0 of 1 host done, 1 at work              5s")
	})
}

// TestPause sees that nothing is drawn while a question is asked, and no event is lost.
func TestPause(t *testing.T) {
	onTerminal(t, 60, func(term *vt, r *Reporter) {
		start(r)
		time.Sleep(time.Second)
		resume := r.Pause()
		term.Write([]byte("go on? "))
		writes := term.writes.Load()
		r.Take(rollout.Record{Time: time.Now(), Event: rollout.Note{Text: "a note"}})
		time.Sleep(time.Minute)
		synctest.Wait()
		if term.writes.Load() != writes {
			t.Error("drawn while paused")
		}
		wantScreen(t, term, title60, "go on?")
		term.Write([]byte("y\n"))
		resume()
		time.Sleep(time.Second)
		wantScreen(t, term, title60, "go on? y", "! a note",
			"  web1  1/2 apt packages  Unpacking ng…  quiet 1m01s, 1m01s",
			"  ┄┄┄┄┄┄┄┄┄┄┄┄  0 of 1 host done, 1 at work           1m01s")
	})
}

// TestSay sees that a message stays above the live view.
func TestSay(t *testing.T) {
	onTerminal(t, 60, func(term *vt, r *Reporter) {
		start(r)
		time.Sleep(time.Second)
		r.Say("stopping:\x1b[2J steps that run end first")
		time.Sleep(time.Second)
		wantScreen(t, term, title60, "stopping: steps that run end first",
			"  web1  1/2 apt packages  Unpacking nginx                1s",
			"  ┄┄┄┄┄┄┄┄┄┄┄┄  0 of 1 host done, 1 at work              1s")
	})
}

// TestFrameRate sees that a flood of events is drawn ten times a second at most, each time in one
// write, and that without events only the clock is.
func TestFrameRate(t *testing.T) {
	onTerminal(t, 80, func(term *vt, r *Reporter) {
		start(r)
		time.Sleep(time.Second)
		before := term.writes.Load()
		for range 10000 {
			r.Take(rollout.Record{Time: time.Now(), Event: rollout.Output{Host: "web1", Line: "x"}})
			time.Sleep(100 * time.Microsecond)
		}
		if n := term.writes.Load() - before; n > 10 {
			t.Errorf("%d writes in a second", n)
		}
		time.Sleep(time.Second)
		before = term.writes.Load()
		time.Sleep(10 * time.Second)
		if n := term.writes.Load() - before; n > 10 {
			t.Errorf("%d writes in ten seconds without events", n)
		}
	})
}

// TestStillAtWork sees that a log of lines does not fall silent for minutes.
func TestStillAtWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b bytes.Buffer
		sink := Plain(&b)
		start(sink)
		time.Sleep(150 * time.Second)
		synctest.Wait()
		const want = "djship prereq on 1 host\n" +
			"still at work: web1 apt packages since 1m00s (\"Unpacking nginx\")\n" +
			"still at work: web1 apt packages since 2m00s (\"Unpacking nginx\")\n"
		if b.String() != want {
			t.Errorf("%s\nnot\n%s", b.String(), want)
		}
		if err := sink.Close(); err != nil {
			t.Error(err)
		}
	})
}

// TestNoColor sees that a terminal without colour is told nothing else.
func TestNoColor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var with, without bytes.Buffer
		for _, o := range []Options{{Err: &with, Color: true}, {Err: &without}} {
			o.Out, o.TTY = o.Err, true
			if err := play(oneHost(), New(o), func(float64) {}); err != nil {
				t.Error(err)
			}
		}
		if strings.Contains(without.String(), "m✓") || !strings.Contains(with.String(), "m✓") {
			t.Error("colour is not as asked")
		}
		if a, b := stripColor(with.String()), without.String(); a != b {
			t.Error("colour changes more than the colour")
		}
	})
}

func stripColor(s string) string {
	return escapes.ReplaceAllStringFunc(s, func(e string) string {
		if strings.HasSuffix(e, "m") {
			return ""
		}
		return e
	})
}

// A rollout in batches without stages has gates and pauses that belong to no stage.
func TestGateAndPauseWithoutAStage(t *testing.T) {
	var b bytes.Buffer
	p := Plain(&b)
	until := time.Date(2026, 11, 23, 13, 50, 10, 0, time.UTC)
	p.Take(rollout.Record{Time: until, Event: rollout.Waiting{Batch: 2, Until: until}})
	p.Take(rollout.Record{Time: until, Event: rollout.Gate{Status: rollout.GatePassed, Detail: "2 hosts done"}})
	p.Take(rollout.Record{Time: until, Event: rollout.Waiting{Stage: "production", Batch: 3, Until: until}})
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	want := "waiting until 13:50:10 before batch 2\ngate passed, 2 hosts done\nproduction: waiting until 13:50:10 before batch 3\n"
	if b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
}
