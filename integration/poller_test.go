//go:build linux

package integration

import "testing"

// polls counts how often supervisor's poller asks in half a second about the stdin of a program that reads none, whose number was noted for
// another file: it should wait after the first time. Started without what site-packages load, it shows how it is by itself.
const polls = `cat >/tmp/polls.py <<'END'
import os, sys, time
sys.path.extend(sys.argv[1:])
from supervisor.poller import PollPoller
reads, writes = os.pipe()
os.close(reads)
p = PollPoller(None)
p.register_readable(writes)
n, end = 0, time.time() + .5
while time.time() < end:
    p.poll(.25)
    n += 1
print("rests" if n < 5 else "spins")
END
`

// supervisord does not ask without pause about a file whose number is another's since.
func TestSupervisordRests(t *testing.T) {
	t.Parallel()
	h, _ := up(t, slowOn(13), ready)
	same(t, "with djship's module", on(t, h, polls+"/opt/djship/bin/python /tmp/polls.py"), "rests")
	same(t, "by itself", on(t, h, "/opt/djship/bin/python -S /tmp/polls.py /opt/djship/lib/python3*/site-packages"), "spins")
	// What is in use is asked for again, and a start of supervisord has it.
	same(t, "supervisord", on(t, h, "systemctl restart supervisord && for _ in 1 2 3 4 5 6 7 8 9; do supervisorctl pid >/dev/null && break; sleep .5; done; supervisorctl version"), "4.3.0")
}
