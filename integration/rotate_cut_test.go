//go:build linux

package integration

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"djship/integration/testbed"
)

// A rotating site is one whose rotations are cut off where it is most vulnerable.
type rotatingSite struct {
	*testing.T
	*workstation
	h *testbed.Host
	c *checkout
}

// Where the power goes while the password changes, file and role have the same one again behind the next run, whichever that is, and the site answers by it; so do its workers.
func TestSlowRotateCut(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w, c := upPushed(t, 13)
	s := &rotatingSite{t, w, h, c}
	files := maps.Clone(rotating)
	files["shop/views.py"] = strings.Replace(files["shop/views.py"], "time.sleep(2)", "time.sleep(7)", 1)
	files["work.py"] = "import os, time\nprint('works', flush=True)\nwhile True: time.sleep(1)\n"
	files["djship.toml"] = "[processes]\nworker = \"python work.py\"\n"
	c.commit(t, files)
	s.djship(0, s.push()...)
	before := secretsOf(t, h)
	s.djship(0, "rotate", "example", "--database")
	s.whole(before[1])
	must(t, h.Reboot(t.Context())) // its worker comes up by the new password
	s.whole(before[1])
	whole := secretsOf(t, h)

	// Noted, and neither the file nor the role is touched: somebody's request is under way.
	for _, next := range [][]string{{"restart", "example"}, {"rotate", "example", "--database"}} {
		s.cuts("behind the note", s.kills, func() error {
			_, err := h.Run(t.Context(), "grep -q '^turning ' /var/lib/djship/sites/example.password && grep -qx stopped /run/djship/stage.*/turn.said")
			return err
		}, "a change of its password was cut off, and the one before is good again", next...)
		s.whole("")
	}
	same(t, "the password of before", letsIn(t, h, whole[1]), "refused")

	// The file has the new one, and the role the old one: PostgreSQL makes it wait.
	for _, next := range [][]string{{"deploy", "example", "example.com"}, s.push()} {
		whole = secretsOf(t, h)
		s.cuts("between file and role", s.power, func() error {
			s.holds()
			return differs(secretsOf(t, h)[1], whole[1])
		}, "a change of its password was cut off, and the one before is good again", next...)
		same(t, "the password", secretsOf(t, h)[1], whole[1])
		s.whole("")
	}

	// Watched, and not yet kept: both have the new one, and the next rotation goes on with it.
	s.cuts("in the hold", s.power, func() error { return equal(letsIn(t, h, whole[1]), "refused") }, "", "deploy", "example", "example.com")
	turned := secretsOf(t, h)[1]
	s.djship(0, "rotate", "example", "--database", "--hold", "0s")
	same(t, "the password", secretsOf(t, h)[1], turned)
	s.whole(whole[1])

	s.goesBack()
}

// goesBack has a page of the site know the password by heart: it does not come up with another one, and goes on with the one before. That way back is cut off, too.
func (s *rotatingSite) goesBack() {
	t, h := s.T, s.h
	whole := secretsOf(t, h)
	page := strings.Replace(rotating["shop/views.py"], "    request.read()\n", "    request.read()\n    import psycopg2\n    psycopg2.connect(host='localhost', user='example', dbname='example', password='"+whole[1]+"').close()\n", 1)
	s.c.commit(t, map[string]string{"shop/views.py": page})
	s.djship(0, s.push()...)
	o := s.djship(1, "rotate", "example", "--database", "--hold", "5s")
	if said := o.stdout + o.stderr; !strings.Contains(said, "asked through nginx: 500") || !strings.Contains(said, "answers again") {
		t.Errorf("a site that knows its password: %v", o)
	}
	same(t, "the password behind the way back", secretsOf(t, h)[1], whole[1])
	same(t, "what the way back has left", on(t, h, "ls -A "+home+" | grep 'django_db_password[.]' || :; cut -c1-8 /var/lib/djship/sites/example.password | grep turning || :"), "")
	s.whole("")

	s.cuts("on the way back", s.power, func() error {
		if letsIn(t, h, whole[1]) == "refused" {
			s.holds()
		}
		return equal(try(t, h, "psql --version >/dev/null; [ -e /run/held ] && [ \"$(cat "+home+"/.django_db_password)\" = '"+whole[1]+"' ] && echo back"), "back")
	}, "a change of its password was cut off, and the one before is good again", "deploy", "example", "example.com")
	same(t, "the password behind a way back that was cut off", secretsOf(t, h)[1], whole[1])
	s.whole("")
	saysPage(t, h, "first, 0 things")
}

func (s *rotatingSite) push() []string {
	return []string{"push", "example", "--dir", s.c.dir, "--hold", "0s"}
}

// cuts begins a rotation, has end end it once when has come, and has the next command make it whole, which says so.
func (s *rotatingSite) cuts(where string, end func(), when func() error, says string, next ...string) {
	s.Helper()
	go func() { // what the change waits for
		r, err := http.NewRequestWithContext(s.Context(), http.MethodGet, "http://"+s.h.Addr()+"/slow", http.NoBody)
		if err == nil {
			r.Host = "example.com"
			if resp, err := http.DefaultClient.Do(r); err == nil {
				_ = resp.Body.Close()
			}
		}
	}()
	r, err := s.start("rotate", "example", "--database", "--hold", "30s")
	if err != nil {
		s.Fatal(err)
	}
	within(s.T, time.Minute, when)
	end()
	_ = r.cmd.Process.Kill()
	r.status(s.T, time.Minute)
	s.Logf("cut %s: %s", where, try(s.T, s.h, "cut -c1-8 /var/lib/djship/sites/example.password; ls -A "+home+" | grep django_db"))
	if o := s.run("status", "example"); strings.Contains(o.stdout, "the password of example's database is changing, or that was cut off: where nothing is at work, `djship restart example` has the one of before be good again") != (says != "") {
		s.Errorf("cut %s: status: %v", where, o)
	}
	o := s.djship(0, next...)
	if said := o.stdout + o.stderr + s.log("web1"); !strings.Contains(said, says) {
		s.Errorf("cut %s: %q does not say %q: %v", where, next, says, o)
	}
	within(s.T, time.Minute, func() error { return answering(s.h, "example.com") })
}

// holds has PostgreSQL make who changes a password wait, once.
func (s *rotatingSite) holds() {
	s.Helper()
	on(s.T, s.h, "[ -e /run/held ] || { touch /run/held && cd / && setsid runuser -u postgres -- psql -qc 'begin; lock table pg_authid in share mode; select pg_sleep(60)' >/dev/null 2>&1 & }")
}

// power cuts it.
func (s *rotatingSite) power() {
	must(s.T, s.h.PowerOff())
	must(s.T, s.h.Start(s.Context()))
}

// kills has nothing of a run go on, not even what goes on alone.
func (s *rotatingSite) kills() {
	try(s.T, s.h, "pkill -KILL -f '[s]tage[.]'; pkill -KILL -f '[/]webapps/.sockets/example.sock'")
}

// whole checks that the site has one password, by which all of it lives, and that former is not good for anything.
func (s *rotatingSite) whole(former string) {
	s.Helper()
	password := secretsOf(s.T, s.h)[1]
	same(s.T, "the password of the file", letsIn(s.T, s.h, password), "1")
	if former != "" {
		same(s.T, "the password of before", letsIn(s.T, s.h, former), "refused")
	}
	within(s.T, 90*time.Second, func() error {
		return equal(try(s.T, s.h, `for p in $(pgrep -u example -f 'work[.]py'); do tr '\0' '\n' </proc/$p/environ | sed -n 's/^DB_PASSWORD=//p'; done | sort -u`), password)
	})
	same(s.T, "processes that would not come up at a boot", on(s.T, s.h, "ls /etc/supervisor | grep '[0-9][.]conf[.]waits' || :"), "")
	idle(s.T, s.h, s.workstation, "deploy", "example", "example.com")
}

func differs(is, was string) error {
	if is == was {
		return fmt.Errorf("it is the same")
	}
	return nil
}
