//go:build linux

package integration

import (
	"strings"
	"testing"
)

const deadIndex = `cp /etc/pip.conf /root/pip.conf 2>/dev/null || :; printf '[global]\nindex-url = http://somebody:hidden-word@127.0.0.1:9/simple\n' >/etc/pip.conf`
const ownIndex = "cp /root/pip.conf /etc/pip.conf 2>/dev/null || rm -f /etc/pip.conf"

// brokenNeeds asks for packages that can't be had.
var brokenNeeds = []brokenRelease{
	{what: "two managers", files: map[string]string{"pyproject.toml": "[project]\nname = 'shop'\nversion = '1'\n", "uv.lock": "version = 1\n", "poetry.lock": "# empty\n"}, status: 2, refused: true,
		says: []string{"uv.lock", "poetry.lock"}},
	{what: "no versions that fit", files: map[string]string{"requirements.txt": "Django<5\nDjango>=5\n"},
		says: []string{"No solution found", "no versions of the packages fit together"}},
	{what: "no such package", files: map[string]string{"requirements.txt": "Django<5\nno-such-package-anywhere-1\n"},
		says: []string{"no-such-package-anywhere-1", "the index has no such package"}},
	{what: "index down", files: map[string]string{"requirements.txt": "Django<5\nasgiref\n"}, harm: deadIndex, mend: ownIndex, again: true,
		says: []string{"127.0.0.1:9/simple", "djship_pip_index_url in the inventory"}},
	{what: "another hash", files: map[string]string{"requirements.txt": "sqlparse==0.5.0 --hash=sha256:" + strings.Repeat("0", 64) + "\n"},
		says: []string{"Hash mismatch for", "the index gave another file"}},
	{what: "header that is not there", files: map[string]string{"requirements.txt": "Django<5\n./native\n",
		"native/setup.py": "from setuptools import setup, Extension\nsetup(name='native', version='1', ext_modules=[Extension('native', ['native.c'])])\n", "native/native.c": "#include <Python.h>\n#include <lber.h>\n"},
		says: []string{"lber.h: No such file or directory", "libldap2-dev"}},
}

const (
	ofSite = "/webapps/.sites/example"
	full   = "No space left on device"
)

// fullHosts have no room where a release is laid out.
var fullHosts = []brokenRelease{
	{what: "disk full where objects go", harm: fullTmpfs(ofSite + "/repo.git"), mend: "umount " + ofSite + "/repo.git", says: []string{full, fullHint}, again: true},
	{what: "disk full where code goes", harm: fullTmpfs(ofSite + "/releases"), mend: "umount " + ofSite + "/releases", says: []string{"Out of diskspace", fullHint}, again: true},
	{what: "no inodes where code goes", harm: noInodes(ofSite + "/releases"), mend: "umount " + ofSite + "/releases", says: []string{full, fullHint}, again: true},
}

// noInodes mounts a file system without room for a file more, with what is there, over a folder.
func noInodes(dir string) string {
	return strings.NewReplacer("DIR", dir).Replace(`cp -a DIR /root/held && mount -t tmpfs -o size=64m,nr_inodes=$(($(find /root/held | wc -l) + 1)) tmpfs DIR && cp -a /root/held/. DIR/ && rm -r /root/held`)
}

func TestSlowPushesThatFailForTheirHost(t *testing.T) {
	slow(t)
	t.Parallel()
	for what, rows := range map[string][]brokenRelease{"needs": brokenNeeds, "hosts": fullHosts} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			h, w, c := upPushed(t, 12)
			for _, b := range rows {
				t.Run(b.what, func(t *testing.T) { b.meet(t, h, w, c) })
			}
		})
	}
}
