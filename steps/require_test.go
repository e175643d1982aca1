package steps

import (
	"testing"
	"time"
)

func TestKnownRelease(t *testing.T) {
	refused := func(name string) Change {
		return Change{Verb: Refuse, Detail: "this host runs " + name + ", which djship does not know", Hint: "it knows Debian 11 to 13 and Ubuntu 20.04 to 26.04"}
	}
	cases := []planCase{
		{name: "Debian 10", step: KnownRelease{}, facts: Facts{ID: "debian", Version: "10", Name: "Debian GNU/Linux 10 (buster)"}, want: refused("Debian GNU/Linux 10 (buster)")},
		{name: "Debian testing, which has no version", step: KnownRelease{}, facts: Facts{ID: "debian", Name: "Debian GNU/Linux forky/sid"}, want: refused("Debian GNU/Linux forky/sid")},
		{name: "Ubuntu 18.04", step: KnownRelease{}, facts: Facts{ID: "ubuntu", Version: "18.04", Name: "Ubuntu 18.04.6 LTS"}, want: refused("Ubuntu 18.04.6 LTS")},
		{name: "Mint", step: KnownRelease{}, facts: Facts{ID: "linuxmint", Like: "ubuntu debian", Version: "22", Name: "Linux Mint 22"}, want: refused("Linux Mint 22")},
		{name: "Fedora whose version is a Debian's", step: KnownRelease{}, facts: Facts{ID: "fedora", Version: "12", Name: "Fedora 12"}, want: refused("Fedora 12")},
		{name: "no os-release", step: KnownRelease{}, want: refused("a system without /etc/os-release")},
	}
	for _, r := range releases {
		cases = append(cases, planCase{name: r.id + " " + r.version, step: KnownRelease{}, facts: Facts{ID: r.id, Version: r.version}})
	}
	runPlans(t, cases)
}

func TestHasPython2(t *testing.T) {
	refused := func(name string) Change {
		return Change{Verb: Refuse, Detail: name + " has no Python 2",
			Hint: "Python 2 is in Debian 11, Ubuntu 20.04, Ubuntu 22.04; leave the 2 out for Python 3"}
	}
	runPlans(t, []planCase{
		{name: "Debian 11", step: HasPython2{}, facts: Facts{ID: "debian", Version: "11"}},
		{name: "Ubuntu 20.04", step: HasPython2{}, facts: Facts{ID: "ubuntu", Version: "20.04"}},
		{name: "Ubuntu 22.04", step: HasPython2{}, facts: Facts{ID: "ubuntu", Version: "22.04"}},
		{name: "Debian 12 with a Python 2 of its own", step: HasPython2{}, facts: Facts{ID: "debian", Version: "12", Python2: true}},
		{name: "Debian 12", step: HasPython2{}, facts: Facts{ID: "debian", Version: "12", Name: "Debian GNU/Linux 12 (bookworm)"}, want: refused("Debian GNU/Linux 12 (bookworm)")},
		{name: "Debian 13", step: HasPython2{}, facts: Facts{ID: "debian", Version: "13", Name: "Debian GNU/Linux 13 (trixie)"}, want: refused("Debian GNU/Linux 13 (trixie)")},
		{name: "Ubuntu 24.04", step: HasPython2{}, facts: Facts{ID: "ubuntu", Version: "24.04", Name: "Ubuntu 24.04.3 LTS"}, want: refused("Ubuntu 24.04.3 LTS")},
		{name: "Ubuntu 26.04", step: HasPython2{}, facts: Facts{ID: "ubuntu", Version: "26.04", Name: "Ubuntu 26.04 LTS"}, want: refused("Ubuntu 26.04 LTS")},
	})
}

func TestFreeDisk(t *testing.T) {
	step := FreeDisk{MinKB: 1 << 20, MinInodes: 20000}
	refused := func(detail string) Change {
		return Change{Verb: Refuse, OnlyIfActs: true, Detail: detail + "; 1024 MiB are needed",
			Hint: "make room on the host (`apt-get clean`, old logs and kernels), then run the same command again"}
	}
	runPlans(t, []planCase{
		{name: "enough", step: step, facts: Facts{FreeKB: map[string]int64{"/": 1 << 20, "/var": 5 << 20}}},
		{name: "unknown", step: step},
		{name: "one short", step: step, facts: Facts{FreeKB: map[string]int64{"/": 5 << 20, "/var": 1<<20 - 1}}, want: refused("/var has 1023 MiB free")},
		{name: "both short", step: step, facts: Facts{FreeKB: map[string]int64{"/var": 0, "/": 2 << 10}}, want: refused("/ has 2 MiB free, /var has 0 MiB free")},
		{name: "enough files", step: step, facts: Facts{FreeKB: map[string]int64{"/": 5 << 20}, FreeInodes: map[string]int64{"/": 20000}}},
		{name: "few files", step: step, facts: Facts{FreeKB: map[string]int64{"/": 5 << 20}, FreeInodes: map[string]int64{"/": 20000, "/var": 7}}, want: Change{Verb: Refuse, OnlyIfActs: true,
			Detail: "/var has room for 7 more files; room for 20000 is needed",
			Hint: "remove files on the host: `df -i` tells where no more fit, `du --inodes -x / | sort -n | tail` where they are (old sessions, caches, mail queues), " +
				"then run the same command again"}},
	})
}

func TestPrereqDone(t *testing.T) {
	runPlans(t, []planCase{
		{name: "done", step: PrereqDone{}},
		{name: "never", step: PrereqDone{}, seen: "/usr/local/bin/virtualenv\n/usr/sbin/nginx\n", want: Change{Verb: Refuse,
			Detail: "prereq has not been run on this host: /usr/local/bin/virtualenv, /usr/sbin/nginx missing",
			Hint:   "run `djship prereq` for this host first, or `djship up` instead of `djship deploy` for both in one go"}},
	})
}

func TestSurvey(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	clock := func(by string) Change {
		return Change{Verb: Refuse, Detail: "the clock is " + by,
			Hint: "apt and pip refuse certificates and package lists then: `timedatectl set-ntp true` on the host"}
	}
	runPlans(t, []planCase{
		{name: "memory", step: FreeMemory{MinKB: 256 << 10}, facts: Facts{AvailableKB: 256 << 10}},
		{name: "no memory", step: FreeMemory{MinKB: 256 << 10}, facts: Facts{AvailableKB: 100 << 10},
			want: Change{Verb: Refuse, Detail: "100 MiB of memory are available; 256 MiB are needed", Hint: "end something on the host, or add swap"}},
		{name: "clock", step: Clock{now}, seen: "1800000123\n"},
		{name: "a clock that says nothing", step: Clock{now}, seen: "date: not found\n"},
		{name: "clock behind", step: Clock{now}, seen: "1799996400\n", want: clock("1h0m0s behind")},
		{name: "clock ahead by a year", step: Clock{now}, seen: "1831536000\n", want: clock("365 days ahead")},
		{name: "names", step: Resolver{}, seen: "ok\n"},
		{name: "no names", step: Resolver{}, want: Change{Verb: Refuse, Detail: "the host does not resolve pypi.org",
			Hint: "look at /etc/resolv.conf on the host; with a mirror or a proxy for pip this may be right"}},
		{name: "port 80 free", step: Port80{}, seen: "free\n"},
		{name: "port 80 nginx's", step: Port80{}, seen: "nginx\n"},
		{name: "port 80 taken", step: Port80{}, seen: "apache2\n", want: Change{Verb: Refuse, Detail: "port 80 is held by apache2",
			Hint: "stop and disable apache2 on the host, or move it to another port: nginx needs port 80"}},
		{name: "registries", step: Registries{}},
		{name: "no registries", step: Registries{}, seen: "apt deb.debian.org:80\npip pypi.org:443\n", want: Change{Verb: Refuse,
			Detail: "no connection to apt deb.debian.org:80, pip pypi.org:443",
			Hint:   "look at the host's firewall and DNS; a mirror is set in /etc/apt/sources.list and in /etc/pip.conf (index-url)"}},
	})
}
