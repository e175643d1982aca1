//go:build linux

package integration

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"filippo.io/age"
)

// Words that are typed or piped into commands on a host, and that a site's own log has.
const (
	sentinelRun  = "sentinel-Stdin-of-run"
	sentinelExec = "sentinel-Stdin-of-exec"
	sentinelLog  = "sentinel-Password-in-a-log"
	sentinelVar  = "sentinel-Variable-of-the-site"
)

// What is given to run, manage and exec by stdin, what a sealed backup has, the site's secrets and variables that its commands have, and the password that sudo wants, are on
// no command line meanwhile, in no environment or file that another account may read, in no journal or log of supervisord's, and nowhere that
// djship writes; logs shows none that a log has.
func TestLifeSecretsAreSeenNowhere(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w, _ := upPushed(t, 12)
	on(t, h, "printf '%s\\n' root:"+quote(sentinelSudo)+" | chpasswd; echo 'Defaults rootpw' >/etc/sudoers.d/rootpw")
	on(t, h, as("example", "(umask 077; echo 'export SERVICE_TOKEN="+sentinelVar+"' >~/local_env.sh)"))
	on(t, h, as("example", `echo "connecting to postgres://shop:`+sentinelLog+`@db/shop" >>~/logs/worker.log`))
	asks := workstationFor(t, line(h, "asks", "ansible_become_password="+quote(sentinelSudo)))

	words := append(siteSecrets(t, h, "example"), sentinelRun, sentinelExec, sentinelLog, sentinelVar, sentinelSudo)
	names := []string{"the secret key", "the database password", "what run was given", "what exec was given", "a password in a log", "a variable of the site's", "the sudo password"}
	all := startSampler(t, h, words...)
	other := startSamplerAs(t, h, "nobody", []string{"/tmp", "/var/tmp", "/dev/shm", "/run/djship"}, words...)
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	var shown strings.Builder
	run := func(w *workstation, status int, in string, args ...string) {
		t.Helper()
		o := w.ran(in, args...)
		shown.WriteString(o.stdout + o.stderr)
		if o.status != status {
			t.Errorf("want status %d: %v", status, o)
		}
	}
	const counts = "; sleep 0.2; "
	for _, w := range []*workstation{w, asks} {
		run(w, 0, sentinelRun, "run", "example", "--", "wc -c"+counts+"[ \"$SERVICE_TOKEN\" ]")
		run(w, 3, sentinelRun, "run", "example", "-vvv", "--", "cat >/dev/null"+counts+"exit 3")
		run(w, 0, "print(len('"+sentinelRun+"'))\n", "manage", "example", "shell")
		run(w, 0, "select length('"+sentinelRun+"');\n", "manage", "example", "dbshell")
		run(w, 0, sentinelExec, "exec", "-v", "--", "wc -c"+counts)
		run(w, 1, sentinelExec, "exec", "--json", "--as-login", "--", "cat >/dev/null"+counts+"exit 3")
		run(w, 0, "", "logs", "example", "--process", "worker", "-v")
		run(w, 0, "", "logs", "example", "--json")
		run(w, 0, "", "status", "--json")
		run(w, 0, "", "backup", "example", "-r", id.Recipient().String(), "sealed.tar.age")
		run(w, 0, "", "backup", "example", "-r", id.Recipient().String(), "--json")
	}
	run(w, 0, "", "run", "example", "--detach", "--", "sleep 0.2; echo done")
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGKILL} {
		r := begin(t, w, "run", "example", "--", "echo begun; exec sleep 100")
		r.says(t, "begun")
		_ = r.cmd.Process.Signal(signal)
		r.status(t, time.Minute)
		shown.WriteString(r.seen.String())
	}
	all.stop(t)
	other.stop(t)
	if !strings.Contains(shown.String(), "connecting to ") {
		t.Error("the log is not shown")
	}
	for n, word := range words {
		if at := strings.Index(shown.String(), word); at >= 0 {
			t.Errorf("%s was on the screen: %s", names[n], shown.String()[max(0, at-300):at])
		}
		for _, w := range []*workstation{w, asks} {
			writtenNowhere(t, w, names[n], word)
		}
	}
	on(t, h, "rm "+home+"/local_env.sh "+home+"/logs/worker.log") // where they belong
	for n, word := range words {
		sentinelThere(t, h, names[n], word)
	}
}

// writtenNowhere looks for a word in all files of the workstation but its inventory.
func writtenNowhere(t *testing.T, w *workstation, name, word string) {
	t.Helper()
	err := filepath.WalkDir(w.home, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || filepath.Base(path) == "hosts.ini" {
			return err
		}
		text, err := os.ReadFile(path)
		if strings.Contains(string(text), word) {
			t.Errorf("%s is in %s", name, path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
