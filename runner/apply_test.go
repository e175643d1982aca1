package runner

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"djship/remote"
	"djship/steps/advice"
	"djship/steps/model"
	"djship/steps/model/modeltest"
)

// A fakeHost is a session whose other side is a function: it reads what is said to it and prints
// what guard and work would.
type fakeHost struct {
	script func(h *fakeHost)
	ended  error // how the process ends
	lost   error // how its output ends, nil for in order

	mark     string
	heard    chan string // lines of stdin; closed with it
	out      *io.PipeWriter
	uploads  []remote.Upload
	dir      string // where they went
	uploaded int
	broken   error // of Upload
}

func (h *fakeHost) Exec(ctx context.Context, sent remote.Script) (Running, error) {
	script := sent.String()
	_, rest, _ := strings.Cut(script, "mark=")
	h.mark = strings.Fields(rest)[0]
	in, stdin := io.Pipe()
	stdout, out := io.Pipe()
	h.out, h.heard = out, make(chan string, 1000)
	go func() {
		for lines := bufio.NewScanner(in); lines.Scan(); {
			h.heard <- lines.Text()
		}
		close(h.heard)
	}()
	done := make(chan struct{})
	go func() {
		defer close(done)
		h.script(h)
		out.CloseWithError(h.lost)
		_ = in.Close() // nobody reads it now
	}()
	stop := context.AfterFunc(ctx, func() { _ = out.CloseWithError(io.EOF); _ = in.Close() })
	return Running{Stdin: stdin, Stdout: stdout, Wait: func() error { <-done; stop(); return h.ended }}, nil
}

func (h *fakeHost) Upload(_ context.Context, dir string, files []remote.Upload) error {
	h.uploads, h.dir = files, dir
	h.uploaded++
	return h.broken
}

func (h *fakeHost) DialContext(context.Context, string, string) (net.Conn, error) {
	return nil, io.ErrClosedPipe
}

func (h *fakeHost) User() string { return "deploy" }

func (h *fakeHost) Close() error { return nil }

// says prints a signal as m of the prelude does, or with a dot in front a line of a step's.
func (h *fakeHost) says(all ...string) {
	for _, s := range all {
		if line, plain := strings.CutPrefix(s, "."); plain {
			fmt.Fprintln(h.out, line)
		} else {
			fmt.Fprintf(h.out, "\n%s %s\n", h.mark, s)
		}
	}
}

// waits reads stdin until a line comes that is want, or until it ends.
func (h *fakeHost) waits(want string) bool {
	for line := range h.heard {
		if line == want || want == "go" && strings.HasPrefix(line, "go ") {
			return true
		}
	}
	return false
}

// queuing is a step that may have to wait for somebody else.
type queuing struct{ modeltest.Scripted }

func (queuing) MayWait() {}

// twoChanges are a plan of two; each is made when its probe prints "made".
func twoChanges() model.Plan {
	step := func(name string) model.Step {
		return queuing{modeltest.Scripted{Called: name, Plans: func(o model.Observed) model.Change {
			if o.Text == "made\n" {
				return model.Change{}
			}
			return model.Change{Told: model.Told{Verb: model.Create, Detail: "it lacks"}, Work: model.Work{Script: "make"}}
		}}}
	}
	return model.NewPlan([]model.Step{step("one"), modeltest.Scripted{Called: "idle", Plans: modeltest.Always(model.Change{})}, step("two")}, model.Facts{Last: "before"}, make([]model.Observed, 3))
}

func TestApply(t *testing.T) {
	t.Parallel()
	begun := func(h *fakeHost) { h.says("ready before"); h.waits("go"); h.says("begin 0") }
	lostLink := &remote.LostError{Err: io.ErrUnexpectedEOF}
	for _, c := range []struct {
		name    string
		host    fakeHost
		patient bool
		want    error
		told    []string
	}{
		{name: "all is made", host: fakeHost{script: func(h *fakeHost) {
			begun(h)
			h.says(".working\r", "probe 0", ".made", "done 0", "begin 1", "probe 1", ".made", "done 1", "over 0")
		}}, told: []string{"uploading", "began 0", "printed 0 working", "ended 0", "began 1", "ended 1"}},
		{name: "a step does not converge", host: fakeHost{script: func(h *fakeHost) {
			begun(h)
			h.says(".working", "probe 0", ".half", "done 0", "begin 1")
		}}, want: &StepError{Step: "one", Reason: "did not converge: it still wants to create (it lacks)", Tail: []string{"working"},
			Advice: undone},
			told: []string{"uploading", "began 0", "printed 0 working"}},
		{name: "a step fails, with the last lines of what it said and what to do", host: fakeHost{script: func(h *fakeHost) {
			begun(h)
			for i := range 30 {
				h.says(fmt.Sprintf(".line %d", i), ".")
			}
			h.says(".cp: No space left on device", "failed 0 7", "over 1")
		}}, want: &StepError{Step: "one", Reason: "exit status 7", Tail: append(numbered(30-tailLines+1, 30), "cp: No space left on device"),
			Advice: "the disk is full: make room on the host (`df -h` tells of bytes, `df -i` of files; `apt-get clean`), then run the same command again"}},
		{name: "the tail is the failed step's alone", host: fakeHost{script: func(h *fakeHost) {
			begun(h)
			h.says(".of one", "probe 0", ".made", "done 0", "begin 1", ".of two", "failed 1 1", "over 1")
		}}, want: &StepError{Step: "two", Reason: "exit status 1", Tail: []string{"of two"}, Advice: advice.For(nil)}},
		{name: "the lock is somebody's", host: fakeHost{script: func(h *fakeHost) { h.says("locked 812 99 ann@laptop, deploy") }, ended: &remote.ExitError{Status: 75}},
			want: &LockedError{Holder{"812", "99", "ann@laptop, deploy"}}},
		{name: "the lock is waited for, and said so once", patient: true, host: fakeHost{script: func(h *fakeHost) {
			h.says("locked 812 99 ann", "locked 812 99 ann", "locked 900 98 bob")
			begun(h)
			h.says("probe 0", ".made", "done 0", "begin 1", "probe 1", ".made", "done 1", "over 0")
		}}, told: []string{"locked ann", "locked bob", "uploading", "began 0", "ended 0", "began 1", "ended 1"}},
		{name: "another run has changed the host", host: fakeHost{script: func(h *fakeHost) { h.says("ready another"); h.waits("") }}, want: ErrStale},
		{name: "the upload fails", host: fakeHost{script: begun, broken: io.ErrShortWrite}, want: io.ErrShortWrite},
		{name: "the connection is lost", host: fakeHost{script: begun, lost: lostLink}, want: lostLink, told: []string{"uploading", "began 0"}},
		{name: "the output ends and the process says that it was lost", host: fakeHost{script: begun, ended: lostLink}, want: lostLink},
		{name: "the process ends too early, as if all was well", host: fakeHost{script: begun}, want: lostLink},
		{name: "the work can't begin", host: fakeHost{script: func(h *fakeHost) { h.says(".mkdir: Read-only file system") }, ended: &remote.ExitError{Status: 1}},
			want: &StepError{Step: "start of the work", Reason: "exit status 1", Tail: []string{"mkdir: Read-only file system"}, Advice: advice.For([]string{"Read-only file system"})}},
		{name: "the work is killed", host: fakeHost{script: func(h *fakeHost) { begun(h); h.says(".working", "over 137") }},
			want: &StepError{Step: "one", Reason: "the work on the host ended with status 137", Tail: []string{"working"}, Advice: advice.For(nil)}},
		{name: "the lock is broken", host: fakeHost{script: func(h *fakeHost) { begun(h); h.says(".working", "over 143") }},
			want: &StepError{Step: "one", Reason: "was ended on the host, by `djship unlock` or by hand", Tail: []string{"working"},
				Advice: "run the same command again: it goes on where it was"}},
		{name: "a step waits for somebody", host: fakeHost{script: func(h *fakeHost) { begun(h); h.says(".:waits: unattended-upgr (process 812)", "failed 0 1") }},
			want: &StepError{Step: "one", Reason: "exit status 1", Advice: advice.For(nil)}, told: []string{"uploading", "began 0", "waits unattended-upgr (process 812)"}},
		{name: "pip compiles, and that is said", host: fakeHost{script: func(h *fakeHost) {
			begun(h)
			h.says(".:  Building wheel for lxml (pyproject.toml): started", ".:  Building wheel for lxml (pyproject.toml): still running...", "failed 0 1")
		}}, want: &StepError{Step: "one", Reason: "exit status 1", Advice: advice.For(nil), Tail: []string{"  Building wheel for lxml (pyproject.toml): started",
			"compiling lxml, which the index has no wheel of for this host: it may take many minutes", "  Building wheel for lxml (pyproject.toml): still running..."}},
			told: []string{"uploading", "began 0", "printed 0   Building wheel for lxml (pyproject.toml): started",
				"printed 0 compiling lxml, which the index has no wheel of for this host: it may take many minutes",
				"printed 0   Building wheel for lxml (pyproject.toml): still running..."}},
		{name: "stopped", host: fakeHost{script: func(h *fakeHost) { h.says("stopped") }}, want: ErrStopped},
		{name: "a host that says it is over too early", host: fakeHost{script: func(h *fakeHost) { begun(h); h.says("over 0") }}, want: ErrGarbled},
		{name: "a host that leaves a change out", host: fakeHost{script: func(h *fakeHost) { begun(h); h.says("begin 2") }}, want: ErrGarbled},
		{name: "a host that begins what is not planned", host: fakeHost{script: func(h *fakeHost) { begun(h); h.says("probe 0", ".made", "done 0", "begin 99999") }}, want: ErrGarbled},
		{name: "a host that goes back", host: fakeHost{script: func(h *fakeHost) { begun(h); h.says("begin -1") }}, want: ErrGarbled},
		{name: "a host that ends what has not begun", host: fakeHost{script: func(h *fakeHost) { h.says("done 0") }}, want: ErrGarbled},
		{name: "a host that never stops to answer a probe", host: fakeHost{script: func(h *fakeHost) {
			begun(h)
			h.says("probe 0")
			for open := true; open; fmt.Fprintln(h.out, strings.Repeat("x", 60<<10)) {
				select {
				case _, open = <-h.heard:
				default:
				}
			}
		}}, want: &StepError{Step: "one", Reason: "the host answered more than 16 MiB to the probe", Advice: printsWithoutEnd}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var got told
				j := job(&got)
				j.Patient = c.patient
				err := Apply(t.Context(), &c.host, twoChanges(), j)
				if diff := cmp.Diff(fmt.Sprintf("%#v", c.want), fmt.Sprintf("%#v", err)); diff != "" && !errors.Is(err, c.want) {
					t.Errorf("error (-want +got):\n%s", cmp.Diff(c.want, err))
				}
				if c.told != nil && cmp.Diff(c.told, got.all) != "" {
					t.Errorf("told (-want +got):\n%s", cmp.Diff(c.told, got.all))
				}
			})
		})
	}
}

func numbered(from, to int) []string {
	var all []string
	for i := from; i < to; i++ {
		all = append(all, fmt.Sprintf("line %d", i))
	}
	return all
}

// What hangs has a limit, which the error names; the host is told by the end of stdin.
func TestApplyLimits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, reason, step string
		limit, took        time.Duration
		script             func(h *fakeHost)
	}{
		{"a step of ten minutes", "took longer than 10m0s", "one", 0, 10 * time.Minute,
			func(h *fakeHost) {
				h.says("ready before")
				h.waits("go")
				h.says("begin 0")
				h.waits("never")
				h.says("over 143")
			}},
		{"a step that may take longer", "took longer than 40m0s", "one", 40 * time.Minute, 40 * time.Minute,
			func(h *fakeHost) {
				h.says("ready before")
				h.waits("go")
				h.says("begin 0")
				h.waits("never")
				h.says("over 143")
			}},
		{"a guard that does not come up", "took longer than 10m0s", "start of the work", 0, 10 * time.Minute, func(h *fakeHost) { h.waits("never") }},
		{"a host that does not even hear the end", "took longer than 10m0s", "one", 0, 10*time.Minute + leaveLimit,
			func(h *fakeHost) { h.says("ready before"); h.waits("go"); h.says("begin 0"); h.waits("never") }},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				plan := twoChanges()
				for i := range plan.Items {
					plan.Items[i].Change.Limit = c.limit
				}
				var got told
				began := time.Now()
				err := Apply(t.Context(), &fakeHost{script: c.script}, plan, job(&got))
				var failed *StepError
				if !errors.As(err, &failed) || failed.Step != c.step || failed.Reason != c.reason || failed.Hint() == "" {
					t.Errorf("%v", err)
				}
				if took := time.Since(began); took > c.took {
					t.Errorf("it took %v", took)
				}
			})
		})
	}
}

// A side that works for long gives signs of life.
func TestApplyGivesSignsOfLife(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		signs := 0
		h := &fakeHost{script: func(h *fakeHost) {
			h.says("ready before")
			h.waits("go")
			h.says("begin 0")
			for end := time.After(time.Minute); ; {
				select {
				case <-h.heard:
					signs++
					continue
				case <-end:
				}
				break
			}
			h.says("probe 0", ".made", "done 0", "begin 1", "probe 1", ".made", "done 1", "over 0")
		}}
		var got told
		if err := Apply(t.Context(), h, twoChanges(), job(&got)); err != nil {
			t.Fatal(err)
		}
		if signs < 10 || signs > 13 {
			t.Errorf("%d signs of life in a minute; the guard takes 16 seconds of silence for death", signs)
		}
	})
}

// A wish to stop is said once; the change that runs ends.
func TestApplyStops(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		stop := make(chan struct{})
		h := &fakeHost{script: func(h *fakeHost) {
			h.says("ready before")
			h.waits("go")
			h.says("begin 0")
			close(stop)
			h.waits("stop")
			h.says("probe 0", ".made", "done 0", "stopped", "over 0")
		}}
		var got told
		j := job(&got)
		j.Stop = stop
		if err := Apply(t.Context(), h, twoChanges(), j); !errors.Is(err, ErrStopped) {
			t.Errorf("%v", err)
		}
		if diff := cmp.Diff([]string{"uploading", "began 0", "ended 0"}, got.all); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestApplyIsCutOff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cut := context.WithCancelCause(t.Context())
		enough := errors.New("interrupted twice")
		h := &fakeHost{script: func(h *fakeHost) {
			h.says("ready before")
			h.waits("go")
			h.says("begin 0")
			cut(enough)
			h.waits("never")
		}}
		var got told
		if err := Apply(ctx, h, twoChanges(), job(&got)); !errors.Is(err, enough) {
			t.Errorf("%v", err)
		}
	})
}

func TestLookTellsWhyNot(t *testing.T) {
	t.Parallel()
	list := []model.Step{modeltest.Scripted{Called: "one", Plans: modeltest.Always(model.Change{})}}
	for _, c := range []struct {
		name string
		host fakeHost
		want string
	}{
		{"no answer", fakeHost{script: func(*fakeHost) {}, ended: &remote.ExitError{Status: 2}}, "the probe did not end: exit status 2"},
		{"a broken shell", fakeHost{script: func(h *fakeHost) { h.says("facts", ".sh: syntax error") }, ended: &remote.ExitError{Status: 2}},
			"the probe did not end: exit status 2: sh: syntax error"},
		{"a lost connection", fakeHost{script: func(h *fakeHost) { h.says("facts") }, ended: &remote.LostError{Err: io.EOF}}, "the probe did not end: lost the connection: EOF"},
		{"an answer without the step", fakeHost{script: func(h *fakeHost) { h.says("facts", "end") }}, ErrGarbled.Error()},
		{"a whole answer", fakeHost{script: func(h *fakeHost) { h.says("facts", "0", "end") }}, ""},
		{"a whole answer and noise", fakeHost{script: func(h *fakeHost) { h.says(".Welcome", "facts", "0", "end", ".logout") }}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, err := Look(t.Context(), &c.host, NewList(list...))
				if got := fmt.Sprint(err); got != c.want && (err != nil || c.want != "") {
					t.Errorf("%q, want %q", got, c.want)
				}
			})
		})
	}
}
