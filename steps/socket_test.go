package steps

import (
	"strings"
	"testing"

	"djship/assets"
	"djship/runner/scratch"
	"djship/shell"
	"djship/steps/server"
)

// Where a script is a link, its owner tells whether what it leads to fits.
func TestEditedFileBehindALink(t *testing.T) {
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		s.Write("/srv/fits", "LISTEN_FDS=1 exec gunicorn\n", 0o644)
		s.Write("/srv/not", "exec gunicorn --bind somewhere\n", 0o644)
		f := site3().GunicornScript(server.Options{})
		see := func(path string) string {
			f.Path = path
			_, text := f.HomeProbe()
			return s.Run("printf 'MARK SIGN\nroot 1\n%s' " + shell.Quote(string(text)) + " | perl -e " + shell.Quote(assets.Code("shell/newest.pl")+assets.Code("shell/see.pl")))
		}
		for target, fits := range map[string]bool{"/srv/fits": true, "/srv/not": false, "/srv/nothing": false} {
			s.Run("ln -sfn " + target + " /srv/link")
			out := see("/srv/link")
			if strings.Contains(out, "LISTEN_FDS\n") != fits {
				t.Errorf("%s: %q", target, out)
			}
		}
		if out := see("/srv/fits"); strings.Count(out, "LISTEN_FDS") != 1 {
			t.Errorf("a plain file: %q", out)
		}
	})
}
