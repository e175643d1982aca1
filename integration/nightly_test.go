//go:build linux

package integration

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"djship/backup"
)

// Where djship_backup=daily asks for it a host makes backups of its sites by itself: such as `djship backup` writes, for root alone, so many of each. One that has failed is told by ping, leaves those that
// there are, and room on the disk.
func TestNightlyBackups(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w, _ := upPushed(t, 12)
	on(t, h, as("example", media))
	w.djship(0, "config", "set", "example", "SERVICE=found-in-the-backup")
	wishes := func(variables string) {
		t.Helper()
		if err := w.inventory(line(h, "root", variables)); err != nil {
			t.Fatal(err)
		}
		w.djship(0, "deploy", "example", "example.com")
	}
	wishes("djship_backup=daily=2")
	w.djship(0, "deploy", "example", "example.com", "--check", "--exit-code")
	same(t, "the timer", on(t, h, "systemctl is-enabled djship-backups.timer; systemctl is-active djship-backups.timer; systemctl list-timers djship-backups.timer | grep -c ' 0[2-4]:'"), "enabled\nactive\n1")

	sh := func(command string) string {
		t.Helper()
		out, err := exec.Command("sh", "-c", command).CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v, %s", command, err, out)
		}
		return strings.TrimSpace(string(out))
	}
	before := on(t, h, "ls -A /var/tmp | grep djship || :")
	for range 3 {
		on(t, h, "systemctl start djship-backups && sleep 1")
	}
	folder := "/var/backups/djship/example"
	names := strings.Fields(on(t, h, "ls "+folder))
	if len(names) != 2 {
		t.Fatalf("of three two are kept: %q", names)
	}
	same(t, "whose they are", on(t, h, "stat -c '%a %U' "+folder+" "+folder+"/"+names[1]), "700 root\n600 root")
	same(t, "what is left in /var/tmp", on(t, h, "ls -A /var/tmp | grep djship || :"), before)
	t.Log(on(t, h, "journalctl -q -o cat -u djship-backups | tail -n 8"))

	by := w.backsUp(t, "by-hand.tar")
	if err := os.WriteFile(filepath.Join(w.home, "by-host.tar"), []byte(on(t, h, "base64 "+folder+"/"+names[1])), 0o600); err != nil {
		t.Fatal(err)
	}
	sh("cd " + quote(w.home) + " && base64 -d <by-host.tar >by-host && mv by-host by-host.tar")
	f, err := os.Open(filepath.Join(w.home, "by-host.tar"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if about, err := backup.Check(f); err != nil || about.Project != "example" || about.Domain != "example.com" || about.Release != by.Release || about.Database == "" {
		t.Errorf("%+v, %v", about, err)
	}
	one, other := w.unpack(t, "by-hand.tar"), w.unpack(t, "by-host.tar")
	same(t, "beside one that was made by hand", sh("diff -rq --no-dereference "+quote(one)+" "+quote(other)+" | grep -v -e /logs -e about.json -e SHA256SUMS -e versions -e database.dump -e left-out || :"), "")
	for _, name := range []string{"database.rows", "left-out"} {
		same(t, name, sh("sort "+quote(other+"/"+name)), sh("sort "+quote(one+"/"+name)))
	}

	if o := w.djship(0, "ping"); strings.Contains(o.stdout+o.stderr, "backup") {
		t.Errorf("all is well, and yet: %v", o)
	}
	harm := func(what, harm, mend string, says ...string) {
		on(t, h, harm)
		if got := on(t, h, "! systemctl start djship-backups 2>&1"); !strings.Contains(got, "djship-backups.service") {
			t.Errorf("%s: %s", what, got)
		}
		on(t, h, mend)
		o := w.djship(1, "ping")
		for _, want := range append(says, "the backup of example has failed", "systemctl start djship-backups") {
			if !strings.Contains(o.stdout+o.stderr, want) {
				t.Errorf("%s lacks %q: %v", what, want, o)
			}
		}
		same(t, what+": what there was", on(t, h, "ls "+folder), strings.Join(names, "\n"))
		same(t, what+": what is left", on(t, h, "ls -A /var/tmp | grep djship || :"), before)
	}
	harm("no password", "mv /webapps/example_project/.django_db_password /root", "mv /root/.django_db_password /webapps/example_project/", "the password of the database can't be read")
	harm("no PostgreSQL", "systemctl stop postgresql", "systemctl start postgresql", "PostgreSQL does not run")
	harm("no room", "mount -t tmpfs -o size=2m none "+folder, "umount "+folder, "a 20th of the disk of /var/backups/djship stays free")
	on(t, h, "systemctl start djship-backups")
	w.djship(0, "ping")

	wishes("djship_backup=off")
	names = strings.Fields(on(t, h, "ls "+folder))
	on(t, h, "systemctl start djship-backups")
	same(t, "no more are made", on(t, h, "ls "+folder), strings.Join(names, "\n"))
	w.djship(0, "remove", "example", "--no-backup", "--yes")
	same(t, "what stays of a site that is removed", on(t, h, "ls "+folder), strings.Join(names, "\n"))
}
