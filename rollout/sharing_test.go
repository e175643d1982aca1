package rollout

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"djship/steps/model"
)

// A handing is a Sharing of the aspect packages: hosts need the same of it that have the same system; all of them versions first, where it
// asks for that.
type handing struct {
	fails, versions bool

	mu      sync.Mutex
	fetched []string
	there   map[string]bool
}

func (h *handing) Needs(p model.Plan) (string, bool) {
	what := p.Facts.ID
	for _, it := range p.Items {
		if it.Step.Name() == "packages" {
			h.mu.Lock()
			defer h.mu.Unlock()
			if h.versions && !h.there["versions"] {
				return "versions", !it.Change.Acts()
			}
			return what, !it.Change.Acts() || h.there[what]
		}
	}
	return "", false
}

func (h *handing) Fetch(_ context.Context, s Connection, _ model.Plan, what string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.fetched = append(h.fetched, s.(*onShell).Connection.(*fakeSession).fake.name)
	if h.fails {
		return errors.New("no room")
	}
	h.there[what] = true
	return nil
}

// What hosts of one kind need is made by the first of them that lacks it, unless one has it, and is fetched once, where another
// lacks it, be it one of a later stage.
func TestSharing(t *testing.T) {
	tests := []struct {
		name    string
		hosts   []string
		given   func(*world, *handing)
		fetched string
		want    string // the order in which prepare begins
	}{
		{"one host", []string{"a"}, nil, "", "a"},
		{"the first makes it", []string{"a", "b", "c"}, nil, "a", "a, b, c"},
		{"one has it", []string{"a", "b"}, func(w *world, _ *handing) { w.hosts["b"].bad["packages"] = false }, "b", "b, a"},
		{"all have it", []string{"a", "b"}, func(w *world, _ *handing) {
			w.hosts["a"].bad["packages"], w.hosts["b"].bad["packages"] = false, false
		}, "", "a, b"},
		{"nothing else to do where it is", []string{"a", "b"}, func(w *world, _ *handing) { clear(w.hosts["a"].bad) }, "a", "b"},
		{"for a later stage", []string{"s/a", "p/b"}, func(w *world, _ *handing) { w.Pace.Yes = true }, "a", "a, b"},
		{"it can't be fetched", []string{"a", "b"}, func(_ *world, h *handing) { h.fails = true }, "a", "a, b"},
		{"the first fails", []string{"a", "b", "c"}, func(w *world, _ *handing) {
			w.hosts["a"].fails, w.Pace.MaxFail = "packages", Share{N: 1}
		}, "b", "a, b, c"},
		{"versions first", []string{"a", "b", "c", "d"}, func(w *world, h *handing) {
			h.versions, w.hosts["c"].system, w.hosts["d"].system = true, "other", "other"
		}, "a, a, c", "a, b, c, d"},
		{"versions for a later stage of another kind", []string{"s/a", "p/b"}, func(w *world, h *handing) {
			h.versions, w.Pace.Yes, w.hosts["b"].system = true, true, "other"
		}, "a", "a, b"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(tt.hosts...)
				w.push()
				h := &handing{there: map[string]bool{}}
				turns := NewTurns(Turn{Name: "prepare", List: listOf("tree", "packages"), Share: h}, Turn{Name: "switch", List: listOf("slot"), Rolls: true})
				for i := range w.Targets {
					w.Targets[i].Turns = turns
				}
				if tt.given != nil {
					tt.given(w, h)
				}
				w.run()
				var begun []string // of those at once, in the order of their names
				var last time.Time
				for _, r := range w.events {
					if e, ok := r.Event.(StepStart); ok && e.Step == "tree" {
						begun = append(begun, e.Host)
						if n := len(begun) - 2; r.Time == last && begun[n] > begun[n+1] {
							begun[n], begun[n+1] = begun[n+1], begun[n]
						}
						last = r.Time
					}
				}
				if diff := cmp.Diff(tt.want, strings.Join(begun, ", ")); diff != "" {
					t.Errorf("begun (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(tt.fetched, strings.Join(h.fetched, ", ")); diff != "" {
					t.Errorf("fetched (-want +got):\n%s", diff)
				}
				for name, f := range w.hosts {
					if len(f.sessions) > 1 && tt.name != "nothing else to do where it is" {
						t.Errorf("%s: %d logins", name, len(f.sessions))
					}
				}
			})
		})
	}
}

// What a host has that has ended well before the turn, since nothing was to be done on it, others are given in the turn.
func TestSharingOfHostsThatAreDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld("a", "b", "c")
		w.push()
		h := &handing{there: map[string]bool{}}
		turns := NewTurns(Turn{Name: "site", List: listOf("tree"), Rolls: true}, Turn{Name: "account", List: listOf("packages"), Share: h})
		for i := range w.Targets {
			w.Targets[i].Turns = turns
		}
		clear(w.hosts["b"].bad)
		w.run()
		if got := strings.Join(h.fetched, ", "); got != "b" {
			t.Errorf("fetched of %q", got)
		}
	})
}
