package model

import "testing"

// What the bash scripts have left is told with the way to take it over, and nothing else is.
func TestElseAdopt(t *testing.T) {
	one, two := ParseFacts("site own own.org 3\nhome /webapps/own_project /webapps/shop_project\n"), ParseFacts("home /webapps/shop_project /webapps/*_project /webapps/X_project /webapps/my_own /webapps/blog_project\n")
	for _, c := range []struct {
		facts         Facts
		project, want string
	}{
		{Facts{}, "", "else"},
		{ParseFacts("home /webapps/*_project\n"), "", "else"},
		{one, "", "the bash scripts have made shop here: `djship adopt shop DOMAIN --check` tells how a site is taken over; what runs goes on meanwhile"},
		{one, "shop", "the bash scripts have made shop here: `djship adopt shop DOMAIN --check` tells how a site is taken over; what runs goes on meanwhile"},
		{one, "blog", "else"},
		{two, "", "the bash scripts have made shop, blog here: `djship adopt PROJECT DOMAIN --check` tells how a site is taken over; what runs goes on meanwhile"},
	} {
		if got := c.facts.ElseAdopt(c.project, "else"); got != c.want {
			t.Errorf("%v, %q: %s", c.facts.Scripted, c.project, got)
		}
	}
}
