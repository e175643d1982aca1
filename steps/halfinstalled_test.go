package steps

import (
	"testing"

	"djship/assets"
	"djship/runner/scratch"
	"djship/steps/model"
	"djship/steps/model/modeltest"
	"djship/steps/server"
)

// What a run that was cut off has left of a package is taken away, whichever djship has noted that it was at work; what
// was there before stays, and all of it where nothing was cut off.
func TestHalfInstalledPackages(t *testing.T) {
	packages := site3().Packages(server.Options{})
	clear := packages.Plan(modeltest.Debian12, model.Observed{Due: true}).Before
	const home = "/webapps/example_project"
	lay := func(mark string) string {
		return "rm -rf " + home + " /var/lib/djship/due; mkdir -p /run/stage /var/lib/djship/due " + home + "/lib/python3.11/site-packages; cd " + home + "/lib/python3.11/site-packages\n" +
			"getent passwd example >/dev/null || { groupadd -rf webapps; useradd -r -M -g webapps -d " + home + " example; }\n" +
			"mkdir older-1.dist-info; sleep 1.1; " + mark + "; sleep 1.1; mkdir half-1.dist-info whole-1.dist-info; : >whole-1.dist-info/INSTALLER; chown -R example:webapps " + home + "; ls"
	}
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		const all = "half-1.dist-info\nolder-1.dist-info\nwhole-1.dist-info\n"
		for _, c := range []struct{ mark, want string }{
			{": >/var/lib/djship/due/python-packages-example", "older-1.dist-info\nwhole-1.dist-info\n"},
			{": >/var/lib/djship/due/Python-packages-of-example", "older-1.dist-info\nwhole-1.dist-info\n"},
			{":", all},
		} {
			if got := s.Run(lay(c.mark)); got != all {
				t.Fatalf("%q", got)
			}
			s.Run(prelude("stage=/run/stage stamp=x\n" + assets.Text("shell/work.sh") + "\nset -e\n" + string(clear)))
			if got := s.Run("ls " + home + "/lib/python3.11/site-packages"); got != c.want {
				t.Errorf("%s: %q", c.mark, got)
			}
		}
	})
}
