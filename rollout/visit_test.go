package rollout

import (
	"strings"
	"testing"
	"testing/synctest"
)

const (
	siteBlock    = "# configuration file /etc/nginx/nginx.conf:\nhttp { include /etc/nginx/sites-enabled/*; include /etc/nginx/conf.d/*; }\n# configuration file /etc/nginx/sites-enabled/example.com:\nserver { listen 80; server_name example.com; }\n"
	markingBlock = "# configuration file /etc/nginx/nginx.conf:\nhttp { include /etc/nginx/sites-enabled/*; }\n# configuration file /etc/nginx/sites-enabled/example.com:\nserver { listen 80; server_name example.com; add_header X-Djship-Site x always; }\n"
	welcomeBlock = "# configuration file /etc/nginx/conf.d/default.conf:\nhttp { server { listen 80 default_server; server_name localhost; } }\n"
	statusBlock  = siteBlock + "# configuration file /etc/nginx/conf.d/status.conf:\nserver { listen 127.0.0.1:80; }\n"
)

// Where a site is asked, and whom an answer is believed.
func TestWhoAnswers(t *testing.T) {
	own := []string{"192.0.2.7", "2001:db8::7"}
	for _, c := range []struct {
		name           string
		given          func(*fake)
		own            []string
		detail, failed string
	}{
		{"with the mark", func(*fake) {}, own, "http://example.com/: 200", ""},
		{"edited, without a mark", func(f *fake) { f.unmarked, f.nginx = true, siteBlock }, own, "http://example.com/: 200", ""},
		{"edited, beside stub_status", func(f *fake) { f.unmarked, f.nginx = true, statusBlock }, own, "http://example.com/: 200", ""},
		{"the host's address is not known", func(f *fake) { f.reached = "" }, nil, "http://example.com/: 200", ""},
		{"behind a NAT", func(f *fake) { f.reached, f.listens = "198.51.100.1", "192.0.2.7:80" }, own, "http://example.com/: 200", ""},
		{"by IPv6", func(f *fake) { f.reached, f.listens = "2001:db8::7", "[2001:db8::7]:80" }, own, "http://example.com/: 200", ""},
		{"at loopback alone", func(f *fake) { f.listens = "127.0.0.1:80" }, own, "http://example.com/: 200 (asked at 127.0.0.1, as nothing listens on 192.0.2.7:80)", ""},
		{"by IPv6, listening for IPv4", func(f *fake) { f.reached, f.listens = "2001:db8::7", "192.0.2.7:80" }, own, "http://example.com/: 200 (asked at 192.0.2.7, as nothing listens on [2001:db8::7]:80)", ""},
		{"another block", func(f *fake) { f.unmarked, f.nginx = true, welcomeBlock }, own, "",
			"the server block of /etc/nginx/conf.d/default.conf (localhost; listen 80) answers at 192.0.2.7:80, with status 200"},
		{"another block, badly", func(f *fake) { f.unmarked, f.nginx, f.answer = true, welcomeBlock, func() int { return 404 } }, own, "",
			"the server block of /etc/nginx/conf.d/default.conf (localhost; listen 80) answers at 192.0.2.7:80, with status 404"},
		{"another block, which is silent", func(f *fake) { f.nginx, f.answer = welcomeBlock, func() int { return -1 } }, own, "",
			"the server block of /etc/nginx/conf.d/default.conf (localhost; listen 80) answers at 192.0.2.7:80, by closing the connection"},
		{"something before nginx", func(f *fake) { f.unmarked, f.nginx = true, markingBlock }, own, "",
			"something else than nginx with /etc/nginx/sites-enabled/example.com answers at 192.0.2.7:80, with status 200"},
		{"no configuration", func(f *fake) { f.unmarked, f.nginx = true, "# refused: nginx: [emerg] unknown directive \"x\"" }, own, "",
			`it can't be told who answers at 192.0.2.7:80, with status 200: nginx refuses its configuration: nginx: [emerg] unknown directive "x"`},
		{"nobody", func(f *fake) { f.listens = "192.0.2.9:80" }, own, "", "nothing answers at 192.0.2.7:80, seen from the host: Connection refused"},
		{"an exception", func(f *fake) {
			f.answer = func() int { return 500 }
			f.log = "Traceback (most recent call last):\n  File \"a.py\"\nValueError: why"
		}, own, "", "status 500\nTraceback (most recent call last):\n  File \"a.py\"\nValueError: why"},
		{"a name that is not allowed", func(f *fake) { f.answer = func() int { return 400 } }, own, "", "status 400: ALLOWED_HOSTS in the site's settings lacks example.com"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake("a")
				f.reached = "192.0.2.7"
				c.given(f)
				s, err := f.open(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				h := Health{Project: "example", Domain: "example.com", Path: "/"}
				detail, err := h.check(t.Context(), s, c.own, h.early(t.Context(), s), 1, nil)
				said := ""
				if err != nil {
					said = err.Error()
				}
				if detail != c.detail || !strings.Contains(said, c.failed) || (c.failed == "") != (err == nil) {
					t.Errorf("got  %q, %q\nwant %q, %q", detail, said, c.detail, c.failed)
				}
				if once := Ask(t.Context(), s, c.own, []Health{h})[0]; !strings.Contains(once.Problem, c.failed) || (c.failed == "") != (once.Problem == "") || c.failed == "" && once.Status != 200 {
					t.Errorf("asked once: %+v, want %q", once, c.failed)
				}
			})
		})
	}
}
