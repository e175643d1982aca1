package django

import (
	"strings"
	"testing"

	"djship/steps/model"
	"djship/steps/model/modeltest"
	"djship/steps/server"
)

// onRecord are the facts of a host that has the site on record under a domain.
func onRecord(domain string, kept map[string]string) model.Facts {
	f := modeltest.Debian12
	f.Sites = map[string]model.Site{"example": {Domain: domain, Python: 3, Kept: kept}}
	f.Written = map[string]map[string]bool{}
	return f
}

func TestRedirectsOfASite(t *testing.T) {
	for _, c := range []struct {
		what, domain, aliases, asked string
		had                          string
		has                          map[string]string
		want                         string
	}{
		{what: "never moved", had: "example.com"},
		{what: "not there yet"},
		{what: "moved before", had: "example.com", has: map[string]string{"redirects": "old.org www.old.org"}, want: "old.org www.old.org"},
		{what: "moves", had: "old.org", want: "old.org www.old.org"},
		{what: "moves again", had: "old.org", has: map[string]string{"redirects": "older.org"}, want: "old.org www.old.org older.org"},
		{what: "moves back", had: "old.org", has: map[string]string{"redirects": "example.com www.example.com"}, want: "old.org www.old.org"},
		{what: "aliases that stay", had: "old.org", has: map[string]string{"aliases": "a.org"}, want: "old.org www.old.org"},
		{what: "aliases that go", had: "old.org", aliases: "b.org", has: map[string]string{"aliases": "a.org b.org"}, want: "old.org www.old.org a.org"},
		{what: "the old one stays a name of its own", had: "old.org", aliases: "old.org", want: "www.old.org"},
		{what: "none any more", had: "example.com", asked: LeadOff, has: map[string]string{"redirects": "old.org"}},
		{what: "moves, and the old one ends", had: "old.org", asked: LeadOff},
		{what: "those that the inventory has", had: "old.org", asked: "c.org example.com", want: "c.org"},
	} {
		s := site3()
		s.TLS.Aliases, s.TLS.Redirects = c.aliases, c.asked
		f := onRecord(c.had, c.has)
		if got := s.recorded(f).TLS.Redirects; got != c.want {
			t.Errorf("%s: %q, want %q", c.what, got, c.want)
		}
		if c.had == "" {
			continue
		}
		// The record that comes of it is not changed once more.
		record := "domain " + c.had + "\npython 3\n"
		for key, value := range c.has {
			record += key + " " + value + "\n"
		}
		s.Move = true
		if c := (Record{s}).Plan(f, model.Observed{Text: "regular file|root:root|600\n" + record}); !c.IsZero() {
			record = c.Files[0].Content
		}
		if again := (Record{s}).Plan(f, model.Observed{Text: "regular file|root:root|600\n" + record}); !again.IsZero() {
			t.Errorf("%s: %q gets %v", c.what, record, again)
		}
		if got := ReadTLS(readRecord(record)).Redirects; got != c.want {
			t.Errorf("%s: %q is noted, want %q", c.what, got, c.want)
		}
	}
}

func TestMovesWithItsCertificate(t *testing.T) {
	s := site3()
	s.Move = true
	const record = "regular file|root:root|600\ndomain old.org\npython 3\ntls acme\n"
	if c := (Record{s}).Plan(model.Facts{}, model.Observed{Text: record}); c.Verb != model.Refuse || !strings.Contains(c.Hint, "djship_tls=acme") {
		t.Errorf("the inventory does not say by which certificate: %v", c)
	}
	s.TLS.Mode = TLSACME
	c := (Record{s}).Plan(model.Facts{}, model.Observed{Text: record})
	if c.Verb != model.Update || c.Detail != "old.org becomes example.com, to which old.org, www.old.org lead" || !strings.Contains(c.Files[0].Content, "redirects old.org www.old.org\n") {
		t.Errorf("%v", c)
	}
	order := Certificate{Site: s}.Plan(onRecord("example.com", map[string]string{"redirects": "old.org www.old.org", "tls": "acme"}), model.Observed{})
	if !strings.Contains(order.Detail, " for example.com, www.example.com, old.org, www.old.org: ") {
		t.Errorf("the certificate: %v", order.Detail)
	}
	s.TLS = TLS{Mode: TLSFiles, Redirects: "old.org", Aliases: "a.org"}
	if got := strings.Join(s.CertificateNames(), " "); got != "example.com www.example.com a.org" {
		t.Errorf("one of their own has to have %s", got)
	}
}

func TestMoved(t *testing.T) {
	s := site3().Moved(server.Options{})
	const old, next = "/etc/nginx/sites-available/old.org", "/etc/nginx/sites-available/example.com"
	ours, edited := model.Sum("ours"), model.Sum("edited")
	f := onRecord("old.org", nil)
	f.Written[old] = map[string]bool{ours: true}
	line := func(name, sum, enabled string) string { return "old " + name + " " + sum + " " + enabled + "\n" }
	change := func(detail string) model.Change {
		return model.Change{Told: model.Told{Verb: model.Update, Detail: detail}}
	}
	over := site3().Moved(server.Options{Overwrite: next})
	modeltest.Run(t, []modeltest.Case{
		{Name: "nothing of before", Step: s, Facts: f},
		{Name: "as djship has written it", Step: s, Facts: f, Seen: "next -\n" + line("old.org", ours, "enabled"), Want: change(next + " takes the place of " + old), Has: []string{"take_place old.org"}},
		{Name: "a link alone, of a run that was cut off", Step: s, Facts: f, Seen: "next " + ours + "\n" + line("old.org", "-", "enabled"), Want: change(next + " takes the place of " + old), Has: []string{"take_place old.org"}},
		{Name: "edited", Step: s, Facts: f, Seen: "next -\n" + line("old.org", edited, "enabled"), Want: model.Refusal(old+" was changed on the server, and what nginx has for example.com would know nothing of that",
			"make "+next+" of it on the host, with example.com for old.org in its server_name and in the names of its logs, and the old names beside it"+model.Again+"; or add --overwrite "+next+", which takes djship's and keeps yours beside it")},
		{Name: "edited, and the next one made by a person", Step: s, Facts: f, Seen: "next " + edited + "\n" + line("old.org", edited, "enabled"),
			Want: change(next + " takes the place of " + old + ", which was changed on the server and is kept beside it"), Has: []string{"backup " + old + " root", "take_place old.org"}},
		{Name: "edited, to be overwritten", Step: over, Facts: f, Seen: "next -\n" + line("old.org", edited, "enabled"),
			Want: change(next + " takes the place of " + old + ", which was changed on the server and is kept beside it"), Has: []string{"backup " + old + " root", "take_place old.org"}},
		{Name: "a copy of somebody's", Step: s, Facts: onRecord("example.com", nil), Seen: "next -\n" + line("old.org.bak", edited, "-")},
		{Name: "what is no line of the probe's", Step: s, Facts: f, Seen: "old $(reboot) " + ours + " enabled\nold old.org x enabled\n"},
	})
}

func TestRedirects(t *testing.T) {
	s := site3().Redirects(server.Options{})
	f := onRecord("example.com", map[string]string{"redirects": "old.org www.old.org"})
	text := s.Site.recorded(f)
	want := Redirects{Site: text}.content()
	if !strings.Contains(want, `($host ~ "^(old\.org|www\.old\.org)$")`) || !strings.Contains(want, "return 301 $scheme://example.com$request_uri;") {
		t.Errorf("%s", want)
	}
	text.TLS.Proxies = "10.0.0.0/8"
	if got := (Redirects{Site: text}).content(); !strings.Contains(got, "return 301 $djship_example_scheme://example.com") {
		t.Errorf("behind a load balancer: %s", got)
	}
	right := "regular file|root:root|644\n" + want
	if c := s.Plan(f, model.Observed{Text: right}); !c.IsZero() {
		t.Errorf("right: %v", c)
	}
	if c := s.Plan(f, model.Observed{Text: right, Due: true}); c.Verb != model.Reload || !strings.Contains(string(c.Script), "use_redirects "+s.Path) {
		t.Errorf("cut off before nginx read it: %v", c)
	}
	if c := s.Plan(f, model.Observed{Text: "absent\n"}); c.Verb != model.Create || !strings.Contains(string(c.Before), "goes_well || exit") || !strings.Contains(string(c.Script), "use_redirects") || !c.Redo {
		t.Errorf("absent: %v", c)
	}
	if c := s.Plan(f, model.Observed{Text: "regular file|deploy:root|600\n" + want}); !strings.Contains(string(c.Script), "chmod 0644 "+s.Path+"\n") || !strings.Contains(string(c.Script), "\nuse_redirects "+s.Path) {
		t.Errorf("another's: %v", c)
	}
	none := onRecord("example.com", nil)
	if c := s.Plan(none, model.Observed{Text: "absent\n"}); !c.IsZero() {
		t.Errorf("never moved: %v", c)
	}
	if c := s.Plan(none, model.Observed{Text: right}); c.Verb != model.Update || !strings.Contains(string(c.Script), "backup "+s.Path+" root\nremember "+s.Path+" root && rm -f "+s.Path+"\n") || !strings.Contains(string(c.Script), "use_redirects") {
		t.Errorf("ended, of a file that was edited: %v", c)
	}
}

func TestReleaseNames(t *testing.T) {
	deploys, pushes := ReleaseNames{Site: site3(), Notify: []string{"gunicorn:example"}}, ReleaseNames{Site: Site{Project: "example", Python: 3}}
	f := onRecord("example.com", map[string]string{"aliases": "a.org"})
	site := f.Sites["example"]
	site.Live = "20261126-101500-1a2b3c4"
	live := onRecord("example.com", map[string]string{"aliases": "a.org"})
	live.Sites["example"] = site
	text := "file\nregular file|root:root|644\n" + deploys.content(deploys.Site.recorded(f))
	if !strings.Contains(text, "export DJSHIP_DOMAIN=example.com\ndjship_hosts=,a.org djship_origins=,https://a.org\nexport DJSHIP_ALIASES=a.org\n") {
		t.Errorf("%s", text)
	}
	site.Domain = "old.org"
	moves := onRecord("old.org", nil)
	moves.Sites["example"] = site
	for _, c := range []struct {
		what string
		step ReleaseNames
		f    model.Facts
		seen string
		want model.Verb
	}{
		{"no release", deploys, f, "file\nabsent\n", ""},
		{"the first push", pushes, f, "file\nabsent\n", model.Create},
		{"right", deploys, live, text, ""},
		{"right, for a push", pushes, live, text, ""},
		{"moves", deploys, moves, text, model.Update},
		{"was edited", deploys, live, text + "x\n", model.Update},
		{"of a release that an older djship has pushed", deploys, live, "own\nfile\nabsent\n", ""},
		{"of such a one, and moves", deploys, moves, "own\nfile\nabsent\n", model.Refuse},
	} {
		got := c.step.Plan(c.f, model.Observed{Text: c.seen})
		if got.Verb != c.want {
			t.Errorf("%s: %q %s", c.what, got.Verb, got.Detail)
		}
		if got.Acts() && len(c.step.Notify) != len(got.Notify) {
			t.Errorf("%s: notifies %q", c.what, got.Notify)
		}
	}
}

func TestNamesAreShownAsTyped(t *testing.T) {
	for typed, want := range map[string]string{"bücher.example": "xn--bcher-kva.example", "例え.jp": "xn--r8jz45g.jp", "BÜCHER.example": "xn--bcher-kva.example", "example.com": "example.com"} {
		s, err := NewSite("example", typed, "")
		if err != nil || s.Domain != want {
			t.Errorf("%s: %v, %q", typed, err, s.Domain)
		}
	}
	for name, want := range map[string]string{"xn--bcher-kva.example": "bücher.example", "example.com": "example.com", "xn--a.example": "xn--a.example", "xn--r8jz45g.jp": "例え.jp"} {
		if got := Shown(name); got != want {
			t.Errorf("%s is shown as %s", name, got)
		}
	}
	if err := CheckAlias("www.bücher.example"); err != nil {
		t.Error(err)
	}
}
