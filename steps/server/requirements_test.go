package server

import (
	"strings"
	"testing"

	"djship/steps/model"
	"djship/steps/model/modeltest"
)

func TestMounts(t *testing.T) {
	on := func(lines ...string) model.Facts {
		return model.ParseFacts("mount ext4 rw,relatime /\n" + strings.Join(lines, "\n") + "\n")
	}
	const again = ", then run the same command again"
	modeltest.Run(t, []modeltest.Case{
		{Name: "one file system", Step: Mounts{}, Facts: on()},
		{Name: "unknown", Step: Mounts{}},
		{Name: "read-only", Step: Mounts{}, Facts: on("mount ext4 ro,relatime /"), Want: model.RefusalToChange("/ is mounted read-only", "look at `dmesg` on the host: often the disk is failing; where somebody has mounted it so: mount -o remount,rw /"+again)},
		{Name: "one of many read-only", Step: Mounts{}, Facts: on("mount ext4 ro /var", "mount ext4 rw /var/lib", "mount ext4 rw /var/log"), Want: model.RefusalToChange("/var is mounted read-only", "look at `dmesg` on the host: often the disk is failing; where somebody has mounted it so: mount -o remount,rw /var"+again)},
		{Name: "one that nobody writes to", Step: Mounts{}, Facts: on("mount ext4 rw /opt", "mount squashfs ro /boot")},
		{Name: "remounted", Step: Mounts{}, Facts: on("mount ext4 ro /etc", "mount ext4 rw /etc")},
		{Name: "no programs", Step: Mounts{}, Facts: on("mount xfs rw,nosuid,noexec /webapps"), Want: model.RefusalToChange("/webapps is mounted noexec: what djship puts into /webapps can't be started", "take noexec out of the options of /webapps in /etc/fstab on the host: mount -o remount,exec /webapps"+again)},
		{Name: "no programs above", Step: Mounts{}, Facts: on("mount ext4 rw,noexec /opt"), Want: model.RefusalToChange("/opt is mounted noexec: what djship puts into /opt/djship can't be started", "take noexec out of the options of /opt in /etc/fstab on the host: mount -o remount,exec /opt"+again)},
		{Name: "no programs in /var", Step: Mounts{}, Facts: on("mount ext4 rw,noexec /var")},
		{Name: "no owners", Step: Mounts{}, Facts: on("mount cifs rw /webapps"), Want: model.RefusalToChange("the file system of /webapps (cifs, at /webapps) keeps no owners and modes of files", "sites are kept apart by these: mount one there that has them, as ext4 or xfs")},
	})
}

func TestSSHDaemon(t *testing.T) {
	step, any := SSHDaemon{"example"}, SSHDaemon{}
	const again, include = ", then run the same command again", "put `Include /etc/ssh/sshd_config.d/*.conf` above all else into /etc/ssh/sshd_config on the host: below a Match it counts for that alone"
	unread := model.RefusalToChange("sshd does not read /etc/ssh/sshd_config.d, so that the account of a site could be logged in to", include+again)
	disobeyed := model.Refusal("sshd does not obey /etc/ssh/sshd_config.d/djship-example.conf: the account example could be logged in to", include+again)
	few := func(n string) model.Change {
		return model.RefusalToChange("sshd allows "+n+" at once of the 3 sessions over a connection that djship needs (MaxSessions "+n+")", "set MaxSessions to 3 or more in /etc/ssh/sshd_config on the host (it is 10 where nothing is set), and: systemctl reload ssh - then run the same command again")
	}
	modeltest.Run(t, []modeltest.Case{
		{Name: "new, read", Step: step, Seen: "config\nInclude /etc/ssh/sshd_config.d/*.conf\nmaxsessions 10\n"},
		{Name: "new, read, in other words", Step: step, Seen: "config\n  include = sshd_config.d/[a-z]*.conf other\nmaxsessions 10\n"},
		{Name: "any, read", Step: any, Seen: "config\nInclude /etc/ssh/sshd_config.d/*\nmaxsessions 10\n"},
		{Name: "new, not read", Step: step, Seen: "config\nmaxsessions 10\n", Want: unread},
		{Name: "any, not read", Step: any, Seen: "config\nInclude /etc/ssh/other.d/*.conf\nmaxsessions 10\n", Want: unread},
		{Name: "new, read for some", Step: step, Seen: "config\nMatch User deploy\nInclude /etc/ssh/sshd_config.d/*.conf\nmaxsessions 10\n", Want: unread},
		{Name: "obeyed", Step: step, Seen: "rule\nmaxsessions 10\ndenyusers second\ndenyusers example\n"},
		{Name: "obeyed by others' patterns", Step: step, Seen: "rule\nmaxsessions 10\ndenyusers exam*\n"},
		{Name: "nobody but others may", Step: step, Seen: "rule\nmaxsessions 10\nallowusers deploy\n"},
		{Name: "no group of its may", Step: step, Seen: "rule\nmaxsessions 10\nallowgroups ssh\n"},
		{Name: "its group may not", Step: step, Seen: "rule\nmaxsessions 10\ndenygroups webapps\n"},
		{Name: "not obeyed", Step: step, Seen: "rule\nmaxsessions 10\ndenyusers second\n", Want: disobeyed},
		{Name: "everybody may", Step: step, Seen: "rule\nmaxsessions 10\nallowusers *\n", Want: disobeyed},
		{Name: "taken out by somebody", Step: step, Seen: "maxsessions 10\n"},
		{Name: "another main file", Step: step, Seen: "file /etc/ssh/mine\nrule\nmaxsessions 10\ndenyusers example\n", Want: model.Refusal("sshd runs with -f /etc/ssh/mine: what is in /etc/ssh/sshd_config and sshd_config.d does not count, so that the account of a site could be logged in to", "have it read /etc/ssh/sshd_config (SSHD_OPTS in /etc/default/ssh), which may include that file, and `systemctl restart ssh`"+again)},
		{Name: "the same main file", Step: step, Seen: "file /etc/ssh/sshd_config\nrule\nmaxsessions 10\ndenyusers example\n"},
		{Name: "a rule below a Match", Step: step, Seen: "rule\nmaxsessions 10\ndenyusers example\nwithin /etc/ssh/sshd_config.d/00-office.conf:2\n", Want: model.Refusal("/etc/ssh/sshd_config.d/00-office.conf:2: a DenyUsers below a Match takes the place of djship's rules for whom it matches: accounts of sites could be logged in to", "put it above all Match lines, or name the accounts of sites in it, too"+again)},
		{Name: "new, read by other spellings", Step: step, Seen: "config\nInclude '/etc/ssh//sshd_config.d/[!z]*.conf'\nmaxsessions 10\n"},
		{Name: "one that does not tell", Step: step, Seen: "rule\n"},
		{Name: "1 session", Step: any, Seen: "maxsessions 1\n", Want: few("1")},
		{Name: "2 sessions", Step: any, Seen: "maxsessions 2\n", Want: few("2")},
		{Name: "3 sessions", Step: any, Seen: "maxsessions 3\n"},
		{Name: "broken", Step: step, Seen: "rule\n# refused: /etc/ssh/sshd_config: line 7: Bad configuration option: Nonsense\r\n# refused: terminating, 1 bad configuration options\n",
			Want: model.RefusalToChange("sshd refuses its configuration as it is: /etc/ssh/sshd_config: line 7: Bad configuration option: Nonsense", "mend the file and line that it names: `sshd -t` on the host says whether it is right"+again)},
		{Name: "another server", Step: step, Seen: "# none\n", Want: model.RefusalToChange("the host has no sshd of OpenSSH's: nothing would keep a site's account from being logged in to", "install openssh-server on the host"+again)},
	})
}

func TestNginxReads(t *testing.T) {
	step := NginxReads{"example.com"}
	conf := func(includes string, more ...string) string {
		return "# configuration file /etc/nginx/nginx.conf:\nevents {}\nhttp {\n\tinclude mime.types;\n\t" + includes + "\n}\n" + strings.Join(more, "")
	}
	refused := func(reads string) model.Change {
		return model.RefusalToChange("nginx would not read /etc/nginx/sites-enabled/example.com: of sites, /etc/nginx/nginx.conf includes "+reads, "put `include /etc/nginx/sites-enabled/*;` into the http block of /etc/nginx/nginx.conf on the host, see that `nginx -t` is content, then run the same command again")
	}
	modeltest.Run(t, []modeltest.Case{
		{Name: "not asked", Step: step},
		{Name: "Debian's", Step: step, Seen: conf("include /etc/nginx/conf.d/*.conf; include /etc/nginx/sites-enabled/*;")},
		{Name: "beside the main file", Step: step, Seen: conf("include sites-enabled/*.com;")},
		{Name: "by way of another file", Step: step, Seen: conf("include /etc/nginx/conf.d/*.conf;", "# configuration file /etc/nginx/conf.d/all.conf:\ninclude /etc/nginx/sites-enabled/*;\n")},
		{Name: "without editors' backups", Step: step, Seen: conf("include /etc/nginx/sites-enabled/*[!~];")},
		{Name: "by classes and longer ways", Step: step, Seen: conf("include /etc/nginx/./sites-enabled//[[:alnum:]]*;")},
		{Name: "as another account", Step: step, Seen: "# configuration file /etc/nginx/nginx.conf:\nuser nginx;\nhttp { include sites-enabled/*; }\n", Want: model.RefusalToChange("nginx runs as nginx (/etc/nginx/nginx.conf): it could not reach sites, which let www-data in", "write `user www-data;` there, and `systemctl restart nginx`"+model.Again)},
		{Name: "another on port 80", Step: step, Seen: conf("include sites-enabled/*;") + "# holds: \"varnishd\"\n", Want: model.RefusalToChange("nginx runs, and port 80 is held by varnishd", "stop and disable that on the host, or move it to another port: nginx needs port 80"+model.Again)},
		{Name: "nginx and another on port 80", Step: step, Seen: conf("include sites-enabled/*;") + "# holds: \"haproxy\"\n# holds: \"nginx\"\n"},
		{Name: "a nearer block", Step: step, Facts: model.Facts{Own: []string{"192.0.2.7", "2001:db8::7"}}, Seen: conf("server { listen 192.0.2.7:80; server_name status.local; } include sites-enabled/*;"), Want: model.RefusalToChange("visitors would come to the server block of /etc/nginx/nginx.conf (status.local; listen 192.0.2.7:80), and not to the site's, which listens on all addresses", "write `listen 80` there, as sites do"+model.Again)},
		{Name: "a nearer block on one of two addresses", Step: step, Facts: model.Facts{Own: []string{"192.0.2.7", "192.0.2.8"}}, Seen: conf("server { listen 192.0.2.7:80; } include sites-enabled/*;")},
		{Name: "nginx.org's", Step: step, Seen: conf("include /etc/nginx/conf.d/*.conf; # include /etc/nginx/sites-enabled/*;"), Want: refused("/etc/nginx/conf.d/*.conf")},
		{Name: "with an ending", Step: step, Seen: conf("include conf.d/*.conf; include sites-enabled/*.conf;"), Want: refused("/etc/nginx/conf.d/*.conf and /etc/nginx/sites-enabled/*.conf")},
		{Name: "outside of http", Step: step, Seen: "# configuration file /etc/nginx/nginx.conf:\ninclude /etc/nginx/sites-enabled/*;\nhttp {}\n", Want: refused("none")},
		{Name: "broken", Step: step, Seen: "# refused: nginx: [warn] something\n# refused: nginx: [emerg] unknown directive \"nonsense\" in /etc/nginx/conf.d/theirs.conf:1\n# refused: nginx: configuration file /etc/nginx/nginx.conf test failed\n",
			Want: model.RefusalToChange("nginx refuses its configuration as it is: nginx: [emerg] unknown directive \"nonsense\" in /etc/nginx/conf.d/theirs.conf:1", "mend the file and line that nginx names, then run the same command again")},
	})
}

func TestSupervision(t *testing.T) {
	modeltest.Run(t, []modeltest.Case{{Name: "Debian's own with programs", Step: Supervision{}, Seen: "twice\n", Want: model.Refusal("/etc/supervisor/supervisord.conf has programs in it: djship's supervisord, which reads all of /etc/supervisor/*.conf, would start them a second time", "put each into a file of its own in /etc/supervisor/conf.d/ on the host, which that file includes, then run the same command again")}})
	modeltest.Run(t, []modeltest.Case{{Name: "all folders", Step: Places{}}, {Name: "two missing", Step: Places{}, Seen: "/etc/ssh/sshd_config.d\n/etc/logrotate.d\n", Want: model.RefusalToChange("there is no folder /etc/ssh/sshd_config.d, nor /etc/logrotate.d", "move away on the host what is in its place, then `mkdir /etc/ssh/sshd_config.d /etc/logrotate.d`, then run the same command again")}})
	const ours = "there\nfile=/run/supervisord.sock\nlogfile=/var/log/supervisor/djship-supervisord.log\npidfile=/run/djship-supervisord.pid\nfiles=/etc/supervisor/*.conf/etc/supervisord.conf\n"
	known := model.Facts{Written: map[string]map[string]bool{model.SupervisordConf: {"0123": true}}}
	modeltest.Run(t, []modeltest.Case{
		{Name: "none", Step: Supervision{}},
		{Name: "djship's", Step: Supervision{}, Seen: ours},
		{Name: "another's", Step: Supervision{}, Seen: "there\nfile=/tmp/supervisor.sock\npidfile=/tmp/supervisord.pid\nfiles=/etc/supervisor/*.conf\n", Want: model.Refusal("/etc/supervisord.conf is not djship's: another supervisord is at work here, or was", "what the bash scripts have made `djship adopt PROJECT DOMAIN` takes over; else stop that one and move the file out of the way; what it has run goes on under djship's, where each of its [program:...] sections is put "+
			"into a file of its own, as /etc/supervisor/NAME.conf, before you run the same command again")},
		{Name: "edited", Step: Supervision{}, Facts: known, Seen: strings.Replace(ours, "/run/djship-supervisord.pid", "/run/supervisord.pid", 1), Want: model.Refusal("/etc/supervisord.conf lacks pidfile=/run/djship-supervisord.pid", "put that back into it: sites are found by it. `djship prereq --overwrite /etc/supervisord.conf` takes djship's own and keeps yours beside it")},
	})
}

// A requirement that counts only where something would be changed is kept for who asks.
func TestWaivedRefusals(t *testing.T) {
	full := model.Facts{ID: "debian", Version: "12", FreeKB: map[string]int64{"/": 1}}
	p := model.NewPlan([]model.Step{FreeDisk{MinKB: 1 << 20}}, full, make([]model.Observed, 1))
	if len(p.Refused) > 0 || len(p.Waived) != 1 || p.Waived[0].Change.Detail == "" {
		t.Errorf("refused %v, waived %v", p.Refused, p.Waived)
	}
}
