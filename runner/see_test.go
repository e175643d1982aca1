package runner

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"djship/runner/scratch"
	"djship/shell"
	"djship/steps/model"
	"djship/steps/model/modeltest"
)

// asAccount is what an account is asked for by lines of Perl.
func asAccount(account, text string) string {
	s := &sight{who: account, words: "home " + account}
	s.add("part", 0, model.Perl(text+"\n"), modeltest.Scripted{})
	return s.String()
}

// An account sees by its own rights alone, in a process that can't get back any of root's, nor be looked into by the account; and in bounded time and size.
func TestSee(t *testing.T) {
	t.Parallel()
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		s.Run(worker(s, "groupadd -f beside; usermod -aG beside example")) // makes the account
		see := func(asked string) string { return s.Run(prelude(seeing() + "see " + shell.Quote(asked))) }
		read := func(text string) string {
			out := see(asAccount("example", text))
			text, ok := strings.CutPrefix(out, "\nMARK home example\n:\n:SIGN 0\n")
			switch {
			case out == "\nMARK home example\n":
				return ""
			case !ok:
				t.Errorf("%q", out)
			}
			return text
		}
		if got := read(`put(join(" ", map { (getpwuid $_)[0] } $<, $>), "\n\nhalf", exists $ENV{mark} || grep { /MARK/ } values %ENV)`); got != ":example example\n:\n:half\n:SIGN end\n" {
			t.Errorf("%q", got)
		}
		if got := read(`put(join(",", sort map { scalar getgrgid $_ } split " ", $)))`); !strings.HasPrefix(got, ":beside,webapps,webapps") && !strings.HasPrefix(got, ":beside,webapps\n") {
			t.Errorf("groups: %q", got)
		}
		s.Write("/etc/djship-secret", "s3cret", 0o600)
		for what, text := range map[string]string{
			"root's file":          `f("/etc/djship-secret")`,
			"as root again":        `$> = 0; $< = 0; f("/etc/djship-secret")`,
			"as root by a program": `put(` + "`cat /etc/djship-secret; su -c 'cat /etc/djship-secret' 2>/dev/null`" + `)`,
		} {
			if got := read(text); strings.Contains(got, "s3cret") || !strings.HasSuffix(got, ":SIGN end\n") {
				t.Errorf("%s: %q", what, got)
			}
		}
		// The account's own processes can't look into it, though it is one of them.
		if got := read(`my $pid = fork; if (!$pid) { exec "sh", "-c", "head -c 1 /proc/\$PPID/environ && echo > /tmp/looked" } waitpid $pid, 0; put(-e "/tmp/looked" ? "looked" : "alone")`); !strings.HasPrefix(got, ":alone\n") {
			t.Errorf("%q", got)
		}
		// With requiretty root has a terminal, from which whoever has it, too, could read what root is told.
		s.Write("/srv/probe", prelude("tty -s </dev/tty && echo root has one\n"+seeing()+"see "+shell.Quote(asAccount("example", `put("it has one") if open my $f, "<", "/dev/tty"`))), 0o600)
		if got := s.Run("script -qec '" + s.Shell + " /srv/probe' /dev/null"); !strings.Contains(got, "root has one") || strings.Contains(got, "it has one") || !strings.Contains(got, ":SIGN end") {
			t.Errorf("on a terminal: %q", got)
		}
		began := time.Now()
		if got := read(`put("before\n"); open my $f, "<", "/dev/full" or die; my $none; vec(my $in = "", 0, 1) = 0; select undef, undef, undef, 1000`); got != "" {
			t.Errorf("%q", got)
		}
		if took := time.Since(began); took < 9*time.Second || took > 20*time.Second {
			t.Errorf("what hangs took %v", took)
		}
		if got := read(`put("flood\n" x (2 << 20))`); len(got) > 12<<20 || strings.HasSuffix(got, ":SIGN end\n") {
			t.Errorf("a flood of %d bytes", len(got))
		}
		if got := read(`put("x"); die`); got != ":x" {
			t.Errorf("what fails: %q", got)
		}
		if got := see(asAccount("nosuchaccount", `put("x")`)); got != "\nMARK home nosuchaccount\n" {
			t.Errorf("without the account: %q", got)
		}
		s.Write("/srv/endless/getent", "#!/bin/sh\nexec yes example:x\n", 0o755)
		if got := s.Run(prelude("PATH=/srv/endless:$PATH; " + seeing() + "see " + shell.Quote(asAccount("example", `put("x")`)))); got != "\nMARK home example\n" {
			t.Errorf("of an account of endless entries: %.200q", got)
		}
		s.Run("chmod 0 /webapps/example_project")
		if got := see(asAccount("example", `put("x")`)); got != "\nMARK home example\n:\n:SIGN closed\n:\n:SIGN end\n" {
			t.Errorf("a closed home: %q", got)
		}
	})
}

// Several accounts are each told of what is its own, and what one says in a mark's words is but a line.
func TestSeeOfSeveral(t *testing.T) {
	t.Parallel()
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		asked := asAccount("nosuchaccount", "")
		want := []string{"\nMARK home nosuchaccount\n"}
		for n := range 6 {
			name := fmt.Sprint("site", n)
			s.Run("useradd -r -m -d /srv/" + name + " " + name + "; printf 'MARK home site0\\nof " + name + "' >/srv/" + name + "/file; chown " + name + " /srv/" + name + "/file; chmod 0600 /srv/" + name + "/file; chmod 0700 /srv/" + name)
			asked += asAccount(name, `look("/srv/site0/file", "/srv/`+name+`/file"); put(content("/srv/site0/file", 99), "|", content("/srv/`+name+`/file", 99), "\n"); sum("/srv/`+name+`/file")`)
			own := "MARK home site0\n:of " + name
			seen := "|" + own
			if n == 0 {
				seen = own + "|" + own
			}
			sum := model.Sum(strings.ReplaceAll(own, "\n:", "\n"))
			want = append(want, "\nMARK home "+name+"\n:\n:SIGN 0\n:"+seen+"\n:file "+sum+"  -\n:\n:SIGN end\n")
		}
		out := s.Run(prelude(seeing() + "see " + shell.Quote(asked)))
		for _, one := range want {
			if !strings.Contains(out, one) {
				t.Errorf("%q is not in %q", one, out)
			}
		}
	})
}

// What see.pl reads is as the shell's functions of the same names print it.
func TestSeeIsAsTheShell(t *testing.T) {
	t.Parallel()
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		s.Run(worker(s, ":"))
		s.Write("/srv/x/a b|c", "text\n\n", 0o640)
		s.Write("/srv/x/no newline $x @y", "text", 0o600)
		s.Write("/srv/x/empty", "", 0o644)
		s.Write("/srv/x/large", strings.Repeat("0123456789abcde\n", 1<<15), 0o644)
		s.Run("ln -s /nowhere /srv/x/link; mkdir -m 1770 /srv/x/dir; mkfifo -m 600 /srv/x/fifo; chown 12345:54321 /srv/x/empty")
		for _, path := range []string{"/srv/x/a b|c", "/srv/x/no newline $x @y", "/srv/x/empty", "/srv/x/large", "/srv/x/link", "/srv/x/dir", "/srv/x/fifo", "/srv/x/absent", "/srv/x"} {
			for _, name := range []string{"f", "st"} {
				want := "\nMARK 0\n" + s.Run(prelude(name+" "+shell.Quote(path)))
				root := &sight{who: "root"}
				root.add("own", 0, model.Call("look", "/srv/x/absent", path, "/srv/x")+model.Call(name, path), modeltest.Scripted{})
				if got := s.Run(prelude(seeing() + "see " + shell.Quote(root.String()))); got != want {
					t.Errorf("%s %s: %.200q, want %.200q", name, path, got, want)
				}
			}
		}
		s.Run("useradd -r -M odd; usermod -p '*' odd; useradd -r -M open; passwd -qd open; useradd -r -M set; usermod -p '$y$j9T$x' set")
		for _, name := range []string{"example", "odd", "open", "set", "root", "nosuchaccount"} {
			want := s.Run(prelude("account " + name + " | cut -d' ' -f1,2; :"))
			root := &sight{who: "root"}
			root.add("own", 0, model.Call("account", name), modeltest.Scripted{})
			if got := s.Run(prelude(seeing() + "see " + shell.Quote(root.String()))); got != "\nMARK 0\n"+want {
				t.Errorf("account %s: %q, want %q", name, got, want)
			}
		}
	})
}
