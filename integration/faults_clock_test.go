//go:build linux

package integration

import (
	"fmt"
	"strings"
	"testing"
)

// clockOff makes the programs that mind see a clock that is off; a container has that of its machine, and
// djship drops what a login's environment would preload.
const clockOff = `for program in apt-get date; do
	printf '#!/bin/sh\nexec env LD_PRELOAD=%%s FAKETIME=%[1]s %%s "$@"\n' "$(ls /usr/lib/*/faketime/libfaketime.so.1)" "$(PATH=/usr/bin:/bin command -v $program)" >/usr/local/bin/$program
	chmod 755 /usr/local/bin/$program
done`

// A clock that is off by a year: apt takes no package list then, and the run says why.
func TestClockOff(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w := up(t, 12, pair)
	on(t, h, "apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install libfaketime >/dev/null")
	const right = "rm /usr/local/bin/apt-get /usr/local/bin/date"
	hint := "is the host's clock right? `date` there tells"
	meetAll(t, h, w, []fault{
		{what: "a year behind", args: "prereq", harm: noGit + fmt.Sprintf(clockOff, "-365d"), says: []string{"packages", "is not valid yet", hint}, mend: right},
		{what: "a year ahead", args: "prereq", harm: noGit + fmt.Sprintf(clockOff, "+365d"), says: []string{"packages", "is expired", hint}, mend: right},
	})
	for off, says := range map[string]string{"-365d": "the clock is 365 days behind", "+365d": "the clock is 365 days ahead"} {
		on(t, h, fmt.Sprintf(clockOff, off))
		if o := w.djship(1, "ping"); !strings.Contains(o.stdout, says) || !strings.Contains(o.stdout, "timedatectl set-ntp true") {
			t.Errorf("ping, the clock off by %s: %v", off, o)
		}
		// What needs no clock is done all the same.
		on(t, h, "rm /etc/logrotate.d/djship-example")
		w.djship(0, strings.Fields(deployExample)...)
		idle(t, h, w, strings.Fields(deployExample)...)
	}
}
