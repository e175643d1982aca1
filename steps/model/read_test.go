package model

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseFacts(t *testing.T) {
	got := ParseFacts(`id ubuntu
like debian
version 24.04
name Ubuntu 24.04.3 LTS
codename noble
init systemd
ipv6 yes
cpus 4
memory 4028416
available 3000000
disk 1048576 /
disk 5 /mnt/with a space
disk lots /var
inodes 4000 /
inodes - /boot
mount ext4 rw,noatime /
python3 python3.12
python2 yes
pgport 5433
last 20261123-114501-a1b2
site example example.com 3 20261126-101500-1a2b3c4 /health/
site evil evil.org 3 20261126-101500-1a2b3c4 x
site shop - 0
site odd
due gunicorn-example
written 0123  /etc/a
written 4567  /etc/a
written 89ab  /etc/with a space
whatever is new
cpus
kept example aliases a.org b.org
kept example tls acme
kept
`)
	want := Facts{ID: "ubuntu", Like: "debian", Version: "24.04", Name: "Ubuntu 24.04.3 LTS", Codename: "noble", Systemd: true, IPv6: true,
		MemoryKB: 4028416, AvailableKB: 3000000, FreeKB: map[string]int64{"/": 1 << 20, "/mnt/with a space": 5}, FreeInodes: map[string]int64{"/": 4000}, mounts: map[string]mount{"/": {"ext4", []string{"rw", "noatime"}}}, Python3: "3.12", Python2: true,
		PGPort: 5433, Last: "20261123-114501-a1b2", Due: map[string]bool{"gunicorn-example": true},
		Sites:   map[string]Site{"example": {"example.com", 3, "20261126-101500-1a2b3c4", "/health/", map[string]string{"aliases": "a.org b.org", "tls": "acme"}}, "evil": {"evil.org", 3, "20261126-101500-1a2b3c4", "", nil}, "shop": {}},
		Written: map[string]map[string]bool{"/etc/a": {"0123": true, "4567": true}, "/etc/with a space": {"89ab": true}}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(Facts{}, mount{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got.String() != "Ubuntu 24.04, 0 CPUs, 3.8 GiB, Python 3.12" {
		t.Errorf("%s", got)
	}
	if s := (Facts{Name: "Void", CPUs: 1, MemoryKB: 1 << 19}).String(); s != "Void, 1 CPUs, 0.5 GiB" {
		t.Errorf("%s", s)
	}
}

func TestReadSwitched(t *testing.T) {
	for line, want := range map[string]Switched{
		"switch before=a requests=1204 errors=2 slowest=0.7": {Release: "b", Before: "a", Requests: 1204, Errors: 2, Slowest: 0.7},
		"switch before= requests=0 errors=0":                 {Release: "b"},
		"switch before=a more=1":                             {Release: "b", Before: "a"},
	} {
		if got, ok := ReadSwitched("b", line); !ok || got != want {
			t.Errorf("%q: %+v, %v", line, got, ok)
		}
	}
	for _, line := range []string{"", "switch", "switching before=a", "switch to another slot", "switch before=a requests=many", "switch requests=-1", "switch slowest=NaN", "switch slowest=-1", "switch slowest=Inf"} {
		if got, ok := ReadSwitched("b", line); ok {
			t.Errorf("%q: %+v", line, got)
		}
	}
}
