package inspect

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"djship/assets"
	"djship/runner/scratch"
	"djship/secret"
	"djship/shell"
)

// What is set is the same, byte for byte, in a shell and as it is read back; what stands there otherwise is passed over.
func TestConfigOfAHost(t *testing.T) {
	values := map[string]string{"A": "1", "EMPTY": "", "QUOTES": strings.Repeat("'", 32<<10), "ODD": "é$x`y`\\%%\"# \t\xff",
		"LINES": "a\nexport EVIL='x'\n\n", "URL": "redis://:p@ss@h/0?a=b&c"}
	var change strings.Builder
	for name, value := range values {
		change.WriteString(name + " " + hex.EncodeToString([]byte(value)) + "\n")
	}
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		file, reads := "/webapps/.sites/shop/config/env", shell.Set("config_values", assets.Text("shell/configvalues.pl"))
		s.Write("/var/lib/djship/sites/shop", "domain shop.org\npython 3\n", 0o600)
		s.Write(file+".old", "export GONE='x'\nexport A='0'\nrm -rf /\nexport HALF='x\n", 0o600)
		s.Write("/webapps/.sites/shop/config/history", "2026-11-26T08:00:00Z run-1 me@home +A -B\n2026-11-26T08:01:00Z run-2 x\x1b undo +GONE\nbad\n", 0o600)
		s.Write("/change", change.String()+"GONE\n", 0o600)
		s.Run(reads + assets.Text("shell/configfile.sh") + "config_file change " + file + ".old true </change >" + file)
		out := parseConfig(s.Run(prelude("project=shop lacks=\n" + reads + assets.Text("shell/configfile.sh") + assets.Text("shell/configof.sh"))))
		want := SiteConfig{Known: true, Values: map[string]secret.Value{}, Changes: []ConfigChange{
			{Time: "2026-11-26T08:00:00Z", Who: "me@home", Set: []string{"A"}, Unset: []string{"B"}},
			{Time: "2026-11-26T08:01:00Z", Who: "x?", Undo: true, Set: []string{"GONE"}, Unset: []string{}}}}
		for name, value := range values {
			want.Values[name] = secret.New(value)
			if got := s.Run("bash -c '. \"$1\"; printf %s. \"${!2}\"' bash " + shell.QuoteAll(file, name)); got != value+"." {
				t.Errorf("%s in a shell is %.100q", name, got)
			}
		}
		if diff := cmp.Diff(want, out, cmp.Comparer(func(a, b secret.Value) bool { return a.Reveal() == b.Reveal() })); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if got := s.Run("printf 'it has ODD=%s and A\\n' \"redis://:p@ss@h/0?a=b&c\" | (" + reads + assets.Text("shell/configfile.sh") + "config_file mask " + file + ")"); got != "it has ODD=******** and A\n" {
			t.Errorf("masked is %q", got)
		}
	})
}
