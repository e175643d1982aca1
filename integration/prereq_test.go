//go:build linux

package integration

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"djship/integration/testbed"
	"djship/steps/django"
)

// What djship writes below, apart from packages and logs.
var looked = []string{"/etc", "/opt", "/usr/local", "/webapps", "/var/lib/djship"}

// snapshot is what stands there now.
func snapshot(t testing.TB, h *testbed.Host, paths ...string) map[string]testbed.Entry {
	t.Helper()
	s, err := h.Snapshot(paths...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// untouched checks that nothing is another than it was. Logs of running sites go on, and gunicorn
// opens its control socket when it likes.
func untouched(t testing.TB, h *testbed.Host, before map[string]testbed.Entry, paths ...string) {
	t.Helper()
	after := snapshot(t, h, paths...)
	var touched []string
	for path, e := range before {
		if strings.Contains(path, "_project/logs/") || strings.Contains(path, "_project/.gunicorn") {
			continue
		}
		if now, ok := after[path]; !ok {
			touched = append(touched, path+" is gone")
		} else if now != e {
			touched = append(touched, path+" was touched: "+cmp.Diff(e, now))
		}
	}
	for path := range after {
		if _, ok := before[path]; !ok && !strings.Contains(path, "_project/.gunicorn") {
			touched = append(touched, path+" is new")
		}
	}
	if len(touched) > 0 {
		slices.Sort(touched)
		t.Errorf("%d paths were touched:\n%s", len(touched), strings.Join(touched[:min(20, len(touched))], "\n"))
	}
}

// A way of getting in and becoming root.
type way struct{ name, user, vars string }

var ways = []way{
	{"root", "root", ""},
	{"deploy", "deploy", ""},
	{"inventory password", "asks", fmt.Sprintf("ansible_become_password='%s'", testbed.AsksPassword)},
	{"typed password", "asks", ""},
}

// run runs a command line in this way.
func (by way) run(t *testing.T, w *workstation, args ...string) outcome {
	t.Helper()
	if by.name != "typed password" {
		return w.run(args...)
	}
	cmd, term, err := w.onTerminal(100, append(args, "-K")...)
	if err != nil {
		t.Fatal(err)
	}
	if err := term.answer("sudo password: ", testbed.AsksPassword); err != nil {
		t.Error(err)
	}
	return term.wait(cmd)
}

// The saved states are made by prereq as root on each release. Here another account does it on
// each; in a thorough run all do on all.
func TestPrereqOnAFreshHost(t *testing.T) {
	turn := map[int]string{11: "deploy", 12: "inventory password", 13: "typed password"}
	eachDebian(t, func(t *testing.T, suite int) {
		for _, by := range ways {
			if by.name != turn[suite] && !thorough() {
				continue
			}
			t.Run(by.name, func(t *testing.T) { prereqOnAFreshHost(t, suite, by) })
		}
	})
}

func prereqOnAFreshHost(t *testing.T, suite int, by way) {
	h, w := up(t, suite, fresh)
	if err := w.inventory(line(h, by.user, by.vars)); err != nil {
		t.Fatal(err)
	}
	// What is there already stays as it is, however old: a git of no use to anybody.
	on(t, h, `mkdir -p /root/git/DEBIAN && cd /root &&
		printf 'Package: git\nVersion: 1:0.1\nArchitecture: all\nMaintainer: Nobody <nobody@example.com>\nDescription: old\n' >git/DEBIAN/control &&
		dpkg-deb -b git git.deb && dpkg -i git.deb`)

	before := snapshot(t, h, looked...)
	check := by.run(t, w, "prereq", "--check", "--exit-code")
	if check.status != 5 {
		t.Fatalf("a check of a fresh host: %v", check)
	}
	untouched(t, h, before, looked...)
	planned := stepsWith(events(t, w.eventsFile()), "would_change")

	o := by.run(t, w, "prereq")
	if o.status != 0 {
		t.Fatal(o)
	}
	if diff := cmp.Diff(planned, stepsWith(events(t, w.eventsFile()), "changed")); diff != "" {
		t.Errorf("--check said otherwise than the run did (-check +run):\n%s", diff)
	}
	if strings.Contains(o.stdout+o.stderr+w.log("web1")+w.eventsFile(), testbed.AsksPassword) {
		t.Error("the sudo password is in what djship said")
	}
	same(t, "git that was there", on(t, h, "dpkg-query -W -f '${Version}' git"), "1:0.1")
	same(t, "apt transactions: what others are built with, and the rest", on(t, h, "grep -c '^Commandline:.* install ' /var/log/apt/history.log"), "2")
	checkPrereq(t, h)
}

// checkPrereq checks all that prereq has to leave.
func checkPrereq(t *testing.T, h *testbed.Host) {
	t.Helper()
	for _, p := range []string{"git", "build-essential", "nginx", "postgresql", "libpq-dev", "python3-dev", "python3-pip", "python3-setuptools", "python3-wheel"} {
		same(t, p, try(t, h, "dpkg-query -W -f '${db:Status-Status}' "+p), "installed")
	}
	for _, program := range []string{"virtualenv", "supervisord", "supervisorctl"} {
		same(t, "as root, "+program, try(t, h, "command -v "+program), "/usr/local/bin/"+program)
		same(t, "in a login shell, "+program, try(t, h, "su - deploy -c 'command -v "+program+"'"), "/usr/local/bin/"+program)
		if out := try(t, h, "su - deploy -c '"+program+" --help'"); !strings.Contains(strings.ToLower(out), "usage") && !strings.Contains(out, program) {
			t.Errorf("%s --help: %s", program, out)
		}
	}
	// The system's Python is as Debian made it: no file in it that is no package's, no package's file changed.
	same(t, "files in the system's Python that are no package's", try(t, h,
		`find /usr/lib/python3 /usr/lib/python3.* /usr/local/lib -type f ! -name '*.pyc' ! -path '*/__pycache__/*' | sort >/tmp/found
		cat /var/lib/dpkg/info/*.list | sort >/tmp/owned; comm -23 /tmp/found /tmp/owned | grep -v -e sitecustomize -e /usr/local/lib/python3.*/dist-packages/__pycache__; rm /tmp/found /tmp/owned`), "")
	same(t, "python3-pip as its package has it", try(t, h, "dpkg -V python3-pip python3-dev"), "")
	if out := try(t, h, "/usr/bin/python3 -c 'import supervisor'"); !strings.Contains(out, "No module named") {
		t.Errorf("supervisor is in the system's Python: %s", out)
	}
	checkNames(t, h)
	for _, unit := range []string{"supervisord", "nginx", "postgresql"} {
		same(t, unit+" now", try(t, h, "systemctl is-active "+unit), "active")
		same(t, unit+" at boot", try(t, h, "systemctl is-enabled "+unit), "enabled")
	}
}

// checkNames checks that no account or group of the host is taken as a project.
func checkNames(t *testing.T, h *testbed.Host) {
	t.Helper()
	for name := range strings.FieldsSeq(on(t, h, "{ getent passwd; getent group; } | cut -d: -f1")) {
		if _, err := django.NewSite(name, "example.com", "3"); err == nil && !slices.Contains([]string{"asks", "odd", "example"}, name) { // those are the tests' own
			t.Errorf("%s, which the host has, is taken as a project", name)
		}
	}
}

func TestPrereqLeavesServices(t *testing.T) {
	eachDebian(t, func(t *testing.T, suite int) {
		h, _ := up(t, suite, ready)
		checkPrereq(t, h)
		t.Run("service supervisord", func(t *testing.T) { checkService(t, h, "service supervisord", "systemctl is-active supervisord") })
		t.Run("init script alone", func(t *testing.T) {
			on(t, h, "systemctl stop supervisord")
			checkService(t, h, "SYSTEMCTL_SKIP_REDIRECT=1 _SYSTEMCTL_SKIP_REDIRECT=1 /etc/init.d/supervisord", "")
			same(t, "the unit, meanwhile", try(t, h, "systemctl is-active supervisord || :"), "inactive")
			on(t, h, "systemctl start supervisord")
		})
		t.Run("after a reboot", func(t *testing.T) {
			if err := h.Reboot(t.Context()); err != nil {
				t.Fatal(err)
			}
			for _, unit := range []string{"supervisord", "nginx", "postgresql"} {
				same(t, unit, try(t, h, "systemctl is-active "+unit), "active")
			}
			same(t, "PostgreSQL answers", try(t, h, "su - postgres -c 'psql -Atc \"select 1\"'"), "1")
			same(t, "nginx answers", fmt.Sprint(get(t, h, "anybody.org", "/").status), "200")
			same(t, "supervisord answers", try(t, h, "supervisorctl pid >/dev/null && echo yes"), "yes")
		})
	})
}

// checkService takes supervisord through start, stop, restart and status by a command, which has
// to tell the truth in its exit statuses. active prints the unit's state, "" where there is none.
func checkService(t *testing.T, h *testbed.Host, command, active string) {
	const pid = "supervisorctl pid"
	for _, c := range []struct {
		verb, running string
		status        string
	}{
		{"stop", "no", "0"}, {"status", "no", "3"}, {"stop", "no", "0"},
		{"start", "yes", "0"}, {"status", "yes", "0"}, {"start", "yes", "0"},
		{"restart", "yes", "0"}, {"status", "yes", "0"},
		{"stop", "no", "0"}, {"restart", "yes", "0"}, {"stop", "no", "0"}, {"start", "yes", "0"},
		{"nonsense", "yes", ""},
	} {
		before := try(t, h, pid)
		out := try(t, h, command+" "+c.verb+"; echo \"status $?\"")
		if got := out[strings.LastIndex(out, "status ")+7:]; c.status != "" && got != c.status || c.verb == "nonsense" && got == "0" {
			t.Errorf("%s %s: exit %s\n%s", command, c.verb, got, out)
		}
		want := map[string]string{"yes": "0", "no": "1"}[c.running]
		// The unit is active a moment before supervisord listens.
		if got := try(t, h, "for i in $(seq 50); do supervisorctl pid >/dev/null 2>&1; s=$?; [ $((s != 0)) = "+want+" ] && break; sleep 0.1; done; echo $((s != 0))"); got != want {
			t.Errorf("%s %s: is it running? %s: %s", command, c.verb, got, try(t, h, pid))
		}
		after := try(t, h, pid)
		if restarted := before != after; c.running == "yes" && slices.Contains([]string{"status", "nonsense"}, c.verb) && restarted {
			t.Errorf("%s %s restarted it: %s, then %s", command, c.verb, before, after)
		} else if c.verb == "restart" && !restarted {
			t.Errorf("%s restart did not: %s", command, after)
		}
		if active != "" {
			same(t, command+" "+c.verb+": the unit", try(t, h, active+" || :"), map[string]string{"yes": "active", "no": "inactive"}[c.running])
		}
	}
}
