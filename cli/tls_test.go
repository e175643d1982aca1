package cli

import (
	"strings"
	"testing"

	"djship/inventory"
	"djship/steps/django"
)

func TestTLSOfTheInventory(t *testing.T) {
	site, err := django.NewSite("example", "example.com", "3")
	if err != nil {
		t.Fatal(err)
	}
	pair := " djship_tls_certificate=/etc/ssl/private/e.pem djship_tls_key=/etc/ssl/private/e.key"
	for _, c := range []struct {
		vars, wrong string
		want        django.TLS
	}{
		{"", "", django.TLS{}},
		{"djship_tls=off", "", django.TLS{Mode: "off"}},
		{"djship_tls=acme", "", django.TLS{Mode: "acme"}},
		{"djship_tls=acme djship_acme_email=ann@example.com djship_hsts=1y", "", django.TLS{Mode: "acme", HSTS: 31536000, ACME: django.ACME{Email: "ann@example.com"}}},
		{"djship_aliases=Example.net,www.example.net", "", django.TLS{Aliases: "example.net www.example.net"}},
		{"djship_aliases=www.Bücher.example", "", django.TLS{Aliases: "www.xn--bcher-kva.example"}},
		{"djship_redirects='old.org, www.old.org'", "", django.TLS{Redirects: "old.org www.old.org"}},
		{"djship_redirects=off", "", django.TLS{Redirects: django.LeadOff}},
		{"djship_redirects='a b'", "djship_redirects: name \"a\" is one label only", django.TLS{}},
		{"djship_tls=acme djship_redirects=old.org djship_tls_names='example.com old.org'", "", django.TLS{Mode: "acme", Redirects: "old.org", Names: "example.com old.org"}},
		{"djship_tls=files" + pair, "", django.TLS{Mode: "files", Certificate: "/etc/ssl/private/e.pem", Key: "/etc/ssl/private/e.key"}},
		{"djship_tls=acme djship_aliases=example.net djship_tls_names='example.com example.net'", "", django.TLS{Mode: "acme", Aliases: "example.net", Names: "example.com example.net"}},
		{"djship_trusted_proxies='10.1.2.3/8 2001:db8::1'", "", django.TLS{Proxies: "10.0.0.0/8 2001:db8::1/128"}},
		{"djship_tls=yes", "djship_tls is \"yes\"", django.TLS{}},
		{"djship_tls=files", "there is no djship_tls_certificate", django.TLS{}},
		{"djship_tls=acme" + pair, "djship_tls_certificate is for djship_tls=files", django.TLS{}},
		{"djship_tls=files djship_tls_certificate=e.pem djship_tls_key=/e.key", "djship_tls_certificate is \"e.pem\"", django.TLS{}},
		{"djship_tls=files djship_tls_certificate='/e;x' djship_tls_key=/e.key", "djship_tls_certificate is \"/e;x\"", django.TLS{}},
		{"djship_tls=files djship_tls_certificate=/webapps/example_project/e djship_tls_key=/e.key", "where a site may lay what it likes", django.TLS{}},
		{"djship_aliases='example.net; return 200'", "name \"example.net;\"", django.TLS{}},
		{"djship_aliases='*.example.net'", "has the label \"*\"", django.TLS{}},
		{"djship_tls=acme djship_tls_names=other.org", "\"other.org\", which is no name of the site", django.TLS{}},
		{"djship_tls=acme djship_tls_names=www.example.com", "lacks example.com", django.TLS{}},
		{"djship_tls=acme djship_hsts=soon", "djship_hsts is \"soon\"", django.TLS{}},
		{"djship_tls=acme djship_hsts=99y", "djship_hsts is \"99y\"", django.TLS{}},
		{"djship_tls=off djship_hsts=1y", "djship_tls is off", django.TLS{}},
		{"djship_hsts=1y", "djship_tls is not set", django.TLS{}},
		{"djship_tls_names=example.com", "djship_tls is not set", django.TLS{}},
		{strings.TrimSpace(pair), "djship_tls_certificate is for djship_tls=files, and that is not set", django.TLS{}},
		{"djship_trusted_proxies=0.0.0.0/0", "are all there are", django.TLS{}},
		{"djship_trusted_proxies=lb1", "\"lb1\" is no address", django.TLS{}},
		{"djship_acme_email=ann", "djship_acme_email of web1 is wrong", django.TLS{}},
	} {
		inv, err := inventory.Load([]string{"-"}, strings.NewReader("web1 "+c.vars+"\n"))
		if err != nil {
			t.Fatal(err)
		}
		got, err := tlsOf(inv.Host("web1"), site)
		said := ""
		if err != nil {
			said = err.Error()
		}
		if got != c.want || !strings.Contains(said, c.wrong) || (said == "") != (c.wrong == "") {
			t.Errorf("%s: got %+v, %q; want %+v, %q", c.vars, got, said, c.want, c.wrong)
		}
	}
}
