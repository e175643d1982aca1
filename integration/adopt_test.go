//go:build linux

package integration

import (
	"context"
	_ "embed"
	"fmt"
	"strings"
	"testing"
	"time"

	"djship/integration/testbed"
	"djship/integration/visitors"
)

//go:embed testdata/bashmade.sh
var bashMade string

// scripted is a host on which the bash scripts have made a site; scriptedTwo one on which they have made another after that.
func scripted(sites ...string) *testbed.State {
	var under *testbed.State
	if len(sites) > 1 {
		under = scripted(sites[:len(sites)-1]...)
	}
	site := sites[len(sites)-1]
	return &testbed.State{Name: fmt.Sprintf("scripted%d", len(sites)), Key: site + bashMade, From: under, Make: func(ctx context.Context, h *testbed.Host) error {
		_, err := h.Run(ctx, "cat >/root/bashmade.sh <<'BASHMADE'\n"+bashMade+"\nBASHMADE\nbash /root/bashmade.sh "+site+" >/root/bashmade.log 2>&1; rm -f /root/bashmade.sh")
		return err
	}}
}

// upScripted starts a host of the scripts, whose sites answer, and a workstation.
func upScripted(t testing.TB, suite int, sites ...string) (*testbed.Host, *workstation) {
	t.Helper()
	testbed.Need(t)
	h := testbed.Up(t, testbed.Spec{Suite: suite, Name: "web1", From: scripted(sites...)})
	for _, site := range sites {
		_, domain, _ := strings.Cut(site, " ")
		within(t, time.Minute, func() error { return answering(h, domain) })
	}
	return h, workstationFor(t, line(h, "root"))
}

// replaced is what taking over a site replaces, and undoing that brings back.
var replaced = []string{"/etc/nginx", "/etc/supervisor", "/etc/supervisord.conf", "/etc/init.d", "/etc/rc3.d", "/etc/systemd/system", "/usr/local/bin", "/webapps/example_project"}

// scriptsState is what stands there, but for times of folders, logs and sockets.
func scriptsState(t testing.TB, h *testbed.Host) string {
	t.Helper()
	return on(t, h, "find "+strings.Join(replaced, " ")+" \\( -path '*/logs/*' -o -path '*/run/*' -o -name __pycache__ -o -name .cache -o -name '.gunicorn*' \\) -prune -o \\( -type f -exec sha256sum -- {} ';' , -printf '%p %y %m %u:%g %l\\n' \\) | sort; "+
		"su - postgres -c \"psql -Atc \\\"select rolpassword from pg_authid where rolname = 'example'\\\"\"")
}

// A throng are visitors of whom each comes by a connection of its own: nginx, when it is reloaded, closes those that wait for another request, and who posts at that moment over
// one of them is turned away by any reload.
type throng []*visitors.Crowd

func throngAt(h *testbed.Host, domain string, n int) throng {
	var all throng
	for range n {
		all = append(all, visitors.Start(h.Addr()+":80", domain, 1))
	}
	return all
}

// noneFailed sends them home; nobody may have been turned away.
func (c throng) noneFailed(t testing.TB, what string) {
	t.Helper()
	var all visitors.Tally
	for _, one := range c {
		met := one.Stop()
		all.Requests, all.Failed, all.Slowest, all.Errors = all.Requests+met.Requests, all.Failed+met.Failed, max(all.Slowest, met.Slowest), append(all.Errors, met.Errors...)
	}
	t.Logf("%s: %d requests, %d failed, slowest %v", what, all.Requests, all.Failed, all.Slowest)
	if all.Failed > 0 || all.Requests < 20 {
		t.Errorf("%s: %d of %d requests failed: %q", what, all.Failed, all.Requests, all.Errors)
	}
}

// A site that the scripts made is taken over and given back, and taken over again: nobody is turned away, nothing is lost, and it is a site as all others are.
func TestAdopt(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w := upScripted(t, 11, "example example.com")
	on(t, h, as("example", "echo picture >media/cat.jpg; . ./prepare_env.sh; cd example; echo \"from django.contrib.auth.models import User; User.objects.create_superuser('ann', '', 'x')\" | python manage.py shell"))
	secrets := on(t, h, "cd /webapps/example_project && cat .django_secret_key .django_db_password")
	was := scriptsState(t, h)

	o := w.djship(0, "adopt", "example", "example.com", "--check", "--diff")
	for _, words := range []string{"scripts of example", "supervisord of example", "nginx of example", "WEB_CONCURRENCY", "left out: client_max_body_size 5M", "+\tinclude /etc/nginx/djship/example/*.conf;"} {
		if !strings.Contains(strings.ReplaceAll(o.stdout, "    include", "\tinclude"), words) {
			t.Errorf("--check does not tell of %q: %s", words, o.stdout)
		}
	}
	for _, secret := range strings.Fields(secrets) {
		if strings.Contains(o.stdout+o.stderr, secret) {
			t.Errorf("--diff shows a secret: %s", o.stdout)
		}
	}
	same(t, "behind --check", scriptsState(t, h), was)
	for _, c := range []struct{ what, harm, mend, says string }{
		{"another password", "cd /; runuser -u postgres -- psql -Atc \"select format('alter role example password %L', rolpassword) from pg_authid where rolname = 'example'\" >/root/password; runuser -u postgres -- psql -qc \"alter role example password 'another'\"",
			"cd /; runuser -u postgres -- psql -qf - </root/password", "its role in PostgreSQL has a password that is neither in .django_db_password nor in prepare_env.sh"},
		{"a disk that is full", "mkdir -p /var/lib/djship && " + fullTmpfs("/var/lib/djship"), "umount /var/lib/djship", "No space left on device"},
	} {
		on(t, h, c.harm)
		o := w.run("adopt", "example", "example.com")
		t.Logf("%s: %v", c.what, o)
		on(t, h, c.mend)
		if o.status != 1 || !strings.Contains(o.stdout+o.stderr, c.says) {
			t.Errorf("%s: want %q: %v", c.what, c.says, o)
		}
		within(t, time.Minute, func() error { return answering(h, "example.com") })
		same(t, "behind "+c.what, scriptsState(t, h), was)
	}

	crowd := throngAt(h, "example.com", 6)
	o = w.djship(0, "adopt", "example", "example.com")
	crowd.noneFailed(t, "adopt")
	if !strings.Contains(o.stderr+o.stdout, "for every account of the host to read") {
		t.Errorf("it does not say what may be known: %v", o)
	}
	idle(t, h, w, "deploy", "example", "example.com")
	idle(t, h, w, "adopt", "example", "example.com")
	idle(t, h, w, "prereq")
	for what, command := range map[string][2]string{
		"the page":          {"cat /webapps/example_project/media/cat.jpg", "picture"},
		"secrets":           {"cd /webapps/example_project && cat .django_secret_key .django_db_password", secrets},
		"who reads secrets": {"cd /webapps/example_project && stat -c %a . .django_secret_key .django_db_password local_env.sh", "710\n600\n600\n600"},
		"supervisord":       {"pgrep -x supervisord | wc -l; supervisorctl status | grep -c 'example *RUNNING'; ls /etc/supervisor", "1\n1\nexample.conf"},
		"the password":      {"su - postgres -c \"psql -Atc \\\"select left(rolpassword, 5), has_database_privilege('public', 'example', 'connect') from pg_authid where rolname = 'example'\\\"\"", "SCRAM|f"},
		"nginx":             {"ls /etc/nginx/sites-enabled", "default\nexample.com"},
	} {
		same(t, what, try(t, h, command[0]), command[1])
	}
	if p := get(t, h, "example.com", "/"); p.body != "example is up, 1 users" {
		t.Errorf("the page: %d %s", p.status, p.body)
	}
	if p := get(t, h, "example.com", "/static/admin/css/base.css"); p.status != 200 {
		t.Errorf("a style: %d", p.status)
	}

	crowd = throngAt(h, "example.com", 6)
	w.djship(0, "adopt", "example", "example.com", "--undo")
	crowd.noneFailed(t, "undo")
	same(t, "what was before", scriptsState(t, h), was)

	w.djship(0, "adopt", "example", "example.com")
	if _, err := startProject(t.Context(), w, shop); err != nil {
		t.Fatal(err)
	}
	w.djship(0, push()...)
	if p := get(t, h, "example.com", "/"); p.body != "first, 0 things" {
		t.Errorf("behind a push: %d %s", p.status, p.body)
	}
	o = w.djship(0, "status", "--json")
	if !strings.Contains(o.stdout, `"state":"up"`) {
		t.Errorf("status: %v", o)
	}
	w.djship(0, "rollback", "example", "0")
	if p := get(t, h, "example.com", "/"); p.body != "example is up, 1 users" {
		t.Errorf("behind a rollback: %d %s", p.status, p.body)
	}
	on(t, h, "rm /webapps/example_project/.django_secret_key /webapps/example_project/.django_db_password") // as the page says
	w.djship(0, "deploy", "example", "example.com")
	if p := get(t, h, "example.com", "/"); p.body != "example is up, 1 users" || on(t, h, "cd /webapps/example_project && cat .django_secret_key .django_db_password") == secrets {
		t.Errorf("with secrets that are made anew: %d %s", p.status, p.body)
	}
}
