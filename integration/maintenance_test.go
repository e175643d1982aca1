//go:build linux

package integration

import (
	"context"
	"strings"
	"testing"
	"time"

	"djship/integration/testbed"
)

// maintains checks a site in maintenance: what visitors get, who is let in, a push and a deploy behind the page, and that nothing is left.
func (w *workstation) maintains(t *testing.T, h *testbed.Host, c *checkout) {
	t.Helper()
	shows := func(want string) {
		t.Helper()
		p := get(t, h, "example.com", "/")
		if p.status != 503 || p.header.Get("Retry-After") == "" || !strings.Contains(p.body, want) {
			t.Errorf("visitors get %d, %v, %q, want the page that says %q", p.status, p.header, p.body, want)
		}
	}
	w.djship(0, "maintenance", "example", "on")
	shows("Back soon")
	if p := get(t, h, "example.com", "/static/shop.css"); p.status != 200 {
		t.Errorf("a static file, which the page may want: %d", p.status)
	}

	// They are not taken for errors of the release that takes over meanwhile.
	ctx, stop := context.WithCancel(t.Context())
	go func() {
		for ; ctx.Err() == nil; time.Sleep(20 * time.Millisecond) {
			_, _ = visit(h, "example.com", "/")
		}
	}()
	files := says("moved")
	files["shop/templates/503.html"] = "<h1>We move</h1>"
	c.commit(t, files)
	w.djship(0, "push", "example", "--dir", "shop", "--hold", "2s")
	stop()
	shows("Back soon")
	w.djship(0, "deploy", "example", "example.com")
	on(t, h, "nginx -s reload")
	if o := w.djship(0, "status", "example"); !strings.Contains(o.stdout, "up 200, maintenance") {
		t.Errorf("%v", o)
	}

	w.djship(0, "maintenance", "example", "on")
	shows("<h1>We move</h1>")
	me := on(t, h, "tail -n 1 /var/log/nginx/example.com.access.log | cut -d ' ' -f 1")
	w.djship(0, "maintenance", "example", "on", "--allow", "2001:db8::1", "--allow", me)
	saysPage(t, h, "moved, 0 things")
	w.djship(0, "maintenance", "example", "on")
	shows("<h1>We move</h1>")

	// An nginx of somebody who has edited its file.
	on(t, h, "mv /etc/nginx/sites-available/example.com /root; sed /maintenance/,+1d /root/example.com >/etc/nginx/sites-available/example.com")
	if o := w.djship(1, "maintenance", "example", "on"); !strings.Contains(o.stderr, "write `include /etc/nginx/djship/example/*.conf;` there") {
		t.Errorf("%v", o)
	}
	on(t, h, "mv /root/example.com /etc/nginx/sites-available/")
	w.djship(0, "maintenance", "example", "off")
	saysPage(t, h, "moved, 0 things")
	if left := on(t, h, "ls /etc/nginx/djship"); left != "" {
		t.Errorf("left: %q", left)
	}
}
