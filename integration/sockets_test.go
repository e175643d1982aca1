//go:build linux

package integration

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"text/template"
	"time"

	"djship/integration/testbed"
)

// A site that lays links where its socket is looked for, and a visitor who says one name to nginx and
// another to the site, do not get past what another site's nginx refuses.
func TestNoSiteReachesAnotherPastItsNginx(t *testing.T) {
	eachDebian(t, func(t *testing.T, suite int) {
		h, w := up(t, suite, pair)
		on(t, h, `cp -p /etc/nginx/sites-available/example.com /root/open && sed -i 's/^\tlocation \/ {/&\n\t\tdeny all;/' /etc/nginx/sites-available/example.com && systemctl restart nginx`)
		if p := get(t, h, "example.com", "/"); p.status != 403 {
			t.Fatalf("example.com is open: %d", p.status)
		}
		on(t, h, as("second", `ln -sfn /webapps/.sockets/example.sock run/gunicorn.sock
			mv run run.mine && ln -s ../example_project/run run`))
		past(t, h)
		on(t, h, as("second", "rm run && mv run.mine run"))
		// The same requests do get there by an nginx file as djship wrote it before.
		on(t, h, "mv /etc/nginx/sites-available/second.org /root/second.org")
		putBefore(t, h, "nginx.conf", "/etc/nginx/sites-available/second.org", "second", "second.org")
		on(t, h, "systemctl restart nginx")
		if answer, err := request(h, absolute); err != nil || !strings.Contains(answer, "example is up") {
			t.Errorf("%q proves nothing: %v\n%s", absolute, err, answer)
		}
		on(t, h, "mv /root/second.org /etc/nginx/sites-available/second.org && systemctl restart nginx")
		past(t, h)

		checkSocketsClosed(t, h)
		w.djship(0, "deploy", "second", "second.org")
		same(t, "what was put right", strings.Join(stepsWith(events(t, w.eventsFile()), "changed"), ", "), "socket link of second")
		on(t, h, "mv /root/open /etc/nginx/sites-available/example.com && systemctl reload nginx")
		if err := h.Reboot(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, domain := range domains[pair] {
			within(t, 30*time.Second, func() error { return answering(h, domain) })
		}
		idle(t, h, w, "deploy", "example", "example.com")
		idle(t, h, w, "deploy", "second", "second.org")
	})
}

// Requests that nginx takes for second.org's and that name example.com to the site.
const absolute = "GET http://second.org/ HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n\r\n"

var forged = []string{
	absolute,
	"GET http://example.com/ HTTP/1.1\r\nHost: second.org\r\nConnection: close\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: second.org\r\nX-Forwarded-Host: example.com\r\nConnection: close\r\n\r\n",
	"GET / HTTP/1.0\r\nHost: example.com\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: second.org\r\nHost: example.com\r\nConnection: close\r\n\r\n",
	"GET http://second.org/ HTTP/1.0\r\nHost: example.com\r\n\r\n",
}

// request sends a visitor's bytes to the host's port 80 and returns the answer to them.
func request(h *testbed.Host, text string) (string, error) {
	c, err := net.DialTimeout("tcp", h.Addr()+":80", 10*time.Second)
	if err != nil {
		return "", err
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		return "", err
	}
	if _, err := io.WriteString(c, text); err != nil {
		return "", err
	}
	answer, err := io.ReadAll(c)
	return string(answer), err
}

// past checks that no forged request reaches example, and that second is still itself to visitors.
func past(t *testing.T, h *testbed.Host) {
	t.Helper()
	for _, text := range forged {
		answer, err := request(h, text)
		if err != nil || !strings.HasPrefix(answer, "HTTP/1.1 ") || strings.Contains(answer, "example is up") {
			t.Errorf("%q: %v\n%s", text, err, answer)
		}
	}
	answers(t, h, "second.org", "second")
}

// connect is a program that connects to a socket.
const connect = `import socket, sys; socket.socket(socket.AF_UNIX).connect(sys.argv[1]); print("connected")`

// checkSocketsClosed tries, as a site's account and as another's, to get at another site's socket.
func checkSocketsClosed(t *testing.T, h *testbed.Host) {
	t.Helper()
	const folder = "/webapps/.sockets/"
	before := snapshot(t, h, folder)
	same(t, "its own socket", try(t, h, as("second", "python3 -c "+quote(connect)+" "+folder+"second.sock")), "connected")
	for _, command := range []string{
		"python3 -c " + quote(connect) + " " + folder + "example.sock",
		"rm -f " + folder + "example.sock",
		"mv " + folder + "second.sock " + folder + "example.sock",
		"ln -sfn " + folder + "example.sock " + folder + "second.sock",
		"ln " + folder + "example.sock run/theirs.sock",
		"touch " + folder + "x",
		"chmod 666 " + folder + "example.sock",
		"mv /webapps/.sockets /webapps/mine",
	} {
		if out := try(t, h, as("second", command)); !strings.Contains(out, "ermission denied") && !strings.Contains(out, "not permitted") {
			t.Errorf("as second, %s: %s", command, out)
		}
	}
	if out := try(t, h, "cd / && runuser -u nobody -- python3 -c "+quote(connect)+" "+folder+"example.sock"); !strings.Contains(out, "PermissionError") {
		t.Errorf("as nobody: %s", out)
	}
	untouched(t, h, before, folder)
}

// echo is a page that tells what the site has been told of a request.
const echo = `
import os
from django.http import HttpResponse
def _echo(r):
    seen = dict((k, v) for k, v in r.META.items() if k.startswith('HTTP_'))
    seen.update(('env ' + k, v) for k, v in os.environ.items() if k.startswith('LISTEN_'))
    seen.update(host=r.get_host(), scheme=r.META['wsgi.url_scheme'], secure=r.is_secure())
    return HttpResponse('\n'.join('%s=%s' % i for i in sorted(seen.items())), content_type='text/plain')
from django.urls import re_path
urlpatterns += [re_path('^echo$', _echo)]
`

// What a visitor says of where he comes from does not reach the site.
func TestForgedHeadersEndAtNginx(t *testing.T) {
	t.Parallel()
	h, _ := up(t, 12, site)
	on(t, h, "cat >>"+home+"/example/example/urls.py <<'PY'\n"+echo+"PY\nsupervisorctl restart example")
	answer, err := request(h, strings.Join([]string{"GET http://example.com/echo HTTP/1.1", "Host: evil.org", "X-Forwarded-For: 6.6.6.6", "X-Real-IP: 6.6.6.6",
		"X-Forwarded-Host: evil.org", "X-Forwarded-Port: 666", "X-Forwarded-Proto: https", "X-Forwarded-Protocol: ssl", "X-Forwarded-Ssl: on", "Forwarded: for=6.6.6.6;host=evil.org",
		"SCRIPT_NAME: /evil", "Connection: close", "", ""}, "\r\n"))
	head, body, _ := strings.Cut(answer, "\r\n\r\n")
	if err != nil || !strings.HasPrefix(head, "HTTP/1.1 200 ") || strings.Contains(body, "evil") || strings.Contains(body, "6.6.6.6") || strings.Contains(body, "666") {
		t.Errorf("%v\n%s", err, answer)
	}
	for _, line := range []string{"HTTP_HOST=example.com", "HTTP_X_FORWARDED_HOST=example.com", "HTTP_X_FORWARDED_PORT=80", "HTTP_X_FORWARDED_PROTO=http", "host=example.com", "scheme=http", "secure=False"} {
		if !strings.Contains("\n"+body+"\n", "\n"+line+"\n") {
			t.Errorf("no %s in\n%s", line, body)
		}
	}
	for _, words := range []string{"LISTEN_", "PROTOCOL", "SSL", "HTTP_FORWARDED"} {
		if strings.Contains(body, words) {
			t.Errorf("%s in\n%s", words, body)
		}
	}
}

// The socket is there again whatever is done to what opens it and to what listens on it.
func TestSocketComesBack(t *testing.T) {
	for name, c := range map[string]struct {
		suite int
		from  string
		args  []string
	}{
		"debian11":          {11, site, []string{"deploy", "example", "example.com"}},
		"debian11, python2": {11, site2, []string{"deploy", "example", "example.com", "2"}},
		"debian12":          {12, site, []string{"deploy", "example", "example.com"}},
		"debian13":          {13, site, []string{"deploy", "example", "example.com"}},
	} {
		t.Run(name, func(t *testing.T) {
			if c.suite != 12 {
				slow(t)
			}
			t.Parallel()
			h, w := up(t, c.suite, c.from)
			for _, harm := range []string{
				"supervisorctl restart example",
				"supervisorctl stop example; supervisorctl start example",
				"kill -HUP $(supervisorctl pid example)",
				"kill -9 $(supervisorctl pid example)",
				"rm /webapps/.sockets/example-0.sock; supervisorctl restart example",
				"systemctl restart supervisord",
				"supervisorctl reload",
				"kill -9 $(cat /run/djship-supervisord.pid)",
			} {
				who := "-u example"
				if strings.HasPrefix(harm, "kill -HUP") { // which keeps the master
					who = "-P $(supervisorctl pid example)"
				}
				before := on(t, h, "pgrep -d ' ' "+who)
				on(t, h, harm)
				within(t, 60*time.Second, func() error {
					if left := try(t, h, "for pid in "+before+"; do [ ! -e /proc/$pid ] || echo $pid; done"); left != "" {
						return fmt.Errorf("%s: still there: %s", harm, left)
					}
					return answering(h, "example.com")
				})
				same(t, harm, try(t, h, "stat -Lc '%U:%G %a' /webapps/.sockets/example.sock; ls /webapps/.sockets"), "example:www-data 660\nexample-0.sock\nexample.sock")
				same(t, harm+": by the link", try(t, h, as("example", "python3 -c "+quote(connect)+" run/gunicorn.sock")), "connected")
				idle(t, h, w, c.args...)
			}
			// supervisord does not start without its folder; a deploy makes it.
			on(t, h, "systemctl stop supervisord && rm -r /webapps/.sockets")
			w.djship(0, c.args...)
			within(t, 30*time.Second, func() error { return answering(h, "example.com") })
			idle(t, h, w, c.args...)
		})
	}
}

// putBefore puts a file as djship wrote it when gunicorn opened its socket itself, and notes it as djship's.
func putBefore(t *testing.T, h *testbed.Host, name, path, project, domain string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "before-sockets", name))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	data := map[string]any{"Project": project, "Domain": domain, "Home": "/webapps/" + project + "_project", "IPv6": false}
	if err := template.Must(template.New(name).Parse(string(text))).Execute(&b, data); err != nil {
		t.Fatal(err)
	}
	on(t, h, fmt.Sprintf(`cat >%[1]s <<'DJSHIP'
%[2]sDJSHIP
echo "$(sha256sum <%[1]s | cut -d' ' -f1)  %[1]s" >>/var/lib/djship/written`, path, b.String()))
}

// asBefore makes of a site what djship left when gunicorn opened its socket itself; edit is what a person
// has done to it since.
func asBefore(t *testing.T, h *testbed.Host, project, domain, edit string) {
	t.Helper()
	dir := "/webapps/" + project + "_project"
	putBefore(t, h, "gunicorn_start.sh", dir+"/gunicorn_start.sh", project, domain)
	putBefore(t, h, "supervisor.conf", "/etc/supervisor/"+project+".conf", project, domain)
	putBefore(t, h, "nginx.conf", "/etc/nginx/sites-available/"+domain, project, domain)
	on(t, h, fmt.Sprintf("%s\nrm %s/run/gunicorn.sock; supervisorctl update; rm /webapps/.sockets/%[3]s*.sock; nginx -t && systemctl reload nginx", edit, dir, project))
	within(t, 30*time.Second, func() error { return answering(h, domain) })
	same(t, project+"'s socket", on(t, h, fmt.Sprintf("stat -c '%%F %%U %%a' %s/run/gunicorn.sock", dir)), "socket "+project+" 777")
}

// A site of before moves over in one deploy while the other answers; where somebody has edited nginx's
// file, that stays, works through the link, and the run says what is wrong with it.
func TestSiteOfBeforeMovesOver(t *testing.T) {
	slow(t)
	eachDebian(t, func(t *testing.T, suite int) {
		h, w := up(t, suite, pair)
		asBefore(t, h, "example", "example.com", "")
		asBefore(t, h, "second", "second.org", "sed -i s/20m/30m/ /etc/nginx/sites-available/second.org")
		on(t, h, "rmdir /webapps/.sockets")

		// A new gunicorn that does not come up leaves the old one at work.
		on(t, h, as("example", "echo 'exec 3<&-' >>prepare_env.sh"))
		o := w.djship(1, "deploy", "example", "example.com")
		if !strings.Contains(o.stdout+o.stderr, "taken back, and the site is up as before") {
			t.Errorf("a gunicorn that does not come up: %v", o)
		}
		answers(t, h, "example.com", "example")
		same(t, "the socket of before", on(t, h, "stat -c %F "+home+"/run/gunicorn.sock"), "socket")
		on(t, h, as("example", "sed -i '/exec 3/d' prepare_env.sh"))

		lost := watch(t, h, "second.org")
		w.djship(0, "deploy", "example", "example.com")
		same(t, "moved over", sorted(stepsWith(events(t, w.eventsFile()), "changed")),
			sorted([]string{"gunicorn script of example", "supervisor program example", gunicorn, "socket link of example", "nginx site example.com", reload}))
		if n := lost(); n > 0 {
			t.Errorf("the other site failed %d times meanwhile", n)
		}
		answers(t, h, "example.com", "example")
		checkPaths(t, h)
		idle(t, h, w, "deploy", "example", "example.com")

		o = w.djship(0, "deploy", "second", "second.org")
		same(t, "moved over", sorted(stepsWith(events(t, w.eventsFile()), "changed")),
			sorted([]string{"gunicorn script of second", "supervisor program second", "gunicorn second", "socket link of second"}))
		for _, words := range []string{"left alone", "asks gunicorn by a link that the site may lead elsewhere", "unix:/webapps/.sockets/second.sock"} {
			if !strings.Contains(o.stdout+o.stderr, words) {
				t.Errorf("of the edited nginx file it does not say %q: %v", words, o)
			}
		}
		answers(t, h, "second.org", "second")
		same(t, "nginx asks", on(t, h, "grep -o 'unix:[^ ]*' /etc/nginx/sites-available/second.org"), "unix:/webapps/second_project/run/gunicorn.sock")
		idle(t, h, w, "deploy", "second", "second.org")
		if err := h.Reboot(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, domain := range domains[pair] {
			within(t, 30*time.Second, func() error { return answering(h, domain) })
		}
	})
}

// What somebody has edited and the site would not come up with is refused, before anything is
// touched; what the refusal says works.
func TestEditedScriptOfBeforeIsRefused(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w := up(t, slowOn(11), site)
	edit := "sed -i 's/^WORKERS=.*/WORKERS=2/' " + home + "/gunicorn_start.sh"
	asBefore(t, h, "example", "example.com", edit)
	says := []string{home + "/gunicorn_start.sh", "--bind", "LISTEN_PID=$$ LISTEN_FDS=1 exec gunicorn", "--overwrite"}
	refused(t, h, w, 1, []string{"deploy", "example", "example.com"}, says)
	answers(t, h, "example.com", "example")

	on(t, h, `sed -i -e '/--bind/d' -e 's/^exec gunicorn/exec 3<\&0 <\/dev\/null\nLISTEN_PID=$$ LISTEN_FDS=1 exec gunicorn/' `+home+"/gunicorn_start.sh")
	w.djship(0, "deploy", "example", "example.com")
	same(t, "kept", strings.Join(stepsWith(events(t, w.eventsFile()), "kept"), ", "), "gunicorn script of example")
	answers(t, h, "example.com", "example")
	idle(t, h, w, "deploy", "example", "example.com")

	asBefore(t, h, "example", "example.com", edit+"; echo '; mine' >>/etc/supervisor/example.conf")
	refused(t, h, w, 1, []string{"deploy", "example", "example.com"}, append(says, "/etc/supervisor/example.conf", "[fcgi-program:example]"))
	w.djship(0, "deploy", "example", "example.com", "--overwrite")
	same(t, "beside it", try(t, h, "grep -l WORKERS=2 "+home+"/gunicorn_start.sh.*~ | wc -l; grep -l mine /etc/supervisor/example.conf.*~ | wc -l"), "1\n1")
	answers(t, h, "example.com", "example")
	idle(t, h, w, "deploy", "example", "example.com")
}
