//go:build linux

package integration

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"djship/assets"
	"djship/integration/testbed"
	"djship/steps/model"
)

// certbot is a host that has what certificates are ordered and served by, and nothing of djship's.
var certbot = &testbed.State{Name: "certbot", Key: "1", Make: func(ctx context.Context, h *testbed.Host) error {
	_, err := h.Run(ctx, "apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install nginx certbot openssl")
	return err
}}

// program has a host's program for certificates do something for the site "example", and returns what it said, with its status behind where that is not 0.
func (o orderer) program(args string) string {
	o.t.Helper()
	return try(o.t, o.h, "python3 -I "+model.CertificatesBy+" "+args)
}

// An orderer is a host with a site "example" of nginx's alone, which answers challenges, and a CA.
type orderer struct {
	t  testing.TB
	h  *testbed.Host
	ca *ca
}

// newOrderer has a host answer by its account for some names, and order them of a CA. key is its account's, "" for one of its own.
func newOrderer(t testing.TB, h *testbed.Host, c *ca, key string, names ...string) orderer {
	t.Helper()
	o := orderer{t, h, c}
	text, err := os.ReadFile(c.signedBy)
	if err != nil {
		t.Fatal(err)
	}
	on(t, h, "mkdir -p /usr/local/lib/djship /etc/nginx/djship/example && cat >"+model.CertificatesBy+" <<'PROGRAM'\n"+assets.Text("certificates/certificates.py")+"PROGRAM\ncat >/etc/ssl/ca.pem <<'CA'\n"+string(text)+"CA\n")
	on(t, h, "printf %s "+quote(key)+" | python3 -I "+model.CertificatesBy+" account example")
	o.order(names...)
	conf := assets.Render("certificates/challenge.conf", map[string]any{"Project": "example", "Thumbprint": on(t, h, "cat "+model.Certificates+"/example/thumbprint")})
	on(t, h, "cat >/etc/nginx/sites-enabled/example <<'CONF'\nserver { listen 80; server_name "+strings.Join(names, " ")+";\n"+conf+"location / { return 404; } }\nCONF\nrm -f /etc/nginx/sites-enabled/default; nginx -t 2>&1 && systemctl restart nginx")
	return o
}

// order notes what the host is to order.
func (o orderer) order(names ...string) {
	o.t.Helper()
	text, err := json.Marshal(map[string]any{"names": names, "directory": o.ca.directory, "ca": "/etc/ssl/ca.pem", "email": "ann@example.com", "hosts": 1})
	if err != nil {
		o.t.Fatal(err)
	}
	on(o.t, o.h, "cat >"+model.Certificates+"/example/order.json <<'ORDER'\n"+string(text)+"\nORDER")
}

// served is the number of the certificate that is there.
func (o orderer) serial() string {
	return try(o.t, o.h, "openssl x509 -noout -serial -in /etc/letsencrypt/live/example/fullchain.pem")
}

// has checks that a text has some words.
func (o orderer) says(got string, words ...string) {
	o.t.Helper()
	for _, word := range words {
		if !strings.Contains(got, word) {
			o.t.Errorf("%q is not said:\n%s", word, got)
		}
	}
}

// A host has certificates by Debian's certbot and nothing but what nginx answers by itself, though the CA refuses every seventh nonce; they are renewed when a third of their life is left
// and not before, by the program alone, and certbot's own timer leaves them to it.
func TestCertificateProgram(t *testing.T) {
	slowDebians(t, func(t *testing.T, suite int) {
		testbed.Need(t)
		h := testbed.Up(t, testbed.Spec{Suite: suite, From: certbot, DiskSize: 2 << 30})
		names := serveNames(t, h)
		names.lead([]string{"example.com", "www.example.com"}, h)
		names.lead([]string{"nowhere.example.com"})
		c := startCA(t, names, caSpec{life: 90 * time.Second, env: []string{"PEBBLE_WFE_NONCEREJECT=15"}})
		o := newOrderer(t, h, c, "", "example.com", "www.example.com")
		o.says(o.program("order example"), "example: ordered for example.com, www.example.com (there is none yet)")
		first := o.serial()
		o.says(first, "serial=")
		o.says(on(t, h, "cat /etc/letsencrypt/renewal/example.conf"), "autorenew = False", "authenticator = manual")
		on(t, h, "certbot renew --no-random-sleep-on-renew")
		if got := o.program("renew"); got != "" || o.serial() != first {
			t.Errorf("what need not be renewed: %q", got)
		}
		if got := try(t, h, "stat -c '%a %U' "+model.Certificates+" "+model.Certificates+"/example/key.json /etc/letsencrypt/archive/example/privkey1.pem"); got != "700 root\n600 root\n600 root" {
			t.Errorf("secrets: %s", got)
		}
		o.faults()
		o.order("example.com", "www.example.com")
		o.overdue(30 * time.Second)
		o.says(o.program("renew"), "example: renewed")
		if o.serial() == first {
			t.Error("it was not renewed")
		}
		o.says(on(t, h, "head -n 1 "+model.Certificates+"/example/outcome"), "ok ")
	})
}

// overdue waits until less than that of the life of what is there is left.
func (o orderer) overdue(left time.Duration) {
	o.t.Helper()
	on(o.t, o.h, `end=$(date -d "$(openssl x509 -noout -enddate -in /etc/letsencrypt/live/example/fullchain.pem | cut -d= -f2)" +%s); while [ $(date +%s) -lt $((end - `+fmt.Sprint(int(left.Seconds())-1)+`)) ]; do sleep 1; done`)
}

// faults does harm, one after another, when it is time to renew: what is the matter is said, and what is there serves on.
func (o orderer) faults() {
	o.t.Helper()
	t, h := o.t, o.h
	served := o.serial()
	for _, f := range []struct {
		what       string
		harm, mend func()
		says       []string
	}{
		{"a name is in no DNS", func() { o.order("example.com", "nowhere.example.com") }, func() {}, []string{"no order is made", "nowhere.example.com"}},
		{"the CA is down", o.ca.stop, o.ca.start, []string{"does not answer"}},
		{"nginx refuses its configuration", func() { o.order("example.com"); on(t, h, "echo 'oops;' >/etc/nginx/conf.d/oops.conf") }, func() { on(t, h, "rm /etc/nginx/conf.d/oops.conf") }, []string{"nginx refuses its configuration"}},
		{"the disk is full", func() {
			o.order("example.com", "www.example.com")
			if err := h.FillDisk(0); err != nil {
				t.Fatal(err)
			}
		}, func() {
			if err := h.EmptyDisk(); err != nil {
				t.Fatal(err)
			}
		}, []string{"No space left on device"}},
		{"the account is closed", func() {
			on(t, h, "for i in 1 2 3 4 5 6 7 8; do REQUESTS_CA_BUNDLE=/etc/ssl/ca.pem certbot unregister --non-interactive --server "+o.ca.directory+" --account $(ls /etc/letsencrypt/accounts/*/*/) && exit; done; exit 1") // certbot stumbles over a nonce that is refused
		}, func() { on(t, h, "rm "+model.Certificates+"/example/key.json") }, []string{"gives no account", "deactivated", "remove /var/lib/djship/certificates/example/key.json on each host"}},
	} {
		f.harm()
		got := o.program("order example")
		f.mend()
		o.says(got, append(f.says, "(status 1)")...)
		o.says(on(t, h, "cat "+model.Certificates+"/example/outcome"), append(f.says, "failed ")...)
		if f.what == "nginx refuses its configuration" { // the pair is there, and taken into use once it can be
			on(t, h, "ls "+model.Certificates+"/example/unused")
			o.program("renew")
			same(t, "not in use yet", try(t, h, "ls "+model.Certificates+"/example | grep unused"), "(status 1)")
			served = o.serial()
		}
		if o.serial() != served {
			t.Errorf("%s: what was there is gone", f.what)
		}
	}
	on(t, h, "printf '' | python3 -I "+model.CertificatesBy+" account example && sed -i \"s/return 200 .*/return 200 \\\"\\$1.$(cat "+model.Certificates+"/example/thumbprint)\\\";/\" /etc/nginx/sites-enabled/example && systemctl reload nginx")
}
