//go:build linux

package integration

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"djship/integration/testbed"
)

// What hosts start from. Each is made by djship itself, once, and again when its recipe changes.
const (
	fresh  = ""       // newly installed
	ready  = "ready"  // prereq
	site   = "site"   // and: deploy example example.com
	pair   = "pair"   // and: deploy second second.org
	ready2 = "ready2" // prereq 2
	site2  = "site2"  // and: deploy example example.com 2
	pushed = "pushed" // site, and shop pushed to it
)

var states = map[string]struct{ from, command string }{
	ready:  {fresh, "prereq"},
	site:   {ready, "deploy example example.com"},
	pair:   {site, "deploy second second.org"},
	ready2: {fresh, "prereq 2"},
	site2:  {ready2, "deploy example example.com 2"},
	pushed: {site, strings.Join(push(), " ")},
}

func state(t testing.TB, name string) *testbed.State {
	t.Helper()
	if name == fresh {
		return nil
	}
	key, err := recipe()
	if err != nil {
		t.Fatal(err)
	}
	s := states[name]
	if name == pushed {
		key += fmt.Sprint(shop, 1)
	}
	return &testbed.State{Name: name, Key: s.command + key, From: state(t, s.from), Make: func(ctx context.Context, h *testbed.Host) error {
		w, err := newWorkstation(ctx, t.TempDir())
		if err != nil {
			return err
		}
		if err := w.inventory(line(h, "root")); err != nil {
			return err
		}
		if name == pushed {
			if _, err := startProject(ctx, w, shop); err != nil {
				return err
			}
		}
		// With -vv a failure tells all that the host had to say.
		if o := w.run(append(strings.Fields(s.command), "-vv")...); o.status != 0 {
			return fmt.Errorf("djship %s: status %d\n%s%s", s.command, o.status, o.stdout, o.stderr)
		}
		return nil
	}}
}

// domains are what a host of a state serves.
var domains = map[string][]string{site: {"example.com"}, pair: {"example.com", "second.org"}, site2: {"example.com"}, pushed: {"example.com"}}

// up starts a host of a state, whose sites answer, and a workstation whose inventory has it, as root.
func up(t testing.TB, suite int, from string) (*testbed.Host, *workstation) {
	t.Helper()
	return upSpec(t, from, testbed.Spec{Suite: suite, Processors: processors()})
}

// processors are those of most hosts: where slow tests are not asked for one, as small servers have it, for what a site starts
// goes by their number, and its start is most of what tests cost.
func processors() int {
	if slowToo() {
		return 0
	}
	return 1
}

// upSpec is up for a host of more than a release and a state; its name is web1.
func upSpec(t testing.TB, from string, s testbed.Spec) (*testbed.Host, *workstation) {
	t.Helper()
	testbed.Need(t)
	s.Name, s.From = "web1", state(t, from)
	h := testbed.Up(t, s)
	for _, domain := range domains[from] {
		within(t, 60*time.Second, func() error { return answering(h, domain) })
	}
	return h, workstationFor(t, line(h, "root"))
}

// eachDebian runs a test once for each release, side by side with others: where slow tests are not asked for, on Debian 12
// alone.
func eachDebian(t *testing.T, test func(t *testing.T, suite int)) {
	onDebians(t, func(t *testing.T, suite int) {
		if suite != 12 {
			slow(t)
		}
		test(t, suite)
	})
}

// slowOn is a release that a test is no more about than about another, for hosts to differ: where slow tests are not asked for it is 12, whose states others need.
func slowOn(suite int) int {
	if !slowToo() {
		return 12
	}
	return suite
}

// slowDebians is eachDebian for tests that take minutes: in CI, where a whole run has an hour, on Debian 12 alone.
func slowDebians(t *testing.T, test func(t *testing.T, suite int)) {
	slow(t)
	onDebians(t, func(t *testing.T, suite int) {
		if suite != 12 && !thorough() {
			t.Skip("in CI on Debian 12 alone: `make test-slow` runs it on each")
		}
		test(t, suite)
	})
}

// onDebians runs a test once for each release, whether slow ones are asked for or not.
func onDebians(t *testing.T, test func(t *testing.T, suite int)) {
	t.Parallel()
	for _, suite := range []int{11, 12, 13} {
		t.Run(fmt.Sprintf("debian%d", suite), func(t *testing.T) {
			t.Parallel()
			test(t, suite)
		})
	}
}

// serving waits until the site of each host answers, and returns their lines of an inventory, as root.
func serving(t *testing.T, hosts []*testbed.Host) []string {
	t.Helper()
	var lines []string
	for _, h := range hosts {
		within(t, time.Minute, func() error { return answering(h, "example.com") })
		lines = append(lines, line(h, "root"))
	}
	return lines
}
