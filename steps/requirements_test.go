package steps

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestMounts(t *testing.T) {
	on := func(lines ...string) Facts {
		return parseFacts("mount ext4 rw,relatime /\n" + strings.Join(lines, "\n") + "\n")
	}
	const again = ", then run the same command again"
	runPlans(t, []planCase{
		{name: "one file system", step: Mounts{}, facts: on()},
		{name: "unknown", step: Mounts{}},
		{name: "read-only", step: Mounts{}, facts: on("mount ext4 ro,relatime /"), want: Change{Verb: Refuse, OnlyIfActs: true, Detail: "/ is mounted read-only",
			Hint: "look at `dmesg` on the host: often the disk is failing; where somebody has mounted it so: mount -o remount,rw /" + again}},
		{name: "one of many read-only", step: Mounts{}, facts: on("mount ext4 ro /var", "mount ext4 rw /var/lib", "mount ext4 rw /var/log"), want: Change{Verb: Refuse, OnlyIfActs: true, Detail: "/var is mounted read-only",
			Hint: "look at `dmesg` on the host: often the disk is failing; where somebody has mounted it so: mount -o remount,rw /var" + again}},
		{name: "one that nobody writes to", step: Mounts{}, facts: on("mount ext4 rw /opt", "mount squashfs ro /boot")},
		{name: "remounted", step: Mounts{}, facts: on("mount ext4 ro /etc", "mount ext4 rw /etc")},
		{name: "no programs", step: Mounts{}, facts: on("mount xfs rw,nosuid,noexec /webapps"), want: Change{Verb: Refuse, OnlyIfActs: true,
			Detail: "/webapps is mounted noexec: what djship puts into /webapps can't be started",
			Hint:   "take noexec out of the options of /webapps in /etc/fstab on the host: mount -o remount,exec /webapps" + again}},
		{name: "no programs above", step: Mounts{}, facts: on("mount ext4 rw,noexec /opt"), want: Change{Verb: Refuse, OnlyIfActs: true,
			Detail: "/opt is mounted noexec: what djship puts into /opt/djship can't be started",
			Hint:   "take noexec out of the options of /opt in /etc/fstab on the host: mount -o remount,exec /opt" + again}},
		{name: "no programs in /var", step: Mounts{}, facts: on("mount ext4 rw,noexec /var")},
		{name: "no owners", step: Mounts{}, facts: on("mount cifs rw /webapps"), want: Change{Verb: Refuse, OnlyIfActs: true,
			Detail: "the file system of /webapps (cifs, at /webapps) keeps no owners and modes of files",
			Hint:   "sites are kept apart by these: mount one there that has them, as ext4 or xfs"}},
	})
}

func TestSSHDaemon(t *testing.T) {
	step, any := SSHDaemon{"example"}, SSHDaemon{}
	const again, include = ", then run the same command again", "put `Include /etc/ssh/sshd_config.d/*.conf` above all else into /etc/ssh/sshd_config on the host: below a Match it counts for that alone"
	unread := Change{Verb: Refuse, OnlyIfActs: true, Detail: "sshd does not read /etc/ssh/sshd_config.d, so that the account of a site could be logged in to", Hint: include + again}
	disobeyed := Change{Verb: Refuse, Detail: "sshd does not obey /etc/ssh/sshd_config.d/djship-example.conf: the account example could be logged in to", Hint: include + again}
	few := func(n string) Change {
		return Change{Verb: Refuse, OnlyIfActs: true, Detail: "sshd allows " + n + " at once of the 3 sessions over a connection that djship needs (MaxSessions " + n + ")",
			Hint: "set MaxSessions to 3 or more in /etc/ssh/sshd_config on the host (it is 10 where nothing is set), and: systemctl reload ssh - then run the same command again"}
	}
	runPlans(t, []planCase{
		{name: "new, read", step: step, seen: "config\nInclude /etc/ssh/sshd_config.d/*.conf\nmaxsessions 10\n"},
		{name: "new, read, in other words", step: step, seen: "config\n  include = sshd_config.d/[a-z]*.conf other\nmaxsessions 10\n"},
		{name: "any, read", step: any, seen: "config\nInclude /etc/ssh/sshd_config.d/*\nmaxsessions 10\n"},
		{name: "new, not read", step: step, seen: "config\nmaxsessions 10\n", want: unread},
		{name: "any, not read", step: any, seen: "config\nInclude /etc/ssh/other.d/*.conf\nmaxsessions 10\n", want: unread},
		{name: "new, read for some", step: step, seen: "config\nMatch User deploy\nInclude /etc/ssh/sshd_config.d/*.conf\nmaxsessions 10\n", want: unread},
		{name: "obeyed", step: step, seen: "rule\nmaxsessions 10\ndenyusers second\ndenyusers example\n"},
		{name: "obeyed by others' patterns", step: step, seen: "rule\nmaxsessions 10\ndenyusers exam*\n"},
		{name: "nobody but others may", step: step, seen: "rule\nmaxsessions 10\nallowusers deploy\n"},
		{name: "no group of its may", step: step, seen: "rule\nmaxsessions 10\nallowgroups ssh\n"},
		{name: "its group may not", step: step, seen: "rule\nmaxsessions 10\ndenygroups webapps\n"},
		{name: "not obeyed", step: step, seen: "rule\nmaxsessions 10\ndenyusers second\n", want: disobeyed},
		{name: "everybody may", step: step, seen: "rule\nmaxsessions 10\nallowusers *\n", want: disobeyed},
		{name: "taken out by somebody", step: step, seen: "maxsessions 10\n"},
		{name: "another main file", step: step, seen: "file /etc/ssh/mine\nrule\nmaxsessions 10\ndenyusers example\n", want: Change{Verb: Refuse,
			Detail: "sshd runs with -f /etc/ssh/mine: what is in /etc/ssh/sshd_config and sshd_config.d does not count, so that the account of a site could be logged in to",
			Hint:   "have it read /etc/ssh/sshd_config (SSHD_OPTS in /etc/default/ssh), which may include that file, and `systemctl restart ssh`" + again}},
		{name: "the same main file", step: step, seen: "file /etc/ssh/sshd_config\nrule\nmaxsessions 10\ndenyusers example\n"},
		{name: "a rule below a Match", step: step, seen: "rule\nmaxsessions 10\ndenyusers example\nwithin /etc/ssh/sshd_config.d/00-office.conf:2\n", want: Change{Verb: Refuse,
			Detail: "/etc/ssh/sshd_config.d/00-office.conf:2: a DenyUsers below a Match takes the place of djship's rules for whom it matches: accounts of sites could be logged in to",
			Hint:   "put it above all Match lines, or name the accounts of sites in it, too" + again}},
		{name: "new, read by other spellings", step: step, seen: "config\nInclude '/etc/ssh//sshd_config.d/[!z]*.conf'\nmaxsessions 10\n"},
		{name: "one that does not tell", step: step, seen: "rule\n"},
		{name: "1 session", step: any, seen: "maxsessions 1\n", want: few("1")},
		{name: "2 sessions", step: any, seen: "maxsessions 2\n", want: few("2")},
		{name: "3 sessions", step: any, seen: "maxsessions 3\n"},
		{name: "broken", step: step, seen: "rule\n# refused: /etc/ssh/sshd_config: line 7: Bad configuration option: Nonsense\r\n# refused: terminating, 1 bad configuration options\n",
			want: Change{Verb: Refuse, OnlyIfActs: true, Detail: "sshd refuses its configuration as it is: /etc/ssh/sshd_config: line 7: Bad configuration option: Nonsense",
				Hint: "mend the file and line that it names: `sshd -t` on the host says whether it is right" + again}},
		{name: "another server", step: step, seen: "# none\n", want: Change{Verb: Refuse, OnlyIfActs: true,
			Detail: "the host has no sshd of OpenSSH's: nothing would keep a site's account from being logged in to", Hint: "install openssh-server on the host" + again}},
	})
}

func TestNginxReads(t *testing.T) {
	step := NginxReads{"example.com"}
	conf := func(includes string, more ...string) string {
		return "# configuration file /etc/nginx/nginx.conf:\nevents {}\nhttp {\n\tinclude mime.types;\n\t" + includes + "\n}\n" + strings.Join(more, "")
	}
	refused := func(reads string) Change {
		return Change{Verb: Refuse, OnlyIfActs: true, Detail: "nginx would not read /etc/nginx/sites-enabled/example.com: of sites, /etc/nginx/nginx.conf includes " + reads,
			Hint: "put `include /etc/nginx/sites-enabled/*;` into the http block of /etc/nginx/nginx.conf on the host, see that `nginx -t` is content, then run the same command again"}
	}
	runPlans(t, []planCase{
		{name: "not asked", step: step},
		{name: "Debian's", step: step, seen: conf("include /etc/nginx/conf.d/*.conf; include /etc/nginx/sites-enabled/*;")},
		{name: "beside the main file", step: step, seen: conf("include sites-enabled/*.com;")},
		{name: "by way of another file", step: step, seen: conf("include /etc/nginx/conf.d/*.conf;", "# configuration file /etc/nginx/conf.d/all.conf:\ninclude /etc/nginx/sites-enabled/*;\n")},
		{name: "without editors' backups", step: step, seen: conf("include /etc/nginx/sites-enabled/*[!~];")},
		{name: "by classes and longer ways", step: step, seen: conf("include /etc/nginx/./sites-enabled//[[:alnum:]]*;")},
		{name: "as another account", step: step, seen: "# configuration file /etc/nginx/nginx.conf:\nuser nginx;\nhttp { include sites-enabled/*; }\n", want: Change{Verb: Refuse, OnlyIfActs: true,
			Detail: "nginx runs as nginx (/etc/nginx/nginx.conf): it could not reach sites, which let www-data in", Hint: "write `user www-data;` there, and `systemctl restart nginx`" + again}},
		{name: "another on port 80", step: step, seen: conf("include sites-enabled/*;") + "# holds: \"varnishd\"\n", want: Change{Verb: Refuse, OnlyIfActs: true,
			Detail: "nginx runs, and port 80 is held by varnishd", Hint: "stop and disable that on the host, or move it to another port: nginx needs port 80" + again}},
		{name: "nginx and another on port 80", step: step, seen: conf("include sites-enabled/*;") + "# holds: \"haproxy\"\n# holds: \"nginx\"\n"},
		{name: "a nearer block", step: step, facts: Facts{Own: []string{"192.0.2.7", "2001:db8::7"}}, seen: conf("server { listen 192.0.2.7:80; server_name status.local; } include sites-enabled/*;"), want: Change{Verb: Refuse, OnlyIfActs: true,
			Detail: "visitors would come to the server block of /etc/nginx/nginx.conf (status.local; listen 192.0.2.7:80), and not to the site's, which listens on all addresses", Hint: "write `listen 80` there, as sites do" + again}},
		{name: "a nearer block on one of two addresses", step: step, facts: Facts{Own: []string{"192.0.2.7", "192.0.2.8"}}, seen: conf("server { listen 192.0.2.7:80; } include sites-enabled/*;")},
		{name: "nginx.org's", step: step, seen: conf("include /etc/nginx/conf.d/*.conf; # include /etc/nginx/sites-enabled/*;"), want: refused("/etc/nginx/conf.d/*.conf")},
		{name: "with an ending", step: step, seen: conf("include conf.d/*.conf; include sites-enabled/*.conf;"), want: refused("/etc/nginx/conf.d/*.conf and /etc/nginx/sites-enabled/*.conf")},
		{name: "outside of http", step: step, seen: "# configuration file /etc/nginx/nginx.conf:\ninclude /etc/nginx/sites-enabled/*;\nhttp {}\n", want: refused("none")},
		{name: "broken", step: step, seen: "# refused: nginx: [warn] something\n# refused: nginx: [emerg] unknown directive \"nonsense\" in /etc/nginx/conf.d/theirs.conf:1\n# refused: nginx: configuration file /etc/nginx/nginx.conf test failed\n",
			want: Change{Verb: Refuse, OnlyIfActs: true, Detail: "nginx refuses its configuration as it is: nginx: [emerg] unknown directive \"nonsense\" in /etc/nginx/conf.d/theirs.conf:1",
				Hint: "mend the file and line that nginx names, then run the same command again"}},
	})
}

func TestSupervision(t *testing.T) {
	runPlans(t, []planCase{{name: "Debian's own with programs", step: Supervision{}, seen: "twice\n", want: Change{Verb: Refuse,
		Detail: "/etc/supervisor/supervisord.conf has programs in it: djship's supervisord, which reads all of /etc/supervisor/*.conf, would start them a second time",
		Hint:   "put each into a file of its own in /etc/supervisor/conf.d/ on the host, which that file includes, then run the same command again"}}})
	runPlans(t, []planCase{{name: "all folders", step: Places{}}, {name: "two missing", step: Places{}, seen: "/etc/ssh/sshd_config.d\n/etc/logrotate.d\n", want: Change{Verb: Refuse, OnlyIfActs: true,
		Detail: "there is no folder /etc/ssh/sshd_config.d, nor /etc/logrotate.d",
		Hint:   "move away on the host what is in its place, then `mkdir /etc/ssh/sshd_config.d /etc/logrotate.d`, then run the same command again"}}})
	const ours = "there\nfile=/run/supervisord.sock\nlogfile=/var/log/supervisor/djship-supervisord.log\npidfile=/run/djship-supervisord.pid\nfiles=/etc/supervisor/*.conf/etc/supervisord.conf\n"
	known := Facts{Written: map[string]map[string]bool{supervisordConf: {"0123": true}}}
	runPlans(t, []planCase{
		{name: "none", step: Supervision{}},
		{name: "djship's", step: Supervision{}, seen: ours},
		{name: "another's", step: Supervision{}, seen: "there\nfile=/tmp/supervisor.sock\npidfile=/tmp/supervisord.pid\nfiles=/etc/supervisor/*.conf\n", want: Change{Verb: Refuse,
			Detail: "/etc/supervisord.conf is not djship's: another supervisord is at work here, or was",
			Hint: "stop that one and move the file out of the way; what it has run goes on under djship's, where each of its [program:...] sections is put " +
				"into a file of its own, as /etc/supervisor/NAME.conf, before you run the same command again"}},
		{name: "edited", step: Supervision{}, facts: known, seen: strings.Replace(ours, "/run/djship-supervisord.pid", "/run/supervisord.pid", 1), want: Change{Verb: Refuse,
			Detail: "/etc/supervisord.conf lacks pidfile=/run/djship-supervisord.pid",
			Hint:   "put that back into it: sites are found by it. `djship prereq --overwrite /etc/supervisord.conf` takes djship's own and keeps yours beside it"}},
	})
}

// The probe of what supervisord.conf sets finds it in djship's own file.
func TestSupervisionKnowsItsOwn(t *testing.T) {
	var own ManagedFile
	for _, s := range Prereq(3, Options{}) {
		if f, ok := s.(ManagedFile); ok && f.Path == supervisordConf {
			own = f
		}
	}
	for _, line := range supervision {
		if !slices.ContainsFunc(strings.Split(own.Content(Facts{}), "\n"), func(l string) bool { return strings.HasPrefix(l, line) }) {
			t.Errorf("%s is not in %s", line, own.Path)
		}
	}
}

// What ping would not tell and a run would refuse is found too late.
func TestPingTellsAllThatPrereqRefuses(t *testing.T) {
	var survey []string
	for _, s := range Survey(time.Now()) {
		survey = append(survey, s.Name())
	}
	for _, s := range Prereq(3, Options{}) {
		if !slices.Contains(survey, s.Name()) {
			t.Errorf("ping does not look at %q", s.Name())
		}
	}
	for _, s := range requirements(site3()) {
		if !slices.Contains(survey, s.Name()) {
			t.Errorf("ping does not look at %q", s.Name())
		}
	}
}

// A requirement that counts only where something would be changed is kept for who asks.
func TestWaivedRefusals(t *testing.T) {
	full := Facts{ID: "debian", Version: "12", FreeKB: map[string]int64{"/": 1}}
	p := NewPlan([]Step{FreeDisk{MinKB: 1 << 20}}, full, make([]Observed, 1))
	if len(p.Refused) > 0 || len(p.Waived) != 1 || p.Waived[0].Change.Detail == "" {
		t.Errorf("refused %v, waived %v", p.Refused, p.Waived)
	}
}
