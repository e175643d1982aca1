package steps

import (
	"strings"
	"testing"

	"djship/runner/scratch"
	"djship/steps/server"
)

// Where a script is a link, its owner tells whether what it leads to fits.
func TestEditedFileBehindALink(t *testing.T) {
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		s.Write("/srv/fits", "LISTEN_FDS=1 exec gunicorn\n", 0o644)
		s.Write("/srv/not", "exec gunicorn --bind somewhere\n", 0o644)
		f := site3().GunicornScript(server.Options{})
		probe := func() string { _, text := f.HomeProbe(); return string(text) }
		f.Path = "/srv/link"
		for target, fits := range map[string]bool{"/srv/fits": true, "/srv/not": false, "/srv/nothing": false} {
			out := s.Run(prelude("ln -sfn " + target + " /srv/link\n" + probe() + "\n:"))
			if strings.Contains(out, "LISTEN_FDS\n") != fits {
				t.Errorf("%s: %q", target, out)
			}
		}
		f.Path = "/srv/fits"
		if out := s.Run(prelude(probe() + "\n:")); strings.Count(out, "LISTEN_FDS") != 1 {
			t.Errorf("a plain file: %q", out)
		}
	})
}
