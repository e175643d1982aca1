package runner

import (
	"context"
	"os"
	"strings"
	"testing"

	"djship/assets"
	"djship/runner/scratch"
)

// worker is what precedes the changes of a run, with a folder of uploads and a site's account.
func worker(s *scratch.Root, text string) string {
	const setup = `stage=/run/stage stamp=20261123T114501Z
mkdir -p "$stage" /webapps/example_project
getent passwd example >/dev/null || { groupadd -rf webapps; useradd -r -M -g webapps -d /webapps/example_project -s /bin/bash -p '!' example; }
chown example:webapps /webapps/example_project
`
	return prelude(setup + assets.Text("shell/work.sh") + "\nset -e\n" + text)
}

func TestPut(t *testing.T) {
	t.Parallel()
	const path = "/etc/djship-test.conf"
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		s.Write("/run/stage/file", "new\n", 0o600)
		got := s.Run(worker(s, "put /run/stage/file "+path+" root 0640 SUM -; stat -c '%U:%G %a' "+path))
		if got != "root:root 640\n" || s.Read(path) != "new\n" {
			t.Errorf("a new file is %q and holds %q", got, s.Read(path))
		}
		s.Run(worker(s, "put /run/stage/file "+path+" root 0640 SUM -; put /run/stage/file "+path+" root 0640 OTHER -"))
		if got := s.Read("/var/lib/djship/written"); got != "SUM  "+path+"\nOTHER  "+path+"\n" {
			t.Errorf("written: %q", got)
		}
		got = s.Run(worker(s, "put /run/stage/file /webapps/example_project/x example 0755 SUM -; stat -c '%U:%G %a' /webapps/example_project/x"))
		if got != "example:webapps 755\n" {
			t.Errorf("a site's file is %q", got)
		}
		out, err := s.Try(worker(s, "chmod 700 /etc/ssl/private; put /run/stage/file /etc/ssl/private/x example 0644 SUM -"))
		if err == nil || !strings.Contains(out, "Permission denied") || s.Read("/etc/ssl/private/x") != "absent" {
			t.Errorf("a site's file where only root may write: %v %s", err, out)
		}
		s.Run("rm -f " + path + "; ln -s /etc/hostname " + path)
		hostname := s.Read("/etc/hostname")
		s.Run(worker(s, "put /run/stage/file "+path+" root 0644 SUM -; [ ! -L "+path+" ]"))
		if s.Read("/etc/hostname") != hostname {
			t.Errorf("put wrote through a link")
		}
		for _, path := range s.Written() {
			if strings.HasSuffix(path, ".djship-new") || strings.HasSuffix(path, ".new") {
				t.Errorf("left behind: %s", path)
			}
		}
	})
}

// put is watched half-way, and killed there: the content comes through a pipe that is held open.
func TestPutIsWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	const path, beside = "/etc/djship-test.conf", "/etc/.djship-test.conf.djship-new"
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		s.Write(path, "old\n", 0o644)
		s.Run("mkdir -p /run/stage; mkfifo /run/stage/file")
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		cmd := s.Command(ctx, worker(s, "put /run/stage/file "+path+" root 0600 SUM -"))
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		pipe, err := os.OpenFile(s.Path("/run/stage/file"), os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		scratch.Eventually(t, "the new file is there with its last mode, empty", func() bool {
			info, err := os.Lstat(s.Path(beside))
			return err == nil && info.Mode() == 0o600 && info.Size() == 0
		})
		if got := s.Read("/var/lib/djship/written"); got != "SUM  "+path+"\n" {
			t.Errorf("it was not noted before: %q", got)
		}
		if _, err := pipe.WriteString("half"); err != nil {
			t.Fatal(err)
		}
		scratch.Eventually(t, "half of the new file is written", func() bool { return s.Read(beside) == "half" })
		if got := s.Read(path); got != "old\n" {
			t.Errorf("the half-written file is seen: %q", got)
		}
		// All of it is killed before the pipe ends, as a power cut would.
		for _, p := range s.Pids() {
			if process, err := os.FindProcess(p); err == nil {
				_ = process.Kill()
			}
		}
		_ = cmd.Wait()
		_ = pipe.Close()
		if got := s.Read(path); got != "old\n" {
			t.Errorf("after a kill: %q", got)
		}
		s.Run("rm /run/stage/file; echo whole >/run/stage/file")
		s.Run(worker(s, "put /run/stage/file "+path+" root 0600 SUM -"))
		if s.Read(path) != "whole\n" || s.Read(beside) != "absent" {
			t.Errorf("the next run leaves %q, and beside it %q", s.Read(path), s.Read(beside))
		}
	})
}

func TestTakeBack(t *testing.T) {
	t.Parallel()
	const path = "/etc/djship-test.conf"
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
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
			s.Run("rm -rf " + path + " /run/stage; " + fill(c.before))
			s.Write("/run/stage/file", "new\n", 0o600)
			s.Run(worker(s, fill(c.do)+"\ntake_back "+path))
			got := s.Run(fill(`if [ -L %s ]; then echo "$(stat -c '%F %U %a' %s) $(readlink %s)"; elif [ -e %s ]; then
	echo "$(stat -c '%F %U %a' %s) $(date -r %s +%Y)"; grep -q old %s; else echo absent; fi`))
			if got != c.after+"\n" {
				t.Errorf("%s: %q, want %q", c.name, got, c.after)
			}
		}
	})
}

func TestBackup(t *testing.T) {
	t.Parallel()
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		const path = "/webapps/example_project/prepare_env.sh"
		const kept = path + ".20261123T114501Z~"
		s.Run(worker(s, "backup "+path+" example"))
		if got := s.Read(kept); got != "absent" {
			t.Errorf("of nothing: %q", got)
		}
		s.Run(worker(s, "echo mine >"+path+"; chown example:webapps "+path+"; chmod 750 "+path+"; touch -d 2001-01-01 "+path+"; backup "+path+" example"))
		if got := s.Run("stat -c '%U:%G %a' " + kept + "; date -r " + kept + " +%Y; cat " + kept); got != "example:webapps 750\n2001\nmine\n" {
			t.Errorf("%q", got)
		}
		// The site may have foreseen the name: root must not write where a link leads.
		s.Run("echo untouched >/etc/djship-victim; rm " + kept + "; ln -s /etc/djship-victim " + kept)
		out, err := s.Try(worker(s, "backup "+path+" example"))
		if s.Read("/etc/djship-victim") != "untouched\n" {
			t.Errorf("a link was followed: %v %s", err, out)
		}
	})
}

func TestSetAttributes(t *testing.T) {
	t.Parallel()
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		const home = "/webapps/example_project"
		show := func(path string) string { return strings.TrimSpace(s.Run("stat -c '%U:%G %a' " + path)) }
		s.Run(worker(s, "mkdir -m 3777 "+home+"/logs; chown example: "+home+"/logs; set_attributes "+home+"/logs example webapps 0755"))
		if got := show(home + "/logs"); got != "example:webapps 755" {
			t.Errorf("a folder of its own: %s", got)
		}
		// A site can move what is root's within its home.
		if out, err := s.Try(worker(s, "echo x >"+home+"/roots; chmod 600 "+home+"/roots; set_attributes "+home+"/roots example webapps 0644")); err == nil || show(home+"/roots") != "root:root 600" {
			t.Errorf("root's file was given to the site: %s\n%s", show(home+"/roots"), out)
		}
		s.Run("mkdir -m 700 /etc/djship-victim; echo x >/etc/djship-victim/production.py; chmod 600 /etc/djship-victim/production.py")
		for name, lay := range map[string]string{
			"in its place":      "rm -rf " + home + "/logs; ln -s /etc/djship-victim " + home + "/logs\nset_attributes " + home + "/logs example webapps 0777",
			"on the way":        "ln -s /etc/djship-victim " + home + "/settings\nset_attributes " + home + "/settings/production.py example webapps 0666",
			"further up":        "mkdir " + home + "/a; ln -s /etc " + home + "/a/b\nset_attributes " + home + "/a/b/djship-victim example webapps 0777",
			"with dots instead": "set_attributes " + home + "/../../etc/djship-victim example webapps 0777",
		} {
			out, err := s.Try(worker(s, lay))
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
	t.Parallel()
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		s.Run(worker(s, "due nginx-reload gunicorn-example; due gunicorn-example; done_with nginx-reload; done_with other"))
		if got := s.Run("ls /var/lib/djship/due"); got != "gunicorn-example\n" {
			t.Errorf("%q", got)
		}
		if got := s.Run("stat -c %a /var/lib/djship"); got != "700\n" {
			t.Errorf("the notes have mode %s", got)
		}
		if out, err := s.Try(worker(s, "sleep() { :; }\nhold false")); err == nil {
			t.Errorf("hold waits for ever: %s", out)
		}
		if got := s.Run(worker(s, "sleep() { echo waited; touch /tmp/there; }\nhold [ -e /tmp/there ]")); got != "waited\n" {
			t.Errorf("hold: %q", got)
		}
	})
}

// A cluster that a power cut has left by half is put aside; any other stays, whatever it lacks.
func TestHalfMadeCluster(t *testing.T) {
	t.Parallel()
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
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
			s.Run(lay + c.lay)
			s.Run(worker(s, assets.Text("shell/apt.sh")+"half_made"))
			got := s.Run("cd /var/lib/postgresql; for d in *; do [ ! -e $d/main ] && [ ! -e $d/data ] || echo $d; done")
			if got != c.want {
				t.Errorf("%s: %q, want %q", name, got, c.want)
			}
		}
	})
}
