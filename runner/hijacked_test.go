package runner

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"djship/assets"
	"djship/runner/scratch"
	"djship/steps/model"
)

// A process of an account may be stopped, traced and robbed of what it has open by the account's other
// processes. These tests look at what there is to be taken, and do what such a process could do.

// The login reads its upload for root into a pipe: a file of root's that its process had open could be
// written to between check and use.
func TestGuardGivesTheLoginNoFile(t *testing.T) {
	t.Parallel()
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		p, err := onScratch{s}.Exec(t.Context(), Guard("MARK", "SIGN", "r1", "nobody", "holder", false))
		if err != nil {
			t.Fatal(err)
		}
		defer p.Stdin.Close()
		scratch.Eventually(t, "a folder for uploads", func() bool {
			owner, _ := s.Try("stat -c %U " + uploads("r1"))
			return owner == "nobody\n"
		})
		s.Run("mkfifo " + uploads("r1") + "/bundle") // it reads for as long as the login likes
		if _, err := fmt.Fprintf(p.Stdin, "go 1000 %s\n", model.Sum("")); err != nil {
			t.Fatal(err)
		}
		var files string
		scratch.Eventually(t, "the login reads", func() bool {
			files, _ = s.Try(`for pid in $(grep -ls '^Uid:.65534' /proc/[0-9]*/status | cut -d/ -f3); do
	case $(tr '\0' ' ' </proc/$pid/cmdline) in "head -c"*) readlink /proc/$pid/fd/* ;; esac
done`)
			return files != ""
		})
		for file := range strings.Lines(files) {
			if file != "/dev/null\n" && !strings.HasPrefix(file, "pipe:") && !strings.Contains(file, "/upload.") {
				t.Errorf("the login's process has %s", file)
			}
		}
	})
}

// What holds the pipe of an account's reading process does not hold the probe.
func TestReadAsIsOverInTime(t *testing.T) {
	t.Parallel()
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		text := prelude("read_as nobody 'setsid sleep 1000 & echo said'; echo on")
		short := strings.Replace(text, "--foreground 13 ", "--foreground 1 ", 1)
		if short == text {
			t.Fatal("read_as does not say how long it reads")
		}
		begun := time.Now()
		if got := s.Run(short); !strings.HasSuffix(got, "on\n") {
			t.Errorf("%q", got)
		}
		if took := time.Since(begun); took > 30*time.Second {
			t.Errorf("it took %v", took)
		}
	})
}

// A process names itself as it likes, and ends when it likes.
func TestStartedOfOddNames(t *testing.T) {
	t.Parallel()
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		for _, name := range []string{"plain", `a\nb`, `x) S 1 (\n) R 2`, `\n`} {
			out := s.Run(prelude(fmt.Sprintf(`perl -e '$0 = "%s"; $| = 1; print "named\n"; sleep 1000' >/run/named & pid=$!
until [ -s /run/named ]; do sleep 0.01; done
started $pid
tr '\n' ' ' </proc/$pid/stat | sed 's/.*) //' | cut -d' ' -f20
kill $pid; rm /run/named`, name)))
			if got := strings.Fields(out); len(got) != 2 || got[0] != got[1] {
				t.Errorf("%q: %q", name, out)
			}
		}
	})
}

// A lock of apt's is told from one that another account has on a file of the same number elsewhere.
func TestLocksOfOthersAreNotApts(t *testing.T) {
	t.Parallel()
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		hold := func(by, file string) string {
			return s.Run(prelude(assets.Text("shell/apt.sh") + by + " flock -o " + file + ` sh -c 'echo >&3; sleep 1000' 3>/tmp/held >/dev/null 2>&1 & held=$!
until [ -s /tmp/held ]; do sleep 0.01; done
holder /run/lock-frontend | sed 's/[0-9][0-9]*/N/'
{ kill $held; wait $held; } 2>/dev/null || :
rm /tmp/held`))
		}
		s.Run(`: >/run/lock-frontend
until [ "$(stat -c %i /tmp/same 2>/dev/null)" = "$(stat -c %i /run/lock-frontend)" ]; do : >/tmp/next; mv /tmp/next /tmp/same; done`)
		if got := hold("", "/run/lock-frontend"); got != "flock (process N)\n" {
			t.Errorf("held by root: %q", got)
		}
		if got := hold("setpriv --reuid=65534 --regid=65534 --clear-groups", "/tmp/same"); got != "" {
			t.Errorf("held elsewhere by another account: %q", got)
		}
	})
}

// An index of the login's environment, with its password, is not a site's to see.
func TestSitesSeeNoIndex(t *testing.T) {
	t.Parallel()
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		s.Run("useradd -r -M -d /nonexistent djship-fetch")
		out := s.Run("export PIP_INDEX_URL=https://me:hidden@index PIP_EXTRA_INDEX_URL=https://me:hidden@other\n" +
			prelude("as nobody env\necho fetch:\nas djship-fetch env"))
		site, fetch, _ := strings.Cut(out, "fetch:\n")
		if strings.Contains(site, "hidden") || !strings.Contains(site, "LOGNAME=nobody\n") {
			t.Errorf("a site sees %q", site)
		}
		if !strings.Contains(fetch, "PIP_INDEX_URL=https://me:hidden@index\n") {
			t.Errorf("who fetches sees %q", fetch)
		}
	})
}

// What root keeps of a site's log to show it is small, whatever the log is.
func TestLogsOfASiteAreShort(t *testing.T) {
	t.Parallel()
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		_, functions, _ := strings.Cut(assets.Text("shell/gunicorn.sh"), "# logs prints")
		functions, _, _ = strings.Cut(functions, "# go_back")
		as, _, _ := strings.Cut(assets.Text("shell/gunicorn.sh")[strings.Index(assets.Text("shell/gunicorn.sh"), "as_site()"):], "\n")
		show := prelude("exec 2>&1\nsite=nobody program_log=/none gunicorn_log=/tmp/log program_end=0 gunicorn_end=0\ncontrol() { :; }\n" +
			as + "\n# " + functions + "\nulimit -v 200000\nlogs")
		s.Write("/tmp/log", "one\ntwo\n", 0o644)
		if got := s.Run(show); got != "/tmp/log:\none\ntwo\n/none:\n" {
			t.Errorf("a short log: %q", got)
		}
		if err := os.Truncate(s.Path("/tmp/log"), 1<<40); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Try(show); len(got) > 100000 || strings.Contains(got, "memory") || err != nil {
			t.Errorf("a log of 1 TiB without an end of line: %d bytes, %v, %.200q", len(got), err, got)
		}
		s.Run("rm /tmp/log; mkfifo -m 666 /tmp/log")
		if got := s.Run(show); got != "/tmp/log:\n/none:\n" {
			t.Errorf("a FIFO: %q", got)
		}
	})
}

// The command that a refusal names gives a site what lies in its home, and nothing that a link leads to.
func TestHintGivesNothingBehindLinks(t *testing.T) {
	t.Parallel()
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		s.Run(worker(s, ":")) // makes the account
		const home = "/webapps/example_project"
		s.Run("mkdir -p /srv/app " + home + "/example; touch /srv/app/theirs " + home + "/own " + home + "/example/theirs; ln -s /srv/app " + home + "/linked")
		for path, want := range map[string]string{"/own": "example\n", "/example/theirs": "example\n", "/linked/theirs": "root\n"} {
			c := model.Stat{Kind: "regular file", Owner: "root"}.Foreign(home+path, "example")
			_, command, ok := strings.Cut(c.Hint, "run there: sudo ")
			if !ok {
				t.Fatalf("%q", c.Hint)
			}
			s.Run(command)
			if got := s.Run("stat -Lc %U " + home + path); got != want {
				t.Errorf("%s belongs to %q after %s", path, got, command)
			}
		}
	})
}
