package logs

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// Of those that there were lines of logs without times are a quarter, or more where others do not fill the rest.
func TestLooseLinesLeaveRoom(t *testing.T) {
	for _, c := range []struct {
		first, firm, loose int
		want               string
	}{{8, 20, 20, "14 15 16 17 18 19 118 119"}, {8, 2, 20, "0 1 114 115 116 117 118 119"}, {8, 20, 1, "13 14 15 16 17 18 19 100"}, {8, 20, 0, "12 13 14 15 16 17 18 19"},
		{8, 2, 1, "0 1 100"}, {8, 0, 9, "101 102 103 104 105 106 107 108"}, {3, 9, 9, "6 7 8"}, {0, 9, 9, ""}} {
		var got []string
		o := NewOrder(c.first, func(at int) time.Time { return time.Unix(int64(at), 0) }, func(at int) bool { return at >= 100 }, func(at int) { got = append(got, fmt.Sprint(at)) })
		from := o.Source(func() {})
		for i := range c.loose {
			from.Add(100 + i)
		}
		for i := range c.firm {
			from.Add(i)
		}
		o.Live()
		if text := strings.Join(got, " "); text != c.want {
			t.Errorf("%d of %d and %d: %s, want %s", c.first, c.firm, c.loose, text, c.want)
		}
	}
}

// Lines come in the order of their times, and those of one source as they were added; of those that there were the last are printed. One waits for each source that may have an older one.
func TestOrder(t *testing.T) {
	type line struct {
		source string
		at     int64
	}
	var got, late []string
	o := NewOrder(3, func(l line) time.Time { return time.Unix(l.at, 0) }, func(line) bool { return false }, func(l line) { got = append(got, fmt.Sprint(l.source, l.at)) })
	sources := map[string]*Source[line]{}
	for _, name := range []string{"a", "b", "c"} {
		sources[name] = o.Source(func() { late = append(late, name) })
	}
	add := func(source string, at int64) { sources[source].Add(line{source, at}) }
	said := func(at int64, names ...string) {
		for _, name := range names {
			sources[name].Said(time.Unix(at, 0).Add(underWay))
		}
	}
	is := func(want string) {
		t.Helper()
		if text := strings.Join(got, " "); text != want {
			t.Errorf("%q, want %q", text, want)
		}
		got = nil
	}
	for _, l := range []line{{"a", 1}, {"a", 4}, {"b", 2}, {"b", 4}, {"b", 5}} {
		add(l.source, l.at)
	}
	said(5, "a", "b", "c")
	o.Tick(true)
	is("")
	o.Live()
	o.Live()
	is("a4 b4 b5")

	add("a", 9)
	said(9, "a", "c")
	o.Tick(false)
	is("")
	add("b", 8)
	said(8, "b")
	o.Tick(false)
	is("b8")
	add("b", 7) // behind what was said: it is where it comes
	add("b", 10)
	said(9, "b")
	o.Tick(false)
	is("b7 a9")
	said(10, "a", "b")
	sources["c"].End()
	o.Tick(false)
	is("b10")

	// One that hangs, or whose clock is behind, is waited for so long, and told of once.
	sources["c"].ended = false
	said(10, "a", "b", "c")
	add("a", 14)
	said(15, "a", "b")
	o.Tick(false)
	is("")
	said(16, "a", "b")
	o.Tick(false)
	o.Tick(false)
	is("a14")
	add("c", 11)
	o.Tick(false)
	is("c11")
	said(16, "c")
	add("a", 17)
	said(17, "a", "b")
	o.Tick(false)
	is("")
	said(17, "c")
	o.Tick(false)
	is("a17")
	// The lines of one whose clock is ahead wait for no longer than that, and nobody waits for them.
	add("a", 90)
	said(99, "a")
	add("b", 18)
	said(18, "b", "c")
	o.Tick(false)
	is("b18")
	o.held[0].came = time.Now().Add(-Longest)
	o.Tick(false)
	is("a90")
	add("a", 100)
	o.Tick(true)
	is("a100")
	if strings.Join(late, " ") != "c" {
		t.Errorf("late are %s", late)
	}
}
