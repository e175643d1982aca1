//go:build linux

package integration

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"djship/integration/testbed"
)

// Of two sites one is taken over that its owner has changed much of: what was set stays in force, and the other one runs on, by the processes that it has; also over a boot. Then it is taken over, too.
func TestAdoptOneOfTwo(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w := upScripted(t, 11, "example example.com", "second second.org")
	on(t, h, `cd /webapps/example_project
sed -i 's/client_max_body_size 5M;/client_max_body_size 50M;/; s|^    location / {|    location = /robots.txt { alias /webapps/example_project/static/robots.txt; }\n    location / {|' nginx/example.conf
openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=example.com -addext subjectAltName=DNS:example.com -keyout /etc/ssl/private/example.key -out /etc/ssl/example.crt 2>/dev/null
sed -n '/^server/,/^}/p' nginx/example.conf | sed 's|listen 80;|listen 443 ssl; ssl_certificate /etc/ssl/example.crt; ssl_certificate_key /etc/ssl/private/example.key;|' >>nginx/example.conf
echo "export MAIL_PASSWORD='of the mail'" >>prepare_env.sh
sed -i 's/--log-level=debug/--timeout 77 --log-level=debug/' gunicorn_start.sh
echo Disallow: >static/robots.txt
printf 'environment = OWN="yes"\n' >>/etc/supervisor/example.conf
nginx -q -t && nginx -s reload
cd / && runuser -u postgres -- psql -q -c "set password_encryption = 'scram-sha-256'" -c "alter role second password '$(cat /webapps/second_project/.django_db_password)'"`)
	addQueue(t, h)
	same(t, "the passwords' forms", psql(t, h, "postgres", "select left(rolpassword, 3) from pg_authid where rolname in ('example', 'second') order by rolname"), "md5\nSCR")
	within(t, time.Minute, func() error { return answering(h, "example.com") })
	pids := on(t, h, "pgrep -u second gunicorn | sort | tr '\\n' ' '")
	worksOff(t, h, "as the scripts had it", supervisordOfBefore)

	crowds := []throng{throngAt(h, "example.com", 4), throngAt(h, "second.org", 4)}
	o := w.djship(0, "adopt", "example", "example.com")
	crowds[0].noneFailed(t, "example")
	crowds[1].noneFailed(t, "second")
	if strings.Contains(o.stdout+o.stderr+w.log("web1")+w.eventsFile(), "of the mail") {
		t.Errorf("a secret is shown: %v", o)
	}
	same(t, "processes of second", on(t, h, "pgrep -u second gunicorn | sort | tr '\\n' ' '"), pids)
	checkCarried := func() {
		t.Helper()
		for what, command := range map[string][2]string{
			"nginx":         {"grep -c 'client_max_body_size 50M\\|robots.txt {\\|listen 443 ssl\\|ssl_certificate ' /etc/nginx/sites-available/example.com", "4"},
			"https":         {"openssl s_client -connect 127.0.0.1:443 -servername example.com </dev/null 2>/dev/null | grep '^subject='", "CN = example.com"},
			"variables":     {asSite("example", "echo $MAIL_PASSWORD $GUNICORN_CMD_ARGS $WEB_CONCURRENCY"), "of the mail --timeout=77 3"},
			"of supervisor": {"tr '\\0' '\\n' </proc/$(supervisorctl pid example)/environ | grep ^OWN=", "OWN=yes"},
			"the worker":    {"supervisorctl status worker | awk '{ print $2 }'", "RUNNING"},
		} {
			if got := try(t, h, command[0]); !strings.HasSuffix(got, command[1]) {
				t.Errorf("%s: %q, want %q", what, got, command[1])
			}
		}
		if p := get(t, h, "example.com", "/robots.txt"); p.body != "Disallow:\n" {
			t.Errorf("robots.txt: %d %q", p.status, p.body)
		}
	}
	checkCarried()
	worksOff(t, h, "taken over", supervisordOfDjship)
	if o := w.djship(0, "deploy", "example", "example.com"); !strings.Contains(o.stdout+o.stderr, "0 steps changed") || strings.Contains(o.stdout+o.stderr, "has changed since") {
		t.Errorf("a deploy: %v", o)
	}

	if err := h.Reboot(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, domain := range []string{"example.com", "second.org"} {
		within(t, time.Minute, func() error { return answering(h, domain) })
	}
	checkCarried()
	worksOff(t, h, "behind a boot", supervisordOfDjship)

	crowds = []throng{throngAt(h, "example.com", 4), throngAt(h, "second.org", 4)}
	w.djship(0, "adopt", "example", "example.com", "--undo")
	crowds[0].noneFailed(t, "example, given back")
	crowds[1].noneFailed(t, "second, as example is given back")
	worksOff(t, h, "given back", supervisordOfBefore)
	same(t, "whether the scripts' init script could stop it", try(t, h, "start-stop-daemon --stop --test --quiet --pidfile /tmp/supervisord.pid --name supervisord"), "")
	w.djship(0, "adopt", "example", "example.com")
	checkCarried()
	worksOff(t, h, "taken over again", supervisordOfDjship)

	crowds = []throng{throngAt(h, "example.com", 4), throngAt(h, "second.org", 4)}
	w.djship(0, "adopt", "second", "second.org")
	crowds[0].noneFailed(t, "example")
	crowds[1].noneFailed(t, "second")
	same(t, "what is left", try(t, h, "pgrep -x supervisord | wc -l; ls -d /etc/supervisor/before /etc/supervisord-before.conf /etc/systemd/system/supervisord-before.service 2>/dev/null; supervisorctl status | grep -c RUNNING"), "1\n3")
	if o := w.djship(0, "deploy", "--all"); !strings.Contains(o.stdout+o.stderr, "0 steps changed") || strings.Contains(o.stdout+o.stderr, "has changed since") {
		t.Errorf("deploy --all: %v", o)
	}
}

// Wherever taking over is cut off – djship is killed, or its shell on the host – the site answers, and the next run finishes.
func TestSlowAdoptCutAnywhere(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w := upScripted(t, 11, "example example.com")
	w.djship(0, "adopt", "example", "example.com")
	w.djship(0, "adopt", "example", "example.com", "--undo") // what is installed stays
	was := scriptsState(t, h)
	began := time.Now()
	w.djship(0, "adopt", "example", "example.com")
	whole := time.Since(began)
	w.djship(0, "adopt", "example", "example.com", "--undo")

	const points = 10
	crowd := throngAt(h, "example.com", 3)
	for n := range points {
		at := whole * time.Duration(n+1) / (points + 1)
		r := begin(t, w, "adopt", "example", "example.com")
		time.Sleep(at)
		if n%2 == 0 {
			_ = r.cmd.Process.Kill()
		} else {
			try(t, h, "for session in $(pgrep -P $(pgrep -o -x sshd) -x sshd); do pkill -9 -P $session; done")
		}
		r.status(t, 2*time.Minute)
		if err := answering(h, "example.com"); err != nil {
			t.Errorf("cut after %v: %v", at, err)
		}
		if strings.Contains(on(t, h, "cat /var/lib/djship/adopted/example 2>/dev/null || :"), "kept") { // a deploy would lay what is in the way of the way back
			o := w.run("deploy", "example", "example.com")
			if said := o.stdout + o.stderr; o.status != 1 || !strings.Contains(said, "taking example over is at work, or was cut off") || !strings.Contains(said, "`djship adopt example example.com --undo` gives the site back") {
				t.Errorf("deploy, cut after %v: %v", at, o)
			}
		}
		w.djship(0, "adopt", "example", "example.com")
		same(t, fmt.Sprintf("cut after %v, programs", at), try(t, h, "pgrep -x supervisord | wc -l; supervisorctl status | grep -c RUNNING"), "1\n1")
		idle(t, h, w, "deploy", "example", "example.com")
		w.djship(0, "adopt", "example", "example.com", "--undo")
		same(t, fmt.Sprintf("cut after %v, what was before", at), scriptsState(t, h), was)
	}
	crowd.noneFailed(t, "cut")
}

// What the scripts could not make whole, as on Debian 12, whose pip refuses, is named and left alone.
func TestAdoptRefusesWhatIsHalfMade(t *testing.T) {
	slow(t)
	t.Parallel()
	testbed.Need(t)
	h := testbed.Up(t, testbed.Spec{Suite: 12, Name: "web1", From: scripted("example example.com")})
	w := workstationFor(t, line(h, "root"))
	before := snapshot(t, h, everything...)
	o := w.djship(1, "adopt", "example", "example.com")
	for _, words := range []string{"nothing was touched", "has no virtualenv of this host's Python 3", "/usr/local/bin has no supervisord of pip's"} {
		if !strings.Contains(o.stdout+o.stderr, words) {
			t.Errorf("it does not say %q: %v", words, o)
		}
	}
	if o = w.djship(1, "adopt", "other", "other.org"); !strings.Contains(o.stdout+o.stderr, "djship up other other.org") {
		t.Errorf("a site that there is not: %v", o)
	}
	unharmed(t, h, before)
}
