//go:build linux

package integration

import (
	"cmp"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"djship/integration/testbed"
	"djship/integration/visitors"
)

// rotating are a project's files whose pages all ask the database, each by a connection of its own, and which knows who is logged in.
var rotating = map[string]string{
	"config/settings.py": strings.NewReplacer("'django.contrib.staticfiles'", "'django.contrib.staticfiles', 'django.contrib.auth', 'django.contrib.sessions'",
		"['SECRET_KEY']", "['DJANGO_SECRET_KEY']", "MIDDLEWARE = [", "MIDDLEWARE = ['django.contrib.sessions.middleware.SessionMiddleware', 'django.contrib.auth.middleware.AuthenticationMiddleware', ").Replace(shop["config/settings.py"]),
	"config/urls.py": "from django.urls import path\nfrom shop.views import *\nurlpatterns = [path('', first), path('post', first), path('slow', slow), path('big', big), path('upload', first), path('enter', enter), path('who', who)]\n",
	"shop/views.py": `import time
from django.contrib.auth import login
from django.contrib.auth.models import User
from django.http import HttpResponse
from shop.models import Thing
def first(request):
    request.read()
    return HttpResponse('first, %d things' % Thing.objects.count())
def slow(request):
    time.sleep(2)
    return first(request)
def big(request):
    return HttpResponse(b'x' * (1 + Thing.objects.count()) * 1000000)
def enter(request):
    login(request, User.objects.get_or_create(username='alice')[0])
    return HttpResponse('entered')
def who(request):
    return HttpResponse(request.user.username or 'nobody')
`,
}

// secretsOf are the secrets that a site has on its host.
func secretsOf(t testing.TB, h *testbed.Host) []string {
	t.Helper()
	words := strings.Fields(on(t, h, "cat "+home+"/.django_secret_key; echo; cat "+home+"/.django_db_password"))
	if len(words) != 2 {
		t.Fatalf("%d secrets", len(words))
	}
	return words
}

// letsIn tells what PostgreSQL says to who comes with a password.
func letsIn(t testing.TB, h *testbed.Host, password string) string {
	t.Helper()
	out := try(t, h, "PGPASSWORD="+password+" psql -h localhost -U example -Atc 'select 1' example 2>&1 | tail -n 1")
	if strings.Contains(out, "password authentication failed") {
		return "refused"
	}
	return out
}

// cookied asks a page with the cookie of a session, and returns what it says and the cookie that it sets.
func cookied(t testing.TB, h *testbed.Host, path, cookie string) (body, session string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+h.Addr()+path, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = "example.com"
	r.AddCookie(&http.Cookie{Name: "sessionid", Value: cookie})
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range resp.Cookies() {
		session = c.Value
	}
	return string(text), session
}

// oneRuns checks that one program of the site's is left, and runs.
func oneRuns(t testing.TB, h *testbed.Host) {
	t.Helper()
	within(t, 20*time.Second, func() error {
		if out := try(t, h, "supervisorctl status | grep -c . ; supervisorctl status | grep -c RUNNING"); out != "1\n1" {
			return fmt.Errorf("programs: %s", out)
		}
		return nil
	})
}

// upRotating is a host with code that takes new secrets, and the session of somebody who has entered there.
func upRotating(t *testing.T) (*testbed.Host, *workstation, *checkout, string) {
	t.Helper()
	h, w, c := upPushed(t, 12)
	c.commit(t, rotating)
	w.djship(0, "push", "example", "--dir", c.dir, "--hold", "0s")
	_, session := cookied(t, h, "/enter", "")
	return h, w, c, session
}

// New secrets come into use, and no request is lost, nobody is logged out, and the ones before open nothing any more.
func TestSlowRotate(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w, c, session := upRotating(t)
	before := secretsOf(t, h)
	if o := w.djship(0, "rotate", "example", "--check"); !strings.Contains(o.stdout+o.stderr, "2 steps would change") || !slices.Equal(secretsOf(t, h), before) {
		t.Error(o)
	}
	crowd := visitors.Start(h.Addr()+":80", "example.com", 6)
	o := w.djship(0, "rotate", "example", "-vv")
	t.Log(o.stdout + o.stderr)
	after := secretsOf(t, h)
	first := w.log("web1")
	w.djship(0, "rotate", "example", "--database")
	last := secretsOf(t, h)
	met := crowd.Stop()
	t.Logf("%d requests, %d failed, slowest %v", met.Requests, met.Failed, met.Slowest)
	if met.Failed > 0 || met.Requests < 20 {
		t.Errorf("%d of %d requests failed: %q", met.Failed, met.Requests, met.Errors)
	}
	if after[0] == before[0] || after[1] == before[1] || last[0] != after[0] || last[1] == after[1] {
		t.Error("secrets are the same as before, or not")
	}
	same(t, "the passwords", letsIn(t, h, before[1])+" "+letsIn(t, h, after[1])+" "+letsIn(t, h, last[1]), "refused refused 1")
	who, _ := cookied(t, h, "/who", session)
	same(t, "who is logged in", who, "alice")
	told := o.stdout + o.stderr + first + w.log("web1") + w.eventsFile()
	for _, word := range slices.Concat(before, after, last) {
		if strings.Contains(told, word) {
			t.Error("a secret is shown")
		}
	}
	for _, word := range []string{before[1], after[1], last[1], last[0]} {
		on(t, h, fmt.Sprintf("! grep -rqF -e '%s' /var/log /run/djship /var/lib/djship /etc", word))
	}
	same(t, "what is left", on(t, h, "ls -A /webapps/.sites/example/config | sort | tr '\\n' ' '; ls -A "+home+" | grep -c 'django.*[.]' || :; stat -c '%U %a' "+home+"/.django_db_password"), "before.1 env history 0\nexample 600")
	w.djship(0, "config", "list", "example")
	idle(t, h, w, "deploy", "example", "example.com")
	w.djship(0, "push", "example", "--dir", c.dir, "--hold", "0s")

	w.cutsRotations(t, h, session)

	w.djship(0, "config", "unset", "example", "SECRET_KEY_FALLBACKS")
	who, session = cookied(t, h, "/who", session)
	same(t, "who is logged in without the key of before", who, "nobody")
	_, session = cookied(t, h, "/enter", session)
	w.djship(0, "rotate", "example", "--secret-key", "--log-out")
	who, _ = cookied(t, h, "/who", session)
	same(t, "who is logged in after --log-out", who, "nobody")
}

// cutsRotations kills djship at moments of a rotation: the site answers all the time, and the next run makes it whole.
func (w *workstation) cutsRotations(t *testing.T, h *testbed.Host, session string) {
	t.Helper()
	for _, after := range []time.Duration{2000, 4000, 6000, 8000, 10000} {
		before := secretsOf(t, h)
		crowd := visitors.Start(h.Addr()+":80", "example.com", 3)
		r, err := w.start("rotate", "example")
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(after * time.Millisecond)
		_ = r.cmd.Process.Kill()
		r.status(t, time.Minute)
		time.Sleep(20 * time.Second) // for the host to see that nobody is there
		cut := secretsOf(t, h)
		same(t, "the password of the file", letsIn(t, h, cut[1]), "1")
		t.Logf("cut after %d ms: key %v, password %v", after, cut[0] != before[0], cut[1] != before[1])
		w.djship(0, "rotate", "example")
		if met := crowd.Stop(); met.Failed > 0 || met.Requests < 5 {
			t.Errorf("cut after %d ms: %d of %d requests failed: %q", after, met.Failed, met.Requests, met.Errors)
		}
		same(t, "the password", letsIn(t, h, secretsOf(t, h)[1]), "1")
		oneRuns(t, h)
		idle(t, h, w, "deploy", "example", "example.com")
	}
}

// The placeholder knows what was signed with the key before, and an edited site says what it lacks before anything is changed.
func TestSlowRotateBeforeAPush(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w := up(t, 12, site)
	signed := w.ran("", "manage", "example", "shell", "-c", "from django.core import signing; print('signed', signing.dumps(1))").stdout
	_, signed, _ = strings.Cut(strings.TrimSpace(signed), "signed ")
	before := secretsOf(t, h)
	w.djship(0, "rotate", "example")
	after := secretsOf(t, h)
	same(t, "the passwords", letsIn(t, h, before[1])+" "+letsIn(t, h, after[1]), "refused 1")
	if o := w.ran("", "manage", "example", "shell", "-c", "from django.core import signing; print('it was', signing.loads('"+signed+"'))"); !strings.Contains(o.stdout, "it was 1") {
		t.Error(o)
	}
	answers(t, h, "example.com", "example")
	oneRuns(t, h)
	idle(t, h, w, "deploy", "example", "example.com")

	on(t, h, "runuser -u example -- sed -i '/^SECRET_KEY_FALLBACKS/d' "+home+"/example/example/settings/production.py")
	if o := w.ran("", "rotate", "example", "--secret-key"); o.status != 1 || !strings.Contains(o.stdout+o.stderr, "nothing was changed on this host") || !slices.Equal(secretsOf(t, h), after) {
		t.Error(o)
	}
}

// A site whose role somebody has given another password does not get into its database any more: new secrets, whichever, mend that first.
func TestRotateOfAPasswordThatSomebodyHasChanged(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w, _, session := upRotating(t)
	for _, which := range []string{"", "--database", "--secret-key"} {
		before := secretsOf(t, h)
		psql(t, h, "postgres", "alter role example password 'of somebody'")
		if p := get(t, h, "example.com", "/"); p.status != http.StatusInternalServerError {
			t.Errorf("a site that does not get into its database: %d %s", p.status, p.body)
		}
		args := strings.Fields("rotate example --hold 0s " + which)
		o := w.djship(0, append(args, "--check", "-v")...)
		const says = "it is another one than djship has set, and becomes that of " + home + "/.django_db_password again"
		if !strings.Contains(o.stdout+o.stderr, says) || !slices.Equal(secretsOf(t, h), before) {
			t.Errorf("%s --check: want %q: %v", which, says, o)
		}
		w.djship(0, args...)
		if text := w.log("web1"); !strings.Contains(text, says) {
			t.Errorf("%s: want %q: %s", which, says, text)
		}
		after := secretsOf(t, h)
		if (after[0] != before[0]) != (which != "--database") || (after[1] != before[1]) != (which != "--secret-key") {
			t.Errorf("%s: secrets are the same as before, or not", which)
		}
		same(t, which+": who is let in", letsIn(t, h, "'of somebody'")+" "+letsIn(t, h, after[1]), "refused 1")
		who, next := cookied(t, h, "/who", session)
		same(t, which+": who is logged in", who, "alice")
		session = cmp.Or(next, session) // Django gives another one where it was signed with the key before
		oneRuns(t, h)
		idle(t, h, w, "deploy", "example", "example.com")
	}

	// Where it is the file that somebody has changed, the site lives by the password that it has begun with; nobody meets one without its database.
	before := secretsOf(t, h)
	on(t, h, as("example", "echo of-somebody >.django_db_password"))
	crowd := visitors.Start(h.Addr()+":80", "example.com", 3)
	if o := w.djship(1, "rotate", "example", "--secret-key"); !strings.Contains(o.stdout+o.stderr, `password authentication failed for user "example"`) || !strings.Contains(o.stdout+o.stderr, "goes on, with the values before") {
		t.Errorf("another password in the file: %v", o)
	}
	w.djship(0, "rotate", "example", "--database", "--hold", "0s")
	if met := crowd.Stop(); met.Failed > 0 || met.Requests < 5 {
		t.Errorf("%d of %d requests failed: %q", met.Failed, met.Requests, met.Errors)
	}
	same(t, "who is let in", letsIn(t, h, before[1])+" "+letsIn(t, h, "of-somebody")+" "+letsIn(t, h, secretsOf(t, h)[1]), "refused refused 1")
	idle(t, h, w, "deploy", "example", "example.com")
}
