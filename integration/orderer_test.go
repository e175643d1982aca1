//go:build linux

package integration

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"djship/assets"
	"djship/integration/testbed"
	"djship/steps/django"
	"djship/steps/model"
)

// certbot is a host that has what certificates are ordered and served by, and nothing of djship's.
var certbot = &testbed.State{Name: "certbot", Key: "1", Make: func(ctx context.Context, h *testbed.Host) error {
	_, err := h.Run(ctx, "apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install nginx certbot openssl")
	return err
}}

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
	on(t, h, "mkdir -p /usr/local/lib/djship /etc/nginx/djship/example /var/lib/djship/sites && cat >"+model.CertificatesBy+" <<'PROGRAM'\n"+django.CertificatesProgram()+"PROGRAM\necho 'tls acme' >"+model.SiteRecord("example"))
	o.trusts()
	on(t, h, "printf %s "+quote(key)+" | python3 -I "+model.CertificatesBy+" account example")
	o.order(names...)
	o.nginx(names...)
	return o
}

// trusts has the host trust the CA's own certificate.
func (o orderer) trusts() {
	o.t.Helper()
	text, err := os.ReadFile(o.ca.signedBy)
	if err != nil {
		o.t.Fatal(err)
	}
	on(o.t, o.h, "cat >/etc/ssl/ca.pem <<'CA'\n"+string(text)+"CA")
}

// nginx has it answer for some names by the thumbprint of the account.
func (o orderer) nginx(names ...string) {
	o.t.Helper()
	conf := assets.Render("certificates/challenge.conf", map[string]any{"Project": "example", "Thumbprint": on(o.t, o.h, "cat "+model.Certificates+"/example/thumbprint")})
	on(o.t, o.h, "cat >/etc/nginx/sites-enabled/example <<'CONF'\nserver { listen 80; server_name "+strings.Join(names, " ")+";\n"+conf+"location / { return 404; } }\nCONF\nrm -f /etc/nginx/sites-enabled/default; nginx -t 2>&1 && { systemctl reset-failed nginx; systemctl restart nginx; }")
}

// secure has nginx serve by https what is there.
func (o orderer) secure() {
	o.t.Helper()
	on(o.t, o.h, "sed -i 's,listen 80;,listen 80; listen 443 ssl; ssl_certificate /etc/letsencrypt/live/example/fullchain.pem; ssl_certificate_key /etc/letsencrypt/live/example/privkey.pem;,' /etc/nginx/sites-enabled/example && nginx -t 2>&1 && { systemctl reset-failed nginx; systemctl restart nginx; }")
}

// order notes what the host is to order.
func (o orderer) order(names ...string) {
	o.t.Helper()
	text, err := json.Marshal(map[string]any{"names": names, "directory": o.ca.directory, "ca": "/etc/ssl/ca.pem", "email": "ann@example.com"})
	if err != nil {
		o.t.Fatal(err)
	}
	on(o.t, o.h, "cat >"+model.Certificates+"/example/order.json <<'ORDER'\n"+string(text)+"\nORDER")
}

// program has a host's program for certificates do something for the site "example", and returns what it said, with its status behind where that is not 0.
func (o orderer) program(args string) string {
	o.t.Helper()
	return try(o.t, o.h, "python3 -I "+model.CertificatesBy+" "+args)
}

// other has what is there be another CA's by what is noted of it: it is due.
func (o orderer) other() {
	o.t.Helper()
	on(o.t, o.h, "sed -i 's/^directory .*/directory https:..other/' "+model.Certificates+"/example/pair")
}

// serial is the number of the certificate that is there, served that of what visitors get.
func (o orderer) serial() string {
	o.t.Helper()
	return strings.ToLower(strings.TrimLeft(strings.TrimPrefix(on(o.t, o.h, "openssl x509 -noout -serial -in /etc/letsencrypt/live/example/fullchain.pem"), "serial="), "0"))
}

func (o orderer) served() string {
	o.t.Helper()
	var got string
	within(o.t, 10*time.Second, func() error {
		c, err := tls.Dial("tcp", o.h.Addr()+":443", &tls.Config{ServerName: "example.com", InsecureSkipVerify: true})
		if err != nil {
			return err
		}
		defer c.Close()
		got = fmt.Sprintf("%x", c.ConnectionState().PeerCertificates[0].SerialNumber)
		return nil
	})
	return got
}

// serves waits until visitors are shown a certificate: for a moment behind a reload, nginx's workers from before still take some.
func (o orderer) serves(serial string) {
	o.t.Helper()
	within(o.t, 10*time.Second, func() error {
		if got := o.served(); got != serial {
			return fmt.Errorf("%s is served, not %s", got, serial)
		}
		return nil
	})
}

// says checks that a text has some words.
func (o orderer) says(got string, words ...string) {
	o.t.Helper()
	for _, word := range words {
		if !strings.Contains(got, word) {
			o.t.Errorf("%q is not said:\n%s", word, got)
		}
	}
}

// handshakes are what visitors of hosts have met who began TLS every tenth of a second.
type handshakes struct{ all, expired, failed atomic.Int64 }

// visitTLS has visitors come until it is ended.
func visitTLS(ctx context.Context, hosts []*testbed.Host) (met *handshakes, end func()) {
	ctx, cancel := context.WithCancel(ctx)
	met = &handshakes{}
	var all sync.WaitGroup
	for _, h := range hosts {
		all.Go(func() {
			for ; ctx.Err() == nil; time.Sleep(100 * time.Millisecond) {
				c, err := tls.Dial("tcp", h.Addr()+":443", &tls.Config{ServerName: "example.com", InsecureSkipVerify: true})
				if err != nil {
					met.failed.Add(1)
					continue
				}
				met.all.Add(1)
				if time.Now().After(c.ConnectionState().PeerCertificates[0].NotAfter) {
					met.expired.Add(1)
				}
				c.Close()
			}
		})
	}
	return met, func() { cancel(); all.Wait() }
}
