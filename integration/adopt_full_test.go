//go:build linux

package integration

import (
	"fmt"
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
	on(t, h, "printf '[program:worker]\ncommand=/bin/sleep 1000000\nuser=example\n' >>/etc/supervisor/example.conf && /usr/local/bin/supervisorctl update")
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
		{"as supervisord changes hands", "/bin/systemctl", calledWith("*daemon-reload*"), "No space left on device", fullHint},
		{"as the supervisord of before ends what it runs", "/usr/bin/perl", calledWith("*' stopProcessGroup example '*"), "No space left on device", fullHint},
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
			same(t, "workers on a full disk", try(t, h, "pgrep -u example -xc sleep"), "1")
			on(t, h, mend)
			for _, want := range []string{c.says, c.hint} {
				if o.status != 1 || !strings.Contains(o.stdout+o.stderr, want) {
					t.Errorf("want %q: %v", want, o)
				}
			}
			w.djship(0, "adopt", "example", "example.com")
			same(t, "what runs", try(t, h, "pgrep -x supervisord | wc -l; supervisorctl status | grep -c RUNNING; pgrep -u example -xc sleep"), "1\n2\n1")
			idle(t, h, w, "deploy", "example", "example.com")
			if err := answering(h, "example.com"); err != nil {
				t.Error(err)
			}
			w.djship(0, "adopt", "example", "example.com", "--undo")
			same(t, "what was before", scriptsState(t, h), was)
			within(t, time.Minute, func() error {
				if n := try(t, h, "pgrep -u example -xc sleep"); n != "1" {
					return fmt.Errorf("given back: %s workers", n)
				}
				return nil
			})
		})
	}
}
