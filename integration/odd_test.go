//go:build linux

package integration

import (
	"fmt"
	"strings"
	"testing"
)

// install brings packages to a host that has no package lists, and leaves it so.
const install = "apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install %s >/dev/null 2>&1; rm -rf /var/lib/apt/lists/*; "

// Servers that people have set up in their own way. On each, a fresh host becomes one with a site by a
// login that is odd in several ways at once, and all is as on any other.
func TestOddServers(t *testing.T) {
	slow(t)
	t.Parallel()
	const noexec = "mount -t tmpfs -o noexec,nosuid,nodev tmpfs /tmp && mount -t tmpfs -o noexec,nosuid,nodev tmpfs /var/tmp && ! { cp /bin/true /tmp/ && /tmp/true; } 2>/dev/null; "
	const german = "sed -i 's/^# *de_DE.UTF-8/de_DE.UTF-8/' /etc/locale.gen && locale-gen >/dev/null && update-locale LANG=de_DE.UTF-8 LC_ALL=de_DE.UTF-8 && "
	for _, c := range []struct {
		what  string
		suite int
		make  string // of the account odd
		seen  string // what a login by ssh sees, to know that it is odd
		want  string
	}{
		{"a banner, German, umask 077", 11,
			fmt.Sprintf(install, "locales") + german + `useradd -m -s /bin/bash odd && echo 'Zutritt verboten' >/etc/banner && echo 'Banner /etc/banner' >/etc/ssh/sshd_config.d/banner.conf && systemctl reload ssh
			sed -i '1i echo "Hallo $USER, heute ist $(date)"; umask 077' /home/odd/.bashrc`,
			"umask; ls /nowhere 2>&1", "0077\nls: Zugriff auf '/nowhere' nicht m"},
		{"fish, locale POSIX, umask 027, /tmp noexec", 12,
			fmt.Sprintf(install, "fish") + noexec + `useradd -m -s /usr/bin/fish odd && mkdir -p /home/odd/.config/fish && echo 'echo welcome to fish; umask 027' >/home/odd/.config/fish/config.fish && chown -R odd: /home/odd/.config && echo LC_ALL=POSIX >>/etc/environment`,
			"echo $LC_ALL; umask", "POSIX\n0027"},
		{"csh, locale C, umask 027, requiretty, no SELinux", 13,
			fmt.Sprintf(install, "csh") + noexec + `useradd -m -s /bin/csh odd && echo 'umask 027; echo "a .cshrc that talks"' >/home/odd/.cshrc && chown odd: /home/odd/.cshrc && echo LC_ALL=C >>/etc/environment && echo 'Defaults:odd requiretty' >/etc/sudoers.d/tty
			! command -v getenforce && [ ! -e /sys/fs/selinux/enforce ]`,
			"echo $LC_ALL; umask", "C\n27"},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			h, w := up(t, c.suite, fresh)
			on(t, h, c.make)
			on(t, h, "install -d -o odd -m 700 /home/odd/.ssh && install -o odd -m 600 /root/.ssh/authorized_keys /home/odd/.ssh/ && echo 'odd ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/odd; sleep 0.5")
			if err := w.inventory(line(h, "odd")); err != nil {
				t.Fatal(err)
			}
			out, err := ssh(t, h, []string{"-i", h.Key(), "odd@" + h.Addr()}, c.seen)
			if !strings.Contains(out, c.want) {
				t.Fatalf("a login is not as odd as it should be: %v\n%s", err, out)
			}
			before := snapshot(t, h, looked...)
			w.djship(5, append(upExample, "--check", "--exit-code")...)
			untouched(t, h, before, looked...)
			planned := sorted(stepsWith(events(t, w.eventsFile()), "would_change"))
			w.djship(0, upExample...)
			same(t, "changed, as --check had said", sorted(stepsWith(events(t, w.eventsFile()), "changed")), planned)
			idle(t, h, w, upExample...)
			same(t, "left in /tmp", try(t, h, "find /tmp /var/tmp -newer /etc/hostname ! -path '*systemd*' ! -path /tmp/true -type f"), "")
			// The checks read English, and don't expect a banner.
			on(t, h, "rm -f /etc/ssh/sshd_config.d/banner.conf && systemctl reload ssh && cd / && "+sql("alter system set lc_messages = 'C'", "select pg_reload_conf()")+"; sleep 0.5")
			checkPrereq(t, h)
			checkSite(t, h, 3)
		})
	}
}

// A login shell that ends before it comes to the command is told from everything else that can be
// wrong, with where to look.
func TestLoginShellThatEnds(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w := up(t, 12, site)
	if err := w.inventory(line(h, "deploy")); err != nil {
		t.Fatal(err)
	}
	on(t, h, "cp -p /home/deploy/.bashrc /root/; sed -i '1i echo bye; exit 3' /home/deploy/.bashrc")
	before := snapshot(t, h, looked...)
	o := w.djship(3, strings.Fields(deployExample)...)
	for _, words := range []string{"the login shell of deploy", "bye", ".bashrc"} {
		if !strings.Contains(o.stdout+o.stderr, words) {
			t.Errorf("it does not say %q: %v", words, o)
		}
	}
	if e := first(t, events(t, w.eventsFile()), "host_end"); e.Status != "unreachable" || e.Error == "" || e.Hint == "" {
		t.Errorf("host_end: %+v", e)
	}
	untouched(t, h, before, looked...)
	on(t, h, "cp -p /root/.bashrc /home/deploy/")
	idle(t, h, w, strings.Fields(deployExample)...)
}
