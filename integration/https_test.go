//go:build linux

package integration

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"djship/integration/testbed"
	"djship/steps/django/pairtest"
)

const httpsConf = "/etc/nginx/djship/example/https.conf"

// putPair puts a certificate with those behind it, and its key, where the inventory says.
func putPair(t *testing.T, h *testbed.Host, certificate, key string) {
	t.Helper()
	on(t, h, "umask 077; printf %s "+quote(certificate)+" >/etc/ssl/private/example.pem; printf %s "+quote(key)+" >/etc/ssl/private/example.key")
}

// A httpsVisitor comes to a host from outside, with a root that it trusts.
type httpsVisitor struct {
	*testbed.Host
	roots  *x509.CertPool
	caFile string
}

// handshake begins TLS with a name.
func (v httpsVisitor) handshake(name string, change func(*tls.Config)) (tls.ConnectionState, error) {
	c := &tls.Config{ServerName: name, RootCAs: v.roots, NextProtos: []string{"h2", "http/1.1"}}
	if change != nil {
		change(c)
	}
	conn, err := tls.DialWithDialer(&net.Dialer{Timeout: 10 * time.Second}, "tcp", v.Addr()+":443", c)
	if err != nil {
		return tls.ConnectionState{}, err
	}
	defer conn.Close()
	return conn.ConnectionState(), nil
}

// get is a page that comes by https.
func (v httpsVisitor) get(t *testing.T, url string) page {
	t.Helper()
	client := http.Client{Timeout: 20 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: v.roots}, DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			_, port, _ := net.SplitHostPort(addr)
			return new(net.Dialer).DialContext(ctx, network, net.JoinHostPort(v.Addr(), port))
		}}}
	r, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	return page{r.StatusCode, r.Header, ""}
}

// outside runs a program of this machine that has to say some words, and may not say others, which begin with "!".
func outside(t *testing.T, command string, words ...string) {
	t.Helper()
	out, _ := exec.CommandContext(t.Context(), "sh", "-c", command+" 2>&1 </dev/null").CombinedOutput()
	for _, word := range words {
		without, not := strings.CutPrefix(word, "!")
		if strings.Contains(string(out), without) == not {
			t.Errorf("%s: %q is there: %v\n%s", command, without, not, out)
		}
	}
}

// fromOutside tests how a host speaks TLS for example.com and shop.example.net, by programs that are not djship's.
func (v httpsVisitor) fromOutside(t *testing.T) {
	s, err := v.handshake("example.com", nil)
	if err != nil || s.NegotiatedProtocol != "h2" || s.Version != tls.VersionTLS13 || len(s.PeerCertificates) != 2 {
		t.Errorf("a browser of today: %v, %q, version %x, %d certificates", err, s.NegotiatedProtocol, s.Version, len(s.PeerCertificates))
	}
	for name, version := range map[string]uint16{"1.0": tls.VersionTLS10, "1.1": tls.VersionTLS11} {
		if _, err := v.handshake("example.com", func(c *tls.Config) { c.MinVersion, c.MaxVersion = version, version }); err == nil {
			t.Errorf("TLS %s is spoken", name)
		}
	}
	for _, suite := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
		if suite.SupportedVersions[0] == tls.VersionTLS13 {
			continue
		}
		_, err := v.handshake("example.com", func(c *tls.Config) { c.MaxVersion, c.CipherSuites = tls.VersionTLS12, []uint16{suite.ID} })
		good := strings.HasPrefix(suite.Name, "TLS_ECDHE_ECDSA_") && (strings.Contains(suite.Name, "_GCM_") || strings.Contains(suite.Name, "_CHACHA20_"))
		if (err == nil) != good {
			t.Errorf("%s: %v", suite.Name, err)
		}
	}
	cache := tls.NewLRUClientSessionCache(4)
	for range 2 {
		if s, err := v.handshake("example.com", func(c *tls.Config) { c.MaxVersion, c.ClientSessionCache = tls.VersionTLS12, cache }); err != nil || s.DidResume {
			t.Errorf("a ticket was given: %v, %v", err, s.DidResume)
		}
	}
	for _, name := range []string{"stranger.example.org", ""} {
		if s, err := v.handshake(name, func(c *tls.Config) { c.InsecureSkipVerify = true }); err == nil {
			t.Errorf("%q gets a certificate of %v", name, s.PeerCertificates[0].DNSNames)
		}
	}
	if p, err := visit(v.Host, "stranger.example.org", "/"); err == nil {
		t.Errorf("a stranger's name gets %d by http", p.status)
	}
	at := "--cacert " + v.caFile + " --resolve example.com:443:" + v.Addr() + " --resolve example.com:80:" + v.Addr()
	outside(t, "curl -sS --http2 -o /dev/null -w '%{http_version} %{http_code} %{ssl_verify_result}' "+at+" https://example.com/", "2 200 0")
	outside(t, "curl -sS -o /dev/null -w '%{http_code} %{redirect_url}' "+at+" 'http://example.com/a?b=c'", "301 https://example.com/a?b=c")
	outside(t, "openssl s_client -connect "+v.Addr()+":443 -servername shop.example.net -verify_return_error -verify_hostname shop.example.net -CAfile "+v.caFile+" -status",
		"Verify return code: 0 (ok)", "OCSP response: no response sent")
	if b := v.browser(t); b != nil {
		b.meets("http://example.com/", "example is up", `"next_proto":"h2"`, `"version":"TLS 1.3"`)
		b.meets("https://stranger.example.org/", "", `"net_error":-(107|159)\b`) // a protocol error, or a name that is not recognized
	}
	outside(t, "openssl s_client -tls1_2 -connect "+v.Addr()+":443 -servername example.com -CAfile "+v.caFile, "Verify return code: 0 (ok)", "!TLS session ticket:")
}

// https with a certificate of one's own: looked at before it is used, served as browsers want it, and taken away again.
func TestHTTPS(t *testing.T) {
	eachDebian(t, func(t *testing.T, suite int) {
		h, w := up(t, suite, site)
		root := pairtest.Root(t)
		issuer := root.Below(t, "issuer")
		names := []string{"example.com", "www.example.com", "shop.example.net"}
		pair := issuer.Pair(t, 60*24*time.Hour, names...)
		chain := func(p pairtest.Pair) string { return pairtest.Text(p.Certificate, issuer.Certificate) }
		v := httpsVisitor{h, x509.NewCertPool(), filepath.Join(t.TempDir(), "root.pem")}
		v.roots.AddCert(root.Certificate)
		if err := os.WriteFile(v.caFile, []byte(pairtest.Text(root.Certificate)), 0o600); err != nil {
			t.Fatal(err)
		}
		vars := func(more string) {
			t.Helper()
			if err := w.inventory(line(h, "root", more)); err != nil {
				t.Fatal(err)
			}
		}
		const files = "djship_tls=files djship_tls_certificate=/etc/ssl/private/example.pem djship_tls_key=/etc/ssl/private/example.key djship_aliases=shop.example.net "
		deploy := strings.Fields(deployExample)

		vars(files)
		before := snapshot(t, h, "/etc", "/webapps", "/var/lib/djship")
		said(t, w, w.run(deploy...), "the certificate is not there")
		untouched(t, h, before, "/etc", "/webapps", "/var/lib/djship")
		putPair(t, h, chain(pair), issuer.Pair(t, time.Hour, names...).Key)
		said(t, w, w.run(deploy...), "the key is of another certificate")

		putPair(t, h, chain(pair), pair.Key)
		w.djship(0, deploy...)
		if detail := healthy(t, w); detail != "https://example.com/: 200 (its certificate is not trusted by this machine)" {
			t.Errorf("health: %s", detail)
		}
		idle(t, h, w, deploy...)
		idle(t, h, w, "deploy", "--all")
		v.fromOutside(t)
		// Whatever of it is gone comes again, and nothing else is touched.
		for harm, steps := range map[string][]string{
			"rm " + httpsConf: {"https of example.com", "nginx reload for https of example.com", "gunicorn example for https"},
			"rm /etc/nginx/sites-enabled/djship-nobody":       {"names that are nobody's", "nginx reload for names that are nobody's"},
			"sed -i '/^tls /d' /var/lib/djship/sites/example": {"record of example"},
			"chmod 600 " + httpsConf:                          {"https of example.com"},
			": >/var/lib/djship/due/https-reload-example.com": {"nginx reload for https of example.com"},
			": >/var/lib/djship/due/gunicorn-https-example":   {"gunicorn example for https"},
			": >/var/lib/djship/due/nobody-reload":            {"nginx reload for names that are nobody's"},
		} {
			on(t, h, harm)
			w.djship(0, append(slices.Clone(deploy), "--check")...)
			slices.Sort(steps)
			would := stepsWith(events(t, w.eventsFile()), "would_change")
			slices.Sort(would)
			same(t, harm+": would change", strings.Join(would, ", "), strings.Join(steps, ", "))
			w.djship(0, deploy...)
			changed := stepsWith(events(t, w.eventsFile()), "changed")
			slices.Sort(changed)
			same(t, harm+": changed", strings.Join(changed, ", "), strings.Join(steps, ", "))
		}
		if p := v.get(t, "https://example.com/"); p.status != 200 || p.header.Get("Strict-Transport-Security") != "" {
			t.Errorf("the page: %d, HSTS %q", p.status, p.header.Get("Strict-Transport-Security"))
		}
		ownIsTold(t, h, w, func(left time.Duration) {
			next := issuer.Pair(t, left, names...)
			putPair(t, h, chain(next), next.Key)
		})
		putPair(t, h, chain(pair), pair.Key)
		if p := v.get(t, "https://shop.example.net/admin/login/"); p.status != 200 || !strings.Contains(p.header.Get("Set-Cookie"), "; Secure") {
			t.Errorf("the login of another name: %d, %q", p.status, p.header.Get("Set-Cookie"))
		}
		if o := w.djship(0, "status"); !strings.Contains(o.stdout, "up 200") {
			t.Errorf("%v", o)
		}

		// An inventory that says nothing leaves all that; the next certificate and HSTS are taken into use.
		vars("")
		idle(t, h, w, deploy...)
		next := issuer.Pair(t, 50*24*time.Hour, names...)
		putPair(t, h, chain(next), next.Key)
		vars(files + "djship_hsts=1y")
		w.djship(0, deploy...)
		idle(t, h, w, deploy...)
		if s, err := v.handshake("example.com", nil); err != nil || !s.PeerCertificates[0].Equal(next.Certificate) {
			t.Errorf("the next certificate is not in use: %v", err)
		}
		if got := v.get(t, "https://example.com/").header.Get("Strict-Transport-Security"); got != "max-age=31536000" {
			t.Errorf("HSTS: %q", got)
		}
		if got := v.get(t, "http://example.com/").header.Get("Strict-Transport-Security"); got != "" {
			t.Errorf("HSTS by http: %q", got)
		}

		// In maintenance, with an edit, and taken away.
		w.djship(0, "maintenance", "example", "on")
		if p, plain := v.get(t, "https://example.com/"), v.get(t, "http://example.com/"); p.status != 503 || plain.status != 301 {
			t.Errorf("in maintenance: %d, by http %d", p.status, plain.status)
		}
		w.djship(0, "maintenance", "example", "off")
		on(t, h, "sed -i 's/ssl_session_timeout 1d/ssl_session_timeout 2d/' "+httpsConf)
		w.djship(0, deploy...)
		same(t, "an edit", on(t, h, "grep -c 'timeout 2d' "+httpsConf), "1")
		// So is https whose certificate is gone, where nginx does not even start.
		on(t, h, "rm /etc/ssl/private/example.pem; systemctl stop nginx; ! nginx -q -t")
		said(t, w, w.run(deploy...), "or deploy with djship_tls=acme in the inventory, which has one ordered, or with djship_tls=off")
		vars("djship_tls=off")
		if o := w.djship(0, deploy...); !strings.Contains(o.stdout+o.stderr, "/etc/ssl/private/example.pem is gone, and nginx does not start without it: http alone") {
			t.Errorf("a certificate that is gone: %v", o)
		}
		if p := v.get(t, "http://example.com/"); p.status != 200 {
			t.Errorf("off: %d", p.status)
		}
		idle(t, h, w, deploy...)
		same(t, "an edited file is kept beside", on(t, h, "ls "+httpsConf+"* | wc -l"), "1")
	})
}

// A site that certbot's plugin has edited is taken as it is; a load balancer says who visitors are, and by what they came.
func TestHTTPSOfOthers(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w := up(t, 12, site)
	root := pairtest.Root(t)
	pair := root.Below(t, "issuer").Pair(t, 60*24*time.Hour, "example.com", "www.example.com")
	putPair(t, h, pairtest.Text(pair.Certificate), pair.Key)
	on(t, h, "cp -a "+theSiteFile+` /root/site; sed -i 's,listen 80;,listen 443 ssl; # managed by Certbot\n    ssl_certificate /etc/ssl/private/example.pem; # managed by Certbot\n    ssl_certificate_key /etc/ssl/private/example.key;,; /listen .::/d' `+theSiteFile+`
		printf 'server { if ($host = example.com) { return 301 https://$host$request_uri; } listen 80; server_name example.com www.example.com; return 404; }\n' >>`+theSiteFile+`
		nginx -t 2>&1 && systemctl reset-failed nginx && systemctl restart nginx`)
	before := on(t, h, "cat "+theSiteFile)
	if err := w.inventory(line(h, "root", "djship_tls=acme")); err != nil {
		t.Fatal(err)
	}
	o := w.djship(0, append(strings.Fields(deployExample), "-v")...)
	if !strings.Contains(o.stdout+o.stderr, "speaks https by itself") {
		t.Errorf("%v", o)
	}
	same(t, "the site's file", on(t, h, "cat "+theSiteFile), before)

	// A load balancer of another host: this machine.
	on(t, h, "cp -a /root/site "+theSiteFile+"; systemctl reset-failed nginx; systemctl restart nginx")
	get(t, h, "example.com", "/")
	me := on(t, h, "tail -n 1 /var/log/nginx/example.com.access.log | cut -d ' ' -f 1")
	if err := w.inventory(line(h, "root", "djship_tls=off djship_trusted_proxies="+me)); err != nil {
		t.Fatal(err)
	}
	w.djship(0, strings.Fields(deployExample)...)
	idle(t, h, w, strings.Fields(deployExample)...)
	on(t, h, `printf '\nSECURE_SSL_REDIRECT = True\n' >>/webapps/example_project/example/example/settings/production.py; supervisorctl restart example; sleep 2`)
	ask := "curl -sS -o /dev/null -w '%{http_code}' --resolve example.com:80:" + h.Addr() + " -H 'X-Forwarded-For: 203.0.113.9' -H 'X-Forwarded-Proto: https' http://example.com/"
	outside(t, ask, "200")
	same(t, "who came, in the log", on(t, h, "tail -n 1 /var/log/nginx/example.com.access.log | cut -d ' ' -f 1"), "203.0.113.9")
	outside(t, fmt.Sprintf("curl -sS -o /dev/null -w '%%{http_code}' --resolve example.com:80:%s http://example.com/", h.Addr()), "301")
	if detail := healthy(t, w); detail != "http://example.com/: 200 (redirects to https, which ends before this host)" {
		t.Errorf("health: %s", detail)
	}
}

// Pushed code comes by https without losing a request, is told of it, and is asked by it in pushes from then on.
func TestHTTPSOfPushedCode(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w, c := upPushed(t, 12)
	c.commit(t, view("from django.conf import settings; return HttpResponse('plain', headers={'Cookies-Secure': settings.SESSION_COOKIE_SECURE})"))
	w.djship(0, push()...)
	root := pairtest.Root(t)
	issuer := root.Below(t, "issuer")
	pair := issuer.Pair(t, 60*24*time.Hour, "example.com", "www.example.com")
	putPair(t, h, pairtest.Text(pair.Certificate, issuer.Certificate), pair.Key)
	v := httpsVisitor{Host: h, roots: x509.NewCertPool()}
	v.roots.AddCert(root.Certificate)
	if err := w.inventory(line(h, "root", "djship_tls=files djship_tls_certificate=/etc/ssl/private/example.pem djship_tls_key=/etc/ssl/private/example.key")); err != nil {
		t.Fatal(err)
	}
	known := on(t, h, "wc -l </var/log/nginx/example.com.timing.log") // as the host came up
	ctx, stop := context.WithCancel(t.Context())
	lost := make(chan string, 1000)
	go func() {
		defer close(lost)
		for ; ctx.Err() == nil; time.Sleep(20 * time.Millisecond) {
			if p, err := visit(h, "example.com", "/"); (err != nil || p.status != 200 && p.status != 301) && len(lost) < 999 {
				lost <- fmt.Sprint(p.status, err)
			}
		}
	}()
	w.djship(0, strings.Fields(deployExample)...)
	stop()
	for what := range lost {
		t.Errorf("a visitor on the way to https: %s", what)
	}
	idle(t, h, w, strings.Fields(deployExample)...)
	if got := v.get(t, "https://example.com/").header.Get("Cookies-Secure"); got != "True" {
		t.Errorf("a release that was pushed while the site spoke http: cookies for https alone: %q", got)
	}
	c.commit(t, says("secured"))
	w.djship(0, push()...)
	idle(t, h, w, push()...)
	const told = "from django.conf import settings as s; print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_PROXY_SSL_HEADER)"
	o := w.djship(0, "manage", "example", "shell", "-c", told)
	if !strings.Contains(o.stdout, "True True ('HTTP_X_FORWARDED_PROTO', 'https')") {
		t.Errorf("%v", o)
	}
	if p := v.get(t, "https://example.com/"); p.status != 200 {
		t.Errorf("the page: %d", p.status)
	}
	w.djship(0, "rollback", "example")
	w.djship(0, "restart", "example")
	if p := v.get(t, "https://example.com/"); p.status != 200 {
		t.Errorf("after a rollback: %d", p.status)
	}
	for _, line := range strings.Split(on(t, h, "tail -n +$(("+known+" + 1)) /var/log/nginx/example.com.timing.log"), "\n") {
		if fields := strings.Fields(line); len(fields) > 1 && fields[1] >= "500" {
			t.Errorf("an answer of %s", line)
		}
	}
}

// A name that a site gets later is known to the code that runs with the next push, of the same release, too.
func TestAliasOfPushedCode(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w, _ := upPushed(t, 12)
	asked := func(what string, want int) {
		t.Helper()
		if p, err := visit(h, "example.net", "/"); err != nil || p.status != want {
			t.Errorf("%s: %d %v, not %d", what, p.status, err, want)
		}
	}
	if err := w.inventory(line(h, "root", "djship_aliases=example.net")); err != nil {
		t.Fatal(err)
	}
	w.djship(0, strings.Fields(deployExample)...)
	asked("by a further name", 200)
	idle(t, h, w, push()...)
	idle(t, h, w, strings.Fields(deployExample)...)
}

// ownIsTold is what status and ping tell of a certificate that a person puts there, by put with what is left of its life.
func ownIsTold(t *testing.T, h *testbed.Host, w *workstation, put func(left time.Duration)) {
	t.Helper()
	told := func(problem string, days float64) {
		t.Helper()
		status := 0
		if problem != "" {
			status = 1
		}
		s := statuses(t, w, status)["example"]["certificate"].(map[string]any)
		if got, _ := s["problem"].(string); !strings.Contains(got, problem) || (got == "") != (problem == "") || s["days"] != days {
			t.Errorf("the status of the certificate is %v, want %v days and %q", s, days, problem)
		}
		if o := w.run("ping"); problem != "" && !strings.Contains(o.stdout+o.stderr, problem) {
			t.Errorf("ping does not say %q: %v", problem, o)
		}
	}
	told("", 59)
	put(10*24*time.Hour + time.Hour)
	told("the certificate of example is valid for 10d more", 10)
	on(t, h, "mv /etc/ssl/private/example.pem /tmp/")
	told("can't be read where it lay", 0)
}
