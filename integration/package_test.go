//go:build linux

package integration

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"djship/integration/testbed"
)

// The Debian package that a release hands out is installed by apt, runs, and leaves nothing when it is removed.
func TestDebianPackage(t *testing.T) {
	slow(t)
	t.Parallel()
	testbed.Need(t)
	tree := t.TempDir()
	archive := exec.Command("sh", "-c", "git -C .. archive HEAD | tar -x -C "+quote(tree)+" && cd "+quote(tree)+" && ./release.sh linux/amd64")
	if out, err := archive.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	debs, err := filepath.Glob(filepath.Join(tree, "dist", "*.deb"))
	if err != nil || len(debs) != 1 {
		t.Fatalf("%v %v", debs, err)
	}
	check := exec.Command("sha256sum", "--check", "--strict", "SHA256SUMS")
	check.Dir = filepath.Join(tree, "dist")
	if out, err := check.CombinedOutput(); err != nil || strings.Count(string(out), ": OK") != 2 {
		t.Errorf("%v\n%s", err, out)
	}
	deb, err := os.ReadFile(debs[0])
	if err != nil {
		t.Fatal(err)
	}
	h := testbed.Up(t, testbed.Spec{Suite: 12, Name: "desk"})
	if err := os.WriteFile(filepath.Join(h.Root(), "srv", "djship.deb"), deb, 0o644); err != nil {
		t.Fatal(err)
	}
	before := on(t, h, "cd / && find usr/bin usr/share -xdev | sort | sha256sum")
	on(t, h, "apt-get install -qq -y --no-install-recommends /srv/djship.deb 2>&1")
	for command, says := range map[string]string{
		"djship version":                       "djship ",
		"djship help":                          "deploy PROJECT DOMAIN",
		"djship -i web1, -l web1 hosts":        "web1",
		"zcat /usr/share/man/man1/djship.1.gz": ".TH DJSHIP 1",
		"bash -c '. /usr/share/bash-completion/completions/djship && complete -p djship'": "djship",
		"head -n 1 /usr/share/zsh/vendor-completions/_djship":                             "#compdef djship",
		"cat /usr/share/fish/vendor_completions.d/djship.fish":                            "complete",
		"dpkg -s djship": "Status: install ok installed",
	} {
		if out := on(t, h, command); !strings.Contains(out, says) {
			t.Errorf("%s does not say %q:\n%s", command, says, out)
		}
	}
	on(t, h, "apt-get purge -qq -y djship 2>&1")
	same(t, "what is left", on(t, h, "cd / && find usr/bin usr/share -xdev | sort | sha256sum"), before)
}
