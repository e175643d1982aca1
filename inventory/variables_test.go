package inventory

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"djship/inventory/inventorytest"
)

var ownVariable = regexp.MustCompile(`"(djship_[a-z_]+)"`)

// Each of djship's own variables is in docs/inventory.md as it is in the list, and what the program reads is
// in the list.
func TestVariables(t *testing.T) {
	page, err := os.ReadFile("../docs/inventory.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range Variables {
		if row := "\n| `" + v.Name + "` | "; !strings.Contains(string(page), row) {
			t.Errorf("docs/inventory.md has no row of %s", v.Name)
		}
		if v.Means == "" || strings.ContainsAny(v.Means, "\n|") {
			t.Errorf("%s means %q", v.Name, v.Means)
		}
	}
	files, err := filepath.Glob("../cli/*.go")
	if err != nil {
		t.Fatal(err)
	}
	var read [][]string
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(file, "_test.go") {
			read = append(read, ownVariable.FindAllStringSubmatch(string(source), -1)...)
		}
	}
	if len(read) < 3 {
		t.Errorf("the program reads only %q", read)
	}
	for _, m := range read {
		if !slices.Contains(variableNames(), m[1]) {
			t.Errorf("%s is read and not in the list", m[1])
		}
	}
}

// A password in the index's URL is shown as little as that of a login.
func TestIndexPasswordIsMasked(t *testing.T) {
	for text, want := range map[string]string{
		"https://pypi.example.com/simple":               "https://pypi.example.com/simple",
		"https://somebody:word@pypi.example.com/simple": "https://********@pypi.example.com/simple",
		"https://word@pypi.example.com/simple":          "https://********@pypi.example.com/simple",
		"https://somebody:w@rd@pypi.example.com/simple": "https://********@pypi.example.com/simple",
		"somebody:word@pypi.example.com":                "********@pypi.example.com",
		"somebody:wo://rd@pypi.example.com":             "********@pypi.example.com",
	} {
		inv, err := Load([]string{inventorytest.Write(t, t.TempDir(), "hosts.ini", "a djship_pip_index_url="+text+"\n")}, nil)
		if err != nil {
			t.Fatal(err)
		}
		vars, err := inv.HostVars("a")
		if err != nil || !strings.Contains(string(vars), `"djship_pip_index_url": "`+want+`"`) {
			t.Errorf("%s: want %s, got %s (%v)", text, want, vars, err)
		}
	}
}
