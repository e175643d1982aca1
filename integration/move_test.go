//go:build linux

package integration

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"djship/integration/testbed"
)

const (
	newName   = "new.example.org"
	moveThere = "deploy example new.example.org --move-domain"
)

// A site of pushed code with a certificate moves to another domain, cut off and finished: each name is answered all along, the old ones lead to the new one then, and all that asks the host for the site knows.
func TestMoveDomain(t *testing.T) {
	slow(t)
	t.Parallel()
	a := upACME(t, pushed, caSpec{eab: true}, testbed.Spec{Suite: 12})
	h, w := a.hosts[0], a.workstation
	if _, err := startProject(t.Context(), w, shop); err != nil {
		t.Fatal(err)
	}
	a.all()
	a.names.lead([]string{"example.com", "www.example.com"}, h)
	w.djship(0, strings.Fields(deployExample)...)
	a.met("example.com", "www.example.com")
	looks := "find /etc /webapps /var/lib/djship /var/log/nginx -printf '%p %s %u\\n' | grep -v -e logs/ -e history -e timing -e access -e /last -e pycache | sort"
	before := on(t, h, looks)
	if o := w.djship(1, "deploy", "example", newName); !strings.Contains(o.stdout+o.stderr, "project example is there already, as example.com") || !strings.Contains(o.stdout+o.stderr, "`djship deploy example new.example.org --move-domain` has it answer as new.example.org") {
		t.Errorf("without --move-domain: %v", o)
	}
	o := w.djship(5, append(strings.Fields(moveThere), "--check", "--exit-code", "-v")...)
	for _, want := range []string{"example.com becomes new.example.org, to which example.com, www.example.com lead", "/etc/nginx/sites-available/new.example.org takes the place of /etc/nginx/sites-available/example.com",
		"/etc/nginx/djship/example/redirects.conf", "for new.example.org, www.new.example.org, example.com, www.example.com"} {
		if !strings.Contains(o.stdout+o.stderr, want) {
			t.Errorf("--check lacks %q: %v", want, o)
		}
	}
	same(t, "what refused runs and --check have left", on(t, h, looks), before)
	nginx := on(t, h, "find /etc/nginx -printf '%p %s\n' | sort")
	if o := w.djship(1, strings.Fields(moveThere)...); !strings.Contains(o.stdout+o.stderr, "new.example.org has no address in DNS") {
		t.Errorf("without DNS: %v", o)
	}
	if _, err := secure(h, a.ca.root(), "example.com"); err != nil {
		t.Errorf("where no certificate could be had the old name goes on: %v", err)
	}
	a.all("djship_redirects=off") // nobody knows the new name
	w.djship(0, append(strings.Fields(deployExample), "--move-domain")...)
	a.all()
	same(t, "what nginx has", on(t, h, "find /etc/nginx -printf '%p %s\n' | sort"), nginx)

	a.names.lead([]string{newName, "www." + newName}, h)
	stop := a.keepVisiting(h)
	for _, until := range []string{"grep -q ^redirects /var/lib/djship/sites/example", "[ -e /etc/nginx/sites-available/new.example.org ]", "[ -L /etc/nginx/sites-enabled/new.example.org ]", "[ -e /etc/nginx/djship/example/redirects.conf ]"} {
		cmd := w.command(strings.Fields(moveThere)...)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		within(t, 2*time.Minute, func() error {
			_, err := h.Run(t.Context(), until)
			return err
		})
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		on(t, h, "nginx -q -t")
	}
	w.djship(0, strings.Fields(moveThere)...)
	stop()
	idle(t, h, w, strings.Fields(moveThere)...)
	idle(t, h, w, "deploy", "example", newName)
	idle(t, h, w, "deploy", "--all")
	idle(t, h, w, push()...)
	a.met(newName, "www."+newName)
	a.leads("example.com", "https://"+newName)
	if c, err := secure(h, a.ca.root(), newName); err != nil || !slices.Contains(c.DNSNames, "www.example.com") || len(c.DNSNames) != 4 {
		t.Errorf("the certificate: %v %v", c.DNSNames, err)
	}
	same(t, "nginx's files", on(t, h, "ls /etc/nginx/sites-available /etc/nginx/sites-enabled | grep -c -e '^example.com' || :"), "0")
	if got := statuses(t, w, 0); got["example"]["domain"] != newName || got["example"]["state"] != "up" {
		t.Errorf("status: %v", got["example"])
	}
	w.djship(0, "restart", "example")
	w.djship(0, "backup", "example", "moved.tar")

	a.all("djship_redirects=off")
	w.djship(0, "deploy", "example", newName)
	if p, err := visit(h, "example.com", "/"); err == nil {
		t.Errorf("the old name still gets %d", p.status)
	}
	if c, err := secure(h, a.ca.root(), newName); err != nil || len(c.DNSNames) != 2 {
		t.Errorf("the certificate: %v %v", c.DNSNames, err)
	}
	idle(t, h, w, "deploy", "example", newName)
	a.all()
	w.djship(0, "deploy", "example", "example.com", "--move-domain")
	a.leads(newName, "https://example.com")
	w.djship(0, "remove", "example", "--no-backup", "--yes")
	same(t, "what is left of it in nginx", on(t, h, "find /etc/nginx | grep -c -e new.example -e example.com -e djship/example || :; nginx -t -q"), "0")
	same(t, "what is left of its certificate", on(t, h, "find /etc/letsencrypt /var/lib/djship -name '*example*' 2>/dev/null | grep -v history || :"), "")
}

// A site whose file of nginx somebody has edited moves to a name with letters of its own only when they say so, and keeps the edits beside it. Where it does not answer under its next name nobody is led there.
func TestMoveOfAnEditedSite(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w := up(t, 12, site)
	const bucher = "xn--bcher-kva.example"
	on(t, h, "cp /etc/nginx/sites-available/example.com /root/before.conf; sed -i 's/client_max_body_size 20m/client_max_body_size 99m/' /etc/nginx/sites-available/example.com; nginx -s reload")
	const move = "deploy example bücher.example --move-domain"
	if o := w.djship(1, strings.Fields(move)...); !strings.Contains(o.stdout+o.stderr, "/etc/nginx/sites-available/example.com was changed on the server, and what nginx has for bücher.example would know nothing of that") {
		t.Errorf("an edited file: %v", o)
	}
	answers(t, h, "example.com", "example")
	w.djship(0, append(strings.Fields(move), "--overwrite", "/etc/nginx/sites-available/"+bucher)...)
	idle(t, h, w, "deploy", "example", "bücher.example")
	answers(t, h, bucher, "example")
	for _, name := range []string{"example.com", "www.example.com"} {
		if p, err := visit(h, name, "/a%20b?c=d"); err != nil || p.status != 301 || p.header.Get("Location") != "http://"+bucher+"/a%20b?c=d" {
			t.Errorf("%s: %d %v %v", name, p.status, p.header, err)
		}
	}
	same(t, "what a person had edited", on(t, h, "cat /etc/nginx/sites-available/example.com.*~ | grep -c 99m"), "1")
	const led = "/etc/nginx/djship/example/redirects.conf"
	for _, b := range []breach{ // steps that have nothing to do for a site that has not moved
		{"redirects to " + bucher, "rm " + led, nil, mended},
		{"redirects to " + bucher, "chmod 600 " + led + "; chown deploy " + led, nil, mended},
		{"redirects to " + bucher, "echo '# mine' >>" + led, nil, kept},
		{"nginx file of before of example", "cp /root/before.conf /etc/nginx/sites-available/example.com; ln -s /etc/nginx/sites-available/example.com /etc/nginx/sites-enabled/", nil, mended},
	} {
		t.Run(b.step+": "+b.harm, func(t *testing.T) {
			w := *w
			w.t = t
			b.mends(t, h, &w, "deploy", "example", "bücher.example")
		})
	}
	if o := w.djship(0, "status", "example"); !strings.Contains(o.stdout, "bücher.example") {
		t.Errorf("status: %v", o)
	}
	if o := w.djship(1, "deploy", "third", "example.com"); !strings.Contains(o.stdout+o.stderr, "example.com is served by another site of this host already") {
		t.Errorf("another site of a name that leads on: %v", o)
	}
	// Own code that is not told of its new name.
	on(t, h, "sed -i \"s/^ALLOWED_HOSTS.*/ALLOWED_HOSTS = ['"+bucher+"']/\" /webapps/example_project/example/example/settings/production.py; /usr/local/bin/supervisorctl -c /etc/supervisord.conf restart example")
	if o := w.djship(1, "deploy", "example", "fourth.org", "--move-domain"); !strings.Contains(o.stdout+o.stderr, "ALLOWED_HOSTS") {
		t.Errorf("%v", o)
	}
	within(t, time.Minute, func() error { return answering(h, bucher) })
	w.djship(0, "remove", "example", "--no-backup", "--yes")
	same(t, "what is left of it in nginx", on(t, h, "find /etc/nginx | grep -v '~$' | grep -c -e bcher -e example.com -e fourth -e djship/example || :; nginx -t -q"), "0")
}

// leads checks that a name and its www. lead to an address by http and https, path and query kept.
func (a *acmeHosts) leads(name, to string) {
	a.t.Helper()
	for _, name := range []string{name, "www." + name} {
		v := httpsVisitor{Host: a.hosts[0], roots: a.ca.root()}
		if p := v.get(a.t, "https://"+name+"/a?b=c"); p.status != 301 || p.header.Get("Location") != to+"/a?b=c" {
			a.t.Errorf("https://%s: %d %v", name, p.status, p.header)
		}
		if p, err := visit(v.Host, name, "/a?b=c"); err != nil || p.status != 301 || p.header.Get("Location") != "https://"+name+"/a?b=c" {
			a.t.Errorf("http://%s: %d %v %v", name, p.status, p.header, err)
		}
	}
}

// keepVisiting has visitors come by the old name, by https and http, and by the new one from five seconds after its first answer on, until they are stopped: each has to be answered, or led to where it is.
func (a *acmeHosts) keepVisiting(h *testbed.Host) (stop func()) {
	ctx, cancel := context.WithCancel(a.t.Context())
	var all sync.WaitGroup
	for _, url := range []string{"https://example.com/", "http://example.com/", "http://" + newName + "/"} {
		all.Go(func() {
			client := http.Client{Timeout: 20 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
				Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: a.ca.root()}, DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
					_, port, _ := net.SplitHostPort(addr)
					return new(net.Dialer).DialContext(ctx, network, net.JoinHostPort(h.Addr(), port))
				}}}
			n, first := 0, time.Time{} // of the new name: for a moment nginx's workers from before, who don't know it, still take visitors
			if strings.Contains(url, newName) {
				first = time.Now().Add(time.Hour)
			}
			for ; ctx.Err() == nil; time.Sleep(20 * time.Millisecond) {
				r, err := client.Get(url)
				if err == nil {
					_ = r.Body.Close()
					if r.StatusCode != 200 && r.StatusCode != 301 {
						err = fmt.Errorf("%s", r.Status)
					}
				}
				if now := time.Now(); err == nil && now.Before(first) {
					first = now
				}
				if err != nil && time.Since(first) > 5*time.Second {
					a.t.Errorf("%s: %v", url, err)
				}
				n++
			}
			a.t.Logf("%s: %d visits", url, n)
		})
	}
	return func() { cancel(); all.Wait() }
}
