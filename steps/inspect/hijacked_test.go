package inspect

import (
	"strings"
	"testing"

	"djship/assets"
	"djship/runner/scratch"
)

// Status tells of every site, whatever supervised says or a site's account does.
func TestStatusOfEverySite(t *testing.T) {
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		s.Write("/var/lib/djship/sites/nobody", "domain one.org\npython 3\n", 0o600)
		s.Write("/var/lib/djship/sites/two", "domain two.org\npython 3\n", 0o600)
		s.Write("/webapps/two_project/x", "", 0o600)
		s.Write("/webapps/legacy_project/x", "", 0o600)
		out := s.Run(prelude("newest='echo newest; echo; echo newest 5; sleep 1000;'\nsupervised() { echo broken >&2; return 1; }\n" + assets.Text("shell/status.sh")))
		found := parseSites(out)
		if len(found.Sites) != 2 || found.Sites[0].OS == "" || found.Own == nil || strings.Join(found.Scripted, " ") != "legacy" || !strings.HasSuffix(out, "MARK end\n") {
			t.Errorf("%q", out)
		}
	})
}
