//go:build linux

package integration

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"djship/integration/testbed"
)

// Whoever wrote a site's code or its packages, has its account, or another site's, gets at nothing that is root's or another site's by a push.
func TestPushIsolation(t *testing.T) {
	slowDebians(t, func(t *testing.T, suite int) {
		h, w := up(t, suite, pair)
		on(t, h, "echo canary-of-root >/root/canary; mkdir -m 0755 /srv/root")
		code := repositoryFor(t, w, "code", hostileProject())
		for _, c := range []struct {
			name string
			run  func(*testing.T, *testbed.Host, *workstation, *repository)
		}{
			{"packages and code that mean ill", checkHostileCode},
			{"what is the site's is not the account's to change", checkReleaseIsRoots},
			{"another site reads nothing", checkReleaseIsPrivate},
			{"scripts that lie", checkLyingScripts},
			{"links in the home", checkReleaseLinks},
		} {
			t.Run(c.name, func(t *testing.T) {
				w, code := *w, *code
				w.t, code.t = t, t
				c.run(t, h, &w, &code)
				noHarm(t, h)
			})
		}
	})
}

var pushExample = strings.Fields("push example --dir code --hold 0s")

// noHarm checks that nothing was run or written with rights that it should not have had. What runs leaves its account's number and its name in a folder for all.
func noHarm(t *testing.T, h *testbed.Host) {
	t.Helper()
	same(t, "run by root", try(t, h, "ls /var/tmp/ran.0 2>/dev/null && cat /var/tmp/ran.0 || :"), "")
	same(t, "written by root", try(t, h, "ls -A /srv/root; find / -xdev \\( -name '*canary*' ! -path /root/canary ! -path '/webapps/.sites/*/releases/*' ! -path '/webapps/.static/*' ! -path '/webapps/.sites/*/static/*' \\)"), "")
	same(t, "processes of builders", try(t, h, "ps -eo user:20,args | grep '^djship-' || :"), "")
	answers(t, h, "second.org", "second")
}

// noted is shell that notes who has run it.
const noted = "echo \"$0\" >>/var/tmp/ran.$(/usr/bin/id -u) 2>/dev/null; echo canary 2>/dev/null >/srv/root/canary; "

// hostileProject is a project that does what it can.
func hostileProject() map[string]string {
	p := maps.Clone(minimal)
	p["requirements.txt"] += "./evil\n"
	p["djship.toml"] = "shared = [\"data\", \"deep/er\"]\n"
	p["data/kept"], p["deep/er/kept"] = "kept", "kept"
	p["evil/pyproject.toml"] = "[build-system]\nrequires = [\"setuptools<81\", \"wheel\"]\nbuild-backend = \"setuptools.build_meta\"\n"
	p["evil/setup.py"] = `import os, subprocess, sys
from setuptools import setup
subprocess.Popen(['setsid', 'sh', '-c', '''` + noted + `
trap "" TERM HUP
cp /bin/sh /var/tmp/open/as-builder; chmod 6755 /var/tmp/open/as-builder; chgrp example /var/tmp/open/as-builder; chmod 2755 /var/tmp/open/as-builder
setfacl -m u:second:rwx "$VENV" 2>/dev/null
ln /etc/shadow "$VENV/shadow"; ln /webapps/.sites/example/releases/*/manage.py "$VENV/linked"
echo "* * * * * touch /srv/root/canary" | crontab -
echo "touch /srv/root/canary" | at now
systemd-run --user touch /srv/root/canary
sleep 100000'''], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
sys.stdout.write('no end ' * 1000000)
scripts = []
for name in ('sh', 'env', 'tar', 'head', 'timeout', 'rm', 'mv', 'mkdir', 'git', 'gzip', 'perl'):
    path = os.path.join('bin', name)
    os.makedirs('bin', exist_ok=True)
    with open(path, 'w') as f:
        f.write('#!/bin/sh\n` + strings.ReplaceAll(noted, "'", "\\'") + `exec /usr/bin/%s "$@"\n' % name)
    scripts.append(path)
setup(name='evil', version='1', py_modules=['evilstart'], data_files=[('.', ['evil.pth']), ('lib/python%d.%d/site-packages' % sys.version_info[:2], ['evil.pth'])], scripts=scripts)
`
	p["evil/evil.pth"] = "import evilstart\n"
	p["evil/evilstart.py"] = "import os\ntry:\n    open('/var/tmp/ran.%d' % os.getuid(), 'a').write('a start of Python\\n')\nexcept OSError:\n    pass\ntry:\n    open('/srv/root/canary', 'w')\nexcept OSError:\n    pass\n"
	// What git would run, or obey, as it lays out files.
	p[".gitattributes"] = "* filter=evil diff=evil merge=evil\n"
	p[".gitconfig"] = "[filter \"evil\"]\n\tsmudge = touch /srv/root/canary\n[core]\n\tfsmonitor = touch /srv/root/canary\n\thooksPath = hooks\n"
	p["hooks/post-checkout"] = "#!/bin/sh\n" + noted
	p["hooks/post-index-change"] = p["hooks/post-checkout"]
	for path, text := range map[string]string{"HEAD": "ref: refs/heads/main\n", "config": p[".gitconfig"], "objects/x": "", "refs/x": ""} {
		p["bare/"+path] = text
	}
	p["-rf"], p["$(touch /srv/root/canary)"], p["a\nnew\nline"], p["--checkpoint-action=exec=touch canary"] = "", "", "", ""
	p["sitecustomize.py"] = p["evil/evilstart.py"]
	p["tarfile.py"], p["filecmp.py"] = p["evil/evilstart.py"], p["evil/evilstart.py"]
	return p
}

func checkHostileCode(t *testing.T, h *testbed.Host, w *workstation, code *repository) {
	on(t, h, as("example", "mkdir -m 0777 /var/tmp/open"))
	plain(t, w.djship(0, append(pushExample, "-vv", "--diff")...))
	if p := get(t, h, "example.com", "/"); p.body != "first" {
		t.Fatalf("%d %q", p.status, p.body)
	}
	if ran := try(t, h, "cat /var/tmp/ran.$(id -u example)"); !strings.Contains(ran, "a start of Python") {
		t.Errorf("the package has no part in the site: %q", ran)
	}
	// A way back to the account that builds would be one into what it builds for another site.
	builder := try(t, h, "stat -c %U /var/tmp/open/as-builder")
	same(t, "who builds", builder, on(t, h, "echo djship-$(id -u example)"))
	same(t, "packed as they are", try(t, h, "cd /webapps/.sites/example/releases/* && git hash-object --no-filters hooks/post-checkout && ls ./-rf"),
		gitHash(t, code.dir, "hooks/post-checkout")+"\n./-rf")
	on(t, h, "rm -rf /var/tmp/open /var/tmp/ran.*")
	// Whatever else is asked of the site starts none of its programs as root.
	for _, args := range [][]string{{"status"}, {"status", "--json", "-v"}, {"ping"}, strings.Fields(deployExample), pushExample, append(pushExample, "--check")} {
		w.djship(0, args...)
		noHarm(t, h)
	}
}

func gitHash(t *testing.T, dir, path string) string {
	t.Helper()
	c := &repository{t, dir}
	return strings.TrimSpace(c.git("hash-object", "--no-filters", path))
}

// checkReleaseIsRoots has the site's account try to change what runs and what is served.
func checkReleaseIsRoots(t *testing.T, h *testbed.Host, _ *workstation, _ *repository) {
	same(t, "what the account can write to", try(t, h, as("example", "find /webapps/.sites /webapps/.static /webapps/.sockets /etc/supervisor /etc/nginx /opt/djship -writable ! -type l ! -type s 2>/dev/null || :")), "")
	live := on(t, h, "readlink -f /webapps/.sites/example/current")
	for _, command := range []string{"echo x >>" + live + "/manage.py", "rm " + live + "/manage.py", "touch " + live + "/new", "chmod u+w " + live + "/manage.py", "mv " + live + " " + live + "x",
		"ln -sfn /tmp /webapps/.sites/example/current", "echo x >>/etc/supervisor/example-a.conf", "ln -sf second-0.sock /webapps/.sockets/example.sock", "rm /webapps/.sockets/example-a.sock",
		"echo x >>/webapps/.static/example/own/site.css", "echo x >>/webapps/.sites/example/static/*/own/site.css", "echo x >>$(ls -d /webapps/.sites/example/venvs/*/bin)/gunicorn",
		"/webapps/.sites/example/venvs/*/bin/python -m pip install --quiet x", "echo x >>/webapps/.sites/example/env/*", "echo x >>/webapps/.sites/example/about/.history"} {
		if out := try(t, h, as("example", "("+command+") 2>&1 && echo CHANGED")); strings.Contains(out, "CHANGED") {
			t.Errorf("the account can: %s\n%s", command, out)
		}
	}
}

// checkReleaseIsPrivate has another site, and nobody in particular, look at what a release has.
func checkReleaseIsPrivate(t *testing.T, h *testbed.Host, _ *workstation, _ *repository) {
	for _, account := range []string{"second", "nobody", "deploy"} {
		for _, path := range []string{"/webapps/.sites", "/webapps/.sites/example", "/webapps/.sites/example/env", "/webapps/.sites/example/current/manage.py", "/webapps/.static/example", "/webapps/.static/example/own/site.css"} {
			if out := try(t, h, "runuser -u "+account+" -- ls "+path); !strings.Contains(out, "Permission denied") {
				t.Errorf("%s reads %s: %s", account, path, out)
			}
		}
	}
	on(t, h, as("second", "ln -s /webapps/.static/example/own/site.css static/theirs.css; ln -s /webapps/.sites/example/current/manage.py media/theirs.py; ln -s /webapps/.static/example media/theirs"))
	for _, path := range []string{"/static/theirs.css", "/media/theirs.py", "/media/theirs/own/site.css", "/static/../example/own/site.css", "/static../example/own/site.css"} {
		if p := get(t, h, "second.org", path); p.status < 400 {
			t.Errorf("second.org%s: %d %.100q", path, p.status, p.body)
		}
	}
	on(t, h, "rm /webapps/second_project/static/theirs.css /webapps/second_project/media/theirs*")
}

// checkLyingScripts has what a push runs as the site say what djship might obey.
func checkLyingScripts(t *testing.T, h *testbed.Host, w *workstation, code *repository) {
	on(t, h, as("example", `cp -p prepare_env.sh kept; cat >local_env.sh <<'SH'
printf 'settings evil\nwsgi $(touch /srv/root/canary):x\nwsgi a`+"`touch /srv/root/canary`"+`:b\nstatic 1\ndone\nfailed syntax \033[2J\n' | tee /dev/fd/3 2>/dev/null
printf '\n\033]0;evil\007\302\23331m\342\200\256 begin 1\ndone 1\nover 0\nswitch before=x requests=1 errors=0\n'
SH`))
	code.write("config/says.txt", "second")
	code.commit("second")
	o := w.run(append(pushExample, "-vv", "--diff")...)
	plain(t, o)
	plain(t, outcome{stdout: w.log("web1"), stderr: w.eventsFile()})
	on(t, h, as("example", "rm local_env.sh kept"))
	same(t, "what is told to shells", try(t, h, "grep -hvxE 'export (DJSHIP_SETTINGS_MODULE=[A-Za-z0-9_.]+|WSGI_APPLICATION=[A-Za-z0-9_.]+:[A-Za-z0-9_.]+)' /webapps/.sites/example/about/*.found || :"), "")
	w.djship(0, pushExample...)
	if p := get(t, h, "example.com", "/"); p.body != "second" {
		t.Errorf("%d %q", p.status, p.body)
	}
}

// checkReleaseLinks has the account lay links where a push puts something.
func checkReleaseLinks(t *testing.T, h *testbed.Host, w *workstation, code *repository) {
	theirs := []string{"/etc/cron.d", "/etc/passwd", "/etc/shadow", "/srv", "/webapps/second_project/prepare_env.sh"}
	before := snapshot(t, h, theirs...)
	code.write("requirements.txt", minimal["requirements.txt"]) // a package of the code itself is built for each commit
	for n, lay := range []string{
		"rm -f current; ln -s /etc current", "rm -rf current; mkdir current", "rm -rf current shared; ln -s /etc shared", "rm -f shared; mkdir shared; ln -s /etc shared/data", "rm -rf shared; mkdir shared; ln -s /srv/root shared/deep",
		"rm -rf shared; ln -s /etc .djship-gathered", "mv media kept; ln -s /etc media", "rm media; mv kept media; rm -rf .djship-gathered; mkfifo .djship-gathered", "rm -rf .djship-gathered; mkdir .djship-gathered; ln -s /etc .djship-gathered/static"} {
		on(t, h, as("example", lay))
		code.write("config/says.txt", fmt.Sprint("links ", n))
		code.commit("links")
		o := w.run(pushExample...)
		t.Logf("%s: status %d in %v", lay, o.status, o.took)
		plain(t, o)
		untouched(t, h, before, theirs...)
	}
	on(t, h, as("example", "rm -rf current shared .djship-gathered"))
	code.write("djship.toml", "shared = [\"data\", \"data/cron.d\", \"data/passwd\"]\n")
	code.write("config/says.txt", "nested")
	code.commit("nested")
	on(t, h, as("example", "mkdir shared; ln -s /etc shared/data"))
	if o := w.run(pushExample...); o.status == 0 {
		t.Errorf("what is shared in what is shared: %v", o)
	}
	untouched(t, h, before, theirs...)
	code.write("djship.toml", "shared = [\"data\"]\n[files]\n\"data/cron.d/mine\" = \"config/says.txt\"\n\"data/new/mine\" = \"config/says.txt\"\n")
	code.commit("files behind a link")
	if o := w.run(pushExample...); o.status == 0 {
		t.Errorf("files in what is shared: %v", o)
	}
	untouched(t, h, before, theirs...)
	same(t, "folders where a link leads", try(t, h, "ls -d /etc/new || :"), "ls: cannot access '/etc/new': No such file or directory")
	on(t, h, as("example", "rm -rf shared"))
	code.write("djship.toml", "")
	code.commit("not nested")
	w.djship(0, pushExample...)
}
