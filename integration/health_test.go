//go:build linux

package integration

import (
	"strings"
	"testing"
	"time"

	"djship/integration/testbed"
)

const theSiteFile = "/etc/nginx/sites-available/example.com"

// siteAnswers is what the event of the site's answer says.
func siteAnswers(t *testing.T, w *workstation) (status, detail string) {
	t.Helper()
	for _, e := range events(t, w.eventsFile()) {
		if e.Type == "step" && e.Step == "site answers" {
			return e.Status, e.Detail
		}
	}
	return "", ""
}

// healthy runs an idle deploy that has to end well, and returns what it says of the site's answer.
func healthy(t *testing.T, w *workstation) string {
	t.Helper()
	w.djship(0, strings.Fields(deployExample)...)
	status, detail := siteAnswers(t, w)
	same(t, "site answers", status, "ok")
	return detail
}

// unmarked edits the site's file, which then has no mark of djship's any more.
func unmarked(t *testing.T, h *testbed.Host) {
	t.Helper()
	on(t, h, "sed -i -e '/X-Djship-Site/d' -e 's/20m/30m/' "+theSiteFile+"; nginx -t 2>&1 && systemctl reset-failed nginx && systemctl restart nginx")
}

// A site is healthy where visitors meet it, and it itself: whoever else listens, or answers by its name,
// is told apart and named.
func TestHealthIsOfThisSite(t *testing.T) {
	eachDebian(t, func(t *testing.T, suite int) {
		h, w := up(t, suite, site)
		same(t, "as it is", healthy(t, w), "http://example.com/: 200")

		on(t, h, "printf 'server { listen 127.0.0.1:80; location /stub { stub_status; } location / { return 404; } }' >/etc/nginx/conf.d/status.conf; systemctl reset-failed nginx; systemctl restart nginx")
		idle(t, h, w, strings.Fields(deployExample)...)
		same(t, "with stub_status", healthy(t, w), "http://example.com/: 200")
		unmarked(t, h)
		same(t, "with stub_status, and no mark", healthy(t, w), "http://example.com/: 200")
		on(t, h, "rm /etc/nginx/conf.d/status.conf; systemctl reset-failed nginx; systemctl restart nginx")

		on(t, h, "sed -i 's/listen 80;/listen 127.0.0.1:80;/; /listen .::/d' "+theSiteFile+"; rm /etc/nginx/sites-enabled/default; systemctl reset-failed nginx; systemctl restart nginx")
		same(t, "behind a proxy of the host", healthy(t, w), "http://example.com/: 200 (asked at 127.0.0.1, as nothing listens on "+h.Addr()+":80)")

		layout := func() {
			on(t, h, `sed -i 's,^\(\s*\)include /etc/nginx/sites-enabled,\1#&,' /etc/nginx/nginx.conf
				printf 'server { listen 80 default_server; server_name localhost; location / { return 200 welcome; } }' >/etc/nginx/conf.d/default.conf
				nginx -t 2>&1 && systemctl reset-failed nginx && systemctl restart nginx`)
		}
		layout()
		for range 2 {
			said(t, w, w.run(strings.Fields(deployExample)...), "site answers",
				"the server block of /etc/nginx/conf.d/default.conf (localhost; listen 80) answers at "+h.Addr()+":80, with status 200", "who answers")
		}
	})
}

// Behind a redirect to https of the same name is where visitors go: certificate and status there count.
func TestHealthOverTLS(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w := up(t, 12, site)
	certificate := func(options string) {
		on(t, h, "cd /etc/nginx && openssl req -x509 -newkey rsa:2048 -nodes -keyout tls.key -out tls.crt "+options+" 2>&1 && systemctl reset-failed nginx; systemctl restart nginx")
	}
	// As certbot leaves it.
	const names = "-subj /CN=example.com -addext subjectAltName=DNS:example.com,DNS:www.example.com"
	on(t, h, "cd /etc/nginx && openssl req -x509 -newkey rsa:2048 -nodes -keyout tls.key -out tls.crt -days 30 "+names+` 2>&1
		sed -i 's,listen 80;,listen 443 ssl; ssl_certificate /etc/nginx/tls.crt; ssl_certificate_key /etc/nginx/tls.key;,; /listen .::/d' `+theSiteFile+`
		printf 'server { listen 80; server_name example.com www.example.com; return 301 https://$host$request_uri; }\n' >>`+theSiteFile+`
		nginx -t 2>&1 && systemctl reset-failed nginx && systemctl restart nginx`)
	same(t, "self-signed", healthy(t, w), "https://example.com/: 200 (its certificate is self-signed)")

	certificate("-days 30 -subj /CN=other.org -addext subjectAltName=DNS:other.org")
	said(t, w, w.run(strings.Fields(deployExample)...), `the certificate of https://example.com is of other names: "other.org"`)
	on(t, h, `cd /etc/nginx && openssl req -new -key tls.key -subj /CN=example.com -out tls.csr 2>&1 && mkdir -p ca && : >ca/index.txt && echo 01 >ca/serial
			printf '[ca]\ndefault_ca=c\n[c]\ndatabase=ca/index.txt\nserial=ca/serial\nnew_certs_dir=ca\ndefault_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n' >ca/conf
			openssl ca -batch -selfsign -config ca/conf -keyfile tls.key -in tls.csr -out tls.crt -notext -startdate 200101000000Z -enddate 210101000000Z 2>&1 && systemctl reset-failed nginx; systemctl restart nginx`)
	said(t, w, w.run(strings.Fields(deployExample)...), "the certificate of https://example.com expired on 2021-01-01")
	certificate("-days 30 " + names)
	on(t, h, "sed -i 's,proxy_pass .*,return 500;,' "+theSiteFile+"; systemctl reset-failed nginx; systemctl restart nginx")
	said(t, w, w.run(strings.Fields(deployExample)...), "status 500 at https://example.com/")
	on(t, h, "sed -i 's,return 500;,return 302 https://sso.example.net/login;,' "+theSiteFile+"; systemctl reset-failed nginx; systemctl restart nginx")
	same(t, "to elsewhere", healthy(t, w), "https://example.com/: 302 (its certificate is self-signed; redirects to https://sso.example.net/login)")
	on(t, h, "sed -i 's/listen 443/listen 8443/' "+theSiteFile+"; systemctl reset-failed nginx; systemctl restart nginx")
	said(t, w, w.run(strings.Fields(deployExample)...), "it redirects to https://example.com/: nothing answers at "+h.Addr()+":443")
}

// What a site's own log says of a bad answer is shown, and a name that its settings lack is named.
func TestHealthTellsWhy(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w := up(t, 12, site)
	const project = "/webapps/example_project/example/example/"
	on(t, h, "cp -a "+project+"urls.py /root/; printf '\\ndef broken(request):\\n    raise ValueError(\"the cause of it\")\\nurlpatterns = [path(\"\", broken)]\\n' >>"+project+"urls.py; grep -q 'import path' "+project+"urls.py || sed -i '1i from django.urls import path' "+project+"urls.py; supervisorctl restart example")
	o := w.run(strings.Fields(deployExample)...)
	said(t, w, o, "status 500", "in broken", "ValueError: the cause of it")
	on(t, h, "cp -a /root/urls.py "+project+"urls.py; sed -i \"s/^ALLOWED_HOSTS.*/ALLOWED_HOSTS = ['other.org']/\" "+project+"settings/production.py; supervisorctl restart example")
	within(t, time.Minute, func() error { _, err := visit(h, "example.com", "/"); return err })
	said(t, w, w.run(strings.Fields(deployExample)...), "status 400: ALLOWED_HOSTS in the site's settings lacks example.com", "add 'example.com' to ALLOWED_HOSTS")
}

// Names that are longer than nginx's table of names takes are served, in a few files or many.
func TestLongDomains(t *testing.T) {
	slow(t)
	eachDebian(t, func(t *testing.T, suite int) {
		h, w := up(t, suite, ready)
		for project, domain := range map[string]string{"one": strings.Repeat("a", 39) + ".com",
			"two": strings.Repeat(strings.Repeat("b", 55)+".", 4) + "sample"} {
			w.djship(0, "deploy", project, domain)
			answers(t, h, domain, project)
			idle(t, h, w, "deploy", project, domain)
		}
	})
}
