package runner

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"djship/remote"
	"djship/runner/scratch"
	"djship/steps/advice"
	"djship/steps/model"
	"djship/steps/model/modeltest"
)

// until gives c until the probe shows want.
func until(want string, c model.Change) func(model.Observed) model.Change {
	return func(o model.Observed) model.Change {
		if o.Text == want && !o.Due {
			return model.Change{}
		}
		return c
	}
}

// told is what an Apply told, in words.
type told struct{ all []string }

func (a *told) tell(p Progress) {
	word := map[ProgressKind]string{Locked: "locked", Uploading: "uploading", Sending: "sending", Began: "began", Printed: "printed", Ended: "ended", Waiting: "waits"}[p.Kind]
	switch p.Kind {
	case Began, Ended:
		word = fmt.Sprintf("%s %d", word, p.Index)
	case Printed:
		word = fmt.Sprintf("%s %d %s", word, p.Index, p.Text)
	case Sending:
		word = fmt.Sprintf("%s %d of %d", word, p.Sent, p.Size)
	case Locked, Waiting:
		word += " " + p.Text
	}
	a.all = append(a.all, word)
}

func job(a *told) Job {
	return Job{Run: "20261123-114501-a1b2", Holder: "ann@laptop, deploy", Now: time.Unix(1_795_000_000, 0), Tell: a.tell, uploads: true}
}

func look(t *testing.T, s Session, list []model.Step) model.Plan {
	t.Helper()
	p, err := Look(t.Context(), s, NewList(list...))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// A whole run on a real shell: look, apply, look again.
func TestApplyForReal(t *testing.T) {
	t.Parallel()
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		list := []model.Step{
			modeltest.SeenBy{Called: "file", Path: "/srv/file", Plans: until("content\n", model.Change{Told: model.Told{Verb: model.Create, Detail: "a file"}, Work: model.Work{Before: "mkdir -p /srv; echo before",
				Files: []model.File{{Path: "/srv/file", Content: "content\n", Mode: "0640"}}, Script: "echo after; echo; cat /srv/file"}, Schedule: model.Schedule{Notify: []string{"test:reload-it"}}})},
			modeltest.Scripted{Called: "idle", Plans: modeltest.Always(model.Change{})},
			modeltest.Scripted{Called: "reload it", Plans: modeltest.WhenDue(model.Change{Told: model.Told{Verb: model.Reload, Detail: "a reload"}, Work: model.Work{Script: "ls /var/lib/djship/due; cat"}, Schedule: model.Schedule{Redo: true}})},
		}
		var got told
		if err := Apply(t.Context(), onScratch{s}, look(t, onScratch{s}, list), job(&got)); err != nil {
			t.Fatal(err)
		}
		want := []string{"uploading", "began 0", "printed 0 before", "printed 0 after", "printed 0 ", "printed 0 content", "ended 0",
			"began 1", "printed 1 test-reload-it", "ended 1"}
		if diff := cmp.Diff(want, got.all); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		scratch.Eventually(t, "the guard has left nothing", func() bool { return s.Run("ls -A /run/djship") == "lock\n" && len(s.Processes()) == 0 })
		for path, want := range map[string]string{"/var/lib/djship/history": "ann@laptop, deploy, 20261123-114501-a1b2\ndone 20261123-114501-a1b2\n",
			"/var/lib/djship/written": model.Sum("content\n") + "  /srv/file\n"} {
			if s.Read(path) != want {
				t.Errorf("%s: %q", path, s.Read(path))
			}
		}
		if last := s.Read("/var/lib/djship/last"); !strings.HasPrefix(last, "20261123-114501-a1b2 ") {
			t.Errorf("the last run: %q", last)
		}
		if got := s.Run("ls /var/lib/djship/due"); got != "" {
			t.Errorf("still due: %s", got)
		}
		if again := look(t, onScratch{s}, list); len(again.Changes()) > 0 {
			t.Errorf("a second run wants %v", modeltest.Names(again.Changes()))
		}
	})
}

// A step that fails ends the run; what it has made due is due in the next one.
func TestApplyGoesOnWhereItWas(t *testing.T) {
	t.Parallel()
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		never := modeltest.Scripted{Called: "never", Plans: modeltest.Always(model.Change{Told: model.Told{Verb: model.Run, Detail: "must not run"}, Work: model.Work{Script: "touch /srv/never"}})}
		fails := "echo one; echo two; false; echo three"
		list := []model.Step{
			modeltest.Scripted{Called: "unmet", Plans: modeltest.Always(model.Change{Told: model.Told{Verb: model.Run, Detail: "before"}, Work: model.Work{Before: "false", Script: "touch /srv/unmet"}, Schedule: model.Schedule{Notify: []string{"test:reload-it"}}})},
			never,
		}
		var got told
		err := Apply(t.Context(), onScratch{s}, look(t, onScratch{s}, list), job(&got))
		want := &StepError{Step: "unmet", Reason: "exit status 1", Advice: advice.For(nil)}
		if diff := cmp.Diff(want, err); diff != "" {
			t.Errorf("Before fails (-want +got):\n%s", diff)
		}
		if s.Read("/var/lib/djship/due/test-reload-it") != "absent" || s.Read("/srv/unmet") != "absent" {
			t.Errorf("Before has failed and something was done")
		}

		list = []model.Step{modeltest.Scripted{Called: "half", Plans: modeltest.Always(model.Change{Told: model.Told{Verb: model.Run, Detail: "fails"}, Work: model.Work{Script: model.Script(fails)}, Schedule: model.Schedule{Redo: true, Notify: []string{"test:reload-it"}}})}, never,
			modeltest.Scripted{Called: "reload it", Plans: modeltest.WhenDue(model.Change{Told: model.Told{Verb: model.Reload, Detail: "a reload"}, Work: model.Work{Script: "true"}})}}
		err = Apply(t.Context(), onScratch{s}, look(t, onScratch{s}, list), job(&got))
		want = &StepError{Step: "half", Reason: "exit status 1", Tail: []string{"one", "two"}, Advice: advice.For(nil)}
		if diff := cmp.Diff(want, err); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if s.Read("/srv/never") != "absent" {
			t.Errorf("a later step has run")
		}

		// The next run finds nothing to change but what is due.
		list[0] = modeltest.Scripted{Called: "half", Plans: modeltest.WhenDue(model.Change{Told: model.Told{Verb: model.Run, Detail: "again"}, Work: model.Work{Script: "true"}, Schedule: model.Schedule{Redo: true}})}
		list[1] = modeltest.Scripted{Called: "idle", Plans: modeltest.Always(model.Change{})}
		p := look(t, onScratch{s}, list)
		if diff := cmp.Diff([]string{"half", "reload it"}, modeltest.Names(p.Changes())); diff != "" {
			t.Errorf("due (-want +got):\n%s", diff)
		}
		if err := Apply(t.Context(), onScratch{s}, p, job(&got)); err != nil {
			t.Error(err)
		}
		if left := look(t, onScratch{s}, list).Changes(); len(left) > 0 {
			t.Errorf("still due: %v", modeltest.Names(left))
		}
	})
}

// What an older djship has left due, by a step's name, is due, and noted no more once the step has acted.
func TestMarksOfNames(t *testing.T) {
	t.Parallel()
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		list := []model.Step{
			modeltest.Scripted{Called: "reload it", Plans: modeltest.WhenDue(model.Change{Told: model.Told{Verb: model.Reload, Detail: "a reload"}, Work: model.Work{Script: "ls /var/lib/djship/due"}, Schedule: model.Schedule{Redo: true}})},
			modeltest.Scripted{Called: "other", Plans: modeltest.WhenDue(model.Change{Told: model.Told{Verb: model.Run, Detail: "not due"}, Work: model.Work{Script: "true"}})},
		}
		s.Write("/var/lib/djship/due/reload-it", "", 0o600)
		s.Write("/var/lib/djship/due/of-another-site", "", 0o600)
		var got told
		if err := Apply(t.Context(), onScratch{s}, look(t, onScratch{s}, list), job(&got)); err != nil {
			t.Fatal(err)
		}
		want := []string{"uploading", "began 0", "printed 0 of-another-site", "printed 0 reload-it", "printed 0 test-reload-it", "ended 0"}
		if diff := cmp.Diff(want, got.all); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if got := s.Run("ls /var/lib/djship/due"); got != "of-another-site\n" {
			t.Errorf("still due: %q", got)
		}
	})
}

func TestStopBetweenChanges(t *testing.T) {
	t.Parallel()
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		list := []model.Step{
			modeltest.Scripted{Called: "first", Plans: modeltest.Always(model.Change{Told: model.Told{Verb: model.Run, Detail: "x"}, Work: model.Work{Script: "mkdir -p /srv; touch /srv/begun; until [ -e /srv/go ]; do sleep 0.01; done"}})},
			modeltest.Scripted{Called: "second", Plans: modeltest.Always(model.Change{Told: model.Told{Verb: model.Run, Detail: "x"}, Work: model.Work{Script: "touch /srv/second"}})},
		}
		list[0] = modeltest.SeenBy{Called: "first", Path: "/srv/begun", Plans: until("", list[0].(modeltest.Scripted).Plans(model.Observed{}))}
		stop := make(chan struct{})
		var got told
		j := job(&got)
		j.Stop = stop
		done := make(chan error)
		p := look(t, onScratch{s}, list)
		go func() { done <- Apply(t.Context(), onScratch{s}, p, j) }()
		scratch.Eventually(t, "the first change has begun", func() bool { return s.Read("/srv/begun") == "" })
		close(stop)
		scratch.Eventually(t, "the wish to stop has arrived", func() bool { return s.Read("/run/djship/stage.20261123-114501-a1b2/stop") == "" })
		s.Write("/srv/go", "", 0o644)
		if err := <-done; !errors.Is(err, ErrStopped) {
			t.Errorf("%v", err)
		}
		if s.Read("/srv/second") != "absent" || !slices.Contains(got.all, "ended 0") {
			t.Errorf("%v", got.all)
		}
		scratch.Eventually(t, "the guard has left nothing", func() bool { return s.Run("ls -A /run/djship") == "lock\n" && len(s.Processes()) == 0 })
	})
}

// onScratch is a scratch as a host that somebody has logged in to.
type onScratch struct{ *scratch.Root }

// Exec implements Session.
func (s onScratch) Exec(ctx context.Context, sent remote.Script) (Running, error) {
	script := sent.String()
	cmd := s.Command(ctx, script)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return Running{}, err
	}
	out, in, err := os.Pipe()
	if err != nil {
		return Running{}, err
	}
	cmd.Stdout, cmd.Stderr = in, in
	err = cmd.Start()
	_ = in.Close()
	wait := func() error {
		defer out.Close()
		if err := cmd.Wait(); err != nil {
			return &remote.ExitError{Status: cmd.ProcessState.ExitCode()}
		}
		return nil
	}
	return Running{Stdin: stdin, Stdout: out, Wait: wait}, err
}

// Upload implements Session.
func (s onScratch) Upload(_ context.Context, dir string, files []remote.Upload) error {
	for _, f := range files {
		if err := os.WriteFile(filepath.Join(s.Path(dir), f.Name), f.Content, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// DialContext implements Session.
func (s onScratch) DialContext(context.Context, string, string) (net.Conn, error) {
	return nil, io.ErrClosedPipe
}

// User implements Session.
func (s onScratch) User() string { return "root" }

// Close implements Session.
func (s onScratch) Close() error { return nil }
