//go:build linux

package integration

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"djship/integration/testbed"

	"github.com/google/go-cmp/cmp"
)

// A fleet is two staging and three production hosts on which the site is up, and a person who rolls.
type fleet struct {
	t *testing.T
	*workstation
	hosts      []*testbed.Host // s1 s2 p1 p2 p3
	production []*testbed.Host
}

func newFleet(t *testing.T) *fleet {
	testbed.Need(t)
	var specs []testbed.Spec
	for _, name := range []string{"s1", "s2", "p1", "p2", "p3"} {
		specs = append(specs, testbed.Spec{Suite: 12, Name: name, From: state(t, site), DiskSize: 4 << 30})
	}
	f := &fleet{t: t, hosts: testbed.UpAll(t, specs...)}
	f.production = f.hosts[2:]
	lines := []string{"[staging]"}
	for i, h := range f.hosts {
		if i == 2 {
			lines = append(lines, "[production]")
		}
		lines = append(lines, line(h, "deploy"))
	}
	// The domain that is typed is nobody's: each stage has its own.
	f.workstation = workstationFor(t, append(lines, "[staging:vars]", "djship_domain=example.com", "[production:vars]", "djship_domain=example.com")...)
	for _, h := range f.hosts {
		within(t, 90*time.Second, func() error { return answering(h, "example.com") })
	}
	return f
}

var deployTyped = []string{"deploy", "example", "typed.example.org", "--json"}

// differ makes every host one that a deploy would change.
func (f *fleet) differ() {
	for _, h := range f.hosts {
		on(f.t, h, "rm -f /etc/nginx/sites-enabled/example.com")
	}
}

// worn makes every host one on which a deploy would reload nginx, and asks nginx nothing beforehand.
func (f *fleet) worn() {
	for _, h := range f.hosts {
		on(f.t, h, "rm -f /var/log/nginx/example.com.access.log")
	}
}

// untouched runs f, during which nothing may happen to hosts: no file may be made, removed, written,
// renamed or given another mode, which a later ctime would tell.
func (f *fleet) untouched(hosts []*testbed.Host, during func()) {
	f.t.Helper()
	const files = `find /boot /etc /home /opt /root /usr /var/lib/djship /var/lib/dpkg /var/spool /webapps -path '*/logs/*' -o -printf '%p %M %u %g %s %T@ %C@\n' | LC_ALL=C sort`
	var before []string
	for _, h := range hosts {
		before = append(before, on(f.t, h, files))
	}
	during()
	for i, h := range hosts {
		if diff := cmp.Diff(strings.Split(before[i], "\n"), strings.Split(on(f.t, h, files), "\n")); diff != "" {
			f.t.Errorf("%s was touched (-before +after):\n%s", h.Name(), diff)
		}
	}
}

// ends says how each host ended, in their order.
func (f *fleet) ends(o outcome) string {
	ends := hostEnds(events(f.t, o.stdout))
	var words []string
	for _, h := range f.hosts {
		if e, ok := ends[h.Name()]; ok {
			words = append(words, h.Name()+" "+e.Status)
		}
	}
	return strings.Join(words, ", ")
}

// goOn runs the command that a run named to go on with.
func (f *fleet) goOn(o outcome, status int) outcome {
	f.t.Helper()
	_, after, ok := strings.Cut(o.stderr, "to go on:\n  djship ")
	if !ok {
		f.t.Fatalf("no command that goes on: %v", o)
	}
	command, _, _ := strings.Cut(after, "\n")
	return f.djship(status, strings.Fields(command)...)
}

func TestRolling(t *testing.T) {
	slow(t)
	t.Parallel()
	f := newFleet(t)
	for _, test := range []struct {
		name string
		run  func(*fleet)
	}{
		{"nobody is there to say yes", rollNobody},
		{"a person says yes", rollPerson},
		{"what a host costs", rollCost},
		{"staging's nginx is broken", rollBrokenNginx},
		{"staging's site does not answer", rollIll},
		{"production has no room, and is out of reach", rollPreflight},
		{"staging's disk fills up, its network goes", rollCut},
		{"a budget", rollBudget},
		{"interrupted", rollInterrupted},
		{"sshd forwards nothing", rollNoForwarding},
	} {
		if !t.Run(test.name, func(t *testing.T) {
			f.t, f.workstation.t = t, t
			test.run(f)
		}) {
			// What a test has broken is mended for the next one.
			for _, h := range f.hosts {
				_ = h.RestoreNetwork()
				_ = h.EmptyDisk()
				try(t, h, "rm -f /etc/nginx/conf.d/broken.conf")
			}
		}
	}
}

func rollNobody(f *fleet) {
	f.differ()
	var o outcome
	f.untouched(f.production, func() { o = f.djship(4, deployTyped...) })
	same(f.t, "first", f.ends(o), "s1 changed, s2 changed, p1 skipped, p2 skipped, p3 skipped")
	o = f.goOn(o, 0)
	same(f.t, "then", f.ends(o), "p1 changed, p2 changed, p3 changed")
	same(f.t, "again", f.ends(f.djship(0, deployTyped...)), "s1 ok, s2 ok, p1 ok, p2 ok, p3 ok")
}

func rollPerson(f *fleet) {
	f.differ()
	cmd, term, err := f.onTerminal(120, "deploy", "example", "typed.example.org")
	if err != nil {
		f.t.Fatal(err)
	}
	const prompt = "begin production? y (yes), n (no), d (show what would change) "
	for _, a := range [][2]string{{prompt, "d"}, {"sites-enabled/example.com -> /etc/nginx/sites-available/example.com", "y"}} {
		if err := term.answer(a[0], a[1]); err != nil {
			f.t.Error(err)
		}
	}
	o := term.wait(cmd)
	if o.status != 0 || !strings.Contains(o.stdout, "nginx site example.com enabled  3 hosts") {
		f.t.Errorf("%v", o)
	}
}

func rollCost(f *fleet) {
	f.differ()
	p1, p2 := f.hosts[2], f.hosts[3]
	for _, h := range []*testbed.Host{p1, p2} {
		on(f.t, h, "echo 'LogLevel DEBUG' >/etc/ssh/sshd_config.d/loud.conf && systemctl reload ssh")
	}
	on(f.t, p2, "ln -s /etc/nginx/sites-available/example.com /etc/nginx/sites-enabled/ && systemctl reload nginx")
	got := sessions(f.t, p1, func() {
		got := sessions(f.t, p2, func() { f.djship(0, append(deployTyped, "--yes", "--canary", "--batch", "1")...) })
		same(f.t, "nothing to do", got, "1 logins, 1 execs, 0 uploads")
	})
	if got != "1 logins, 2 execs, 0 uploads" { // a shell that idled for a second and a half, as it may on a busy machine, is not used again
		same(f.t, "a change", got, "1 logins, 1 execs, 0 uploads")
	}
}

func rollBrokenNginx(f *fleet) {
	f.worn()
	s1 := f.hosts[0]
	on(f.t, s1, "echo 'bogus;' >/etc/nginx/conf.d/broken.conf")
	var o outcome
	f.untouched(f.production, func() { o = f.djship(1, append(deployTyped, "--yes")...) })
	same(f.t, "broken", f.ends(o), "s1 failed, s2 changed, p1 skipped, p2 skipped, p3 skipped")
	on(f.t, s1, "rm /etc/nginx/conf.d/broken.conf")
	same(f.t, "mended", f.ends(f.goOn(o, 0)), "s1 changed, p1 changed, p2 changed, p3 changed")
}

// Every step goes well on s2, but nobody who visits it gets a page.
func rollIll(f *fleet) {
	f.worn()
	s2 := f.hosts[1]
	on(f.t, s2, "printf 'server { listen "+s2.Addr()+":80; return 503; }' >/etc/nginx/conf.d/00ill.conf; systemctl restart nginx")
	var o outcome
	f.untouched(f.production, func() { o = f.djship(1, append(deployTyped, "--yes")...) })
	same(f.t, "ill", f.ends(o), "s1 changed, s2 failed, p1 skipped, p2 skipped, p3 skipped")
	if !strings.Contains(o.stdout, "the server block of /etc/nginx/conf.d/00ill.conf (no server_name; listen "+s2.Addr()+":80) answers at "+s2.Addr()+":80, with status 503") {
		f.t.Errorf("%v", o)
	}
	on(f.t, s2, "rm /etc/nginx/conf.d/00ill.conf; systemctl restart nginx")
	same(f.t, "well", f.ends(f.goOn(o, 0)), "s2 ok, p1 changed, p2 changed, p3 changed")
}

func rollPreflight(f *fleet) {
	f.differ()
	p2, p3 := f.hosts[3], f.hosts[4]
	must(f.t, p2.CutNetwork())
	must(f.t, p3.FillDisk(100<<20))
	var o outcome
	f.untouched(f.hosts, func() { o = f.djship(1, append(deployTyped, "--yes", "-T", "3")...) })
	same(f.t, "broken", f.ends(o), "s1 skipped, s2 skipped, p1 skipped, p2 unreachable, p3 failed")
	must(f.t, p3.EmptyDisk())
	f.untouched(f.hosts, func() { o = f.djship(3, append(deployTyped, "--yes", "-T", "3")...) })
	same(f.t, "half mended", f.ends(o), "s1 skipped, s2 skipped, p1 skipped, p2 unreachable, p3 skipped")
	o = f.djship(3, append(deployTyped, "--yes", "-T", "3", "--max-fail", "1")...)
	same(f.t, "borne", f.ends(o), "s1 changed, s2 changed, p1 changed, p2 unreachable, p3 changed")
	must(f.t, p2.RestoreNetwork())
	same(f.t, "mended", f.ends(f.goOn(o, 0)), "p2 changed")
}

// What goes wrong in staging after the look at all hosts.
func rollCut(f *fleet) {
	f.worn()
	s1, s2 := f.hosts[0], f.hosts[1]
	// The step that reloads nginx lasts, so that there is time to break things.
	on(f.t, s1, "printf '#!/bin/sh\\nsleep 8\\nexec /usr/sbin/nginx.real \"$@\"\\n' >/tmp/nginx; mv /usr/sbin/nginx /usr/sbin/nginx.real; install -m 755 /tmp/nginx /usr/sbin/nginx")
	defer on(f.t, s1, "mv /usr/sbin/nginx.real /usr/sbin/nginx; systemctl reload nginx")
	var o outcome
	f.untouched(f.production, func() {
		time.AfterFunc(5*time.Second, func() { _ = s1.CutNetwork() })
		o = f.djship(3, append(deployTyped, "--yes")...)
	})
	must(f.t, s1.RestoreNetwork())
	same(f.t, "cut", f.ends(o), "s1 unreachable, s2 changed, p1 skipped, p2 skipped, p3 skipped")
	f.worn()
	must(f.t, s2.FillDisk(0))
	f.untouched(f.hosts, func() { o = f.djship(1, append(deployTyped, "--yes")...) })
	same(f.t, "full", f.ends(o), "s1 skipped, s2 failed, p1 skipped, p2 skipped, p3 skipped")
	must(f.t, s2.EmptyDisk())
}

func rollBudget(f *fleet) {
	f.worn()
	p1 := f.hosts[2]
	on(f.t, p1, "echo 'bogus;' >/etc/nginx/conf.d/broken.conf")
	args := append(deployTyped, "--yes", "--batch", "1")
	o := f.djship(1, args...)
	same(f.t, "no budget", f.ends(o), "s1 changed, s2 changed, p1 failed, p2 skipped, p3 skipped")
	o = f.djship(1, append(args, "--canary", "--max-fail", "2")...)
	same(f.t, "a canary", f.ends(o), "s1 ok, s2 ok, p1 failed, p2 skipped, p3 skipped")
	o = f.djship(1, append(args, "--max-fail", "34%")...)
	same(f.t, "a budget", f.ends(o), "s1 ok, s2 ok, p1 failed, p2 changed, p3 changed")
	on(f.t, p1, "rm /etc/nginx/conf.d/broken.conf")
	same(f.t, "mended", f.ends(f.goOn(o, 0)), "p1 changed")
}

func rollInterrupted(f *fleet) {
	f.differ()
	var o outcome
	f.untouched(f.production[1:], func() {
		cmd := f.command(append(deployTyped, "--yes", "--batch", "1", "--wait", "1h")...)
		var stdout, stderr lockedBuffer
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		must(f.t, cmd.Start())
		within(f.t, time.Minute, func() error {
			if !strings.Contains(stdout.String(), `"type":"host_end","host":"s1"`) {
				return fmt.Errorf("s1 has not ended: %s%s", stdout.String(), stderr.String())
			}
			return nil
		})
		must(f.t, cmd.Process.Signal(os.Interrupt))
		_ = cmd.Wait()
		o = outcome{args: cmd.Args[1:], status: cmd.ProcessState.ExitCode(), stdout: stdout.String(), stderr: stderr.String()}
	})
	if o.status != 130 {
		f.t.Errorf("%v", o)
	}
	same(f.t, "interrupted", f.ends(o), "s1 changed, s2 skipped, p1 skipped, p2 skipped, p3 skipped")
	f.djship(0, append(slices.Clone(deployTyped), "--yes")...)
}

func rollNoForwarding(f *fleet) {
	f.differ()
	for _, h := range f.hosts[:3] {
		on(f.t, h, "echo 'AllowTcpForwarding no' >/etc/ssh/sshd_config.d/00-strict.conf; systemctl reload ssh")
		defer on(f.t, h, "rm /etc/ssh/sshd_config.d/00-strict.conf; systemctl reload ssh")
	}
	for range 2 {
		o := f.djship(0, append(deployTyped, "--yes")...)
		if n := strings.Count(o.stdout, `"step":"site answers","status":"ok","detail":"http://example.com/: 200"`); n != 5 {
			f.t.Errorf("%d sites answered: %v", n, o)
		}
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
