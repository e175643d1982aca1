package inspect

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"djship/assets"
	"djship/runner/scratch"
)

// What stands in a record is told as it is, and what is none is passed over.
func TestRecords(t *testing.T) {
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		for name, text := range map[string]string{"shop": "domain shop.org\npython 3\naliases a.org b.org\ntls acme\n", "shop.password": "x", "old": "python 2\n", "empty": "", "odd": "domain a b\npython 3\n", "Upper": "domain x.org\npython 3\n"} {
			s.Write("/var/lib/djship/sites/"+name, text, 0o600)
		}
		for _, name := range []string{"shop_project", "old_project", "legacy_project", "Odd_project", "files"} {
			s.Write("/webapps/"+name+"/x", "", 0o600)
		}
		want := []Record{{Project: "empty"}, {Project: "odd", Domain: "a b", Python: "3"}, {Project: "old", Python: "2"},
			{Project: "shop", Domain: "shop.org", Python: "3", Kept: map[string]string{"aliases": "a.org b.org", "tls": "acme"}}}
		if diff := cmp.Diff(want, parseRecords(s.Run(prelude(assets.Text("shell/records.sh"))))); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		there, scripted := parseNames(s.Run(prelude(assets.Text("shell/records.sh"))))
		if diff := cmp.Diff([][]string{{"odd", "shop"}, {"legacy"}}, [][]string{there, scripted}); diff != "" {
			t.Errorf("names (-want +got):\n%s", diff)
		}
	})
}
