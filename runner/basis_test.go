package runner

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"

	"djship/delta"
	"djship/remote"
	"djship/runner/scratch"
	"djship/steps/model"
	"djship/steps/model/modeltest"
)

// A keeping session says whether its host keeps the basis.
type keeping struct {
	onScratch
	kept bool
	told *atomic.Int32 // how often it was told that it does now
}

func (k keeping) Keeps(*delta.Basis) (kept, known bool) { return k.kept, true }

// Exec runs a script where there is what takes deltas apart, as after one that was sent briefly.
func (k keeping) Exec(ctx context.Context, script remote.Script) (Running, error) {
	script.First = basis().Expander() + script.First
	return k.onScratch.Exec(ctx, script)
}

func (k keeping) NowKeeps(*delta.Basis) { k.told.Add(1) }

// A host that lacks the basis gets it with the first changes, in the place of older ones; one that keeps it gets what the work has besides. One whose basis is
// gone meanwhile ends before anything is changed.
func TestBasisOnAHost(t *testing.T) {
	t.Parallel()
	file := modeltest.SeenBy{Called: "file", Path: "/srv/file", Plans: until("content\n", model.Change{Told: model.Told{Verb: model.Create, Detail: "a file"},
		Work: model.Work{Before: "mkdir -p /srv", Files: []model.File{{Path: "/srv/file", Content: "content\n", Mode: "0640"}}}})}
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		s.Write(model.State+"/texts/old", "an older one", 0o600)
		for _, kept := range []bool{false, true, true} {
			session := keeping{onScratch{s}, kept, new(atomic.Int32)}
			var got told
			if err := Apply(t.Context(), session, look(t, session, []model.Step{file}), job(&got)); err != nil {
				t.Fatalf("kept %v: %v", kept, err)
			}
			if n := strings.Count(strings.Join(got.all, " "), "ended 0"); n != 1 || s.Read("/srv/file") != "content\n" {
				t.Errorf("kept %v: %q", kept, got.all)
			}
			if told := session.told.Load() == 1; told == kept {
				t.Errorf("kept %v, told %v", kept, told)
			}
			s.Run("rm -r /srv/file")
			if names := s.Run("cd " + model.State + "/texts && stat -c '%n %a %U' * && cat * | sha256sum"); names != basis().Sum+" 600 root\n"+basis().Sum+"  -\n" {
				t.Errorf("kept %v: %s", kept, names)
			}
		}
		s.Run("rm " + basis().Path)
		session := keeping{onScratch{s}, true, new(atomic.Int32)}
		if err := Apply(t.Context(), session, look(t, session, []model.Step{file}), job(new(told))); err == nil || s.Run("ls /srv") != "" {
			t.Errorf("without a basis: %v, %q", err, s.Run("ls /srv"))
		}
	})
}

// What is sent to a host that keeps the basis is a fraction of the whole.
func TestDeltaIsSmall(t *testing.T) {
	t.Parallel()
	changes := []model.Item{{Step: modeltest.Scripted{Called: "one"}, Change: model.Change{Work: model.Work{Script: "echo"}}}}
	whole, brief := Work(changes, Job{Run: "r"}), Work(changes, Job{Run: "r", kept: true})
	if len(brief)*5 > len(whole) {
		t.Errorf("%d bytes in the place of %d", len(brief), len(whole))
	}
}
