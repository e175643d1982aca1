//go:build linux

package integration

import (
	"strings"
	"testing"
	"time"

	"djship/integration/testbed"
)

// Where the disk is full before a site is taken over, or comes to be in the middle of that, it is said, the site answers, and with room the next run finishes; what was before is there for the way back.
func TestAdoptOnAFullDisk(t *testing.T) {
	slow(t)
	t.Parallel()
	testbed.Need(t)
	h := testbed.Up(t, testbed.Spec{Suite: 11, Name: "web1", From: scripted("example example.com"), DiskSize: 5 << 30})
	within(t, time.Minute, func() error { return answering(h, "example.com") })
	w := workstationFor(t, line(h, "root"))
	was := scriptsState(t, h)

	must(t, h.FillDisk(0))
	o := w.run("adopt", "example", "example.com")
	must(t, h.EmptyDisk())
	for _, want := range []string{"/ has 0 MiB free; 1024 MiB are needed", "nothing was changed on this host"} {
		if o.status != 1 || !strings.Contains(o.stdout+o.stderr, want) {
			t.Errorf("want %q: %v", want, o)
		}
	}
	same(t, "behind a full disk", scriptsState(t, h), was)

	for _, c := range []struct{ name, program, when, says, hint string }{
		{"as what is replaced is kept", "/bin/tar", calledWith("*root.tar*"), "No space left on device", fullHint},
		{"as nginx is led to it", "/usr/sbin/nginx", calledWith("*-t*"), "/ has 0 MiB free; 1024 MiB are needed", "make room on the host"},
	} {
		t.Run(c.name, func(t *testing.T) {
			harm, mend := fillsAt(c.program, c.when, "0")
			on(t, h, harm)
			o := w.run("adopt", "example", "example.com")
			t.Logf("%v", o)
			if err := answering(h, "example.com"); err != nil {
				t.Errorf("on a full disk: %v", err)
			}
			on(t, h, mend)
			for _, want := range []string{c.says, c.hint} {
				if o.status != 1 || !strings.Contains(o.stdout+o.stderr, want) {
					t.Errorf("want %q: %v", want, o)
				}
			}
			w.djship(0, "adopt", "example", "example.com")
			idle(t, h, w, "deploy", "example", "example.com")
			if err := answering(h, "example.com"); err != nil {
				t.Error(err)
			}
			w.djship(0, "adopt", "example", "example.com", "--undo")
			same(t, "what was before", scriptsState(t, h), was)
		})
	}
}
