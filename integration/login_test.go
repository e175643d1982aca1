//go:build linux

package integration

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	cryptossh "golang.org/x/crypto/ssh"

	"djship/integration/testbed"
	"djship/remote/remotetest"
)

// passphrase is no secret: what it opens is made by the test and gone with it.
const passphrase = "of no worth"

// preparedForLogins gives a host accounts that can be logged in to and become root in every way that
// djship knows, %[1]s as the authorized keys and %[2]s as the certificate authority.
const preparedForLogins = `set -e
for name in keys words asked su doas wantstty; do
	useradd -m -s /bin/bash $name
	echo "$name:word of $name" | chpasswd
	install -d -m 700 -o $name -g $name /home/$name/.ssh
	cp /root/.ssh/authorized_keys /home/$name/.ssh/
	chown $name: /home/$name/.ssh/authorized_keys
done
echo 'root:word of root' | chpasswd
printf '%%s\n' 'keys ALL=(ALL) NOPASSWD: ALL' 'words ALL=(ALL) ALL' 'asked ALL=(ALL) NOPASSWD: ALL' 'Defaults:wantstty requiretty' 'wantstty ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/logins
apt-get -qq update
apt-get -qq install -y doas >/dev/null 2>&1 || apt-get -qq install -y opendoas >/dev/null
printf '%%s\n' 'permit nopass doas' >/etc/doas.conf
printf %%s %[1]s >>/home/keys/.ssh/authorized_keys
printf '%%s' %[2]s >/etc/ssh/authority.pub
cat >/etc/ssh/sshd_config.d/logins.conf <<END
TrustedUserCAKeys /etc/ssh/authority.pub
ChallengeResponseAuthentication yes
Match User words
	PasswordAuthentication yes
	PubkeyAuthentication no
Match User asked
	PasswordAuthentication no
	KbdInteractiveAuthentication yes
	PubkeyAuthentication no
END
sshd -t
systemctl restart ssh
`

// Every kind of login and every way to root, against the sshd of each Debian.
func TestLogins(t *testing.T) {
	eachDebian(t, func(t *testing.T, suite int) {
		testbed.Need(t)
		h := testbed.Up(t, testbed.Spec{Suite: suite, Name: "web1"})
		w := workstationFor(t)
		keygen := func(name string, args ...string) string {
			path := filepath.Join(w.home, name)
			out, err := exec.Command("ssh-keygen", append([]string{"-q", "-f", path, "-C", name}, args...)...).CombinedOutput()
			if err != nil {
				t.Fatalf("%s: %v\n%s", name, err, out)
			}
			return path
		}
		read := func(path string) string {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			return string(text)
		}
		var public strings.Builder
		for name, args := range map[string][]string{
			"ed25519": {"-t", "ed25519", "-N", ""}, "ecdsa": {"-t", "ecdsa", "-N", ""}, "rsa": {"-t", "rsa", "-N", ""},
			"pem": {"-t", "rsa", "-m", "PEM", "-N", ""}, "agents": {"-t", "ed25519", "-N", ""}, "closed": {"-t", "ed25519", "-N", passphrase},
		} {
			public.WriteString(read(keygen(name, args...) + ".pub"))
		}
		token := remotetest.NewSecurityKey(t)
		public.Write(cryptossh.MarshalAuthorizedKey(token.Public))
		authority := keygen("authority", "-t", "ed25519", "-N", "")
		certified := keygen("certified", "-t", "ed25519", "-N", "")
		if out, err := exec.Command("ssh-keygen", "-q", "-s", authority, "-I", "test", "-n", "keys", certified+".pub").CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		on(t, h, fmt.Sprintf(preparedForLogins, quote(public.String()), quote(read(authority+".pub"))))
		w.env = append(w.env, "SSH_AUTH_SOCK="+agentWith(t, w.home, "agents"))

		type login struct{ what, user, vars, root string }
		key := func(name string) string { return "ansible_ssh_private_key_file=" + filepath.Join(w.home, name) }
		logins := []login{
			{"ed25519", "keys", key("ed25519"), "sudo"},
			{"ecdsa", "keys", key("ecdsa"), "sudo"},
			{"rsa", "keys", key("rsa"), "sudo"},
			{"rsa in PEM", "keys", key("pem"), "sudo"},
			{"agent", "keys", "", "sudo"},
			{"certificate", "keys", key("certified"), "sudo"},
			{"root", "root", "ansible_ssh_private_key_file=" + h.Key(), "login"},
			{"password, and sudo's", "words", "ansible_password='word of words' ansible_become_password='word of words'", "sudo"},
			{"keyboard-interactive", "asked", "ansible_password='word of asked'", "sudo"},
			{"su", "su", "ansible_become_method=su ansible_become_password='word of root' ansible_ssh_private_key_file=" + h.Key(), "su"},
			{"doas", "doas", "ansible_become_method=doas ansible_ssh_private_key_file=" + h.Key(), "doas"},
			{"requiretty", "wantstty", "ansible_ssh_private_key_file=" + h.Key(), "sudo"},
		}
		if suite >= 13 {
			on(t, h, "apt-get -qq install -y sudo-rs >/dev/null")
			logins = append(logins, login{"sudo-rs", "keys", key("ed25519") + " ansible_become_exe=/usr/bin/sudo-rs", "sudo"},
				login{"sudo-rs with a password", "asks", "ansible_ssh_private_key_file=" + h.Key() + " ansible_become_exe=/usr/bin/sudo-rs ansible_become_password='" + testbed.AsksPassword + "'", "sudo"})
		}
		before := snapshot(t, h, everything...)
		use := func(user, vars string) {
			host := fmt.Sprintf("web1 ansible_host=%s ansible_user=%s ansible_ssh_common_args='-o UserKnownHostsFile=%s' %s", h.Addr(), user, h.KnownHosts(), vars)
			if err := w.inventory(host); err != nil {
				t.Fatal(err)
			}
		}
		for _, l := range logins {
			use(l.user, l.vars)
			o := w.run("ping", "--json")
			var p struct{ Login, Root string }
			_ = json.Unmarshal([]byte(o.stdout), &p)
			if !inside(o) || p.Login != l.user || p.Root != l.root {
				t.Errorf("%s: %v", l.what, o)
			}
		}

		w.env = append(w.env, "SSH_AUTH_SOCK="+remotetest.ServeAgent(t, token))
		use("keys", "")
		if o := w.run("ping"); !inside(o) {
			t.Errorf("a security key: %v", o)
		}

		w.env = append(w.env, "SSH_AUTH_SOCK=") // its keys would do
		use("keys", key("closed"))
		cmd, term, err := w.onTerminal(100, "ping")
		if err != nil {
			t.Fatal(err)
		}
		if err := term.answer("passphrase for ", passphrase); err != nil {
			t.Error(err)
		}
		if o := term.wait(cmd); !inside(o) {
			t.Errorf("an encrypted key: %v", o)
		}
		unharmed(t, h, before)
	})
}

// inside tells whether ping has logged in and become root. A package registry that is slow to answer,
// as those that tests share may be, is a problem of another kind.
func inside(o outcome) bool {
	return o.status == 0 || o.status == 1 && strings.Contains(o.stdout, "no connection to ")
}

// agentWith is the socket of an ssh-agent that holds a key, which is then removed from the disk.
func agentWith(t *testing.T, dir, key string) string {
	t.Helper()
	socket := filepath.Join(dir, "agent")
	agent := exec.Command("ssh-agent", "-D", "-a", socket)
	if err := agent.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = agent.Process.Kill(); _ = agent.Wait() })
	within(t, 5*time.Second, func() error { _, err := os.Stat(socket); return err })
	add := exec.Command("ssh-add", "-q", filepath.Join(dir, key))
	add.Env = append(os.Environ(), "SSH_AUTH_SOCK="+socket)
	if out, err := add.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if err := os.Remove(filepath.Join(dir, key)); err != nil {
		t.Fatal(err)
	}
	return socket
}
