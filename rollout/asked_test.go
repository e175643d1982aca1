package rollout

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// Sites of a host are asked side by side, so many at once, and none is waited for long.
func TestAskManySites(t *testing.T) {
	for _, c := range []struct {
		name  string
		given func(*fake)
		want  Finding
		sites int
		took  time.Duration // 8 at once
	}{
		{"up", func(f *fake) { f.slow = time.Second }, Finding{Status: 200}, 24, 3 * time.Second},
		{"up, where nothing is forwarded", func(f *fake) { f.slow, f.noForward = time.Second, true }, Finding{Status: 200}, 24, 3 * time.Second},
		{"hung", func(f *fake) { f.slow = time.Minute }, Finding{Problem: "no answer within 10s",
			Hint: "look on the host at `sudo supervisorctl status`, logs/gunicorn.log in the site's home, and /var/log/nginx/example.com.error.log"}, 24, 30 * time.Second},
		{"many hung", func(f *fake) { f.slow = time.Minute }, Finding{Problem: "no answer within 10s",
			Hint: "look on the host at `sudo supervisorctl status`, logs/gunicorn.log in the site's home, and /var/log/nginx/example.com.error.log"}, 1000, 2 * time.Minute},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake("a")
				c.given(f)
				s, err := f.open(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				began := time.Now()
				for i, got := range Ask(t.Context(), s, nil, slices.Repeat([]Health{{Project: "example", Domain: "example.com", Path: "/"}}, c.sites)) {
					if got != c.want {
						t.Errorf("site %d: %+v, want %+v", i, got, c.want)
					}
				}
				if took := time.Since(began); took < c.took || took > c.took+time.Second || f.slow < healthEach && f.served != askedAtOnce {
					t.Errorf("it took %v, not about %v, %d at once", took, c.took, f.served)
				}
				_ = s.Close()
				time.Sleep(f.slow)
			})
		})
	}
}
