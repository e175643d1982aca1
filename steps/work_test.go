package steps

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"djship/assets"
)

// worker is what precedes the changes of a run, with a folder of uploads and a site's account.
func worker(s *scratch, text string) string {
	const setup = `stage=/run/stage stamp=20261123T114501Z
mkdir -p "$stage" /webapps/example_project
getent passwd example >/dev/null || { groupadd -rf webapps; useradd -r -M -g webapps -d /webapps/example_project -s /bin/bash -p '!' example; }
chown example:webapps /webapps/example_project
`
	return prelude(setup + assets.Text("shell/work.sh") + "\nset -e\n" + text)
}

func TestPut(t *testing.T) {
	const path = "/etc/djship-test.conf"
	eachShell(t, func(t *testing.T, s *scratch) {
		s.write("/run/stage/file", "new\n", 0o600)
		got := s.run(worker(s, "put /run/stage/file "+path+" root 0640 SUM -; stat -c '%U:%G %a' "+path))
		if got != "root:root 640\n" || s.read(path) != "new\n" {
			t.Errorf("a new file is %q and holds %q", got, s.read(path))
		}
		s.run(worker(s, "put /run/stage/file "+path+" root 0640 SUM -; put /run/stage/file "+path+" root 0640 OTHER -"))
		if got := s.read("/var/lib/djship/written"); got != "SUM  "+path+"\nOTHER  "+path+"\n" {
			t.Errorf("written: %q", got)
		}
		got = s.run(worker(s, "put /run/stage/file /webapps/example_project/x example 0755 SUM -; stat -c '%U:%G %a' /webapps/example_project/x"))
		if got != "example:webapps 755\n" {
			t.Errorf("a site's file is %q", got)
		}
		out, err := s.try(worker(s, "chmod 700 /etc/ssl/private; put /run/stage/file /etc/ssl/private/x example 0644 SUM -"))
		if err == nil || !strings.Contains(out, "Permission denied") || s.read("/etc/ssl/private/x") != "absent" {
			t.Errorf("a site's file where only root may write: %v %s", err, out)
		}
		s.run("rm -f " + path + "; ln -s /etc/hostname " + path)
		hostname := s.read("/etc/hostname")
		s.run(worker(s, "put /run/stage/file "+path+" root 0644 SUM -; [ ! -L "+path+" ]"))
		if s.read("/etc/hostname") != hostname {
			t.Errorf("put wrote through a link")
		}
		for _, path := range s.written() {
			if strings.HasSuffix(path, ".djship-new") || strings.HasSuffix(path, ".new") {
				t.Errorf("left behind: %s", path)
			}
		}
	})
}

// put is watched half-way, and killed there: the content comes through a pipe that is held open.
func TestPutIsWholeOrNotAtAll(t *testing.T) {
	const path, beside = "/etc/djship-test.conf", "/etc/.djship-test.conf.djship-new"
	eachShell(t, func(t *testing.T, s *scratch) {
		s.write(path, "old\n", 0o644)
		s.run("mkdir -p /run/stage; mkfifo /run/stage/file")
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		cmd := s.command(ctx, worker(s, "put /run/stage/file "+path+" root 0600 SUM -"))
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		pipe, err := os.OpenFile(s.path("/run/stage/file"), os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		eventually(t, "the new file is there with its last mode, empty", func() bool {
			info, err := os.Lstat(s.path(beside))
			return err == nil && info.Mode() == 0o600 && info.Size() == 0
		})
		if got := s.read("/var/lib/djship/written"); got != "SUM  "+path+"\n" {
			t.Errorf("it was not noted before: %q", got)
		}
		if _, err := pipe.WriteString("half"); err != nil {
			t.Fatal(err)
		}
		eventually(t, "half of the new file is written", func() bool { return s.read(beside) == "half" })
		if got := s.read(path); got != "old\n" {
			t.Errorf("the half-written file is seen: %q", got)
		}
		// All of it is killed before the pipe ends, as a power cut would.
		for _, p := range s.pids() {
			if process, err := os.FindProcess(p); err == nil {
				_ = process.Kill()
			}
		}
		_ = cmd.Wait()
		_ = pipe.Close()
		if got := s.read(path); got != "old\n" {
			t.Errorf("after a kill: %q", got)
		}
		s.run("rm /run/stage/file; echo whole >/run/stage/file")
		s.run(worker(s, "put /run/stage/file "+path+" root 0600 SUM -"))
		if s.read(path) != "whole\n" || s.read(beside) != "absent" {
			t.Errorf("the next run leaves %q, and beside it %q", s.read(path), s.read(beside))
		}
	})
}

// pids are the processes of the scratch but its first, as this side numbers them.
func (s *scratch) pids() []int {
	var all []int
	namespace, err := os.Readlink("/proc/" + s.pid + "/ns/pid")
	if err != nil {
		s.t.Fatal(err)
	}
	paths, _ := filepath.Glob("/proc/[0-9]*/ns/pid")
	for _, path := range paths {
		pid := filepath.Base(filepath.Dir(filepath.Dir(path)))
		if ns, err := os.Readlink(path); err == nil && ns == namespace && pid != s.pid {
			var n int
			if _, err := fmt.Sscan(pid, &n); err == nil {
				all = append(all, n)
			}
		}
	}
	return all
}

func TestTakeBack(t *testing.T) {
	const path = "/etc/djship-test.conf"
	eachShell(t, func(t *testing.T, s *scratch) {
		for _, c := range []struct{ name, before, do, after string }{
			{"a new file goes", "", "put /run/stage/file %s root 0644 SUM -", "absent"},
			{"an old file comes back, as it was", "echo old >%s; chmod 604 %[1]s; touch -d 2001-01-01 %[1]s", "put /run/stage/file %s root 0644 SUM -",
				"regular file root 604 2001"},
			{"a second put does not hide the first", "echo old >%s; chmod 604 %[1]s; touch -d 2001-01-01 %[1]s",
				"put /run/stage/file %s root 0644 SUM -; put /run/stage/file %[1]s root 0644 SUM -", "regular file root 604 2001"},
			{"a new link goes", "", "lay /nowhere %s", "absent"},
			{"an old link comes back", "ln -s /old %s", "lay /nowhere %s; [ $(readlink %[1]s) = /nowhere ]", "symbolic link root 777 /old"},
			{"a file that a link replaced comes back", "echo old >%s; chmod 604 %[1]s; touch -d 2001-01-01 %[1]s", "lay /nowhere %s", "regular file root 604 2001"},
			{"what the run has not touched stays", "echo old >%s; chmod 604 %[1]s; touch -d 2001-01-01 %[1]s", ": %s", "regular file root 604 2001"},
		} {
			fill := func(text string) string {
				return strings.ReplaceAll(strings.ReplaceAll(text, "%s", path), "%[1]s", path)
			}
			s.run("rm -rf " + path + " /run/stage; " + fill(c.before))
			s.write("/run/stage/file", "new\n", 0o600)
			s.run(worker(s, fill(c.do)+"\ntake_back "+path))
			got := s.run(fill(`if [ -L %s ]; then echo "$(stat -c '%F %U %a' %s) $(readlink %s)"; elif [ -e %s ]; then
	echo "$(stat -c '%F %U %a' %s) $(date -r %s +%Y)"; grep -q old %s; else echo absent; fi`))
			if got != c.after+"\n" {
				t.Errorf("%s: %q, want %q", c.name, got, c.after)
			}
		}
	})
}

func TestBackup(t *testing.T) {
	eachShell(t, func(t *testing.T, s *scratch) {
		const path = "/webapps/example_project/prepare_env.sh"
		const kept = path + ".20261123T114501Z~"
		s.run(worker(s, "backup "+path+" example"))
		if got := s.read(kept); got != "absent" {
			t.Errorf("of nothing: %q", got)
		}
		s.run(worker(s, "echo mine >"+path+"; chown example:webapps "+path+"; chmod 750 "+path+"; touch -d 2001-01-01 "+path+"; backup "+path+" example"))
		if got := s.run("stat -c '%U:%G %a' " + kept + "; date -r " + kept + " +%Y; cat " + kept); got != "example:webapps 750\n2001\nmine\n" {
			t.Errorf("%q", got)
		}
		// The site may have foreseen the name: root must not write where a link leads.
		s.run("echo untouched >/etc/djship-victim; rm " + kept + "; ln -s /etc/djship-victim " + kept)
		out, err := s.try(worker(s, "backup "+path+" example"))
		if s.read("/etc/djship-victim") != "untouched\n" {
			t.Errorf("a link was followed: %v %s", err, out)
		}
	})
}

func TestOwn(t *testing.T) {
	eachShell(t, func(t *testing.T, s *scratch) {
		const home = "/webapps/example_project"
		show := func(path string) string { return strings.TrimSpace(s.run("stat -c '%U:%G %a' " + path)) }
		s.run(worker(s, "mkdir -m 3777 "+home+"/logs; chown example: "+home+"/logs; own "+home+"/logs example webapps 0755"))
		if got := show(home + "/logs"); got != "example:webapps 755" {
			t.Errorf("a folder of its own: %s", got)
		}
		// A site can move what is root's within its home.
		if out, err := s.try(worker(s, "echo x >"+home+"/roots; chmod 600 "+home+"/roots; own "+home+"/roots example webapps 0644")); err == nil || show(home+"/roots") != "root:root 600" {
			t.Errorf("root's file was given to the site: %s\n%s", show(home+"/roots"), out)
		}
		s.run("mkdir -m 700 /etc/djship-victim; echo x >/etc/djship-victim/production.py; chmod 600 /etc/djship-victim/production.py")
		for name, lay := range map[string]string{
			"in its place":      "rm -rf " + home + "/logs; ln -s /etc/djship-victim " + home + "/logs\nown " + home + "/logs example webapps 0777",
			"on the way":        "ln -s /etc/djship-victim " + home + "/settings\nown " + home + "/settings/production.py example webapps 0666",
			"further up":        "mkdir " + home + "/a; ln -s /etc " + home + "/a/b\nown " + home + "/a/b/djship-victim example webapps 0777",
			"with dots instead": "own " + home + "/../../etc/djship-victim example webapps 0777",
		} {
			out, err := s.try(worker(s, lay))
			if err == nil {
				t.Errorf("a link %s is no failure: %s", name, out)
			}
			if got := show("/etc/djship-victim") + ", " + show("/etc/djship-victim/production.py"); got != "root:root 700, root:root 600" {
				t.Fatalf("a link %s was followed: %s\n%s", name, got, out)
			}
		}
	})
}

func TestDue(t *testing.T) {
	eachShell(t, func(t *testing.T, s *scratch) {
		s.run(worker(s, "due nginx-reload gunicorn-example; due gunicorn-example; done_with nginx-reload; done_with other"))
		if got := s.run("ls /var/lib/djship/due"); got != "gunicorn-example\n" {
			t.Errorf("%q", got)
		}
		if got := s.run("stat -c %a /var/lib/djship"); got != "700\n" {
			t.Errorf("the notes have mode %s", got)
		}
		if out, err := s.try(worker(s, "sleep() { :; }\nhold false")); err == nil {
			t.Errorf("hold waits for ever: %s", out)
		}
		if got := s.run(worker(s, "sleep() { echo waited; touch /tmp/there; }\nhold [ -e /tmp/there ]")); got != "waited\n" {
			t.Errorf("hold: %q", got)
		}
	})
}

// seenBy is a step whose probe shows a file, as it is.
type seenBy struct {
	name, path string
	plan       func(Observed) Change
}

func (s seenBy) Name() string                    { return s.name }
func (s seenBy) Probe() Script                   { return Script("cat " + s.path + " 2>/dev/null || echo nothing") }
func (s seenBy) Plan(_ Facts, o Observed) Change { return s.plan(o) }

// until gives c until the probe shows want.
func until(want string, c Change) func(Observed) Change {
	return func(o Observed) Change {
		if o.Text == want && !o.Due {
			return Change{}
		}
		return c
	}
}

// told is what an Apply told, in words.
type told struct{ all []string }

func (a *told) tell(p Progress) {
	word := map[ProgressKind]string{Locked: "locked", Upping: "upping", Began: "began", Printed: "printed", Ended: "ended", Waiting: "waits"}[p.Kind]
	switch p.Kind {
	case Began, Ended:
		word = fmt.Sprintf("%s %d", word, p.Index)
	case Printed:
		word = fmt.Sprintf("%s %d %s", word, p.Index, p.Text)
	case Locked, Waiting:
		word += " " + p.Text
	}
	a.all = append(a.all, word)
}

func job(a *told) Job {
	return Job{Run: "20261123-114501-a1b2", Holder: "ann@laptop, deploy", Now: time.Unix(1_795_000_000, 0), Tell: a.tell}
}

func look(t *testing.T, s Session, list []Step) Plan {
	t.Helper()
	p, err := Look(t.Context(), s, NewList(list...))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// A whole run on a real shell: look, apply, look again.
func TestApplyForReal(t *testing.T) {
	eachShell(t, func(t *testing.T, s *scratch) {
		list := []Step{
			seenBy{"file", "/srv/file", until("content\n", Change{Verb: Create, Detail: "a file", Before: "mkdir -p /srv; echo before",
				Files: []File{{Path: "/srv/file", Content: "content\n", Mode: "0640"}}, Script: "echo after; echo; cat /srv/file", Notify: []string{"reload it"}})},
			scripted{"idle", always(Change{})},
			scripted{"reload it", whenDue(Change{Verb: Reload, Detail: "a reload", Script: "ls /var/lib/djship/due; cat", Redo: true})},
		}
		var got told
		if err := Apply(t.Context(), s, look(t, s, list), job(&got)); err != nil {
			t.Fatal(err)
		}
		want := []string{"upping", "began 0", "printed 0 before", "printed 0 after", "printed 0 ", "printed 0 content", "ended 0",
			"began 1", "printed 1 reload-it", "ended 1"}
		if diff := cmp.Diff(want, got.all); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		eventually(t, "the guard has left nothing", func() bool { return s.run("ls -A /run/djship") == "lock\n" && len(s.processes()) == 0 })
		for path, want := range map[string]string{"/var/lib/djship/last": "20261123-114501-a1b2\n", "/var/lib/djship/history": "ann@laptop, deploy, 20261123-114501-a1b2\ndone 20261123-114501-a1b2\n",
			"/var/lib/djship/written": Sum("content\n") + "  /srv/file\n"} {
			if s.read(path) != want {
				t.Errorf("%s: %q", path, s.read(path))
			}
		}
		if got := s.run("ls /var/lib/djship/due"); got != "" {
			t.Errorf("still due: %s", got)
		}
		if again := look(t, s, list); len(again.Changes()) > 0 {
			t.Errorf("a second run wants %v", names(again.Changes()))
		}
	})
}

// A step that fails ends the run; what it has made due is due in the next one.
func TestApplyGoesOnWhereItWas(t *testing.T) {
	eachShell(t, func(t *testing.T, s *scratch) {
		never := scripted{"never", always(Change{Verb: Run, Detail: "must not run", Script: "touch /srv/never"})}
		fails := "echo one; echo two; false; echo three"
		list := []Step{
			scripted{"unmet", always(Change{Verb: Run, Detail: "before", Before: "false", Script: "touch /srv/unmet", Notify: []string{"reload it"}})},
			never,
		}
		var got told
		err := Apply(t.Context(), s, look(t, s, list), job(&got))
		want := &StepError{Step: "unmet", Reason: "exit status 1", Advice: advice(nil)}
		if diff := cmp.Diff(want, err); diff != "" {
			t.Errorf("Before fails (-want +got):\n%s", diff)
		}
		if s.read("/var/lib/djship/due/reload-it") != "absent" || s.read("/srv/unmet") != "absent" {
			t.Errorf("Before has failed and something was done")
		}

		list = []Step{scripted{"half", always(Change{Verb: Run, Detail: "fails", Script: Script(fails), Redo: true, Notify: []string{"reload it"}})}, never,
			scripted{"reload it", whenDue(Change{Verb: Reload, Detail: "a reload", Script: "true"})}}
		err = Apply(t.Context(), s, look(t, s, list), job(&got))
		want = &StepError{Step: "half", Reason: "exit status 1", Tail: []string{"one", "two"}, Advice: advice(nil)}
		if diff := cmp.Diff(want, err); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if s.read("/srv/never") != "absent" {
			t.Errorf("a later step has run")
		}

		// The next run finds nothing to change but what is due.
		list[0] = scripted{"half", whenDue(Change{Verb: Run, Detail: "again", Script: "true", Redo: true})}
		list[1] = scripted{"idle", always(Change{})}
		p := look(t, s, list)
		if diff := cmp.Diff([]string{"half", "reload it"}, names(p.Changes())); diff != "" {
			t.Errorf("due (-want +got):\n%s", diff)
		}
		if err := Apply(t.Context(), s, p, job(&got)); err != nil {
			t.Error(err)
		}
		if left := look(t, s, list).Changes(); len(left) > 0 {
			t.Errorf("still due: %v", names(left))
		}
	})
}

func TestStopBetweenChanges(t *testing.T) {
	eachShell(t, func(t *testing.T, s *scratch) {
		list := []Step{
			scripted{"first", always(Change{Verb: Run, Detail: "x", Script: "mkdir -p /srv; touch /srv/begun; until [ -e /srv/go ]; do sleep 0.01; done"})},
			scripted{"second", always(Change{Verb: Run, Detail: "x", Script: "touch /srv/second"})},
		}
		list[0] = seenBy{"first", "/srv/begun", until("", list[0].(scripted).plan(Observed{}))}
		stop := make(chan struct{})
		var got told
		j := job(&got)
		j.Stop = stop
		done := make(chan error)
		p := look(t, s, list)
		go func() { done <- Apply(t.Context(), s, p, j) }()
		eventually(t, "the first change has begun", func() bool { return s.read("/srv/begun") == "" })
		close(stop)
		eventually(t, "the wish to stop has arrived", func() bool { return s.read("/run/djship/stage.20261123-114501-a1b2/stop") == "" })
		s.write("/srv/go", "", 0o644)
		if err := <-done; !errors.Is(err, ErrStopped) {
			t.Errorf("%v", err)
		}
		if s.read("/srv/second") != "absent" || !slices.Contains(got.all, "ended 0") {
			t.Errorf("%v", got.all)
		}
		eventually(t, "the guard has left nothing", func() bool { return s.run("ls -A /run/djship") == "lock\n" && len(s.processes()) == 0 })
	})
}

// A cluster that a power cut has left by half is put aside; any other stays, whatever it lacks.
func TestHalfMadeCluster(t *testing.T) {
	eachShell(t, func(t *testing.T, s *scratch) {
		const lay = `rm -rf /etc/postgresql /var/lib/postgresql /var/lib/djship/due; mkdir -p /var/lib/djship/due /var/lib/postgresql
cluster() { mkdir -p /etc/postgresql/$1/main /var/lib/postgresql/$1/main/global; }
`
		for name, c := range map[string]struct{ lay, want string }{
			"by half":                    {": >/var/lib/djship/due/packages; sleep 0.1; cluster 15", "half-made.20261123T114501Z\n"},
			"whole":                      {": >/var/lib/djship/due/packages; sleep 0.1; cluster 15; : >/var/lib/postgresql/15/main/global/pg_control", "15\n"},
			"older than the cut-off run": {"cluster 15; sleep 0.1; : >/var/lib/djship/due/packages", "15\n"},
			"nothing was cut off":        {"cluster 15", "15\n"},
			"none":                       {": >/var/lib/djship/due/packages", ""},
		} {
			s.run(lay + c.lay)
			s.run(worker(s, assets.Text("shell/apt.sh")+"half_made"))
			got := s.run("cd /var/lib/postgresql; for d in *; do [ ! -e $d/main ] && [ ! -e $d/data ] || echo $d; done")
			if got != c.want {
				t.Errorf("%s: %q, want %q", name, got, c.want)
			}
		}
	})
}
