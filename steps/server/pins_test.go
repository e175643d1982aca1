package server

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"djship/assets"
)

// pythons are the minor versions of the Python 3 of each release.
var pythons = map[string]int{"debian 11": 9, "debian 12": 11, "debian 13": 13, "ubuntu 20.04": 8, "ubuntu 22.04": 10,
	"ubuntu 24.04": 12, "ubuntu 24.10": 12, "ubuntu 25.04": 13, "ubuntu 25.10": 13, "ubuntu 26.04": 14}

var pin = regexp.MustCompile(`^([a-z0-9-]+)==([0-9.]+)(?: ; python_version (<|==|>=) "3\.(\d+)")? --hash=sha256:[0-9a-f]{64}$`)

// pins are the versions in a file of pins for Python 3.minor, by name. A line that pip would read
// otherwise than this test fails it.
func pins(t *testing.T, file string, minor int) map[string]string {
	t.Helper()
	found := map[string]string{}
	for line := range strings.Lines(assets.Text("pins/" + file + ".txt")) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		m := pin.FindStringSubmatch(line)
		if m == nil {
			t.Fatalf("%s: %q is no pin", file, line)
		}
		var than int
		_, _ = fmt.Sscan(m[4], &than)
		if m[3] == "<" && minor >= than || m[3] == "==" && minor != than || m[3] == ">=" && minor < than {
			continue
		}
		if found[m[1]] != "" {
			t.Errorf("%s: %s is there twice for Python 3.%d", file, m[1], minor)
		}
		found[m[1]] = m[2]
	}
	return found
}

// For the Python of each release there is one version of each package that the tools need, and of
// what must be compiled.
func TestPins(t *testing.T) {
	for _, r := range releases {
		name := r.id + " " + r.version
		minor := pythons[name]
		if minor == 0 {
			t.Errorf("which Python has %s?", name)
		}
		tools := pins(t, "tools", minor)
		want := []string{"distlib", "filelock", "platformdirs", "supervisor", "virtualenv"}
		if minor >= 11 {
			want = []string{"distlib", "filelock", "packaging", "platformdirs", "python-discovery", "supervisor", "virtualenv"}
		}
		for _, tool := range want {
			if tools[tool] == "" {
				t.Errorf("no %s for %s", tool, name)
			}
		}
		if len(tools) != len(want) {
			t.Errorf("for %s there is more than %s: %v", name, slices.Sorted(slices.Values(want)), tools)
		}
		if r.python2 && tools["virtualenv"] != "20.21.1" {
			t.Errorf("virtualenv %s makes no environment for the Python 2 of %s", tools["virtualenv"], name)
		}
		if got := pins(t, Compiled, minor); len(got) != 1 || got[Compiled] == "" {
			t.Errorf("%s for %s: %v", Compiled, name, got)
		}
	}
}
