//go:build linux

package integration

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"djship/integration/testbed"
)

// A fault is something that goes wrong on a server of the state pair while example is worked on.
type fault struct {
	what string
	harm string   // what is done to the host
	args string   // the run that meets it; "" is a deploy of example
	says []string // what the run ends with: its error and its hint
	mend string   // what takes the cause away
}

// noGit gives prereq a package to install.
const noGit = "apt-get -qq -y purge git >/dev/null 2>&1 && apt-get clean && "

const deployExample = "deploy example example.com"

// meet has a run fail by the fault, with error and hint, then succeed when it is mended. The other
// site answers all the while, by the same process.
func (f fault) meet(t *testing.T, h *testbed.Host, w *workstation) {
	t.Helper()
	args := strings.Fields(f.args)
	if f.args == "" {
		args = strings.Fields(deployExample)
	}
	on(t, h, f.harm)
	over := undisturbed(t, h, "second.org")
	o := w.run(args...)
	over()
	said(t, w, o, f.says...)
	same(t, "what is left half-written", halfWritten(t, h), "")
	on(t, h, f.mend)
	if o := w.run(args...); o.status != 0 {
		t.Errorf("mended, and yet: %v", o)
	}
	idle(t, h, w, strings.Fields(deployExample)...)
	for domain, project := range map[string]string{"example.com": "example", "second.org": "second"} {
		answers(t, h, domain, project)
	}
}

// meetAll meets one fault after the other on one host.
func meetAll(t *testing.T, h *testbed.Host, w *workstation, faults []fault) {
	for _, f := range faults {
		t.Run(f.what, func(t *testing.T) { f.meet(t, h, w) })
	}
}

// said checks that a run has failed with these words on the screen, and with an error and a hint.
func said(t *testing.T, w *workstation, o outcome, words ...string) {
	t.Helper()
	if o.status != 1 {
		t.Errorf("want status 1: %v", o)
	}
	for _, s := range words {
		if !strings.Contains(o.stdout+o.stderr, s) {
			t.Errorf("it does not say %q: %v", s, o)
		}
	}
	if strings.Contains(o.stdout+o.stderr, "should not happen") {
		t.Errorf("it takes it for a bug of its own: %v", o)
	}
	if e := first(t, events(t, w.eventsFile()), "host_end"); e.Error == "" || e.Hint == "" || e.Status != "failed" {
		t.Errorf("host_end: %+v", e)
	}
}

// halfWritten are the files that a run makes on its way and has to take away again.
func halfWritten(t *testing.T, h *testbed.Host) string {
	t.Helper()
	return try(t, h, `find /etc /webapps /var/lib/djship $(ls -d /run/djship 2>/dev/null) -name '*djship-new*' -o -path '/var/lib/djship/*' -name '*.new' -o -path '/run/djship/*' ! -name lock ! -name filling`)
}

// undisturbed visits a site until the returned function is called, which fails the test where the site
// once did not answer, or is not served by the same process any more.
func undisturbed(t *testing.T, h *testbed.Host, domain string) func() {
	t.Helper()
	project, _, _ := strings.Cut(domain, ".")
	pid := func() string { return try(t, h, "supervisorctl pid "+project) }
	before := pid()
	var mu sync.Mutex
	var bad []string
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			case <-time.After(200 * time.Millisecond):
			}
			if p, err := visit(h, domain, "/"); err != nil || p.status != 200 {
				mu.Lock()
				bad = append(bad, fmt.Sprintf("%d %v", p.status, err))
				mu.Unlock()
			}
		}
	}()
	return func() {
		t.Helper()
		close(stop)
		<-stopped
		if len(bad) > 0 {
			t.Errorf("%s did not answer meanwhile: %q", domain, bad)
		}
		same(t, "process of "+project, pid(), before)
	}
}

// equal says in which way something is other than it should be.
func equal(got, want string) error {
	if got != want {
		return fmt.Errorf("%q, should be %q", got, want)
	}
	return nil
}
