package server

import (
	"testing"
	"time"

	"djship/steps/model"
	"djship/steps/model/modeltest"
)

func TestKnownRelease(t *testing.T) {
	refused := func(name string) model.Change {
		return model.Refusal("this host runs "+name+", which djship does not know", "it knows Debian 11 to 13 and Ubuntu 20.04 to 26.04")
	}
	cases := []modeltest.Case{
		{Name: "Debian 10", Step: KnownRelease{}, Facts: model.Facts{ID: "debian", Version: "10", Name: "Debian GNU/Linux 10 (buster)"}, Want: refused("Debian GNU/Linux 10 (buster)")},
		{Name: "Debian testing, which has no version", Step: KnownRelease{}, Facts: model.Facts{ID: "debian", Name: "Debian GNU/Linux forky/sid"}, Want: refused("Debian GNU/Linux forky/sid")},
		{Name: "Ubuntu 18.04", Step: KnownRelease{}, Facts: model.Facts{ID: "ubuntu", Version: "18.04", Name: "Ubuntu 18.04.6 LTS"}, Want: refused("Ubuntu 18.04.6 LTS")},
		{Name: "Mint", Step: KnownRelease{}, Facts: model.Facts{ID: "linuxmint", Like: "ubuntu debian", Version: "22", Name: "Linux Mint 22"}, Want: refused("Linux Mint 22")},
		{Name: "Fedora whose version is a Debian's", Step: KnownRelease{}, Facts: model.Facts{ID: "fedora", Version: "12", Name: "Fedora 12"}, Want: refused("Fedora 12")},
		{Name: "no os-release", Step: KnownRelease{}, Want: refused("a system without /etc/os-release")},
	}
	for _, r := range releases {
		cases = append(cases, modeltest.Case{Name: r.id + " " + r.version, Step: KnownRelease{}, Facts: model.Facts{ID: r.id, Version: r.version}})
	}
	modeltest.Run(t, cases)
}

func TestHasPython2(t *testing.T) {
	refused := func(name string) model.Change {
		return model.Refusal(name+" has no Python 2", "Python 2 is in Debian 11, Ubuntu 20.04, Ubuntu 22.04; leave the 2 out for Python 3")
	}
	modeltest.Run(t, []modeltest.Case{
		{Name: "Debian 11", Step: HasPython2{}, Facts: model.Facts{ID: "debian", Version: "11"}},
		{Name: "Ubuntu 20.04", Step: HasPython2{}, Facts: model.Facts{ID: "ubuntu", Version: "20.04"}},
		{Name: "Ubuntu 22.04", Step: HasPython2{}, Facts: model.Facts{ID: "ubuntu", Version: "22.04"}},
		{Name: "Debian 12 with a Python 2 of its own", Step: HasPython2{}, Facts: model.Facts{ID: "debian", Version: "12", Python2: true}},
		{Name: "Debian 12", Step: HasPython2{}, Facts: model.Facts{ID: "debian", Version: "12", Name: "Debian GNU/Linux 12 (bookworm)"}, Want: refused("Debian GNU/Linux 12 (bookworm)")},
		{Name: "Debian 13", Step: HasPython2{}, Facts: model.Facts{ID: "debian", Version: "13", Name: "Debian GNU/Linux 13 (trixie)"}, Want: refused("Debian GNU/Linux 13 (trixie)")},
		{Name: "Ubuntu 24.04", Step: HasPython2{}, Facts: model.Facts{ID: "ubuntu", Version: "24.04", Name: "Ubuntu 24.04.3 LTS"}, Want: refused("Ubuntu 24.04.3 LTS")},
		{Name: "Ubuntu 26.04", Step: HasPython2{}, Facts: model.Facts{ID: "ubuntu", Version: "26.04", Name: "Ubuntu 26.04 LTS"}, Want: refused("Ubuntu 26.04 LTS")},
	})
}

func TestFreeDisk(t *testing.T) {
	step := FreeDisk{MinKB: 1 << 20, MinInodes: 20000}
	refused := func(detail string) model.Change {
		return model.RefusalToChange(detail+"; 1024 MiB are needed", "make room on the host (`apt-get clean`, old logs and kernels), then run the same command again")
	}
	modeltest.Run(t, []modeltest.Case{
		{Name: "enough", Step: step, Facts: model.Facts{FreeKB: map[string]int64{"/": 1 << 20, "/var": 5 << 20}}},
		{Name: "unknown", Step: step},
		{Name: "one short", Step: step, Facts: model.Facts{FreeKB: map[string]int64{"/": 5 << 20, "/var": 1<<20 - 1}}, Want: refused("/var has 1023 MiB free")},
		{Name: "both short", Step: step, Facts: model.Facts{FreeKB: map[string]int64{"/var": 0, "/": 2 << 10}}, Want: refused("/ has 2 MiB free, /var has 0 MiB free")},
		{Name: "enough files", Step: step, Facts: model.Facts{FreeKB: map[string]int64{"/": 5 << 20}, FreeInodes: map[string]int64{"/": 20000}}},
		{Name: "few files", Step: step, Facts: model.Facts{FreeKB: map[string]int64{"/": 5 << 20}, FreeInodes: map[string]int64{"/": 20000, "/var": 7}}, Want: model.RefusalToChange("/var has room for 7 more files; room for 20000 is needed", "remove files on the host: `df -i` tells where no more fit, `du --inodes -x / | sort -n | tail` where they are (old sessions, caches, mail queues), "+
			"then run the same command again")},
	})
}

func TestPrereqDone(t *testing.T) {
	modeltest.Run(t, []modeltest.Case{
		{Name: "done", Step: PrereqDone{}},
		{Name: "never", Step: PrereqDone{}, Seen: "/usr/local/bin/virtualenv\n/usr/sbin/nginx\n", Want: model.Refusal("prereq has not been run on this host: /usr/local/bin/virtualenv, /usr/sbin/nginx missing", "run `djship prereq` for this host first, or `djship up` instead of `djship deploy` for both in one go")},
	})
}

func TestSurvey(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	clock := func(by string) model.Change {
		return model.Refusal("the clock is "+by, "apt and pip refuse certificates and package lists then: `timedatectl set-ntp true` on the host")
	}
	modeltest.Run(t, []modeltest.Case{
		{Name: "memory", Step: FreeMemory{MinKB: 256 << 10}, Facts: model.Facts{AvailableKB: 256 << 10}},
		{Name: "no memory", Step: FreeMemory{MinKB: 256 << 10}, Facts: model.Facts{AvailableKB: 100 << 10},
			Want: model.Refusal("100 MiB of memory are available; 256 MiB are needed", "end something on the host, or add swap")},
		{Name: "clock", Step: Clock{now}, Seen: "1800000123\n"},
		{Name: "a clock that says nothing", Step: Clock{now}, Seen: "date: not found\n"},
		{Name: "clock behind", Step: Clock{now}, Seen: "1799996400\n", Want: clock("1h0m0s behind")},
		{Name: "clock ahead by a year", Step: Clock{now}, Seen: "1831536000\n", Want: clock("365 days ahead")},
		{Name: "names", Step: Resolver{}, Seen: "ok\n"},
		{Name: "no names", Step: Resolver{}, Want: model.Refusal("the host does not resolve pypi.org", "look at /etc/resolv.conf on the host; with a mirror or a proxy for pip this may be right")},
		{Name: "port 80 free", Step: Port80{}, Seen: "free\n"},
		{Name: "port 80 nginx's", Step: Port80{}, Seen: "nginx\n"},
		{Name: "port 80 taken", Step: Port80{}, Seen: "apache2\n", Want: model.Refusal("port 80 is held by apache2", "stop and disable apache2 on the host, or move it to another port: nginx needs port 80")},
		{Name: "registries", Step: Registries{}},
		{Name: "no registries", Step: Registries{}, Seen: "apt deb.debian.org:80\npip pypi.org:443\n", Want: model.Refusal("no connection to apt deb.debian.org:80, pip pypi.org:443", "look at the host's firewall and DNS; a mirror is set in /etc/apt/sources.list and in /etc/pip.conf (index-url)")},
	})
}
