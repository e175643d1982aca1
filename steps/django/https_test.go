package django

import (
	"crypto/x509"
	"fmt"
	"strings"
	"testing"
	"time"

	"djship/steps/django/pairtest"
	"djship/steps/model"
	"djship/steps/model/modeltest"
	"djship/steps/server"
)

const day = 24 * time.Hour

// withFiles is a site with a certificate of its own.
func withFiles() Site {
	s := site3()
	s.TLS = TLS{Mode: TLSFiles, Certificate: "/etc/ssl/private/example.pem", Key: "/etc/ssl/private/example.key"}
	return s
}

// looksLike is what https.sh prints of a pair.
func looksLike(certificate, public string) string {
	text := "m:regular file|root:root|644|900\nm:regular file|root:root|600|200\ns:abc\n"
	for _, part := range []struct{ mark, text string }{{"c:", certificate}, {"k:", public}} {
		for line := range strings.Lines(part.text) {
			text += part.mark + line
		}
	}
	return text
}

// Whatever of a certificate and a key would keep visitors out is told before they are used.
func TestPairs(t *testing.T) {
	root := pairtest.Root(t)
	issuer, other := root.Below(t, "issuer"), root.Below(t, "other")
	names := []string{"example.com", "www.example.com"}
	good, stranger := issuer.Pair(t, 60*day, names...), issuer.Pair(t, 60*day, names...)
	old, wild := issuer.Pair(t, -day, names...), issuer.Pair(t, 60*day, "example.com", "*.example.com")
	chain := func(p pairtest.Pair, behind ...pairtest.Issuer) string {
		all := []*x509.Certificate{p.Certificate}
		for _, i := range behind {
			all = append(all, i.Certificate)
		}
		return pairtest.Text(all...)
	}
	for _, c := range []struct{ name, text, public, wrong string }{
		{"right", chain(good, issuer), good.Public, ""},
		{"right, with the root", chain(good, issuer, root), good.Public, ""},
		{"of all names below", chain(wild, issuer), wild.Public, ""},
		{"no certificate", "", good.Public, "there is no certificate in the file"},
		{"broken", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", good.Public, "certificate 1 in the file can't be read"},
		{"no key", chain(good, issuer), "", "the key can't be read"},
		{"another's key", chain(good, issuer), stranger.Public, "the key is of another certificate"},
		{"upside down", pairtest.Text(issuer.Certificate, good.Certificate), good.Public, "the certificate of the key is the last one in the file"},
		{"expired", chain(old, issuer), old.Public, "it expired on "},
		{"other names", chain(issuer.Pair(t, day, "a.org"), issuer), "", "the key can't be read"},
		{"alone", chain(good), good.Public, "is not in the file"},
		{"behind a stranger", chain(good, other), good.Public, "certificate 2 in the file (CN=other) has not signed the one before it"},
	} {
		var p pair
		for line := range strings.Lines(looksLike(c.text, c.public)) {
			p.read(strings.TrimSuffix(line, "\n"))
		}
		said := ""
		if f := p.wrong(names, time.Now()); f != nil {
			said = f.problem
			if f.advice == "" {
				t.Errorf("%s: no advice", c.name)
			}
		}
		if !strings.Contains(said, c.wrong) || (said == "") != (c.wrong == "") {
			t.Errorf("%s: got %q, want %q", c.name, said, c.wrong)
		}
	}
	few := issuer.Pair(t, 60*day, "example.com")
	var p pair
	for line := range strings.Lines(looksLike(chain(few, issuer), few.Public)) {
		p.read(strings.TrimSuffix(line, "\n"))
	}
	if f := p.wrong(names, time.Now()); f == nil || f.problem != "it is not for www.example.com, but for example.com" {
		t.Errorf("a name that lacks: %v", f)
	}
	for stat, want := range map[string]string{"absent": "the key is not there", "regular file|root:root|644|200": "everybody on the host can read or change the key",
		"regular file|root:ssl-cert|640|200": "", "regular file|example:example|600|200": "the key belongs to example", "fifo|root:root|600|0": "the key is a fifo"} {
		q := p
		q.stats = []string{"regular file|root:root|644|9", stat}
		said := ""
		if f := q.readable(); f != nil {
			said = f.problem
		}
		if said != want {
			t.Errorf("%s: got %q, want %q", stat, said, want)
		}
	}
}

func TestHTTPS(t *testing.T) {
	root := pairtest.Root(t)
	issuer := root.Below(t, "issuer")
	good := issuer.Pair(t, 60*day, "example.com", "www.example.com")
	soon := issuer.Pair(t, 5*day, "example.com", "www.example.com")
	seen := func(p pairtest.Pair, site, conf string, more ...string) string {
		return "site " + site + "\nversion 1.22.1 3.0.11\n" + strings.Join(more, "") + looksLike(pairtest.Text(p.Certificate, issuer.Certificate), p.Public) +
			fmt.Sprintf("now %d\nconf\n", time.Now().Unix()) + conf
	}
	s := withFiles().HTTPS(server.Options{})
	f := modeltest.Debian12
	there := "regular file|root:root|644|9 1 2\n"
	text := s.content(f, readHTTPS(f, seen(good, "includes", "absent\n")))
	const at = "/etc/nginx/djship/example/https.conf"
	for name, c := range map[string]struct {
		step   HTTPS
		seen   string
		due    bool
		verb   model.Verb
		detail string
	}{
		"absent":           {s, seen(good, "includes", "absent\n"), false, model.Create, at},
		"before the site":  {s, seen(good, "absent", "absent\n"), false, model.Create, at},
		"right":            {s, seen(good, "includes", there+text), false, "", ""},
		"soon over":        {s, seen(soon, "includes", there+text), false, model.Tell, "expires on"},
		"edited":           {s, seen(good, "includes", there+text+"# mine\n"), false, model.Keep, "yours"},
		"certbot's":        {s, seen(good, "own", "absent\n"), false, model.Tell, "speaks https by itself"},
		"no place":         {s, seen(good, "lacks 123", "absent\n"), false, model.Refuse, "has no place for https"},
		"somebody on 443":  {s, seen(good, "includes", "absent\n", "holder haproxy\n"), false, model.Refuse, "port 443 is held by haproxy"},
		"another's key":    {s, strings.Replace(seen(good, "includes", "absent\n"), "k:", "x:", 3), false, model.Refuse, "the key can't be read"},
		"off":              {off(), there + text, false, model.Update, "http alone"},
		"off already":      {off(), "absent\n", false, "", ""},
		"acme, no pair":    {acme(), "site includes\nversion 1.22.1 3.0.11\nm:absent\nm:absent\nnow 1\nconf\nabsent\n", false, "", ""},
		"acme, one coming": {acme(), "site includes\nversion 1.22.1 3.0.11\nm:absent\nm:absent\nnow 1\nconf\nabsent\n", true, model.Create, at},
		"acme, a pair":     {acme(), seen(good, "includes", "absent\n"), false, model.Create, at},
		"acme, HSTS waits": {acme(), seen(good, "includes", there+acme().content(f, readHTTPS(f, seen(good, "includes", "absent\n")))), false, model.Tell, "behind the first renewal"},
	} {
		if name == "edited" {
			f.Written = map[string]map[string]bool{at: {model.Sum(text): true}}
		}
		got := c.step.Plan(f, model.Observed{Text: c.seen, Due: c.due})
		if got.Verb != c.verb || !strings.Contains(got.Detail, c.detail) {
			t.Errorf("%s: got %s %q, want %s %q", name, got.Verb, got.Detail, c.verb, c.detail)
		}
		f.Written = modeltest.Debian12.Written
	}
	if got := s.Plan(f, model.Observed{Text: seen(soon, "includes", "absent\n")}); got.Verb != model.Create || !strings.Contains(string(got.Before), "notice: ") || !strings.Contains(string(got.Before), "expires on") {
		t.Errorf("a certificate that is soon over is taken into use without a word: %+v", got)
	}
}

func off() HTTPS {
	s := site3()
	s.TLS.Mode = TLSOff
	return s.HTTPS(server.Options{})
}

func acme() HTTPS {
	s := site3()
	s.TLS = TLS{Mode: TLSACME, HSTS: 31536000}
	return s.HTTPS(server.Options{})
}

// Both spellings of HTTP/2, what an old OpenSSL does not know, and that browsers are bound to https only behind a renewal.
func TestHTTPSFollowsTheHost(t *testing.T) {
	f := model.Facts{IPv6: true}
	for _, c := range []struct {
		build nginxBuild
		words string
		there bool
	}{
		{nginxBuild{"1.18.0", "1.1.1k"}, "listen 443 ssl http2;\nlisten [::]:443 ssl http2;\n", true},
		{nginxBuild{"1.25.0", "3.0.11"}, "http2 on;", false},
		{nginxBuild{"1.25.1", "3.0.11"}, "listen 443 ssl;\nlisten [::]:443 ssl;\nhttp2 on;\n", true},
		{nginxBuild{"1.26.3", "3.4.0"}, "MLKEM", false},
		{nginxBuild{"1.26.3", "3.5.1"}, "ssl_ecdh_curve X25519MLKEM768:X25519:", true},
		{nginxBuild{"1.26.3", "3.5.1"}, "ssl_stapling", false},
		{nginxBuild{"1.26.3", "3.5.1"}, "ssl_session_tickets off;", true},
	} {
		if got := acme().content(f, httpsState{nginx: c.build}); strings.Contains(got, c.words) != c.there {
			t.Errorf("%v: %q there is not %v:\n%s", c.build, c.words, c.there, got)
		}
	}
	for renewed, there := range map[bool]bool{false: false, true: true} {
		if got := acme().content(f, httpsState{renewed: renewed}); strings.Contains(got, "max-age=31536000") != there {
			t.Errorf("renewed: %v\n%s", renewed, got)
		}
	}
	few := acme()
	few.Site.TLS.Names = "example.com"
	if got := few.content(f, httpsState{}); !strings.Contains(got, `if ($host ~ "^(example\.com)$")`) {
		t.Errorf("a name without a certificate:\n%s", got)
	}
}

// A record keeps what the inventory says, one without it is as it was, and one that an inventory says nothing of stays.
func TestRecordKeepsHowASiteIsMet(t *testing.T) {
	s := withFiles()
	s.TLS.Aliases, s.TLS.HSTS, s.TLS.Proxies = "example.net www.example.net", 86400, "10.0.0.0/8"
	if got := ReadTLS(readRecord(Record{s}.Content())); got != s.TLS {
		t.Errorf("got %+v, want %+v", got, s.TLS)
	}
	if got := (Record{site3()}).Content(); got != "domain example.com\npython 3\n" {
		t.Errorf("without: %q", got)
	}
	has := "regular file|root:root|600|9\n" + Record{s}.Content()
	if c := (Record{site3()}).Plan(model.Facts{}, model.Observed{Text: has}); !c.IsZero() {
		t.Errorf("an inventory that says nothing: %+v", c)
	}
	named := site3()
	named.TLS.Aliases = "example.org"
	if c := (Record{named}).Plan(model.Facts{}, model.Observed{Text: has}); c.Verb != model.Update || !strings.Contains(c.Files[0].Content, "\ntls files\naliases example.org\n") {
		t.Errorf("another name, and nothing of https: %+v", c)
	}
	other := s
	other.TLS = TLS{Mode: TLSOff}
	if c := (Record{other}).Plan(model.Facts{}, model.Observed{Text: has}); c.Verb != model.Update || c.Files[0].Content != "domain example.com\npython 3\n" {
		t.Errorf("off: %+v", c)
	}
	f := model.Facts{Sites: map[string]model.Site{"example": {Kept: readRecord(Record{s}.Content())}}}
	if got := site3().asset("nginx.conf")(f); !strings.Contains(got, "server_name example.com www.example.com example.net www.example.net;") || !strings.Contains(got, "set_real_ip_from 10.0.0.0/8;") {
		t.Errorf("nginx:\n%s", got)
	}
}

// Who has a default server keeps it, but for the page that comes with the package.
func TestNobody(t *testing.T) {
	f := modeltest.Debian12
	s := NobodysNames(server.Options{})
	for _, c := range []struct {
		seen         string
		plain, https bool
		gives        bool // the page of welcome gives way
	}{
		{"version 1.22.1 3.0.11\n", true, true, false},
		{"version 1.22.1 3.0.11\nwelcome\nprimary 80\n", true, true, true},
		{"version 1.22.1 3.0.11\nprimary 80\n", false, true, false},
		{"version 1.22.1 3.0.11\nprimary 443\n", true, false, false},
	} {
		got := s.Plan(f, model.Observed{Text: c.seen + "conf\nabsent\n"})
		if got.Verb != model.Create || len(got.Files) != 1 {
			t.Fatalf("%s: %+v", c.seen, got)
		}
		text := got.Files[0].Content
		if strings.Contains(text, "listen 80 default_server;") != c.plain || strings.Contains(text, "listen 443 ssl http2 default_server;") != c.https ||
			strings.Contains(string(got.Script), "rm -f /etc/nginx/sites-enabled/default") != c.gives {
			t.Errorf("%s:\n%s\n%s", c.seen, text, got.Script)
		}
	}
	if got := s.Plan(f, model.Observed{Text: "version 1.22.1 3.0.11\nprimary 443\nprimary 80\nconf\nabsent\n"}); !got.IsZero() {
		t.Errorf("others see to both: %+v", got)
	}
	old := s.Plan(f, model.Observed{Text: "version 1.18.0 1.1.1k\nconf\nabsent\n"}).Files[0].Content
	if strings.Contains(old, "ssl_reject_handshake") || !strings.Contains(old, "ssl_certificate data:$djship_nobody;") {
		t.Errorf("an nginx that can't reject:\n%s", old)
	}
}
