package cli

import (
	"testing"
)

// Who names a site that no host has is asked whether a near one is meant, and told of those that the bash scripts have made.
func TestHintOfNoSite(t *testing.T) {
	const lists = "`djship status` lists those that there are"
	const how = " DOMAIN --check` tells how a site is taken over; what runs goes on meanwhile"
	type has struct{ there, scripted []string }
	for _, c := range []struct {
		name  string
		hosts map[string]has
		typed string
		want  string
	}{
		{"nothing is there", nil, "shop", lists},
		{"none that is near", map[string]has{"web1": {[]string{"example"}, nil}}, "shop", lists},
		{"a near one", map[string]has{"web1": {[]string{"example"}, nil}, "web2": {[]string{"example", "shop"}, nil}}, "exmaple", "did you mean example? " + lists},
		{"a near one of the scripts, beside djship's", map[string]has{"web1": {[]string{"shop"}, []string{"example"}}}, "exmaple", "did you mean example? " + lists},
		{"one of the scripts", map[string]has{"web1": {[]string{"shop"}, []string{"example", "second"}}, "web2": {nil, []string{"example"}}}, "example",
			"the bash scripts have made example on web1 and web2: `djship adopt example" + how},
		{"sites of the scripts alone", map[string]has{"web1": {nil, []string{"example", "second"}}}, "shop", "the bash scripts have made example, second on web1: `djship adopt PROJECT" + how},
	} {
		t.Run(c.name, func(t *testing.T) {
			others := &otherSites{}
			for host, has := range c.hosts {
				others.add(host, has.there, has.scripted)
			}
			if got := others.hint(c.typed, lists); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// Sites of the bash scripts stand in no table; a status tells of them.
func TestStatusTellsOfSitesOfTheScripts(t *testing.T) {
	messages := stream(t)
	others := &otherSites{}
	others.add("web1", []string{"shop"}, nil)
	others.sayScripted(messages)
	others.add("web2", nil, []string{"example"})
	others.sayScripted(messages)
	if got, want := written(t, messages), "the bash scripts have made example on web2: `djship adopt example DOMAIN --check` tells how a site is taken over; what runs goes on meanwhile\n"; got != want {
		t.Errorf("%q", got)
	}
	if got := others.listed(); got != "example, shop" {
		t.Errorf("listed: %q", got)
	}
}
