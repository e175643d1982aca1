//go:build linux

package integration

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"djship/integration/testbed"
)

// A lostRun is a command whose connection is gone in its middle, and what is said then.
type lostRun struct {
	name, command string
	when          string // what is so on the host at that moment
	domain        string // under which the site answers then; "" for none
	says          []string
}

// goesOn is what is said of a run that the connection was lost of at a step.
func goesOn(step string) []string {
	return []string{"lost at " + step, "hint: run it again: it goes on where it was"}
}

// loses runs it.
func (w *workstation) loses(t *testing.T, h *testbed.Host, r lostRun) {
	t.Helper()
	cmd := w.command(strings.Fields(r.command)...)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	within(t, 2*time.Minute, func() error { _, err := h.Run(t.Context(), r.when); return err })
	must(t, h.ResetNetwork())
	began := time.Now()
	_ = cmd.Wait()
	took := time.Since(began)
	must(t, h.RestoreNetwork())
	t.Logf("%s: %v: %s", r.name, took, said.String())
	if status := cmd.ProcessState.ExitCode(); status != 3 || took > lasts {
		t.Errorf("%s: status %d, want 3, after %v", r.name, status, took)
	}
	words := strings.Join(strings.Fields(said.String()), " ")
	for _, want := range append(r.says, "web1", "lost the connection: it was closed by the other side") {
		if !strings.Contains(words, want) {
			t.Errorf("%s: it does not say %q: %s", r.name, want, said.String())
		}
	}
	if r.domain != "" {
		within(t, time.Minute, func() error { return answering(h, r.domain) })
	}
}

// Where the connection is gone in the middle of what is done with a site, it is said which host it was, at what, and what to do; that works.
func TestConnectionLost(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w, _ := upPushed(t, 12)
	on(t, h, as("example", "head -c 150000000 /dev/urandom >~/media/large"))
	left := func(what string) {
		t.Helper()
		if found, _ := filepath.Glob(filepath.Join(w.home, "*.part")); len(found) > 0 {
			t.Errorf("%s: left: %q", what, found)
		}
	}
	w.loses(t, h, lostRun{"backup", "backup example b.tar", "pgrep -f '[t]ar --create'", "example.com", []string{"web1: lost: backup of the files: ", "run the same command again: it begins anew, and nothing of what had come is kept"}})
	left("backup")
	w.djship(0, "backup", "example", "b.tar")

	again := "run the same command again: the site is as it was"
	w.loses(t, h, lostRun{"restore", "restore example b.tar --yes", "[ -e " + home + "/.djship-restore ]", "example.com", []string{"web1: lost: restore of the files: ", again}})
	w.loses(t, h, lostRun{"restore, as all changes places", "restore example b.tar --yes", "[ -f /var/lib/djship/restoring-example ]", "example.com", goesOn("restore: restore of example")})
	o := w.run("restore", "example", "b.tar", "--yes")
	if ended := strings.Contains(o.stderr, "what was cut off is ended: run the same command again"); ended != (o.status == 1) || o.status > 1 {
		t.Errorf("%v", o)
	}
	w.djship(0, "restore", "example", "b.tar", "--yes")

	w.loses(t, h, lostRun{"new secrets", "rotate example --hold 0s", "ls /webapps/.sites/example/config/try-*", "example.com", goesOn("switch: new secret key of example")})
	w.djship(0, "rotate", "example", "--hold", "0s")
	w.loses(t, h, lostRun{"another domain", moveThere, "[ \"$(ls /webapps/.sockets/example-*.sock | wc -l)\" -ge 2 ]", "example.com", goesOn("site: gunicorn example")})
	w.djship(0, strings.Fields(moveThere)...)
	within(t, time.Minute, func() error { return answering(h, newName) })

	w.loses(t, h, lostRun{"the backup before a removal", "remove example --yes", "pgrep -f '[t]ar --create'", newName, []string{"web1: lost: backup of the files: ", "it begins anew, and nothing of what had come is kept djship: nothing was removed"}})
	left("remove")
	w.loses(t, h, lostRun{"a removal", "remove example --no-backup --yes", "[ ! -e /etc/nginx/sites-available/new.example.org ]", "", goesOn("")})
	w.djship(0, "remove", "example", "--no-backup", "--yes")
}

// The same of taking a site over.
func TestConnectionLostAdopting(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w := upScripted(t, 11, "example example.com")
	w.loses(t, h, lostRun{"taking over", "adopt example example.com", "[ -L /usr/local/bin/supervisord ]", "example.com", goesOn("adopt: supervisord of example")})
	w.djship(0, "adopt", "example", "example.com")
	within(t, time.Minute, func() error { return answering(h, "example.com") })
	w.loses(t, h, lostRun{"giving back", "adopt example example.com --undo", "[ -L /etc/nginx/sites-enabled/example ]", "example.com", goesOn("what was before example")})
	w.djship(0, "adopt", "example", "example.com", "--undo")
	within(t, time.Minute, func() error { return answering(h, "example.com") })
}

// A wrong password, of the login or of sudo, is told by each of them, with whose it is, and nothing is begun.
func TestWrongPasswordAtTheEndsOfASite(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w := up(t, 12, site)
	on(t, h, "useradd -m -s /bin/bash words && echo 'words:word of words' | chpasswd && printf 'Match User words\\n\\tPasswordAuthentication yes\\n\\tPubkeyAuthentication no\\n' >/etc/ssh/sshd_config.d/words.conf && systemctl restart ssh")
	w.djship(0, "backup", "example", "a.tar")
	before := snapshot(t, h, looked...)
	for _, who := range []struct{ line, says, hint string }{
		{line(h, "asks", "ansible_become=true", "ansible_become_password=wrong"), "asks can't become root by sudo: the password was refused", "hint: give the right one with -K; it is the password of asks on that host"},
		{line(h, "words", "ansible_become=true", "ansible_password=wrong"), "refused the login as words (tried password)", "hint: the password was refused: check it and the login name (-u)"},
	} {
		must(t, w.inventory(who.line))
		for _, command := range []string{"adopt example example.com", "backup example b.tar", "restore example a.tar --yes", "rotate example", "remove example --yes", moveThere} {
			o := w.run(strings.Fields(command)...)
			if said := strings.Join(strings.Fields(o.stdout+o.stderr), " "); o.status != 3 || !strings.Contains(said, "web1") || !strings.Contains(said, who.says) || !strings.Contains(said, who.hint) {
				t.Errorf("want %q and %q: %v", who.says, who.hint, o)
			}
		}
	}
	untouched(t, h, before, looked...)
	answers(t, h, "example.com", "example")
	if found, _ := filepath.Glob(filepath.Join(w.home, "b.tar*")); len(found) > 0 {
		t.Errorf("left: %q", found)
	}
}
