//go:build linux

package integration

import (
	"fmt"
	"strings"
	"testing"

	"djship/integration/testbed"
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
	{what: "disk full where virtualenvs go", files: map[string]string{"requirements.txt": "Django<5\nsqlparse\n"}, harm: fullTmpfs(ofSite + "/venvs"), mend: "umount " + ofSite + "/venvs", says: []string{"I/O error", "the disk is full, or fails: `df -h`"}, again: true},
	{what: "disk full where notes go", harm: fullTmpfs(ofSite + "/about"), mend: "umount " + ofSite + "/about", says: []string{full, fullHint}, again: true, refused: true},
	{what: "disk full where static files go", files: map[string]string{"shop/static/more.css": "/* more */\n"}, harm: fullTmpfs(ofSite + "/static"), mend: "umount " + ofSite + "/static", says: []string{full, fullHint}, again: true},
	{what: "disk full where nginx gets static files", files: map[string]string{"shop/static/other.css": "/* other */\n"}, harm: fullTmpfs("/webapps/.static/example"), mend: "umount /webapps/.static/example", says: []string{full, fullHint}, again: true},
	{what: "disk full where supervisord looks", harm: fullTmpfs("/etc/supervisor"), mend: "umount /etc/supervisor", says: []string{full, fullHint}, again: true},
	{what: "clock a year behind", harm: getFakeTime + fmt.Sprintf(clockOff, "-365d"), mend: "rm /usr/local/bin/apt-get /usr/local/bin/date", flags: []string{"--hold", "2s"}, nothing: true},
	{what: "objects that are spoiled", harm: "for f in $(find " + ofSite + "/repo.git/objects -type f); do truncate -s 30 $f; done", nothing: true},
	{what: "no objects", harm: "rm -rf " + ofSite + "/repo.git/objects", nothing: true},
	{what: "no repository", harm: "rm -rf " + ofSite + "/repo.git", nothing: true},
	{what: "no inodes where code goes", harm: noInodes(ofSite + "/releases"), mend: "umount " + ofSite + "/releases", says: []string{full, fullHint}, again: true},
}

// getFakeTime is what clockOff needs.
const getFakeTime = "apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install libfaketime >/dev/null; "

// noInodes mounts a file system without room for a file more, with what is there, over a folder.
func noInodes(dir string) string {
	return strings.NewReplacer("DIR", dir).Replace(`cp -a DIR /root/held && mount -t tmpfs -o size=64m,nr_inodes=$(($(find /root/held | wc -l) + 1)) tmpfs DIR && cp -a /root/held/. DIR/ && rm -r /root/held`)
}

// byHand are changes of the live release that somebody makes on its host, and what the next push says of them.
var byHand = []struct{ what, harm, says string }{
	{"a file that is edited", "echo '# mine' >>shop/views.py", "was changed by hand: shop/views.py; it is laid out anew"},
	{"a file that is gone", "rm config/urls.py", "was changed by hand: config; it is laid out anew"},
	{"a file more", "touch -d 2020-01-01 shop/mine.py", "was changed by hand: shop, shop/mine.py; it is laid out anew"},
	{"a mode", "chmod 600 manage.py", "was changed by hand: manage.py; it is laid out anew"},
}

// changedByHand has the live release changed on its host: the same push again says so, and lays it out as it was; a new process takes over, and visitors see nothing of it.
func changedByHand(t *testing.T, h *testbed.Host, w *workstation) {
	const all = "cd -P /webapps/.sites/example/current && find . -printf '%p %m %u %g %s %l\n' | sort && find . -type f ! -name '*.pyc' -exec sha256sum {} + | sort -k 2" // byte code tells when its source was laid out
	before := on(t, h, all)
	for _, b := range byHand {
		t.Run(b.what, func(t *testing.T) {
			pid := on(t, h, "supervisorctl status | awk '{ print $4 }'")
			on(t, h, "cd -P /webapps/.sites/example/current && "+b.harm)
			over := unchanged(t, h)
			o := w.djship(0, push("-v")...)
			over(true)
			if !strings.Contains(strings.Join(strings.Fields(o.stdout+o.stderr), " "), b.says) {
				t.Errorf("it does not say %q: %v", b.says, o)
			}
			same(t, "the release", on(t, h, all), before)
			if now := on(t, h, "supervisorctl status | awk '{ print $4 }'"); now == pid {
				t.Errorf("it is the process of before that answers: %s", now)
			}
			same(t, "slots", try(t, h, oneSlot), "")
			idle(t, h, w, push()...)
		})
	}
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
			if what == "hosts" {
				changedByHand(t, h, w)
			}
		})
	}
}
