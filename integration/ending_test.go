//go:build linux

package integration

import (
	"fmt"
	"strings"
	"testing"
)

// A deploy that makes a site ends with its address and what is next, and what it says to type works; the
// next one tells no more of that. A login that is refused is not called unreachable.
func TestEnding(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w := up(t, 12, ready)
	if err := w.inventory(line(h, "root", "djship_domain=other.example.com")); err != nil {
		t.Fatal(err)
	}
	says := func(o outcome, wants bool, words ...string) {
		t.Helper()
		for _, word := range words {
			if strings.Contains(o.stdout+o.stderr, word) != wants {
				t.Errorf("it says %q: %v; %v", word, !wants, o)
			}
		}
	}
	const superuser = "sudo -Hu example bash -c 'cd; . ./prepare_env.sh; manage.py createsuperuser"
	o := w.djship(0, "deploy", "example", "example.com", "-v")
	says(o, true, ", as other.example.com", "http://other.example.com/ answers on web1; where other.example.com leads can't be told: ",
		"next, on web1:", superuser+"'", "djship_tls=acme beside the host")
	on(t, h, "DJANGO_SUPERUSER_PASSWORD=s3cret-enough "+strings.Replace(superuser, "sudo -Hu", "sudo --preserve-env=DJANGO_SUPERUSER_PASSWORD -Hu", 1)+
		" --noinput --username admin --email a@example.com'")
	o = w.djship(0, "deploy", "example", "example.com", "-v")
	says(o, true, "http://other.example.com/ answers on web1")
	says(o, false, "next, on", "createsuperuser")
	says(w.djship(0, "deploy", "example", "example.com"), false, "http://other.example.com/ answers")
	says(w.djship(0, "deploy", "example", "example.com", "--check", "-v"), false, "http://other.example.com/ answers")

	same := strings.Replace(line(h, "nobody-here"), h.Name()+" ", "%s ", 1)
	if err := w.inventory(fmt.Sprintf(same, "one"), fmt.Sprintf(same, "two")); err != nil {
		t.Fatal(err)
	}
	o = w.djship(3, "deploy", "example", "example.com")
	says(o, true, "2 hosts  no login", "one, two", "no login: 0 changed, 2 no login")
	says(o, false, "unreachable")
	says(w.djship(3, "status"), true, "one, two: no login: the host refused the login as nobody-here")
	says(w.djship(0, "runs"), true, "no login")
}
