//go:build linux

package integration

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"djship/integration/testbed"
)

// oddPassword has in it what a shell, a printf, an inventory or a sudo could take for something else.
const oddPassword = `'pa"ss' \w$HOME ` + "`id`" + ` $(id) ö! %u`

// uutils puts uutils' programs in the place of all of GNU's that it has, as Ubuntu does since 25.10. GNU's own come back
// by no upgrade.
const uutils = `set -e
for path in $(dpkg -L coreutils | grep bin/); do
	tool=${path##*/}
	coreutils --list | grep -qxF -- "$tool" || continue
	dpkg-divert --local --quiet --no-rename --divert "/usr/lib/gnu-$tool" "$path" 2>/dev/null
	coreutils ln -sf /usr/bin/coreutils "$path"
done
dpkg-divert --local --quiet --rename --divert /usr/bin/sudo.ws /usr/bin/sudo
ln -s ../lib/cargo/bin/sudo /usr/bin/sudo
`

// hardened is what guides to safe servers and images of providers do besides.
const hardened = `set -e
mount -o remount,hidepid=2 /proc
sed -i '/^Defaults.*secure_path/s|=.*|="/usr/local/bin:/usr/bin:/bin"|' /etc/sudoers
printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
chmod 755 /usr/sbin/policy-rc.d
sed -i '/^Subsystem/d' /etc/ssh/sshd_config
echo 'AllowTcpForwarding no' >/etc/ssh/sshd_config.d/hardened.conf
systemctl restart ssh
sed -i '/127.0.1.1/d' /etc/hosts
hostname nowhere && echo nowhere >/etc/hostname
`

// A Debian as Ubuntu 25.10 is, with uutils and sudo-rs, hardened in every way that is known to trip tools which deploy,
// and a password that is hard to quote: all at once.
func TestUutilsOnAHardenedServer(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w := up(t, 13, fresh)
	on(t, h, fmt.Sprintf(install, "rust-coreutils sudo-rs needrestart unattended-upgrades"))
	on(t, h, uutils)
	on(t, h, hardened)
	on(t, h, "chpasswd <<'END'\nasks:"+oddPassword+"\nEND\nsleep 0.5")
	if err := w.inventory(line(h, "asks", "ansible_become=true")); err != nil {
		t.Fatal(err)
	}
	checkOdd(t, h)
	w.env = append(w.env, "DJSHIP_BECOME_PASSWORD="+oddPassword)
	said := []string{}
	run := func(args ...string) {
		t.Helper()
		o := w.djship(0, args...)
		said = append(said, o.stdout, o.stderr, w.log(h.Name()), w.eventsFile())
	}
	run(append(upExample, "-vv", "--diff")...)
	same(t, "policy-rc.d is as it was", on(t, h, "cat /usr/sbin/policy-rc.d"), "#!/bin/sh\nexit 101")
	answers(t, h, "example.com", "example")
	idle(t, h, w, upExample...)
	if s := statuses(t, w, 0)["example"]; s["state"] != "up" || s["workers"] == 0.0 {
		t.Errorf("status: %v", s)
	}

	// What ends a run in the middle, and what bounds the reading of a site's home, is made of these programs.
	on(t, h, hang)
	r := begin(t, w, strings.Fields(deployExample)...)
	hangs(t, h)
	if err := r.cmd.Process.Kill(); err != nil {
		t.Error(err)
	}
	within(t, lasts, func() error { return equal(try(t, h, leftovers+"\npgrep -a -x sleep -u example || :"), "") })
	on(t, h, as("example", "rm prepare_env.sh && mkfifo prepare_env.sh"))
	if o := w.run(append(strings.Fields(deployExample), "--check")...); o.took > lasts {
		t.Errorf("a pipe in a site's home: %v", o)
	}
	within(t, lasts, func() error { return equal(try(t, h, leftovers), "") })
	on(t, h, inHome+"rm prepare_env.sh && cp -p /root/prepare_env.sh .")

	// A password by a file, in the end.
	w.env = w.env[:len(w.env)-1]
	file := filepath.Join(w.home, "word")
	if err := os.WriteFile(file, []byte(oddPassword+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	run(append(upExample, "--become-password-file", file)...)
	idle(t, h, w, append(upExample, "--become-password-file", file)...)
	answers(t, h, "example.com", "example")
	for _, text := range said {
		if strings.Contains(text, oddPassword) {
			t.Errorf("sudo's password is shown:\n%s", text)
		}
	}
}

// checkOdd checks that a host is as odd as it should be.
func checkOdd(t *testing.T, h *testbed.Host) {
	login := []string{"-i", h.Key(), "asks@" + h.Addr()}
	for _, c := range []struct{ what, command, want string }{
		{"uutils", "for t in cat stat head timeout sha256sum install df id env sort; do readlink -f $(command -v $t); done | uniq", "/usr/bin/coreutils\n"},
		{"sudo-rs", "sudo --version", "sudo-rs "},
		{"others' processes", "ls -d /proc/1 2>&1; :", "cannot access '/proc/1'"},
		{"its name", "getent hosts $(hostname) || echo unknown", "unknown\n"},
		{"root's PATH, by the password", "sudo -S sh -c 'echo path $PATH' <<'END'\n" + oddPassword + "\nEND", "path /usr/local/bin:/usr/bin:/bin\n"},
		{"packages", "dpkg-query -W -f '${Package} ${db:Status-Status}\n' needrestart unattended-upgrades", "needrestart installed\nunattended-upgrades installed\n"},
	} {
		out, err := ssh(t, h, login, c.command)
		if err != nil || !strings.Contains(out, c.want) {
			t.Errorf("%s: %q, should have %q: %v", c.what, out, c.want, err)
		}
	}
	if out, err := ssh(t, h, append([]string{"-s"}, login...), "sftp"); !strings.Contains(out, "subsystem request failed") {
		t.Errorf("sftp: %q, %v", out, err)
	}
	same(t, "forwarding", on(t, h, "sshd -T | grep -i allowtcpforwarding"), "allowtcpforwarding no")
	same(t, "policy-rc.d", try(t, h, "/usr/sbin/policy-rc.d"), "(status 101)")
}
