//go:build linux

package integration

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"filippo.io/age"

	"djship/integration/testbed"
)

// A backupTold is a host's line of `djship backup --json`.
type backupTold struct {
	File      string
	Bytes     int64
	Encrypted bool
	Release   string
	Tables    int
	Rows      int
	Files     int
	LeftOut   []string `json:"left_out"`
}

// backsUp makes a backup and returns what is told of it.
func (w *workstation) backsUp(t *testing.T, more ...string) (told backupTold) {
	t.Helper()
	o := w.djship(0, append([]string{"backup", "example", "--json"}, more...)...)
	if err := json.Unmarshal([]byte(o.stdout), &told); err != nil {
		t.Fatalf("%v: %v", err, o)
	}
	return told
}

// unpack has the workstation's own programs open a backup, check its sums, and returns the folder that was in it.
func (w *workstation) unpack(t *testing.T, file string) string {
	t.Helper()
	return w.unpackOf(t, "example", file)
}

// unpackOf is unpack of another site.
func (w *workstation) unpackOf(t *testing.T, site, file string) string {
	t.Helper()
	dir := t.TempDir()
	out, err := exec.Command("sh", "-c", `tar -x -p -C "$1" -f "$2" && cd "$1/$3"-* && sha256sum --check --strict --quiet SHA256SUMS && pwd`, "sh", dir, filepath.Join(w.home, file), site).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v, %s", file, err, out)
	}
	return strings.TrimSpace(string(out))
}

// media is what a site's account lays where its media are: what is not to be followed, opened, or waited for, and what changes meanwhile.
const media = `cd ~/media && mkdir -p deep/er && head -c 5000000 /dev/urandom >deep/er/big && ln -s /etc/shadow shadow && ln -s .. up && mkfifo pipe && echo odd >"$(printf 'new\nline')" && chmod 4755 "$(printf 'new\nline')" &&
	ln deep/er/big hard && printf 'é\377' >"$(printf 'no\377utf8')" && mkdir closed && echo kept >closed/file && chmod 0 closed`

// A backup is a tar that other programs open; it has what is the site's, as it is, and its host is as before.
func TestBackup(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w, _ := upPushed(t, 12)
	on(t, h, as("example", media))
	on(t, h, "echo of-root >/webapps/example_project/media/of-root; chmod 0600 /webapps/example_project/media/of-root; mknod /webapps/example_project/media/device b 7 0")
	w.djship(0, "config", "set", "example", "SERVICE=found-in-the-backup")
	rows := on(t, h, `for i in 1 2 3; do echo "insert into shop_thing default values;"; done >/dev/null; cd /; runuser -u postgres -- psql -Atqd example -c "create table \"Odd name\" (id int, text text); insert into \"Odd name\" select n, E'\\\\.\ncopy me FROM stdin;' from generate_series(1, 1000) n; alter table \"Odd name\" owner to example; select count(*) from \"Odd name\""`)
	same(t, "rows", rows, "1000")
	state := func() string {
		return on(t, h, "cd /; find /webapps /etc /var/lib/djship /root -not -path '*/logs*' -printf '%p %m %u %s %T@ %l\n' | sort; ls -A /var/tmp")
	}
	before := state()
	stop := make(chan struct{})
	ended := make(chan struct{})
	go func() { // it grows, and another comes and goes
		defer close(ended)
		for {
			select {
			case <-stop:
				return
			default:
				_, _ = h.Run(t.Context(), as("example", "cd ~/logs && head -c 100000 /dev/zero >>grows; echo >comes; rm comes"))
			}
		}
	}()
	told := w.backsUp(t, "a.tar")
	close(stop)
	<-ended
	if told.File != "a.tar" || told.Encrypted || told.Release == "" || told.Tables != 12 || told.Rows < 1000 {
		t.Errorf("%+v", told)
	}
	want := []string{`"media/closed": could not be read`, `"media/device": a device`, `"media/of-root": could not be read`, `"media/pipe": a pipe`}
	if got := strings.Join(slices.Sorted(slices.Values(told.LeftOut)), "\n"); got != strings.Join(want, "\n") {
		t.Errorf("left out:\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
	if info, err := os.Stat(filepath.Join(w.home, "a.tar")); err != nil || info.Mode() != 0o600 || info.Size() != told.Bytes {
		t.Errorf("%v, %v", info, err)
	}
	for _, line := range strings.Split(state(), "\n") {
		if !strings.Contains(before+"\n", line+"\n") {
			t.Errorf("the host has changed: %s", line)
		}
	}

	dir := w.unpack(t, "a.tar")
	sumOf := func(path string) string { return on(t, h, "sha256sum <"+quote(path)+" | cut -d ' ' -f 1") }
	for _, name := range []string{"media/deep/er/big", "media/hard", "media/new\nline", "media/no\xffutf8", ".django_secret_key", ".django_db_password", "prepare_env.sh", "gunicorn_start.sh", "example/manage.py"} {
		out, err := exec.Command("sha256sum", filepath.Join(dir, "home", name)).Output()
		if got := strings.TrimPrefix(string(out), `\`); err != nil || !strings.HasPrefix(got, sumOf("/webapps/example_project/"+name)) {
			t.Errorf("%q: %s, %v", name, got, err)
		}
	}
	if link, err := os.Readlink(filepath.Join(dir, "home/media/shadow")); link != "/etc/shadow" {
		t.Errorf("%q, %v", link, err)
	}
	for _, name := range []string{"system/etc/nginx/sites-available/example.com", "system/webapps/.sites/example/config/env", "system/webapps/.sites/example/releases/" + told.Release + "/manage.py", "versions", "about.json", "README"} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || strings.HasSuffix(name, "/env") && !strings.Contains(string(text), "found-in-the-backup") || name == "versions" && !strings.Contains(strings.ToLower(string(text)), " django-") {
			t.Errorf("%s: %v, %s", name, err, text)
		}
	}
	dump, err := os.ReadFile(filepath.Join(dir, "database.dump"))
	if err == nil {
		err = os.WriteFile(filepath.Join(h.Root(), "srv/dump"), dump, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
	on(t, h, "cd /; runuser -u postgres -- createdb again && runuser -u postgres -- pg_restore --exit-on-error --no-owner -d again /srv/dump; rm /srv/dump")
	for _, table := range []string{`"Odd name"`, "django_migrations"} {
		of := func(db string) string {
			return on(t, h, "cd /; runuser -u postgres -- psql -Atqd "+db+" -c "+quote("select md5(string_agg(t::text, '' order by id)) from "+table+" t"))
		}
		same(t, table, of("again"), of("example"))
	}
	on(t, h, "cd /; runuser -u postgres -- dropdb again")
	w.sealsBackups(t, h)
	w.refusesBackups(t, h)
	w.cutsBackups(t, h)
}

// sealsBackups has age seal backups, for who is typed and for who is in the inventory, and sends one to stdout.
func (w *workstation) sealsBackups(t *testing.T, h *testbed.Host) {
	t.Helper()
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	cmd, term, err := w.onTerminal(100, "backup", "example", "sealed.tar.age", "-r", id.Recipient().String())
	if err != nil {
		t.Fatal(err)
	}
	o := term.wait(cmd)
	shown, told, _ := strings.Cut(o.stdout, "\r\x1b[K"+h.Name()+": sealed.tar.age: ") // the line is gone when it is told what there is
	for _, part := range []string{"database", "files, ", "check"} {
		if !strings.Contains(shown, "\r"+h.Name()+": "+part) {
			t.Errorf("a terminal does not show how far it is with %q: %v", part, o)
		}
	}
	if o.status != 0 || strings.Contains(o.stdout, "not encrypted") || strings.Contains(told, "\r\x1b") || !strings.Contains(told, " rows in ") {
		t.Errorf("%v", o)
	}
	sealed, err := os.Open(filepath.Join(w.home, "sealed.tar.age"))
	if err != nil {
		t.Fatal(err)
	}
	defer sealed.Close()
	open, err := age.Decrypt(sealed, id)
	if err != nil {
		t.Fatal(err)
	}
	list := exec.Command("tar", "-t")
	list.Stdin = open
	if out, err := list.CombinedOutput(); err != nil || !strings.HasSuffix(string(out), "/SHA256SUMS\n") {
		t.Errorf("%v, %s", err, out)
	}
	other := workstationFor(t, line(h, "deploy", "djship_backup_recipients="+id.Recipient().String()))
	if told := other.backsUp(t); !told.Encrypted || !strings.HasSuffix(told.File, ".tar.age") || !strings.HasPrefix(told.File, "example-"+h.Name()+"-") {
		t.Errorf("%+v", told)
	}
	o = w.djship(0, "backup", "example", "-")
	if !strings.Contains(o.stdout, "/SHA256SUMS") || !strings.Contains(o.stderr, ": -: ") || strings.Contains(o.stderr, "\r") {
		t.Errorf("%d bytes, %s", len(o.stdout), o.stderr)
	}
}

// refusesBackups has a backup fail in ways that people meet: each is told, and nothing is left.
func (w *workstation) refusesBackups(t *testing.T, h *testbed.Host) {
	t.Helper()
	pg := "systemctl %s postgresql@15-main"
	for _, c := range []struct{ name, before, after, project, file, want string }{
		{"no such site", "", "", "nosuch", "b.tar", "there is no site nosuch\n"},
		{"a file that is there", "", "", "example", "a.tar", "backup of the site: a.tar is there already\n  hint: name another file, or remove that one"},
		{"a folder that is not", "", "", "example", "no/b.tar", "backup of the site: open no/b.tar.part: no such file or directory"},
		{"PostgreSQL that is down", strings.Replace(pg, "%s", "stop", 1), strings.Replace(pg, "%s", "start", 1) + "; sleep 2", "example", "b.tar", "backup of the database: PostgreSQL does not run\n  hint: start it, then run the same command again"},
		{"a wrong password", "cp -p " + home + "/.django_db_password /root; echo wrong >" + home + "/.django_db_password", "cp -p /root/.django_db_password " + home, "example", "b.tar", `password authentication failed for user "example"`},
		{"a table of another's", "cd /; runuser -u postgres -- psql -qd example -c 'create table others ()'", "cd /; runuser -u postgres -- psql -qd example -c 'drop table others'", "example", "b.tar", "permission denied for table others"},
		{"no room for the dump", "mount -t tmpfs -o size=16k,mode=1777 none /var/tmp", "umount /var/tmp", "example", "b.tar", "No space left on device"},
		{"no pg_dump", "mv /usr/lib/postgresql/15/bin/pg_dump /root", "mv /root/pg_dump /usr/lib/postgresql/15/bin", "example", "b.tar", "there is no pg_dump"},
	} {
		if c.before != "" {
			on(t, h, c.before)
		}
		o := w.run("backup", c.project, c.file)
		if c.after != "" {
			on(t, h, c.after)
		}
		if o.status != 1 || !strings.Contains(o.stderr, h.Name()+": ") || !strings.Contains(o.stderr, c.want) {
			t.Errorf("%s: want %q: %v", c.name, c.want, o)
		}
		if found, _ := filepath.Glob(filepath.Join(w.home, "[!a]*.tar*")); len(found) > 1 { // sealed.tar.age
			t.Errorf("%s: left: %q", c.name, found)
		}
	}
	if o := w.djship(2, "backup", "example", "-r", "age1nobody"); !strings.Contains(o.stderr, "djship: --recipient: \"age1nobody\" is no recipient of age's\nhint: age-keygen makes one") {
		t.Errorf("%v", o)
	}
}

// cutsBackups ends backups in the middle: nothing is left here but by a djship that was killed, and nothing there.
func (w *workstation) cutsBackups(t *testing.T, h *testbed.Host) {
	t.Helper()
	on(t, h, as("example", "head -c 300000000 /dev/urandom >~/media/large"))
	for _, c := range []struct {
		name string
		cut  func(*os.Process)
		want int
		left string
		says string
	}{
		{"Ctrl-C", func(p *os.Process) { _ = p.Signal(os.Interrupt) }, 130, "", "djship: interrupted; what was not whole is gone\n"},
		{"a connection that is gone", func(*os.Process) { on(t, h, "pkill -KILL -f '[s]shd: root'") }, 3, "", "web1: lost: backup of the files: lost the connection: "},
		{"killed", func(p *os.Process) { _ = p.Signal(syscall.SIGKILL) }, -1, "cut.tar.part", ""},
	} {
		cmd := w.command("backup", "example", "cut.tar")
		var said strings.Builder
		cmd.Stderr = &said
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		part := filepath.Join(w.home, "cut.tar.part")
		within(t, time.Minute, func() error {
			info, err := os.Stat(part)
			if err == nil && info.Size() < 20e6 {
				err = os.ErrNotExist
			}
			return err
		})
		c.cut(cmd.Process)
		_ = cmd.Wait()
		t.Logf("%s: %s", c.name, said.String())
		found, _ := filepath.Glob(filepath.Join(w.home, "cut*"))
		if left := strings.ReplaceAll(strings.Join(found, " "), w.home+"/", ""); cmd.ProcessState.ExitCode() != c.want || left != c.left || !strings.Contains(said.String(), c.says) {
			t.Errorf("%s: status %d, want %d, left %q, want %q\n%s", c.name, cmd.ProcessState.ExitCode(), c.want, left, c.left, said.String())
		}
	}
	if o := w.djship(1, "backup", "example", "cut.tar"); !strings.Contains(o.stderr, "cut.tar.part is there: another backup is writing it, or one was cut off and it can be removed") {
		t.Errorf("%v", o)
	}
	if err := os.Remove(filepath.Join(w.home, "cut.tar.part")); err != nil {
		t.Error(err)
	}
	within(t, 30*time.Second, func() error {
		if left := try(t, h, "pgrep -fa '[t]ar --create|[p]g_dump'; ls -A /var/tmp | grep djship"); left != "(status 1)" {
			return &leftError{left}
		}
		return nil
	})

	// A large site in little memory.
	cmd := w.command("backup", "example", "large.tar")
	var said strings.Builder
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	most := 0 // KiB; what wait4 tells is at least what this process has, as both are one until exec
	for done := false; !done; {
		select {
		case err := <-ended:
			if done = true; err != nil {
				t.Fatalf("%v, %s", err, said.String())
			}
		case <-time.After(20 * time.Millisecond):
			most = max(most, peakOf(cmd.Process.Pid))
		}
	}
	t.Logf("a backup of 300 MB had %d MiB of memory at most", most>>10)
	if most == 0 || most > 150<<10 {
		t.Errorf("a backup of 300 MB had %d MiB of memory", most>>10)
	}
	on(t, h, "rm "+home+"/media/large")
}

// peakOf is the most memory that a process has had since it was started, in KiB (proc(5), VmHWM); 0 where it has ended.
func peakOf(pid int) (kib int) {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	_, peak, _ := strings.Cut(string(text), "VmHWM:")
	_, _ = fmt.Sscanf(peak, "%d kB", &kib)
	return kib
}

type leftError struct{ what string }

func (e *leftError) Error() string { return "left: " + e.what }
