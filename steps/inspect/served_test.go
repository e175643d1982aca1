package inspect

import (
	"net/netip"
	"strings"
	"testing"
)

// Who answers is told as nginx tells it: by address, then by name, then the default.
func TestWhoServes(t *testing.T) {
	const main = "# configuration file /etc/nginx/nginx.conf:\nuser www-data;\nhttp {\n\tlog_format x '$a \"}\" ;';\n\tinclude conf.d/*.conf;\n\tinclude /etc/nginx/sites-enabled/*;\n}\n"
	const only = "# configuration file /etc/nginx/nginx.conf:\nhttp { include /etc/nginx/conf.d/*.conf; }\n"
	const ours = "\n# configuration file /etc/nginx/sites-enabled/example.com:\nserver { listen 80; listen [::]:80; server_name example.com www.example.com; add_header X-Djship-Site $djship_example always; location / { return 200; } }\n"
	const welcome = "\n# configuration file /etc/nginx/conf.d/default.conf:\nserver { # it's } the welcome page\n\tlisten 80 default_server; server_name localhost; location ~ \\.php$ { root \"/a{b\"; } }\n"
	const status = "\n# configuration file /etc/nginx/conf.d/status.conf:\nserver { listen 127.0.0.1:80; location /stub { stub_status; } }\n"
	for _, c := range []struct{ name, text, host, at, want string }{
		{"the site", main + ours, "example.com", "192.0.2.1:80", "named, of the site, tells: the server block of /etc/nginx/sites-enabled/example.com (example.com www.example.com; listen 80)"},
		{"by IPv6", main + ours, "www.example.com", "[2001:db8::1]:80", "named, of the site, tells: the server block of /etc/nginx/sites-enabled/example.com (example.com www.example.com; listen [::]:80)"},
		{"a welcome page beside it", main + welcome + ours, "example.com", "192.0.2.1:80", "named, of the site, tells: the server block of /etc/nginx/sites-enabled/example.com (example.com www.example.com; listen 80)"},
		{"a welcome page for other names", main + welcome + ours, "example.org", "192.0.2.1:80", "the server block of /etc/nginx/conf.d/default.conf (localhost; listen 80)"},
		{"conf.d only", only + welcome, "example.com", "192.0.2.1:80", "the server block of /etc/nginx/conf.d/default.conf (localhost; listen 80)"},
		{"stub_status at loopback", main + status + ours, "example.com", "127.0.0.1:80", "the server block of /etc/nginx/conf.d/status.conf (no server_name; listen 127.0.0.1:80)"},
		{"stub_status is not where visitors are", main + status + ours, "example.com", "192.0.2.1:80", "named, of the site, tells: the server block of /etc/nginx/sites-enabled/example.com (example.com www.example.com; listen 80)"},
		{"nothing on the port", main + ours, "example.com", "192.0.2.1:443", "nginx has no server block for it"},
		{"other headers in a location", main + strings.Replace(ours, "return 200", "add_header X-A b; return 200", 1), "example.com", "192.0.2.1:80", "named, of the site: the server block of /etc/nginx/sites-enabled/example.com (example.com www.example.com; listen 80)"},
		{"moved, with its folder", main + "\n# configuration file /etc/nginx/conf.d/mine.conf:\nserver { listen 80; server_name *.example.com; root /webapps/example_project/static; }", "www.example.com", "192.0.2.1:80",
			"named, of the site: the server block of /etc/nginx/conf.d/mine.conf (*.example.com; listen 80)"},
		{"another site's folder", main + "\n# configuration file /etc/nginx/conf.d/mine.conf:\nserver { server_name ~^ex; root /webapps/my_example_project/static; }", "example.com", "192.0.2.1:80",
			"named: the server block of /etc/nginx/conf.d/mine.conf (~^ex; listen 80)"},
		{"nothing at all", "", "example.com", "192.0.2.1:80", "nginx has no server block for it"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, err := whoServes(c.text, c.host, netip.MustParseAddrPort(c.at))
			var got []string
			if b.Named {
				got = append(got, "named")
			}
			if IsOf(b, "example", "example.com") && err == nil {
				got = append(got, "of the site")
			}
			if b.Tells {
				got = append(got, "tells")
			}
			said := strings.Join(got, ", ")
			if said != "" {
				said += ": "
			}
			if err != nil {
				said += err.Error()
			} else {
				said += b.String()
			}
			if said != c.want {
				t.Errorf("got  %s\nwant %s", said, c.want)
			}
		})
	}
}

// A text that nginx would refuse, or that never ends, is read to its end.
func FuzzWhoServes(f *testing.F) {
	f.Add("# configuration file /a:\nhttp { server { listen 80; } include /a; }")
	f.Add("# configuration file /a:\n\"\\${ }} ; 'x\\")
	f.Fuzz(func(t *testing.T, text string) {
		_, _ = whoServes(text, "example.com", netip.MustParseAddrPort("192.0.2.1:80"))
	})
}

func TestSiteLog(t *testing.T) {
	const log = "[2026-11-26 13:00:00 +0000] [7] [INFO] Booting\nInternal Server Error: /\nTraceback (most recent call last):\n  File \"a.py\", line 1, in old\nOldError: old\n" +
		"Internal Server Error: /\nTraceback (most recent call last):\n  File \"a.py\", line 1, in one\n    one()\n  File \"a.py\", line 2, in two\n    two()\n  File \"a.py\", line 3, in three\n    three()\n" +
		"  File \"a.py\", line 4, in four\n    four()\nValueError: why\n[2026-11-26 13:00:01 +0000] [7] [INFO] Worker\n"
	want := "  File \"a.py\", line 2, in two\n    two()\n  File \"a.py\", line 3, in three\n    three()\n  File \"a.py\", line 4, in four\n    four()\nValueError: why"
	if got := SiteLog(log).Tail(true); got != want {
		t.Errorf("got %s", got)
	}
	if got := SiteLog("[INFO] Booting\n").Tail(true); got != "" {
		t.Errorf("got %s", got)
	}
	if got := SiteLog("Traceback (most recent call last):\n  DB_PASSWORD = 'hunter2'\nValueError: x\n").Tail(true); strings.Contains(got, "hunter2") {
		t.Errorf("a secret is shown: %s", got)
	}
	const boots = "[2026-11-26 13:00:00 +0000] [7] [INFO] Starting gunicorn 23.0.0\n[2026-11-26 13:00:00 +0000] [8] [ERROR] Exception in worker process\nTraceback (most recent call last):\n" +
		"  File \"<frozen importlib>\", line 1, in load\nModuleNotFoundError: No module named 'shop.wsgi'\n[2026-11-26 13:00:01 +0000] [8] [INFO] Worker exiting (pid: 8)\nTraceback (most recent call last):\n" +
		"  File \"arbiter.py\", line 1, in run\ngunicorn.errors.HaltServer: <HaltServer 'Worker failed to boot.' 3>\n"
	const mended = boots + "[2026-11-26 13:00:09 +0000] [9] [INFO] Starting gunicorn 23.0.0\n[2026-11-26 13:00:09 +0000] [10] [INFO] Booting worker with pid: 10\n"
	if got := SiteLog(boots).Tail(false); !strings.HasSuffix(got, "ModuleNotFoundError: No module named 'shop.wsgi'") || strings.Contains(got, "HaltServer") {
		t.Errorf("why gunicorn does not start: %q", got)
	}
	if got := SiteLog(mended).Tail(true); got != "" {
		t.Errorf("of a site that answers, what was before it started: %q", got)
	}
	if got := SiteLog(mended).Tail(false); !strings.Contains(got, "shop.wsgi") {
		t.Errorf("of a site that is starting again and again: %q", got)
	}
	said := SiteLog("Invalid HTTP_HOST header: 'example.com'. You may need to add 'example.com' to ALLOWED_HOSTS.\n")
	if !said.Disallowed("example.com") || said.Disallowed("www.example.com") {
		t.Error("the name is not seen")
	}
}
