package report

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"djship/rollout"
)

// What several hosts have to say is told once, with their names, before whatever comes next; and what one alone says waits no longer than a moment.
func TestNotesOfSeveralHostsAreToldOnce(t *testing.T) {
	told := func(hosts []string, events ...rollout.Event) string {
		var b strings.Builder
		sink := Plain(&b)
		for _, e := range append([]rollout.Event{rollout.RunStart{Command: "push", Args: []string{"shop"}, Hosts: hosts}}, events...) {
			sink.Take(rollout.Record{Time: time.Now(), Event: e})
		}
		if err := sink.Close(); err != nil {
			t.Fatal(err)
		}
		_, rest, _ := strings.Cut(b.String(), "\n")
		return rest
	}
	note := func(host, text string) rollout.Event { return rollout.Note{Host: host, Text: text} }
	end := func(host string) rollout.Event { return rollout.HostEnd{Host: host, Status: rollout.OK} }
	two := []string{"web1", "web2"}
	for _, c := range []struct {
		name   string
		hosts  []string
		events []rollout.Event
		want   string
	}{
		{"one host", two[:1], []rollout.Event{note("web1", "a"), note("web1", "b")}, "! web1: a\n! web1: b\n"},
		{"two that say the same", two, []rollout.Event{note("web1", "a"), note("web2", "a"), note("web1", "b"), note("web2", "b")}, "! web1, web2: a\n! web1, web2: b\n"},
		{"each its own", two, []rollout.Event{note("web1", "a"), note("web2", "b")}, "! web1: a\n! web2: b\n"},
		{"before the next line", two, []rollout.Event{note("web1", "a"), note("web2", "a"), end("web1"), note("web2", "c")}, "! web1, web2: a\nweb1  ok  0.0s\n! web2: c\n"},
		{"before the next turn", two, []rollout.Event{rollout.TurnStart{Phase: "prepare"}, note("web1", "a"), rollout.TurnStart{Phase: "switch"}, note("web1", "b"), note("web2", "b")}, "\nprepare\n! web1: a\n\nswitch\n! web1, web2: b\n"},
		{"one that is of no host", two, []rollout.Event{note("web1", "a"), note("", "all"), note("web2", "a")}, "! web1: a\n! all\n! web2: a\n"},
		{"many", strings.Fields("a b c d e f g h"), []rollout.Event{note("a", "x"), note("b", "x"), note("c", "x"), note("d", "x"), note("e", "x"), note("f", "x"), note("g", "x"), note("h", "x")}, "! a, b, c, d, e, and 3 more: x\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := told(c.hosts, c.events...); got != c.want {
				t.Errorf("got\n%swant\n%s", got, c.want)
			}
		})
	}
	onTerminal(t, 60, func(term *vt, r *Reporter) {
		for _, e := range []rollout.Event{rollout.RunStart{Command: "push", Args: []string{"shop"}, Hosts: two}, note("web1", "waiting for apt")} {
			r.Take(rollout.Record{Time: time.Now(), Event: e})
		}
		time.Sleep(noteTime + 2*frameTime)
		synctest.Wait()
		if got := term.screen(); !strings.Contains(got, "! web1: waiting for apt") {
			t.Errorf("a moment later:\n%s", got)
		}
	})
}
