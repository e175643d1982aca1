package release

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"djship/assets"
)

// bytecode has programs in a folder of their own.
func bytecode(t *testing.T) (compile, take string) {
	dir := t.TempDir()
	for _, name := range []string{"compile_code.py", "take_bytecode.py"} {
		lay(t, dir, map[string]string{name: assets.Text("release/" + name)})
	}
	return filepath.Join(dir, "compile_code.py"), filepath.Join(dir, "take_bytecode.py")
}

func python(t *testing.T, stdin string, args ...string) string {
	t.Helper()
	cmd := exec.Command("python3", append([]string{"-I", "-S"}, args...)...)
	cmd.Stdin = strings.NewReader(stdin)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// What is compiled is what Python takes: a module whose text is not compiled again.
func TestBytecodeIsTaken(t *testing.T) {
	compile, take := bytecode(t)
	top := t.TempDir()
	lay(t, top, map[string]string{"shop/__init__.py": "", "shop/views.py": "print('said')\n", "broken.py": "def", "läden/x.py": "x = 1\n", "node_modules/no.py": "", "text.txt": "x"})
	if err := os.Symlink("/etc/passwd", filepath.Join(top, "link.py")); err != nil {
		t.Fatal(err)
	}
	python(t, python(t, "", compile, top), take, top)
	var found []string
	for _, pattern := range []string{"__pycache__/*", "*/__pycache__/*"} {
		names, _ := filepath.Glob(filepath.Join(top, pattern))
		found = append(found, names...)
	}
	if len(found) != 3 {
		t.Errorf("compiled: %q", found)
	}
	if out := python(t, "", "-v", "-c", "import sys; sys.path.insert(0, '"+top+"'); import shop.views"); out != "said\n" {
		t.Errorf("%q", out)
	}
	cmd := exec.Command("python3", "-I", "-S", "-v", "-c", "import sys; sys.path.insert(0, '"+top+"'); import shop.views")
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "matches "+top+"/shop/views.py") {
		t.Errorf("the compiled module is not taken: %v\n%s", err, out)
	}
}

// Nothing that the account says leads anywhere but beside a plain file of the release.
func TestBytecodeOfTheHostile(t *testing.T) {
	_, take := bytecode(t)
	elsewhere, top := t.TempDir(), t.TempDir()
	lay(t, elsewhere, map[string]string{"views.py": ""})
	lay(t, top, map[string]string{"shop/views.py": "", "own/views.py": ""})
	for path, to := range map[string]string{"away": elsewhere, "own/__pycache__": elsewhere, "linked.py": "/etc/passwd"} {
		if err := os.Symlink(to, filepath.Join(top, path)); err != nil {
			t.Fatal(err)
		}
	}
	var said strings.Builder
	for _, path := range []string{"away/__pycache__/views.cpython-311.pyc", "own/__pycache__/views.cpython-311.pyc", "__pycache__/linked.cpython-311.pyc", "../__pycache__/views.cpython-311.pyc",
		"shop/__pycache__/none.cpython-311.pyc", "shop/views.cpython-311.pyc", "shop/__pycache__/views.py", "/etc/__pycache__/views.cpython-311.pyc", "shop/__pycache__/../views.cpython-311.pyc", ""} {
		fmt.Fprintf(&said, "4 %s\nevil", path)
	}
	said.WriteString("4 shop/__pycache__/views.cpython-311.pyc\ngood99999999 shop/__pycache__/views.cpython-312.pyc\nshort")
	python(t, said.String(), take, top)
	var found []string
	for _, dir := range []string{elsewhere, top, filepath.Join(top, "shop"), filepath.Join(top, "shop/__pycache__")} {
		entries, _ := os.ReadDir(dir)
		for _, e := range entries {
			found = append(found, e.Name())
		}
	}
	if want := "views.py away linked.py own shop __pycache__ views.py views.cpython-311.pyc"; strings.Join(found, " ") != want {
		t.Errorf("there is %q, want %q", strings.Join(found, " "), want)
	}
}
