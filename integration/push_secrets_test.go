//go:build linux

package integration

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"djship/assets"
	"djship/integration/testbed"
)

// Words that are to be found nowhere but in the project's own files, and what root makes of these for the site alone.
const (
	sentinelIndex = "sentinel-Index-of-requirements"
	sentinelOwn   = "sentinel-Index-of-inventory"
	sentinelEnv   = "sentinel-Env"
	sentinelGit   = "sentinel-Token-of-git"
)

// privateRepository serves a package in git to whoever has a token, as git's old way by http has it.
var privateRepository = `set -e
mkdir -p /srv/git/own && cd /srv/git/own
printf 'from setuptools import setup\nsetup(name="own", version="1", py_modules=["ownmodule"])\n' >setup.py
echo 'SAYS = 1' >ownmodule.py
git init -q -b main . && git add . && git -c user.name=me -c user.email=me@example.com commit -q -m own
git clone -q --bare . /srv/git/own.git && git -C /srv/git/own.git update-server-info
cat >/srv/git/serve.py <<'PY'
import base64, http.server
class Handler(http.server.SimpleHTTPRequestHandler):
    def do_GET(self):
        if self.headers.get('Authorization') == 'Basic ' + base64.b64encode(b'` + sentinelGit + `:').decode():
            return super().do_GET()
        self.send_response(401)
        self.send_header('WWW-Authenticate', 'Basic realm="own"')
        self.end_headers()
http.server.ThreadingHTTPServer(('127.0.0.1', 8098), Handler).serve_forever()
PY
systemd-run -q --unit private --working-directory /srv/git python3 serve.py`

// The site's secrets, passwords of package indexes and what the project has in [env] are on no command line of the host's during pushes of every kind, nor in what
// djship says and writes, nor in a file that others may read.
func TestPushSecretsAreSeenNowhere(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w := up(t, 12, site)
	on(t, h, strings.Replace(localIndex, "pip3 download -q -d wheels django", "pip3 download -q -d wheels --require-hashes --only-binary :all: -r /dev/stdin <<'PINS'\n"+assets.Text("pins/uv.txt")+"PINS\npip3 download -q -d wheels django==4.2.16 'setuptools<81'", 1))
	files := maps.Clone(minimal)
	files["requirements.txt"] = "-i http://somebody:" + sentinelIndex + "@127.0.0.1:8099/simple/\n" + minimal["requirements.txt"] + "own @ git+http://" + sentinelGit + "@127.0.0.1:8098/own.git@main\n"
	files["djship.toml"] = "[env]\nAPI_TOKEN = \"" + sentinelEnv + "\"\nBROKER_URL = \"redis://:" + sentinelEnv + "@{db_host}/{secret_key}/{db_password}\"\n"
	on(t, h, privateRepository)
	code := repositoryFor(t, w, "code", files)
	site := siteSecrets(t, h, "example")
	words := []string{sentinelIndex, sentinelOwn, sentinelEnv, site[0], site[1], sentinelGit}
	s := startSampler(t, h, words...)
	var shown strings.Builder
	run := func(status int, args ...string) {
		t.Helper()
		o := w.run(args...)
		shown.WriteString(o.stdout + o.stderr)
		if o.status != status {
			t.Errorf("want status %d: %v", status, o)
		}
	}
	with := func(flags ...string) []string {
		return append(pushExample[:len(pushExample):len(pushExample)], flags...)
	}
	next := func(path, content string) {
		code.write(path, content)
		code.commit(path)
	}
	run(0, with("--check", "--diff", "-vvv")...)
	run(0, with("--diff", "-vvv")...)
	must(t, w.inventory(line(h, "root", "djship_pip_index_url=http://somebody:"+sentinelOwn+"@127.0.0.1:8099/simple/")))
	next("requirements.txt", files["requirements.txt"]+"# again\n")
	run(0, with("--json", "--diff", "-vvv")...)
	next("requirements.txt", files["requirements.txt"]+"no-such-package==1\n")
	run(1, with("-vvv")...)
	must(t, w.inventory(line(h, "root")))
	run(1, with("--json")...)
	on(t, h, "systemctl stop registry")
	run(1, with("-vvv", "--diff")...)
	next("requirements.txt", files["requirements.txt"])
	// Code that fails with its secrets in hand: what of them is in its last lines is not shown.
	next("config/settings.py", files["config/settings.py"]+"raise ValueError('%s %s %s' % (SECRET_KEY, os.environ['DB_PASSWORD'], os.environ['DATABASE_URL']))\n")
	run(1, with("-vvv")...)
	next("config/settings.py", files["config/settings.py"])
	next("config/wsgi.py", "import os, sys\nsys.exit(os.environ['BROKER_URL'] + os.environ['API_TOKEN'])\n")
	run(1, with("-vvv", "--json")...)
	next("config/wsgi.py", files["config/wsgi.py"])
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGKILL} {
		next("config/says.txt", fmt.Sprint(signal))
		r := begin(t, w, with("-vvv", "--diff")...)
		r.says(t, "check of release")
		_ = r.cmd.Process.Signal(signal)
		r.status(t, time.Minute)
		shown.WriteString(r.seen.String())
		within(t, 30*time.Second, func() error { return equal(try(t, h, leftovers), "") })
	}
	run(0, pushExample...)
	run(0, "status", "--json")
	run(0, "ping", "-v")
	run(0, append(strings.Fields(deployExample), "-vvv", "--diff")...)
	s.stop(t)
	if !strings.Contains(shown.String(), "the index that the inventory names is asked; lines -i, --extra-index-url and -f of the requirements are passed over") {
		t.Error("it does not say that the requirements' index is passed over")
	}

	on(t, h, "rm /srv/git/serve.py")
	for n, word := range words {
		name := []string{"the password of the requirements' index", "that of the inventory's index", "a value of [env]", "the secret key", "the database password", "a token for git"}[n]
		if at := strings.Index(shown.String(), word); at >= 0 {
			t.Errorf("%s was on the screen: %s", name, shown.String()[max(0, at-300):at])
		}
		sentinelHere(t, w, name, word)
		sentinelThere(t, h, name, word)
	}
	same(t, "the package of the private repository", on(t, h, asSite("example", "python -c 'import ownmodule; print(ownmodule.SAYS)'")), "1")
	same(t, "what the site has", on(t, h, asSite("example", `echo "$API_TOKEN"`)), sentinelEnv)
}

// sentinelHere looks for a word in what djship has written on the workstation.
func sentinelHere(t *testing.T, w *workstation, name, word string) {
	t.Helper()
	files := 0
	err := filepath.WalkDir(filepath.Join(w.home, ".local"), func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		text, err := os.ReadFile(path)
		if strings.Contains(string(text), word) {
			t.Errorf("%s is in %s", name, path)
		}
		return err
	})
	if err != nil || files < 20 {
		t.Errorf("%d files, %v", files, err)
	}
}

// sentinelThere looks for a word on the host: root in all files, and somebody in those that anybody may read.
func sentinelThere(t *testing.T, h *testbed.Host, name, word string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(h.Root(), "srv/word"), []byte(word), 0o644); err != nil {
		t.Fatal(err)
	}
	const grep = "grep -rlF -D skip -f /srv/word /etc /webapps /var /root /home /opt /usr/local /srv /run /tmp /dev/shm 2>/dev/null | grep -vx -e /srv/word"
	same(t, "files with "+name+", besides the site's own", try(t, h, grep+" -e '/webapps/.sites/example/releases/.*/\\(requirements.txt\\|djship.toml\\)' -e '/webapps/.sites/example/env/[0-9a-f-]*' -e '/webapps/.sites/example/config/.*' -e '/webapps/example_project/\\.django_.*' || :"), "")
	same(t, "files with "+name+" for all to read", try(t, h, "runuser -u nobody -- sh -c "+quote(grep)+" || :"), "")
	same(t, "journal with "+name, try(t, h, "journalctl --sync; journalctl -q -o export | grep -cF -f /srv/word || :"), "0")
	on(t, h, "rm /srv/word") // not /tmp, which is a file system of its own on the host
}
