//go:build linux

package integration

import (
	"os"
	"strings"
	"testing"
)

// A site of the scripts that certbot's nginx plugin has given https, as people did on such hosts, keeps that when it is taken over, and when it is given back: each time certbot renews it by what it has noted.
func TestAdoptKeepsWhatCertbotMade(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w := upScripted(t, 11, "example example.com")
	names := serveNames(t, h)
	c := startCA(t, names, caSpec{})
	names.lead([]string{"example.com"}, h)
	root, err := os.ReadFile(c.signedBy)
	must(t, err)
	on(t, h, "cat >/etc/ssl/ca.pem <<'CA'\n"+string(root)+"CA\nDEBIAN_FRONTEND=noninteractive apt-get -qqy install certbot python3-certbot-nginx >/dev/null 2>&1")
	const certbot = "REQUESTS_CA_BUNDLE=/etc/ssl/ca.pem certbot -n "
	on(t, h, certbot+"--nginx --agree-tos -m ann@example.com --redirect --server "+c.directory+" -d example.com 2>&1")
	same(t, "what certbot has written into the site's file", on(t, h, "grep -c '# managed by Certbot' /webapps/example_project/nginx/example.conf"), "7")
	serial := func(when string) string {
		t.Helper()
		cert, err := secure(h, c.root(), "example.com")
		if err != nil {
			t.Fatalf("%s: %v", when, err)
		}
		if p, err := visit(h, "example.com", "/x?y"); err != nil || p.status != 301 || p.header.Get("Location") != "https://example.com/x?y" {
			t.Errorf("%s, by http: %d %v %v", when, p.status, p.header, err)
		}
		return cert.SerialNumber.String()
	}
	served := serial("as certbot made it")
	renews := func(when string) {
		t.Helper()
		if now := serial(when); now != served {
			t.Errorf("%s: another certificate is served, %s, not %s", when, now, served)
		}
		said := on(t, h, certbot+"renew --force-renewal --no-random-sleep-on-renew 2>&1")
		if now := serial(when + " and renewed"); now == served || !strings.Contains(said, "/etc/letsencrypt/live/example.com/fullchain.pem") {
			t.Errorf("%s: not renewed: %s", when, said)
		} else {
			served = now
		}
		same(t, when+", what renews it by itself", on(t, h, "systemctl is-active certbot.timer; ls /etc/letsencrypt/renewal"), "active\nexample.com.conf")
	}
	renews("of the scripts")
	was := scriptsState(t, h)

	w.djship(0, "adopt", "example", "example.com")
	renews("taken over")
	for _, args := range [][]string{{"deploy", "example", "example.com"}, {"deploy", "--all"}} {
		if o := w.djship(0, args...); !strings.Contains(o.stdout+o.stderr, "0 steps changed") || strings.Contains(o.stdout+o.stderr, "has changed since") {
			t.Errorf("behind a renewal: %v", o)
		}
	}
	w.djship(0, "status")

	w.djship(0, "adopt", "example", "example.com", "--undo")
	same(t, "what was before", scriptsState(t, h), was)
	renews("given back")
}
