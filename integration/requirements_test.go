//go:build linux

package integration

import (
	"strings"
	"testing"
)

// What a host's administrator has chosen against what a site needs is known by the probe: it is refused before
// anything is touched, by its name, and ping tells it beforehand.
func TestRequirements(t *testing.T) {
	slow(t)
	t.Parallel()
	const (
		sshd    = "/etc/ssh/sshd_config"
		nginx   = "/etc/nginx/nginx.conf"
		hold    = "cp -p " + sshd + " " + nginx + " /root/ && "
		restore = "cp -p /root/sshd_config " + sshd + "; cp -p /root/nginx.conf " + nginx + "; systemctl reload ssh nginx; sleep 1"
		limit   = "sed -i '1i MaxSessions %' " + sshd + " && systemctl reload ssh && sleep 1"
	)
	h, w := up(t, 12, ready)
	for _, c := range []struct {
		what, make, mend string
		says             []string
	}{
		{what: "sshd_config without its Include", make: hold + "sed -i '/^Include/d' " + sshd, mend: restore,
			says: []string{"sshd does not read /etc/ssh/sshd_config.d", "Include /etc/ssh/sshd_config.d/*.conf"}},
		{what: "Include below a Match", make: hold + "sed -i '/^Include/d' " + sshd + " && printf 'Match User deploy\\nInclude /etc/ssh/sshd_config.d/*.conf\\n' >>" + sshd, mend: restore,
			says: []string{"sshd does not read /etc/ssh/sshd_config.d", "below a Match"}},
		{what: "one session", make: hold + strings.Replace(limit, "%", "1", 1), mend: restore, says: []string{"sshd allows 1 at once", "MaxSessions"}},
		{what: "two sessions", make: hold + strings.Replace(limit, "%", "2", 1), mend: restore, says: []string{"sshd allows 2 at once", "MaxSessions"}},
		{what: "nginx that reads conf.d alone", make: hold + "sed -i '/sites-enabled/d' " + nginx + " && systemctl reload nginx", mend: restore,
			says: []string{"nginx would not read /etc/nginx/sites-enabled/example.com", "conf.d/*.conf", "include /etc/nginx/sites-enabled/*;"}},
		{what: "nginx that reads *.conf", make: hold + "sed -i 's,sites-enabled/[*];,sites-enabled/*.conf;,' " + nginx + " && systemctl reload nginx", mend: restore,
			says: []string{"nginx would not read", "sites-enabled/*.conf"}},
		{what: "sshd with another main file", make: "cp /etc/ssh/sshd_config /etc/ssh/sshd_config.mine; echo 'SSHD_OPTS=\"-f /etc/ssh/sshd_config.mine\"' >/etc/default/ssh; systemctl restart ssh; sleep 1",
			mend: ": >/etc/default/ssh; systemctl restart ssh; rm /etc/ssh/sshd_config.mine; sleep 1", says: []string{"sshd runs with -f /etc/ssh/sshd_config.mine"}},
		{what: "nginx beside another on port 80", make: "sed -i 's/listen 80/listen 8080/; s/listen \\[::\\]:80/listen [::]:8080/' /etc/nginx/sites-available/default; systemctl reset-failed nginx; systemctl restart nginx; systemd-run -q --unit squatter python3 -m http.server 80; sleep 1",
			mend: "systemctl stop squatter; sed -i 's/8080/80/' /etc/nginx/sites-available/default; systemctl reset-failed nginx; systemctl restart nginx", says: []string{"nginx runs, and port 80 is held by python3"}},
		{what: "nginx as another account", make: hold + "sed -i 's/^user www-data/user games/' " + nginx + " && systemctl reset-failed nginx && systemctl restart nginx", mend: restore + "; systemctl reset-failed nginx; systemctl restart nginx", says: []string{"nginx runs as games"}},
		{what: "nginx that reads conf.d alone, stopped", make: hold + "sed -i '/sites-enabled/d' " + nginx + "; systemctl stop nginx", mend: restore + "; systemctl reset-failed nginx; systemctl start nginx", says: []string{"nginx would not read /etc/nginx/sites-enabled/example.com"}},
		{what: "a block that is nearer to visitors", make: "echo 'server { listen " + h.Addr() + ":80; server_name status.local; }' >/etc/nginx/conf.d/status.conf; systemctl reload nginx; sleep 1", mend: "rm /etc/nginx/conf.d/status.conf; systemctl reset-failed nginx; systemctl restart nginx",
			says: []string{"visitors would come to the server block of /etc/nginx/conf.d/status.conf", "listen 80"}},
		{what: "no folder for rules of sshd", make: "mv /etc/ssh/sshd_config.d /root/", mend: "mv /root/sshd_config.d /etc/ssh/", says: []string{"there is no folder /etc/ssh/sshd_config.d"}},
		{what: "Debian's supervisord with programs", make: "printf '[supervisord]\\n[program:mailer]\\ncommand=sleep 1000\\n' >/etc/supervisor/supervisord.conf", mend: "rm /etc/supervisor/supervisord.conf",
			says: []string{"/etc/supervisor/supervisord.conf has programs in it", "a second time"}},
		{what: "nginx that is broken", make: "echo nonsense here';' >/etc/nginx/conf.d/theirs.conf", mend: "rm /etc/nginx/conf.d/theirs.conf",
			says: []string{"nginx refuses its configuration as it is", "/etc/nginx/conf.d/theirs.conf:1"}},
		{what: "a service that is masked", make: "systemctl stop supervisord; mv /etc/systemd/system/supervisord.service /root/ && systemctl mask supervisord", mend: "systemctl unmask supervisord && mv /root/supervisord.service /etc/systemd/system/ && systemctl daemon-reload && systemctl start supervisord",
			says: []string{"supervisord is masked on this host", "systemctl unmask supervisord"}},
		{what: "/webapps that starts no programs", make: "mount --bind /webapps /webapps && mount -o remount,bind,noexec /webapps", mend: "umount /webapps",
			says: []string{"/webapps is mounted noexec"}},
		{what: "/etc that is read-only", make: "mount --bind /etc /etc && mount -o remount,bind,ro /etc", mend: "umount /etc", says: []string{"/etc is mounted read-only"}},
		{what: "a supervisord of somebody's", make: "cp -p /etc/supervisord.conf /root/ && sed -i /supervisord.conf/d /var/lib/djship/written && printf '[unix_http_server]\\nfile=/tmp/supervisor.sock\\n[supervisord]\\npidfile=/tmp/supervisord.pid\\n' >/etc/supervisord.conf",
			mend: "cp -p /root/supervisord.conf /etc/", says: []string{"/etc/supervisord.conf is not djship's"}},
	} {
		t.Run(c.what, func(t *testing.T) {
			w := *w
			w.t = t
			on(t, h, c.make)
			o := w.run("ping")
			for _, words := range c.says {
				words = strings.Replace(words, "example.com", "", 1) // ping knows of no site
				if o.status != 1 || !strings.Contains(o.stdout, words) {
					t.Errorf("ping does not say %q: %v", words, o)
				}
			}
			refused(t, h, &w, 1, strings.Fields(deployExample), c.says)
			on(t, h, c.mend)
		})
	}
	if o := w.run("ping"); strings.Contains(o.stdout, "hint:") && !strings.Contains(o.stdout, "no connection to") {
		t.Errorf("with nothing in the way: %v", o)
	}
	w.djship(0, strings.Fields(deployExample)...)
	idle(t, h, w, strings.Fields(deployExample)...)
	t.Run("a rule that a Match takes away", func(t *testing.T) {
		on(t, h, "printf 'Match User example\\nDenyUsers guest\\n' >/etc/ssh/sshd_config.d/00-office.conf")
		refused(t, h, w, 1, strings.Fields(deployExample), []string{"/etc/ssh/sshd_config.d/00-office.conf:2: a DenyUsers below a Match"})
		on(t, h, "rm /etc/ssh/sshd_config.d/00-office.conf")
		idle(t, h, w, strings.Fields(deployExample)...)
	})
	t.Run("a rule that is obeyed no more", func(t *testing.T) {
		on(t, h, "sed -i '/^Include/d' "+sshd)
		refused(t, h, w, 1, strings.Fields(deployExample), []string{"sshd does not obey /etc/ssh/sshd_config.d/djship-example.conf", "the account example could be logged in to"})
		on(t, h, restore)
		idle(t, h, w, strings.Fields(deployExample)...)
	})
}

// A supervisord that somebody else has set up is found before the first package is installed.
func TestForeignSupervisordIsFoundAtOnce(t *testing.T) {
	t.Parallel()
	h, w := up(t, 12, fresh)
	for _, c := range []struct{ make, says, mend string }{
		{"printf '[supervisord]\\n[program:theirs]\\ncommand=sleep 1000\\n' >/etc/supervisord.conf", "/etc/supervisord.conf is not djship's: another supervisord is at work here", "rm /etc/supervisord.conf"},
		{"printf '[Service]\\nExecStart=/bin/sleep 1000\\n' >/etc/systemd/system/supervisord.service", "/etc/systemd/system/supervisord.service is there already, and not djship's", "rm /etc/systemd/system/supervisord.service"},
	} {
		on(t, h, c.make)
		refused(t, h, w, 1, strings.Fields("up example example.com"), []string{c.says})
		on(t, h, c.mend)
	}
}
