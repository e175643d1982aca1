//go:build linux

package integration

import (
	"crypto/md5"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"djship/integration/testbed"
)

// ownIndexOf makes a host an index of its own: an older Django than the usual index has, and a package that no other has.
const ownIndexOf = `mkdir -p /srv/simple/idna /srv/wheels && cd /srv
pip3 download -q -d wheels django==4.2.16 gunicorn setproctitle 'setuptools<81'
python3 - <<'PY'
import zipfile
with zipfile.ZipFile('/srv/simple/idna/idna-99.0-py3-none-any.whl', 'w') as wheel:
    wheel.writestr('idna.py', '')
    wheel.writestr('idna-99.0.dist-info/METADATA', 'Metadata-Version: 2.1\nName: idna\nVersion: 99.0\n')
    wheel.writestr('idna-99.0.dist-info/WHEEL', 'Wheel-Version: 1.0\nGenerator: us\nRoot-Is-Purelib: true\nTag: py3-none-any\n')
    wheel.writestr('idna-99.0.dist-info/RECORD', '')
PY
for wheel in wheels/*; do
	name=$(basename "$wheel" | sed 's/-[0-9].*//' | tr A-Z_ a-z-)
	mkdir -p "simple/$name" && cp "$wheel" "simple/$name/"
done
systemd-run -q --unit registry sh -c 'exec python3 -u -m http.server --bind 127.0.0.1 --directory /srv 8099 >>/srv/log 2>&1'
for i in $(seq 50); do grep -q Serving /srv/log && break; sleep 0.1; done
printf '[global]\nindex-url = http://127.0.0.1:8099/simple\n' >/etc/pip.conf`

// installed lists the packages of the live release of a host, with their versions.
func installed(t *testing.T, h *testbed.Host) string {
	t.Helper()
	return on(t, h, asSite("example", "cd \"$environment\"/lib/python3*/site-packages && ls -d *.dist-info | grep -v ^psycopg2"))
}

// Without a lock production gets what staging has got: the same files where it is of the same kind, with no index to ask; else the same versions, or
// the reason why it can't.
func TestStagesGetTheSamePackages(t *testing.T) {
	slow(t)
	t.Parallel()
	testbed.Need(t)
	hosts := testbed.UpAll(t, testbed.Spec{Suite: 12, Name: "s1", From: state(t, pushed)}, testbed.Spec{Suite: 12, Name: "p1", From: state(t, pushed)}, testbed.Spec{Suite: 13, Name: "p2", From: state(t, pushed)})
	w := workstationFor(t, "[staging]", line(hosts[0], "root"), "[production]", line(hosts[1], "root"), line(hosts[2], "root"))
	c, err := startProject(t.Context(), w, shop)
	must(t, err)
	serving(t, hosts)
	on(t, hosts[0], ownIndexOf)
	on(t, hosts[1], deadIndex)
	must(t, c.write(map[string]string{"requirements.txt": "Django<5\nsqlparse\n", "a folder/файл ü.txt": "read\n", "run.sh": "#!/bin/sh\n", "line.crlf": "1\n", "left-out": "x", ".gitattributes": "*.crlf text eol=crlf\nleft-out export-ignore\n"}))
	must(t, c.git(t.Context(), "add -A && ln -s 'a folder' link && git add link && git update-index --chmod=+x run.sh && git commit -q -m files && git checkout -q -- run.sh"))
	both := push("--stages", "staging,production", "--yes", "-vv")
	w.djship(0, both...)
	staging := installed(t, hosts[0])
	if !strings.Contains(staging, "django-4.2.16.dist-info") && !strings.Contains(staging, "Django-4.2.16.dist-info") {
		t.Errorf("staging has %s", staging)
	}
	for _, h := range hosts[1:] {
		same(t, "packages of "+h.Name(), withoutSetuptools(installed(t, h)), withoutSetuptools(staging))
	}
	const bits = "cd $(dirname $(readlink -f /webapps/.sites/example/current))/../venvs && ls -d *.whole && find . -type f ! -name '*.whole' -print0 | sort -z | xargs -0 sha256sum | sha256sum"
	same(t, "the files of virtualenvs", on(t, hosts[1], bits), on(t, hosts[0], bits))
	for _, h := range hosts {
		same(t, "code on "+h.Name(), try(t, h, "cd /webapps/.sites/example/current && cat 'link/файл ü.txt' && stat -c %A run.sh manage.py link && od -An -c line.crlf && ls left-out 2>/dev/null || echo gone"),
			"read\n-rwxr-xr-x\n-rw-r--r--\nlrwxrwxrwx\n   1  \\r  \\n\ngone")
	}
	idle(t, hosts[0], w, both...)

	c.commit(t, map[string]string{"requirements.txt": "Django<5\nidna\n"})
	o := w.djship(1, both...)
	for _, words := range []string{"idna==99.0", "without a lock its packages are to be of the versions that another host has got", "a host of another kind, which came first"} {
		if !strings.Contains(o.stderr+o.stdout, words) {
			t.Errorf("it does not say %q: %v", words, o)
		}
	}
	for _, h := range hosts {
		saysPage(t, h, "first, 0 things")
	}
	checkHashedNames(t, hosts[1:], w, c)
}

// hashedCSS is the path at which a style sheet is served whose name has a hash in it.
func hashedCSS(text string) string {
	return fmt.Sprintf("/static/shop.%.6x.css", md5.Sum([]byte(text)))
}

// checkHashedNames has names with a hash in them answer on all hosts of a stage from before the first of them switches, until their release is tidied away; what a
// release was looked at with goes with the last that was.
func checkHashedNames(t *testing.T, hosts []*testbed.Host, w *workstation, c *checkout) {
	settings := shop["config/settings.py"] + "STORAGES = {'staticfiles': {'BACKEND': 'django.contrib.staticfiles.storage.ManifestStaticFilesStorage'}}\n"
	answers := func(path string, status int) {
		t.Helper()
		for _, h := range hosts {
			if p := get(t, h, "example.com", path); p.status != status {
				t.Errorf("%s on %s: %d, want %d", path, h.Name(), p.status, status)
			}
		}
	}
	css := func(n int) string { return fmt.Sprintf("/* style %d */\n", n) }
	for n := range 3 {
		files := says(fmt.Sprint("page ", n))
		files["requirements.txt"], files["config/settings.py"], files["shop/static/shop.css"] = "Django<5\nsqlparse\n", settings, css(n)
		c.commit(t, files)
		on(t, hosts[0], "mkdir -p /webapps/.sites/example/overlay/0123456789ab")
		r := begin(t, w, "push", "example", "--dir", "shop", "-l", "production", "--batch", "1", "--hold", "2s", "--keep", "0")
		within(t, 3*time.Minute, func() error {
			for _, h := range hosts {
				if p, err := visit(h, "example.com", "/"); err == nil && p.body == fmt.Sprintf("page %d, 0 things", n) {
					return nil
				}
			}
			return errors.New("no host has switched")
		})
		answers(hashedCSS(css(n)), 200)
		if status := r.status(t, 2*time.Minute); status != 0 {
			t.Fatal(r.seen.String())
		}
		for old := range n + 1 {
			answers(hashedCSS(css(old)), map[bool]int{true: 200, false: 404}[old >= n-1])
		}
	}
	same(t, "programs that no release was looked at with", try(t, hosts[0], "ls -d /webapps/.sites/example/overlay/0123456789ab 2>/dev/null || :"), "")
	w.djship(0, "rollback", "example", "-l", "production", "--yes")
	answers(hashedCSS(css(1)), 200)
}

// withoutSetuptools leaves out what only older Pythons are given.
func withoutSetuptools(packages string) string {
	var all []string
	for name := range strings.Lines(packages) {
		if !strings.HasPrefix(name, "setuptools-") {
			all = append(all, strings.TrimSpace(name))
		}
	}
	return strings.ToLower(strings.Join(all, "\n"))
}

// pythonOf packs the Python of a host as releases of python-build-standalone are.
func pythonOf(t *testing.T, h *testbed.Host, to string) {
	t.Helper()
	text := fmt.Sprintf(`set -e
usr=%s/usr at=$(mktemp -d)
mkdir -p "$at/python/bin" "$at/python/lib" "$at/python/include"
cp "$usr/bin/python3.11" "$at/python/bin/" && ln -s python3.11 "$at/python/bin/python3"
cp -R "$usr/lib/python3.11" "$at/python/lib/"
cp -R "$usr/include/python3.11" "$at/python/include/"
cp "$usr"/include/x86_64-linux-gnu/python3.11/pyconfig.h "$at/python/include/python3.11/"
rm -rf "$at"/python/lib/python3.11/config-3.11-* "$at/python/lib/python3.11/EXTERNALLY-MANAGED"
find "$at" -lname '/*' -delete
tar -C "$at" -czf %s python
rm -rf "$at"`, quote(h.Root()), quote(to))
	if out, err := exec.CommandContext(t.Context(), "sh", "-c", text).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// A Python that the host does not have is got from where the inventory says; where there is none that is refused, or said.
func TestPythonThatTheHostLacks(t *testing.T) {
	slow(t)
	t.Parallel()
	testbed.Need(t)
	hosts := testbed.UpAll(t, testbed.Spec{Suite: 13, Name: "web1", From: state(t, pushed)}, testbed.Spec{Suite: 12, Name: "old", From: state(t, ready)})
	h := hosts[0]
	w := workstationFor(t, line(h, "root"))
	c, err := startProject(t.Context(), w, shop)
	must(t, err)
	within(t, time.Minute, func() error { return answering(h, "example.com") })
	c.commit(t, toml(`python = "3.11"`))

	must(t, w.inventory(line(h, "root", "djship_python_mirror=http://127.0.0.1:9/pythons")))
	before := snapshot(t, h, everything...)
	said(t, w, w.run(push()...), "the project wants Python 3.11, and this host, with Debian 13, has 3.13", "no connection to 127.0.0.1:9", "djship_python_mirror")
	untouched(t, h, before, everything...)

	on(t, h, "mkdir /srv/pythons")
	pythonOf(t, hosts[1], filepath.Join(h.Root(), "srv/pythons/python.tar.gz"))
	on(t, h, `cat >/srv/pythons/list.json <<JSON
{"cpython-3.11.2-linux-x86_64-gnu": {"name": "cpython", "arch": {"family": "x86_64", "variant": null}, "os": "linux", "libc": "gnu", "major": 3, "minor": 11, "patch": 2, "prerelease": "",
 "url": "http://127.0.0.1:8097/python.tar.gz", "sha256": "$(sha256sum </srv/pythons/python.tar.gz | cut -d' ' -f1)", "variant": null, "build": "20260101"}}
JSON
systemd-run -q --unit mirror sh -c 'exec python3 -u -m http.server --bind 127.0.0.1 --directory /srv/pythons 8097 >/srv/asked 2>&1'
for i in $(seq 50); do grep -q Serving /srv/asked && break; sleep 0.1; done`)
	must(t, w.inventory(line(h, "root", "djship_python_mirror=http://127.0.0.1:8097/mirror")))
	said(t, w, w.run(push()...), "Failed to install cpython-3.11", "djship_python_mirror")
	asked := on(t, h, "cat /srv/asked")
	if !pbsName.MatchString(asked) {
		t.Errorf("the mirror was asked for\n%s", asked)
	}
	saysPage(t, h, "first, 0 things")

	must(t, w.inventory(line(h, "root", "djship_python_mirror=http://somebody:hidden-word@127.0.0.1:8097/list.json")))
	o := w.djship(0, push("-vv")...)
	if strings.Contains(o.stdout+o.stderr+w.log("web1"), "hidden-word") {
		t.Error("the mirror's password is shown")
	}
	saysPage(t, h, "first, 0 things")
	same(t, "its Python", on(t, h, asSite("example", "python -c 'import sys, django, psycopg2; print(sys.version_info[:2], sys.base_prefix)'")), "(3, 11) "+on(t, h, "ls -d /opt/djship/pythons/3.11/cpython-3.11*"))
	same(t, "what of it is not root's", on(t, h, "find /opt/djship/pythons \\( ! -user root -o -perm /6022 ! -type l \\)"), "")
	idle(t, h, w, push()...)
}

// pbsName is what releases of python-build-standalone have.
var pbsName = regexp.MustCompile(`GET /mirror/\d{8}/cpython-3\.11\.\d+%2B\d{8}-x86_64-unknown-linux-gnu-install_only_stripped\.tar\.gz `)
