package runner

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"djship/remote"
	"djship/steps/model"
	"djship/steps/model/modeltest"
)

// Several lists are looked at by one exec; what one plans is nothing to the other, whatever their steps are called.
func TestLookAtAll(t *testing.T) {
	t.Parallel()
	tells := func(o model.Observed) model.Change {
		if o.Due || strings.TrimSpace(o.Text) == "" {
			return model.Change{}
		}
		return model.Change{Told: model.Told{Verb: model.Run, Detail: strings.TrimSpace(o.Text)}, Schedule: model.Schedule{Notify: []string{"test:two"}}}
	}
	one, two := modeltest.Scripted{Called: "one", Plans: tells}, modeltest.Scripted{Called: "two", Plans: tells}
	host := fakeHost{script: func(h *fakeHost) { h.says("facts", ".id debian", "0", ".a", "1", "2", ".c", "end") }}
	synctest.Test(t, func(t *testing.T) {
		plans, err := LookAtAll(t.Context(), &host, nil, NewList(one, one, two), NewList(one), NewList(one, two))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for i, p := range plans {
			for _, it := range p.Changes() {
				got = append(got, fmt.Sprint(i, " ", it.Step.Name(), ": ", it.Change.Detail))
			}
			if p.Facts.ID != "debian" {
				t.Errorf("the facts of plan %d: %+v", i, p.Facts)
			}
		}
		if want := []string{"0 one: a", "1 two: c"}; !slices.Equal(got, want) {
			t.Errorf("planned: %q, want %q", got, want)
		}
	})
}

// A host that does not come to an end of its answer, by silence or by printing, is refused by a step's
// error: it could be reached. What is named is what was looked at.
func TestLookHasLimits(t *testing.T) {
	t.Parallel()
	list := []model.Step{modeltest.Scripted{Called: "one", Plans: modeltest.Always(model.Change{})}, modeltest.Scripted{Called: "two", Plans: modeltest.Always(model.Change{})}}
	silent := func(says ...string) func(*fakeHost) {
		return func(h *fakeHost) { h.says(says...); h.waits("never") }
	}
	endless := func(says ...string) func(*fakeHost) {
		return func(h *fakeHost) {
			h.says(says...)
			for line := bytes.Repeat([]byte("x"), 64<<10); ; {
				if _, err := h.out.Write(line); err != nil {
					return
				}
			}
		}
	}
	const late, much = "took longer than 1m0s to be looked at", "the host answered more than 16 MiB to the probe"
	// What a session's Wait says where it was cut off by its limit, and one that was ended by its lifeline.
	killed := &remote.ExitError{Signal: "TERM"}
	for _, c := range []struct {
		name string
		host fakeHost
		want string
		took time.Duration
	}{
		{"silent from its start", fakeHost{script: silent(), ended: errLate}, "start of the probe: " + late, lookLimit + leaveLimit},
		{"silent at its facts", fakeHost{script: silent("facts", ".id debian"), ended: errLate}, "facts of the host: " + late, lookLimit + leaveLimit},
		{"silent at its disks", fakeHost{script: silent("facts", ".id debian", ".available 1"), ended: errLate}, "disks (df): " + late, lookLimit + leaveLimit},
		{"silent at its files", fakeHost{script: silent("facts", ".id debian", ".available 1", ".disk 1 /"), ended: errLate}, "facts of the host: " + late, lookLimit + leaveLimit},
		{"silent at a step", fakeHost{script: silent("facts", "0", "1"), ended: errLate}, "two: " + late, lookLimit + leaveLimit},
		{"silent at a home", fakeHost{script: silent("facts", "0", "1", "home example"), ended: errLate}, "home of example: " + late, lookLimit + leaveLimit},
		{"endless at a step", fakeHost{script: endless("facts", "0"), ended: killed}, "one: " + much, 0},
		{"endless at its facts", fakeHost{script: endless("facts"), ended: killed}, "facts of the host: " + much, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				_, err := Look(t.Context(), &c.host, NewList(list...))
				var failed *StepError
				if !errors.As(err, &failed) || failed.Error() != c.want || !strings.HasPrefix(failed.Hint(), "see on the host what ") {
					t.Errorf("%v\nwant %s", err, c.want)
				}
				if took := time.Since(began); took > c.took {
					t.Errorf("it took %v", took)
				}
			})
		})
	}
}
