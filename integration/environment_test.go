//go:build linux

package integration

import (
	"strings"
	"testing"
)

// venvs lists what there is of virtualenvs of the site.
const venvs = "cd /webapps/.sites/example/venvs && ls -A"

// brokenEnvironments are changes of a project that end a push, with what it says.
var brokenEnvironments = []struct {
	what  string
	files map[string]string
	says  []string
}{
	{"no version", map[string]string{"requirements.txt": "Django==99.1\n"}, []string{"there is no version of django==99.1", "no versions of the packages fit together"}},
	{"no package", map[string]string{"requirements.txt": "Django<5\ndjship-has-no-such-package\n"}, []string{"djship-has-no-such-package", "fit together|is its name right"}},
	{"another file", map[string]string{"requirements.txt": "idna==3.10 --hash=sha256:" + strings.Repeat("0", 64) + "\n"}, []string{"Hash mismatch for `idna==3.10`", "the index gave another file"}},
	{"a hash for some", map[string]string{"requirements.txt": "Django<5\nidna==3.10 --hash=sha256:946d195a0d259cbba61165e88e65941f16e9b36ea6ddb97f00452bae8b1287d3\n"}, []string{"each needs one"}},
	{"no index", map[string]string{"requirements.txt": "-i https://somebody:hidden-word@127.0.0.1:9/simple\nDjango<5\n"}, []string{"127.0.0.1:9/simple/django/", "djship_pip_index_url"}},
	{"two managers", map[string]string{"requirements.txt": "Django<5\n", "poetry.lock": "# nothing\n"}, []string{"several files say which packages the project needs: poetry.lock, requirements.txt"}},
	{"a header", map[string]string{"requirements.txt": "Django<5\n./native\n", "native/native.c": "#include <Python.h>\n#include <sasl/sasl.h>\n",
		"native/setup.py": "from setuptools import setup, Extension\nsetup(name='native', version='1', ext_modules=[Extension('native', ['native.c'])])\n"},
		[]string{"fatal error: sasl/sasl.h", `packages = ["libsasl2-dev"]`}},
	{"a link", map[string]string{"requirements.txt": "Django<5\n./evil\n", "evil/evil.py": "x = 1\n",
		"evil/setup.py": "import os\nfrom setuptools import setup\nif not os.path.lexists(os.environ['VENV'] + '/a'):\n    os.symlink('/etc/shadow', os.environ['VENV'] + '/a')\nsetup(name='evil', version='1', py_modules=['evil'])\n"},
		[]string{"a link leads out of it: a to /etc/shadow"}},
}

// A release whose packages can't be had ends its push, which says why; the live one answers as before, and nothing is left.
func TestBrokenEnvironments(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w, c := upPushed(t, 12)
	before := on(t, h, venvs)
	for _, b := range brokenEnvironments {
		c.commit(t, b.files)
		o := w.run(push("-vv")...)
		all := o.stdout + o.stderr
		if o.status == 0 {
			t.Errorf("%s: it is pushed", b.what)
		}
		for _, words := range b.says {
			found := false
			for _, one := range strings.Split(words, "|") {
				found = found || strings.Contains(all, one)
			}
			if !found {
				t.Errorf("%s: it does not say %q:\n%s", b.what, words, all)
			}
		}
		if strings.Contains(all, "hidden-word") || strings.Contains(w.eventsFile(), "hidden-word") {
			t.Errorf("%s: the index's password is shown", b.what)
		}
		saysPage(t, h, "first, 0 things")
		same(t, b.what+": virtualenvs", on(t, h, venvs), before)
		same(t, b.what+": accounts' files", try(t, h, "find / -xdev -user djship-$(id -u example) | head"), "")
		if err := c.git(t.Context(), "reset -q --hard HEAD~1 && git clean -qfd"); err != nil {
			t.Fatal(err)
		}
	}
	if words := try(t, h, "grep -rl hidden-word /var /etc /tmp /webapps /opt /run 2>/dev/null"); strings.Contains(words, "/var/log") || strings.Contains(words, "/tmp") {
		t.Errorf("the index's password is in %s", words)
	}
	w.djship(0, push()...)
	idle(t, h, w, push()...)
}

// hostilePackage is one whose build and whose presence do what they must not.
var hostilePackage = map[string]string{"requirements.txt": "Django<5\n./evil\n", "evil/evil.py": "x = 1\n", "evil/setup.py": `import os, subprocess
from setuptools import setup
from setuptools.command.build_py import build_py
subprocess.Popen(['sleep', '98765'], start_new_session=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
for place in os.environ['CODE'] + '/written', '/webapps/.sites/example/written', '/opt/djship/written', '/tmp/left':
    try:
        open(place, 'w').close()
    except OSError:
        pass
venv = os.environ['VENV']
for name in '', '/lib':
    subprocess.run(['setfacl', '-R', '-m', 'u:example:rwx,d:u:example:rwx', venv + name], stderr=subprocess.DEVNULL)
try:
    os.link('/usr/bin/python3', venv + '/bin/linked')
except OSError:
    pass
open(venv + '/bin/mighty', 'w').close()
os.chmod(venv + '/bin/mighty', 0o6777)
class Build(build_py):
    def run(self):
        build_py.run(self)
        with open(os.path.join(self.build_lib, 'evil.pth'), 'w') as out:
            out.write("import os; open('/tmp/ran-%d' % os.getuid(), 'a').close()\n")
setup(name='evil', version='1', py_modules=['evil'], cmdclass={'build_py': Build})
`}

// Whatever a package does as it is built or as Python starts: root runs nothing of it, and its virtualenv is root's alone.
func TestEnvironmentsAreRoots(t *testing.T) {
	slowDebians(t, func(t *testing.T, suite int) {
		h, w, c := upPushed(t, suite)
		on(t, h, "apt-get -qq -y install acl >/dev/null 2>&1; command -v setfacl")
		c.commit(t, hostilePackage)
		w.djship(0, push()...)
		saysPage(t, h, "first, 0 things")
		of := "$(dirname $(ls -t /webapps/.sites/example/venvs/*/bin/mighty | head -n 1))/.."
		same(t, "what is not root's, or writable", on(t, h, "find "+of+"/ \\( ! -user root -o ! -group root -o -perm /6022 ! -type l \\) -print"), "")
		same(t, "rights of others", on(t, h, "getfacl -R -p "+of+" 2>/dev/null | grep ^user:[^:] || :"), "")
		same(t, "files with a second name", on(t, h, "find "+of+"/ -type f -links +1 -print"), "")
		same(t, "who has run it", strings.ReplaceAll(on(t, h, "cd /tmp && ls ran-* | grep -x ran-0 || :"), "\n", " "), "")
		same(t, "what was written", on(t, h, "find /webapps/.sites /opt/djship /tmp -name written -o -name left"), "")
		same(t, "processes", try(t, h, "pgrep -a -f '^sleep 98765' || :"), "")
		same(t, "what the account has", on(t, h, "find / -xdev -user djship-$(id -u example) -print"), "")
		if got := on(t, h, as("example", "touch /webapps/.sites/example/venvs/*/written 2>&1 || echo no")); !strings.HasSuffix(got, "no") {
			t.Errorf("the site's account writes to its virtualenv: %s", got)
		}
	})
}
