//go:build linux

package integration

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"djship/integration/testbed"
)

// What a run costs a host in SSH sessions, by sshd's own count: however many steps there are, one
// login, one exec to look, and only where something differs one upload and one exec more.
func TestSessionsPerRun(t *testing.T) {
	slow(t)
	eachDebian(t, func(t *testing.T, suite int) {
		h, w := up(t, suite, site)
		on(t, h, "echo 'LogLevel DEBUG' >/etc/ssh/sshd_config.d/loud.conf && systemctl reload ssh")
		deploy := []string{"deploy", "example", "example.com"}
		const look, change = "1 logins, 1 execs, 0 uploads", "1 logins, 1 execs, 0 uploads"
		for _, by := range ways {
			if err := w.inventory(line(h, by.user, by.vars)); err != nil {
				t.Fatal(err)
			}
			for _, c := range []struct {
				what, harm string
				args       []string
				want       string
			}{
				{"nothing to do", "true", deploy, look},
				{"check of nothing", "true", append(deploy, "--check"), look},
				{"check of much", "rm /etc/supervisor/example.conf", append(deploy, "--check"), look},
				{"one change", "true", deploy, change},
				{"many changes", "rm /etc/nginx/sites-*/example.com /etc/logrotate.d/djship-example /webapps/example_project/prepare_env.sh; chmod 700 /webapps/example_project", deploy, change},
				{"prereq, nothing to do", "true", []string{"prereq"}, look},
				{"up, nothing to do", "true", []string{"up", "example", "example.com"}, look},
			} {
				on(t, h, c.harm)
				got := sessions(t, h, func() {
					if o := by.run(t, w, c.args...); o.status != 0 {
						t.Errorf("%s: %v", c.what, o)
					}
				})
				same(t, fmt.Sprintf("%s, as %s", c.what, by.name), got, c.want)
			}
		}
	})
}

var (
	loggedIn = regexp.MustCompile(`Accepted publickey for`)
	executed = regexp.MustCompile(`Starting session: (command|shell)`)
	uploaded = regexp.MustCompile(`Starting session: (forced-command|subsystem)`)
)

// sessions counts what sshd has to serve while f runs.
func sessions(t testing.TB, h *testbed.Host, f func()) string {
	t.Helper()
	mark := strings.TrimSpace(on(t, h, "journalctl -q --sync; journalctl -n 0 --show-cursor | sed -n 's/^-- cursor: //p'"))
	f()
	log := on(t, h, "journalctl --sync; journalctl -q -o cat --after-cursor="+quote(mark)+" _COMM=sshd + _COMM=sshd-session")
	count := func(of *regexp.Regexp) int { return len(of.FindAllString(log, -1)) }
	return fmt.Sprintf("%d logins, %d execs, %d uploads", count(loggedIn), count(executed), count(uploaded))
}
