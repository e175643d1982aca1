package release

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"djship/assets"
	"djship/shell"
)

// Of a traceback people see the lines of their own code and the error, and which migration was at work.
func TestTracebacksAreShort(t *testing.T) {
	const (
		top     = "Traceback (most recent call last):\n"
		release = "/webapps/.sites/shop/releases/20261126-101500-1a2b3c4/"
		library = "  File \"/webapps/.sites/shop/venvs/1a2b/lib/python3.11/site-packages/django/db/"
		manage  = "  File \"" + release + "manage.py\", line 9, in <module>\n    main()\n"
		execute = library + "backends/utils.py\", line 105, in _execute\n    return self.cursor.execute(sql, params)\n           ^^^^^^^^^^^\n"
		own     = "  File \"" + release + "shop/migrations/0002_bad.py\", line 7, in forward\n    raise ValueError('no')\n"
		direct  = "\nThe above exception was the direct cause of the following exception:\n\n"
		lib     = "django/db/backends/utils.py, line 105, in _execute: return self.cursor.execute(sql, params)\n"
	)
	for _, c := range []struct{ what, printed, want, applying string }{
		{"none", "one\n\ntwo", "one\ntwo\n", ""},
		{"the project's own", "  Applying shop.0001_initial... OK\n  Applying shop.0002_bad..." + top + manage + execute + own + "ValueError: no\n",
			"  Applying shop.0001_initial... OK\n  Applying shop.0002_bad...\nshop/migrations/0002_bad.py, line 7, in forward: raise ValueError('no')\nValueError: no\n", "shop.0002_bad"},
		{"of the library alone", top + manage + execute + "p.NoColumn: x\nLINE 1: y\n" + direct + top + execute + execute + execute + "ProgrammingError: x\n",
			"manage.py, line 9, in <module>: main()\n" + lib + "p.NoColumn: x\nLINE 1: y\n" + lib + lib + "ProgrammingError: x\n", ""},
		{"in the site's home", top + "  File \"/webapps/shop_project/lib/python3.11/site-packages/a.py\", line 1, in a\n    b()\n  File \"/webapps/shop_project/shop/b.py\", line 2, in b\nKeyError: 'x'\n",
			"shop/b.py, line 2, in b\nKeyError: 'x'\n", ""},
		{"of a syntax error", top + execute + "  File \"" + release + "shop/x.py\", line 3\n    def (\n        ^\nSyntaxError: invalid syntax\n", "shop/x.py, line 3: def (\nSyntaxError: invalid syntax\n", ""},
		{"of another site", top + strings.ReplaceAll(own, "/shop/releases", "/other/releases") + "ValueError: no\n",
			"/webapps/.sites/other/releases/20261126-101500-1a2b3c4/shop/migrations/0002_bad.py, line 7, in forward: raise ValueError('no')\nValueError: no\n", ""},
		{"that is cut off", top + own, "shop/migrations/0002_bad.py, line 7, in forward: raise ValueError('no')\n", ""},
		{"that printed as it went", "  Applying shop.0002_good...hello\n OK\nlater\n", "  Applying shop.0002_good...hello\n OK\nlater\n", ""},
		{"killed", "  Applying shop.0002_bad...", "  Applying shop.0002_bad...\n", "shop.0002_bad"},
		{"left open", "one\n-- end of what it printed --\ntwo\n", "one\n", ""},
	} {
		file := filepath.Join(t.TempDir(), "applying")
		cmd := exec.Command("sh", "-ec", shell.Set("site", "shop", "file", file)+assets.Code("shell/traced.sh")+"traced \"$file\"")
		cmd.Stdin = strings.NewReader(c.printed)
		out, err := cmd.CombinedOutput()
		applying, _ := os.ReadFile(file)
		if string(out) != c.want || err != nil || strings.TrimSpace(string(applying)) != c.applying {
			t.Errorf("a traceback: %s: %v, %q\n%s", c.what, err, applying, out)
		}
	}
}
