package cli

import (
	"bytes"
	"context"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"djship/report"
	"djship/rollout"

	"github.com/google/go-cmp/cmp"
)

func TestSummaryLines(t *testing.T) {
	one := rollout.Site{Host: "web1", Project: "example", Domain: "example.com", Reached: "203.0.113.5", Own: []string{"203.0.113.5", "2001:db8::5", "10.0.0.5"}}
	made := one
	made.New = true
	two := rollout.Site{Host: "web2", Project: "example", Domain: "example.com", Reached: "10.0.0.6", Own: []string{"10.0.0.6", "203.0.113.6"}}
	six := rollout.Site{Host: "six", Project: "example", Domain: "example.com", Reached: "2001:db8::7", Own: []string{"2001:db8::7"}}
	nat := rollout.Site{Host: "nat", Project: "example", Domain: "example.com", Reached: "198.51.100.9", Own: []string{"10.0.0.9"}}
	staging := rollout.Site{Host: "stage", Project: "example", Domain: "staging.example.com", Own: []string{"10.0.0.8"}}
	to := func(addrs ...string) map[string]nameResult {
		return map[string]nameResult{"example.com": {addrs: addrs}}
	}
	const next = "\nnext, on web1:\n" +
		"  superuser  sudo -Hu example bash -c 'cd; . ./prepare_env.sh; manage.py createsuperuser'\n" +
		"  your code  on your workstation, in its folder: djship push example\n" +
		"  https      once the name leads there: djship_tls=acme beside the host in your inventory, and the same command again"
	for _, test := range []struct {
		name  string
		sites []rollout.Site
		known map[string]nameResult
		want  string
	}{
		{"nothing answers", nil, nil, ""},
		{"not known in time", []rollout.Site{one}, nil, "http://example.com/ answers on web1"},
		{"there", []rollout.Site{one}, to("203.0.113.5", "2001:db8::5"), "http://example.com/ answers on web1, and example.com leads there (203.0.113.5, 2001:db8::5)"},
		{"behind NAT", []rollout.Site{nat}, to("198.51.100.9"), "http://example.com/ answers on nat, and example.com leads there (198.51.100.9)"},
		{"not yet", []rollout.Site{one}, to(), "http://example.com/ answers on web1, but example.com does not resolve yet: it needs an A record to 203.0.113.5"},
		{"not yet, reached by a VPN", []rollout.Site{two}, to(), "http://example.com/ answers on web2, but example.com does not resolve yet: it needs an A record to 203.0.113.6"},
		{"not yet, IPv6", []rollout.Site{six}, to(), "http://example.com/ answers on six, but example.com does not resolve yet: it needs an AAAA record to 2001:db8::7"},
		{"by https", []rollout.Site{{Host: "web1", Project: "example", Domain: "example.com", HTTPS: true, New: true}}, nil, "https://example.com/ answers on web1\n" + next[:strings.Index(next, "\n  https")]},
		{"not yet, two", []rollout.Site{one, two}, to(), "http://example.com/ answers on web1, web2, but example.com does not resolve yet: it needs an A record to 203.0.113.5 or 203.0.113.6"},
		{"elsewhere", []rollout.Site{one}, to("198.51.100.7"),
			"http://example.com/ answers on web1, but example.com resolves to 198.51.100.7, which is none of these hosts: right behind a CDN or a load balancer, else it needs an A record to 203.0.113.5"},
		{"here and there", []rollout.Site{one}, to("203.0.113.5", "198.51.100.7"),
			"http://example.com/ answers on web1, and example.com leads there (203.0.113.5), but also to 198.51.100.7, which is none of these hosts"},
		{"fails", []rollout.Site{one}, map[string]nameResult{"example.com": {err: errors.New("server misbehaving")}},
			"http://example.com/ answers on web1; where example.com leads can't be told: server misbehaving"},
		{"two domains", []rollout.Site{staging, one}, map[string]nameResult{"staging.example.com": {}, "example.com": {addrs: []string{"203.0.113.5"}}},
			"http://staging.example.com/ answers on stage, but staging.example.com does not resolve yet: it needs an A record to 10.0.0.8\n" +
				"http://example.com/ answers on web1, and example.com leads there (203.0.113.5)"},
		{"made now", []rollout.Site{made}, to(), "http://example.com/ answers on web1, but example.com does not resolve yet: it needs an A record to 203.0.113.5\n" + next},
		{"made now, without www", []rollout.Site{made}, map[string]nameResult{"example.com": {addrs: []string{"203.0.113.5"}}, "www.example.com": {}},
			"http://example.com/ answers on web1, and example.com leads there (203.0.113.5)\n" + strings.Replace(next, "acme", "acme djship_tls_names=example.com", 1)},
		{"made now, with a domain each", []rollout.Site{{Host: "stage", Project: "example", Domain: "staging.example.com", New: true}, made}, nil,
			"http://staging.example.com/ answers on stage\nhttp://example.com/ answers on web1\n" +
				strings.Replace(next, "on web1", "on stage, web1", 1)},
	} {
		want := test.want
		if want != "" {
			want = "\n" + want
		}
		if diff := cmp.Diff(want, strings.Join(summaryLines(test.sites, test.known), "\n")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

// Nothing is looked up where nobody reads it.
func TestSummaryOnlyForPeople(t *testing.T) {
	defer func(before func(context.Context, string) ([]netip.Addr, error)) { resolve = before }(resolve)
	asked := make(chan string, 100)
	resolve = func(_ context.Context, name string) ([]netip.Addr, error) { asked <- name; return nil, nil }
	r := &rollout.Rollout{Targets: []rollout.Target{{Name: "web1", Turns: oneTurn(nil, &rollout.Health{Domain: "example.com"})}, {Name: "web2", Turns: oneTurn(nil, nil)}}}
	terminal := report.Options{TTY: true, Size: func() (int, int) { return 80, 24 }}
	for _, test := range []struct {
		name string
		o    rolloutOptions
		look report.Options
		want []string
	}{
		{"a terminal", rolloutOptions{}, terminal, []string{"example.com", "www.example.com"}},
		{"a pipe", rolloutOptions{}, report.Options{}, nil},
		{"a pipe, -v", rolloutOptions{selection: selection{verbose: 1}}, report.Options{}, []string{"example.com", "www.example.com"}},
		{"--check", rolloutOptions{check: true}, terminal, nil},
		{"--json", rolloutOptions{json: true}, terminal, nil},
		{"-q", rolloutOptions{selection: selection{quiet: true}}, terminal, nil},
	} {
		var said bytes.Buffer
		siteSummary(t.Context(), Env{Stderr: &said}, test.o, r, test.look)()
		var got []string
		for range test.want {
			got = append(got, <-asked)
		}
		slices.Sort(got)
		if !slices.Equal(got, test.want) || len(asked) > 0 || said.Len() > 0 {
			t.Errorf("%s: asked for %q and %d more, said %q", test.name, got, len(asked), &said)
		}
	}
}
