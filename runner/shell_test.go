package runner

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"testing"

	"djship/remote"
	"djship/runner/scratch"
	"djship/steps/model"
	"djship/steps/model/modeltest"
)

// A counted session counts what it starts.
type counted struct {
	onScratch
	execs, uploads *atomic.Int32
}

func newCounted(s *scratch.Root) counted {
	return counted{onScratch{s}, new(atomic.Int32), new(atomic.Int32)}
}

func (c counted) Exec(ctx context.Context, script remote.Script) (Running, error) {
	c.execs.Add(1)
	return c.onScratch.Exec(ctx, script)
}

func (c counted) Upload(ctx context.Context, dir string, files []remote.Upload) error {
	c.uploads.Add(1)
	return c.onScratch.Upload(ctx, dir, files)
}

func (counted) Direct() bool { return true }

// says runs a script and returns what it printed and how it ended.
func says(t *testing.T, s Session, text, stdin string) string {
	t.Helper()
	p, err := s.Exec(t.Context(), remote.Script{First: text, Stays: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(p.Stdin, stdin); err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(p.Stdout)
	return fmt.Sprintf("%s, %v, %v", out, err, p.Wait())
}

// Scripts run one after another in one shell; each leaves nothing behind, however it ends, and what is said to one that is over is dropped.
func TestShell(t *testing.T) {
	t.Parallel()
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		session := newCounted(s)
		shell := NewShell(session)
		for _, c := range []struct{ text, stdin, want string }{
			{"echo one; a=b; cd /tmp; set -e", "", "one\n, <nil>, <nil>"},
			{`echo "$a$PWD"; false; echo two`, "", "/\ntwo\n, <nil>, <nil>"},
			{"printf three; exit 7", "", "three, <nil>, exit status 7"},
			{`read -r line; echo "heard $line"`, "four\n", "heard four\n, <nil>, <nil>"},
			{"head -c 5 | tr a-z A-Z", "fives", "FIVES, <nil>, <nil>"},
			{"if", "", ", <nil>, exit status 2"},
			{"echo six # " + strings.Repeat("much ", 20000), "\n\nstop\n", "six\n, <nil>, <nil>"},
			{"exit", "", ", <nil>, <nil>"},
		} {
			got := says(t, shell, c.text, c.stdin)
			if c.text == "if" { // each shell has words of its own for it
				got = got[strings.LastIndex(got, ", <nil>, "):]
			}
			if got != c.want {
				t.Errorf("%.60s: %q, want %q", c.text, got, c.want)
			}
		}
		if n := session.execs.Load(); n != 1 {
			t.Errorf("%d execs", n)
		}
		// While one runs, another has an exec of its own; so has the next where the shell was ended.
		p, err := shell.Exec(t.Context(), remote.Script{First: "read -r _", Stays: true})
		if err != nil {
			t.Fatal(err)
		}
		if got := says(t, shell, "echo beside", ""); got != "beside\n, <nil>, <nil>" || session.execs.Load() != 2 {
			t.Errorf("%q, %d execs", got, session.execs.Load())
		}
		_ = p.Stdin.Close()
		remote.Drain(p.Stdout)
		ctx, cut := context.WithCancelCause(t.Context())
		p, err = shell.Exec(ctx, remote.Script{First: "echo begun; read -r _", Stays: true})
		if err != nil {
			t.Fatal(err)
		}
		enough := errors.New("enough")
		cut(enough)
		defer p.Stdin.Close() // a connection would do that
		if got := says(t, shell, "echo after", ""); got != "after\n, <nil>, <nil>" {
			t.Errorf("%q", got)
		}
	})
}

// A look, a plan that is applied and a look at what comes then cost one exec, and no upload where little is to be sent.
func TestShellForReal(t *testing.T) {
	t.Parallel()
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		session := newCounted(s)
		shell := NewShell(session)
		blob := modeltest.SeenBy{Called: "blob", Path: "/srv/blob", Plans: until("some bytes", model.Change{Told: model.Told{Verb: model.Create, Detail: "a blob"},
			Work: model.Work{Blobs: []model.Blob{smallBlob("some bytes")}, Script: model.Script("mkdir -p /srv; cat \"$(blob " + model.Sum("some bytes") + ")\" >/srv/blob")}})}
		next := modeltest.SeenBy{Called: "next", Path: "/srv/blob", Plans: func(o model.Observed) model.Change {
			return model.Change{Told: model.Told{Verb: model.Run, Detail: "saw " + o.Text}, Work: model.Work{Script: "true"}}
		}}
		list, then := NewList(blob), NewList(next)
		plan, err := Look(t.Context(), shell, list)
		if err != nil {
			t.Fatal(err)
		}
		var got told
		j := job(&got)
		j.uploads = false
		j.Then = &Then{All: then, Lists: []*List{then}}
		if err := Apply(t.Context(), shell, plan, j); err != nil {
			t.Fatal(err)
		}
		if len(j.Then.Plans) != 1 || j.Then.Plans[0].Items[0].Change.Detail != "saw some bytes" || !strings.HasPrefix(j.Then.Plans[0].Facts.Last, j.Run+" ") {
			t.Errorf("%+v", j.Then.Plans)
		}
		// The same plan again: the host was changed meanwhile.
		if err := Apply(t.Context(), shell, plan, j); !errors.Is(err, ErrStale) {
			t.Errorf("a stale plan: %v", err)
		}
		if execs, uploads := session.execs.Load(), session.uploads.Load(); execs != 1 || uploads != 0 {
			t.Errorf("%d execs, %d uploads", execs, uploads)
		}
		scratch.Eventually(t, "nothing is left", func() bool { return s.Run("ls -A /run/djship") == "lock\n" })
	})
}

func smallBlob(content string) model.Blob {
	return model.Blob{Sum: model.Sum(content), Size: int64(len(content)), Open: func(offset int64) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(content[offset:])), nil
	}}
}
