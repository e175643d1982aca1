package release

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"djship/assets"
)

// What git is told has no password in it, and git knows it all the same.
func TestTokensOfGitAreHidden(t *testing.T) {
	for _, c := range []struct{ what, text, left, known, config string }{
		{"requirements", "django<5\na @ git+https://token@example.com/me/a.git@v1#egg=a\nb @ https://u:p@example.com/b.whl\n",
			"django<5\na @ git+https://example.com/me/a.git@v1#egg=a\nb @ https://u:p@example.com/b.whl\n", "https://token:@example.com/me/a.git\n", "[credential]\n\thelper = store\n"},
		{"pyproject.toml and uv.lock", "a = { git = \"https://u:p@example.com/a\", rev = \"1\" }\nsource = { git = 'https://u:p@example.com/a?rev=1#abc' }\nurl = \"https://u:p@example.com/simple\"\n",
			"a = { git = \"https://example.com/a\", rev = \"1\" }\nsource = { git = 'https://example.com/a?rev=1#abc' }\nurl = \"https://u:p@example.com/simple\"\n", "https://u:p@example.com/a\n", "[credential]\n\thelper = store\n"},
		{"two for one server", "dependencies = [\"a @ git+https://one@example.com/a\", \"b @ git+https://two@example.com/b\"]\n", "dependencies = [\"a @ git+https://example.com/a\", \"b @ git+https://example.com/b\"]\n",
			"https://one:@example.com/a\nhttps://two:@example.com/b\n", "[credential]\n\thelper = store\n\tuseHttpPath = true\n"},
		{"none", "a @ git+https://example.com/a@v1\nb @ git+ssh://git@example.com/b\n", "a @ git+https://example.com/a@v1\nb @ git+ssh://git@example.com/b\n", "", ""},
	} {
		t.Run(c.what, func(t *testing.T) {
			home := t.TempDir()
			file := filepath.Join(home, "needed.txt")
			lay(t, home, map[string]string{"needed.txt": c.text})
			cmd := exec.Command("sh", "-ec", assets.Code("shell/gittokens.sh")+"\nhide_tokens \"$1\"", "sh", file)
			cmd.Env = []string{"HOME=" + home, "PATH=" + os.Getenv("PATH")}
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			for name, want := range map[string]string{"needed.txt": c.left, ".git-credentials": c.known, ".gitconfig": c.config} {
				if got, _ := os.ReadFile(filepath.Join(home, name)); string(got) != want {
					t.Errorf("%s: %q, want %q", name, got, want)
				}
			}
		})
	}
}
