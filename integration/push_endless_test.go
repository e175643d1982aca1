//go:build linux

package integration

import (
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// What of a push never ends is ended by Ctrl-C: once, and nothing new begins; twice, and it is gone. Whoever pushes meanwhile is told who is at work, and waits, or does not.
func TestPushThatNeverEnds(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w, c := upPushed(t, 12)
	const forever = "import subprocess\nsubprocess.call(['sleep', '100000'])\n"
	command := "from django.core.management.base import BaseCommand\nclass Command(BaseCommand):\n    def handle(self, **options):\n        " + strings.ReplaceAll(strings.TrimSpace(forever), "\n", "\n        ") + "\n"
	endless := "__import__('subprocess').call(['sleep', '100000'])"
	migrates := migration("0001_initial", "migrations.RunPython(lambda apps, schema: "+endless+")")
	for _, e := range []struct {
		what    string
		files   map[string]string
		on      string // the account whose sleep it is
		once    string // what Ctrl-C says
		seconds string // of a sleep on the workstation
	}{
		{"a command of the release", map[string]string{"djship.toml": "release = [\"forever\"]\n", "shop/management/__init__.py": "", "shop/management/commands/__init__.py": "", "shop/management/commands/forever.py": command}, "example", "steps that run end first; Ctrl-C once more cuts them", ""},
		{"a migration", map[string]string{"shop/migrations/0002_forever.py": migrates}, "example", "steps that run end first; Ctrl-C once more cuts them", ""},
		{"the build", map[string]string{"djship.toml": "build = \"sleep 100001; :\"\n"}, "", "", "100001"},
		{"a hook", map[string]string{"djship.toml": "[hooks]\nbefore = \"sleep 100002; :\"\n"}, "", "", "100002"},
	} {
		t.Run(e.what, func(t *testing.T) {
			c.commit(t, e.files)
			over := unchanged(t, h)
			one := begin(t, w, push()...)
			if e.on == "" {
				within(t, time.Minute, func() error { return equal(sleeps(e.seconds), "1") })
				must(t, one.cmd.Process.Signal(os.Interrupt))
				if status := one.status(t, 20*time.Second); status != 130 {
					t.Errorf("status %d: %s", status, one.seen.String())
				}
				over(true)
				within(t, 5*time.Second, func() error { return equal(sleeps(e.seconds), "0") })
				t.Logf("%s", one.seen.String())
				for name := range e.files {
					must(t, c.write(map[string]string{name: ""}))
				}
				return
			}
			hangs(t, h)
			if e.files["djship.toml"] != "" {
				other := workstationFor(t, line(h, "root"))
				if _, err := startProject(t.Context(), other, shop); err != nil {
					t.Fatal(err)
				}
				must(t, os.WriteFile(other.home+"/shop/new.txt", []byte("new"), 0o644))
				o := other.run(push("--dirty", "--no-wait")...)
				said(t, other, o, "another run is at work on this host: ", "push example", "djship unlock PROJECT")
				two := begin(t, other, push("--dirty")...)
				two.says(t, "waiting: another run is at work there: ")
				defer func() {
					if status := two.status(t, time.Minute); status != 0 {
						t.Errorf("the push that waited: %s", two.seen.String())
					}
				}()
			}
			must(t, one.cmd.Process.Signal(os.Interrupt))
			one.says(t, e.once)
			time.Sleep(time.Second)
			same(t, "what runs", try(t, h, "pgrep -c -x sleep -u example"), "1")
			must(t, one.cmd.Process.Signal(os.Interrupt))
			at := time.Now()
			if status := one.status(t, lasts); status != 130 {
				t.Errorf("status %d: %s", status, one.seen.String())
			}
			within(t, lasts-time.Since(at), func() error { return equal(try(t, h, "pgrep -a -x sleep -u example || :"), "") })
			over(e.files["djship.toml"] == "")
			t.Logf("all gone after %v\n%s", time.Since(at).Round(100*time.Millisecond), one.seen.String())
			for name := range e.files {
				if !strings.HasSuffix(name, "__init__.py") {
					must(t, c.write(map[string]string{name: ""}))
				}
			}
		})
	}
	c.commit(t, says("after all"))
	w.djship(0, push()...)
	saysPage(t, h, "after all, 0 things")
}

// sleeps is how many programs of this machine sleep for so many seconds.
func sleeps(seconds string) string {
	out, _ := exec.Command("pgrep", "-c", "-x", "-f", "sleep "+seconds).Output() // it fails where there are none
	return strings.TrimSpace(string(out))
}
