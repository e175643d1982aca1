//go:build linux

package integration

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"djship/integration/testbed"
)

// Words that are to be found nowhere: the login's password, and root's, which sudo asks for here.
const (
	sentinelSSH  = "sentinel-Ssh'1\"$x"
	sentinelSudo = "sentinel-Sudo 2\\!"
)

// sentinels makes a host where the account asks logs in by one known password and sudo wants
// another, and where PostgreSQL writes down every statement.
const sentinels = `printf '%%s\n' asks:%[1]s root:%[2]s | chpasswd
echo 'Defaults rootpw' >/etc/sudoers.d/rootpw
printf 'PasswordAuthentication yes\nLogLevel DEBUG3\n' >/etc/ssh/sshd_config.d/00-password.conf
for user in root asks deploy; do echo 'set -o history; HISTFILE=~/.bash_history; PROMPT_COMMAND="history -a"' >>"$(eval echo "~$user")/.bashrc"; done
cd / && runuser -u postgres -- psql -qX -c "alter system set log_statement = 'all'" -c "alter system set log_min_duration_statement = 0" -c "alter system set log_connections = on"
systemctl restart ssh postgresql`

func TestSecretsAreSeenNowhere(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w := up(t, 12, ready)
	on(t, h, fmt.Sprintf(sentinels, quote(sentinelSSH), quote(sentinelSudo)))
	bare := fmt.Sprintf("web1 ansible_host=%s ansible_user=asks ansible_ssh_common_args='-o UserKnownHostsFile=%s'", h.Addr(), h.KnownHosts())
	yaml := fmt.Sprintf("all:\n  hosts:\n    web1:\n      ansible_host: %s\n      ansible_user: asks\n      ansible_ssh_common_args: '-o UserKnownHostsFile=%s'\n      ansible_password: %q\n      ansible_become_password: %q\n",
		h.Addr(), h.KnownHosts(), sentinelSSH, sentinelSudo)
	for name, text := range map[string]string{"hosts.yml": yaml, "bare.ini": bare + "\n"} {
		if err := os.WriteFile(filepath.Join(w.home, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := startSampler(t, h, sentinelSSH, sentinelSudo)
	var shown strings.Builder
	run := func(status int, args ...string) {
		t.Helper()
		o := w.run(append([]string{"-i", "hosts.yml"}, args...)...)
		shown.WriteString(o.stdout + o.stderr)
		if o.status != status {
			t.Errorf("want status %d: %v", status, o)
		}
	}
	deploy := strings.Fields(deployExample)
	with := func(flags ...string) []string { return append(deploy[:len(deploy):len(deploy)], flags...) }

	// A new site, so that its secrets are made meanwhile; and then runs of every other kind.
	run(0, with("--check", "--diff")...)
	run(0, with("-vvv", "--diff")...)
	site := siteSecrets(t, h, "example")
	s.stop(t)
	s = startSampler(t, h, append(site, sentinelSSH, sentinelSudo)...)
	run(0, with("--json")...)
	on(t, h, "rm /webapps/example_project/prepare_env.sh; cd / && runuser -u postgres -- psql -qX -c \"alter role example password 'x'\"")
	run(0, with("--json", "--diff", "-vvv")...)
	on(t, h, "echo 'nonsense here;' >/etc/nginx/conf.d/theirs.conf; rm /etc/nginx/sites-enabled/example.com")
	run(1, with("-vvv", "--diff")...)
	run(1, with("--json")...)
	on(t, h, "rm /etc/nginx/conf.d/theirs.conf")
	run(0, deploy...)
	run(0, "ping", "-v")
	run(0, "status", "--json")
	run(0, "inventory", "--list")
	run(0, "inventory", "--host", "web1")
	run(0, "hosts", "-v")
	for _, interrupt := range []func(*os.Process){
		func(p *os.Process) { _ = p.Signal(os.Interrupt) },
		func(p *os.Process) {
			_ = p.Signal(os.Interrupt)
			time.Sleep(300 * time.Millisecond)
			_ = p.Signal(os.Interrupt)
		},
		func(p *os.Process) { _ = p.Signal(syscall.SIGKILL) },
	} {
		on(t, h, hang)
		r := begin(t, w, append([]string{"-i", "hosts.yml"}, with("-vvv", "--diff")...)...)
		hangs(t, h)
		interrupt(r.cmd.Process)
		on(t, h, "sleep 1; pkill -x sleep -u example || :")
		r.status(t, time.Minute)
		shown.WriteString(r.seen.String())
		within(t, 30*time.Second, func() error { return equal(try(t, h, leftovers), "") })
		on(t, h, "cp -p /root/prepare_env.sh /webapps/example_project/")
	}
	run(0, deploy...)

	// Typed, and wrong.
	cmd, term, err := w.onTerminal(100, append([]string{"-i", "bare.ini", "-k", "-K"}, deploy...)...)
	if err != nil {
		t.Fatal(err)
	}
	if err := term.answer("SSH password", sentinelSSH); err != nil {
		t.Error(err)
	}
	if err := term.answer("sudo password", sentinelSudo); err != nil {
		t.Error(err)
	}
	o := term.wait(cmd)
	if o.status != 0 {
		t.Error(o)
	}
	shown.WriteString(o.stdout)
	wrong := strings.Replace(yaml, fmt.Sprintf("ansible_become_password: %q", sentinelSudo), fmt.Sprintf("ansible_become_password: %q", sentinelSSH), 1)
	if err := os.WriteFile(filepath.Join(w.home, "hosts.yml"), []byte(wrong), 0o600); err != nil {
		t.Fatal(err)
	}
	run(3, with("-vvv")...)
	answers(t, h, "example.com", "example")
	s.stop(t)

	secrets := map[string]string{"the SSH password": sentinelSSH, "the sudo password": sentinelSudo, "the secret key": site[0], "the database password": site[1]}
	for name, secret := range secrets {
		if strings.Contains(shown.String(), secret) {
			t.Errorf("%s was on the screen", name)
		}
	}
	nowhereHere(t, w, secrets)
	nowhereThere(t, h, secrets)
}

// nowhereHere checks the workstation's files, apart from the inventory.
func nowhereHere(t *testing.T, w *workstation, secrets map[string]string) {
	t.Helper()
	files := 0
	err := filepath.WalkDir(w.home, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Base(path) == "hosts.yml" {
			return err
		}
		files++
		text, err := os.ReadFile(path)
		for name, secret := range secrets {
			if strings.Contains(string(text), secret) {
				t.Errorf("%s is in %s", name, path)
			}
		}
		return err
	})
	if err != nil || files < 20 {
		t.Errorf("%d files, %v", files, err)
	}
}

// nowhereThere checks the host's files, its journal and its memory of logins. A secret of the site
// is in its own file.
func nowhereThere(t *testing.T, h *testbed.Host, secrets map[string]string) {
	t.Helper()
	on(t, h, "journalctl --sync; journalctl -q -o export >/root/journal; grep -q 'statement: ' /var/log/postgresql/*.log; grep -q asks /root/journal")
	for name, secret := range secrets {
		want := map[string]string{"the secret key": "/webapps/example_project/.django_secret_key", "the database password": "/webapps/example_project/.django_db_password"}[name]
		if err := os.WriteFile(filepath.Join(h.Root(), "root/word"), []byte(secret), 0o600); err != nil {
			t.Fatal(err)
		}
		found := try(t, h, "grep -rlF -f /root/word /etc /webapps /var /root /home /opt /usr/local /srv /run /tmp /dev/shm 2>/dev/null | grep -vx /root/word || :")
		same(t, "files with "+name, found, want)
		// In the journal's own format a text may be packed; what it says is not.
		same(t, "journal with "+name, try(t, h, "grep -cF -f /root/word /root/journal || :"), "0")
	}
	on(t, h, "rm /root/word /root/journal")
	if got := try(t, h, "find /webapps/example_project/.django* -perm /077"); got != "" {
		t.Errorf("others may read %s", got)
	}
}

// A sampler watches the command lines on a host.
type sampler struct {
	cmd   *exec.Cmd
	stdin io.WriteCloser
	out   *bufio.Scanner
}

func startSampler(t *testing.T, h *testbed.Host, words ...string) *sampler {
	t.Helper()
	return startSamplerAs(t, h, "root", nil, words...)
}

// startSamplerAs has an account watch, and given folders the environments that it may read and the
// files there, too.
func startSamplerAs(t *testing.T, h *testbed.Host, account string, folders []string, words ...string) *sampler {
	t.Helper()
	exe := filepath.Join(t.TempDir(), "sampler")
	build := exec.Command("go", "build", "-o", exe, "./sampler")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	text, err := os.ReadFile(exe)
	if err == nil {
		err = os.WriteFile(filepath.Join(h.Root(), "usr/local/sampler-"+account), text, 0o755) // another account's may be at work
	}
	if err != nil {
		t.Fatal(err)
	}
	s := &sampler{}
	if s.cmd, err = h.Command(t.Context(), append([]string{"runuser", "-u", account, "--", "/usr/local/sampler-" + account}, folders...)...); err != nil {
		t.Fatal(err)
	}
	s.stdin, err = s.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	s.out = bufio.NewScanner(out)
	fmt.Fprintf(s.stdin, "%s\n\n", strings.Join(words, "\n"))
	if !s.out.Scan() || s.out.Text() != "sampling" {
		t.Fatalf("the sampler says %q", s.out.Text())
	}
	return s
}

// stop ends the sampler and fails the test for what it has found.
func (s *sampler) stop(t *testing.T) {
	t.Helper()
	_ = s.stdin.Close()
	for s.out.Scan() {
		if strings.HasPrefix(s.out.Text(), "found") {
			t.Errorf("for all to see: %s", s.out.Text())
		} else {
			t.Log(s.out.Text())
		}
	}
	if err := s.cmd.Wait(); err != nil {
		t.Errorf("the sampler: %v", err)
	}
}

// That the sampler would see a secret, if there was one to be seen, is shown by one.
func TestSamplerSees(t *testing.T) {
	slow(t)
	t.Parallel()
	h, _ := up(t, 12, fresh)
	s := startSampler(t, h, "in-plain-sight")
	on(t, h, "sh -c 'sleep 0.05' in-plain-sight")
	_ = s.stdin.Close()
	found := false
	for s.out.Scan() {
		found = found || strings.HasPrefix(s.out.Text(), "found word 0")
	}
	_ = s.cmd.Wait()
	if !found {
		t.Error("it was not seen")
	}
}

// A password that got lost while its role is still there is made anew on both sides.
func TestLostDatabasePassword(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w := up(t, 12, pair)
	before, pid := siteSecrets(t, h, "example"), on(t, h, "supervisorctl pid example")
	on(t, h, "rm /webapps/example_project/.django_db_password")
	over := undisturbed(t, h, "second.org")
	o := w.djship(0, append(strings.Fields(deployExample), "-v")...)
	over()
	for _, words := range []string{"database password of example", "was lost", "PostgreSQL role example: its password is set anew", "gunicorn example"} {
		if !strings.Contains(o.stdout+o.stderr, words) {
			t.Errorf("it does not say %q: %v", words, o)
		}
	}
	after := siteSecrets(t, h, "example")
	if after[1] == before[1] || after[0] != before[0] {
		t.Errorf("secrets: the key is the same: %v; the password is: %v", after[0] == before[0], after[1] == before[1])
	}
	if strings.Contains(o.stdout+o.stderr+w.log("web1")+w.eventsFile(), after[1]) {
		t.Error("the new password is in what djship said")
	}
	if now := on(t, h, "supervisorctl pid example"); now == pid {
		t.Error("the site still runs with the old password")
	}
	answers(t, h, "example.com", "example")
	checkDatabase(t, h)
	idle(t, h, w, strings.Fields(deployExample)...)
}
