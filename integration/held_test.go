//go:build linux

package integration

import (
	"bufio"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"djship/integration/testbed"
)

// What a hacked site, and whoever writes the inventory's variables, can't do; on hosts with two sites.
func TestWhatIsOutOfReach(t *testing.T) {
	eachDebian(t, func(t *testing.T, suite int) {
		h, w := upSpec(t, pair, testbed.Spec{Suite: suite}) // who races needs a processor of its own
		t.Run("links in static and media", func(t *testing.T) { checkServedLinks(t, h) })
		t.Run("variables that are code", func(t *testing.T) { checkHostileVariables(t, h, w) })
		t.Run("escapes", func(t *testing.T) { checkEscapes(t, h, w) })
		t.Run("umask 000", func(t *testing.T) { checkUmask(t, h) })
		t.Run("races", func(t *testing.T) { checkRaces(t, h, w) })
	})
}

// checkServedLinks has a site lead nginx out of its static and media to root's files.
func checkServedLinks(t *testing.T, h *testbed.Host) {
	on(t, h, "mkdir -p /srv/others && echo canary-of-root >/srv/others/page.html && chmod -R a+rX /srv/others")
	on(t, h, as("example", `cd static && ln -s /srv/others/page.html file && ln -s /srv/others folder && ln -s / all && ln -s ../media/file far
		cd ../media && ln -s /srv/others/page.html file && ln -s /proc/self/environ environ && ln -s ../../../srv/others/page.html up`))
	// The kernel refuses a hard link to what is not the account's own, and so there is none.
	if out := try(t, h, as("example", "ln /srv/others/page.html media/hard")); !strings.Contains(out, "not permitted") && !strings.Contains(out, "cross-device") {
		t.Errorf("a hard link: %s", out)
	}
	for _, path := range []string{"/static/file", "/static/folder/page.html", "/static/all/srv/others/page.html", "/static/all/etc/passwd", "/static/far",
		"/media/file", "/media/environ", "/media/up", "/static/../media/file", "/static../example/manage.py", "/media/%2e%2e/prepare_env.sh", "/static/%2e%2e/%2e%2e/%2e%2e/etc/passwd"} {
		if p := get(t, h, "example.com", path); p.status < 400 || strings.Contains(p.body, "canary-of-root") || strings.Contains(p.body, "root:x:0") {
			t.Errorf("http://example.com%s gives %d:\n%.200s", path, p.status, p.body)
		}
	}
	on(t, h, "cd /webapps/example_project && rm static/file static/folder static/all static/far media/file media/environ media/up")
}

// hostileWords would leave a mark where anything read them as code.
const hostileWords = `$(touch${IFS}/canary)\x60touch${IFS}/canary\x60;touch${IFS}/canary'"|touch${IFS}/canary&{7*7}\\;--`

// checkHostileVariables runs with variables that are code to a shell, to nginx, to SQL and to HTTP.
func checkHostileVariables(t *testing.T, h *testbed.Host, w *workstation) {
	words := strings.ReplaceAll(hostileWords, `\x60`, "`")
	yaml := func(vars map[string]string) string {
		text := fmt.Sprintf("all:\n  hosts:\n    web1:\n      ansible_host: %s\n      ansible_user: root\n      ansible_ssh_private_key_file: %s\n      ansible_ssh_common_args: '-o UserKnownHostsFile=%s'\n",
			h.Addr(), h.Key(), h.KnownHosts())
		for name, value := range vars {
			text += fmt.Sprintf("      %s: %q\n", name, value)
		}
		return text
	}
	run := func(vars map[string]string, args ...string) outcome {
		t.Helper()
		if err := os.WriteFile(filepath.Join(w.home, "hostile.yml"), []byte(yaml(vars)), 0o600); err != nil {
			t.Fatal(err)
		}
		o := w.run(append([]string{"-i", "hostile.yml"}, args...)...)
		plain(t, o)
		return o
	}
	deploy := strings.Fields(deployExample)
	for _, domain := range []string{"x.com; root /etc", "x.com {", "x.com\n}\nserver { root /; }", "$(id).com", "`id`.com", "x.com'; drop table x", "../x.com",
		"-x.com", "\x1b[2Jx.com", "x\u202e.com", strings.Repeat("a.", 5000) + "com", "*", "_", "${domain}.com"} {
		if o := run(map[string]string{"djship_domain": domain}, deploy...); o.status != 2 {
			t.Errorf("domain %.40q: %v", domain, o)
		}
	}
	for _, path := range []string{"no-slash", "/\r\nHost: evil", "/ HTTP/1.1\r\n\r\nGET /", "/\x1b[2J", "/\x00", "/a b"} {
		if o := run(map[string]string{"djship_health_path": path}, deploy...); o.status != 2 {
			t.Errorf("health path %q: %v", path, o)
		}
	}
	for _, index := range []string{"pypi.example.com", "file:///etc", "--index-url=x", "https://", "https://a\nb/", "https://a/\x1b[2J", "javascript:x"} {
		if o := run(map[string]string{"djship_pip_index_url": index}, deploy...); o.status != 2 {
			t.Errorf("index %q: %v", index, o)
		}
	}
	if o := run(map[string]string{"djship_health_path": "/{{7*7}}"}, deploy...); o.status != 2 || !strings.Contains(o.stderr, "holds a template") {
		t.Errorf("a template: %v", o)
	}
	// These may be what somebody means. They are asked for, and are nothing more than that.
	if o := run(map[string]string{"djship_health_path": "/?" + words}, deploy...); o.status != 0 {
		t.Errorf("a query: %v", o)
	}
	if o := run(map[string]string{"djship_health_path": "/" + words + strings.Repeat("x", 3000)}, append(deploy[:len(deploy):len(deploy)], "--wait", "1s")...); o.status == 0 {
		t.Errorf("a path that is not there: %v", o)
	}
	on(t, h, "rm -r /webapps/example_project/lib/python*/site-packages/gunicorn*")
	if o := run(map[string]string{"djship_pip_index_url": "http://127.0.0.1:9/" + words}, deploy...); o.status != 1 {
		t.Errorf("an index that does not answer: %v", o)
	}
	if o := w.run(deploy...); o.status != 0 {
		t.Error(o)
	}
	same(t, "marks that were left", try(t, h, "find / -xdev -name '*canary*' ! -path '/proc/*'"), "")
	if marks, _ := filepath.Glob("/canary*"); len(marks) > 0 {
		t.Errorf("marks on the workstation: %v", marks)
	}
}

// plain checks that what is said could not paint on a screen.
func plain(t *testing.T, o outcome) {
	t.Helper()
	at := strings.IndexFunc(o.stdout+o.stderr, func(r rune) bool { return r != '\n' && r != '\t' && !unicode.IsPrint(r) })
	if at >= 0 {
		t.Errorf("it shows control characters: %.200q", (o.stdout + o.stderr)[max(0, at-50):])
	}
}

// checkEscapes has a site's own code print what would paint on a screen: where deploy shows and keeps
// that, it is plain.
func checkEscapes(t *testing.T, h *testbed.Host, w *workstation) {
	const script = "/webapps/example_project/gunicorn_start.sh"
	on(t, h, "cp -p "+script+" /root/ && cat >"+script+` <<'SH'
#!/bin/sh
# LISTEN_FDS
printf 'begin \033[2J\033]0;evil\007\302\23331m\342\200\256\r\010 end\n'
exit 1
SH
supervisorctl stop example >/dev/null`)
	o := w.run(append(strings.Fields(deployExample), "-vv", "--diff")...)
	if o.status != 1 || !strings.Contains(o.stdout+o.stderr, "begin ") || !strings.Contains(o.stdout+o.stderr, " end") {
		t.Errorf("it does not show what the site printed: %v", o)
	}
	plain(t, o)
	plain(t, outcome{stdout: w.log("web1"), stderr: w.eventsFile()})
	on(t, h, "mv /root/gunicorn_start.sh "+script)
	if o := w.run(strings.Fields(deployExample)...); o.status != 0 {
		t.Error(o)
	}
}

// checkUmask runs where everything that is made would be for all to write: nothing is for others.
func checkUmask(t *testing.T, h *testbed.Host) {
	w := workstationFor(t)
	known := filepath.Join(w.home, "ssh/known_hosts")
	if err := w.inventory(fmt.Sprintf("web1 ansible_host=%s ansible_user=root ansible_ssh_private_key_file=%s ansible_ssh_common_args='-o UserKnownHostsFile=%s'", h.Addr(), h.Key(), known)); err != nil {
		t.Fatal(err)
	}
	for _, args := range []string{"--accept-new ping", "--accept-new " + deployExample, "--accept-new " + deployExample + " --json --log-dir logs", "report", "-l web1 --accept-new deploy example wrong.example"} {
		cmd := exec.CommandContext(t.Context(), "/bin/sh", "-c", "umask 000; exec "+w.exe+" "+args)
		cmd.Dir, cmd.Env, cmd.SysProcAttr = w.home, w.env, newSession
		_, _ = cmd.CombinedOutput()
	}
	seen := 0
	err := filepath.WalkDir(w.home, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil && path != w.home && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", strings.TrimPrefix(path, w.home), info.Mode())
		}
		seen++
		return err
	})
	if err != nil || seen < 12 {
		t.Errorf("%d files, %v", seen, err)
	}
	if _, err := os.Stat(known); err != nil {
		t.Error(err)
	}
}

// swaps is what a hacked site runs: again and again it exchanges its files or folders for links to the
// targets that it is given, each in one call. It ends, with all in its place, when its stdin does.
const swaps = `
import ctypes, os, select, sys
libc = ctypes.CDLL(None)
home = "/webapps/example_project/"
pairs = []
for name in sys.argv[2:]:
    link = home + ".swap-" + name.replace("/", "-")
    os.symlink(sys.argv[1], link)
    pairs.append([(home + name).encode(), link.encode(), False])
def exchange(p):
    if libc.renameat2(-100, p[0], -100, p[1], 2) == 0:
        p[2] = not p[2]
print("swapping", flush=True)
n = 0
while not select.select([sys.stdin], [], [], 0)[0]:
    for p in pairs:
        exchange(p)
    n += 1
for p in reversed(pairs):
    if p[2]:
        exchange(p)
    os.remove(p[1])
print(n)
`

// What a site has that root looks after, and where it would like root to look instead.
var (
	swapped = [][]string{
		{"prepare_env.sh", "gunicorn_start.sh"}, {".django_secret_key", ".django_db_password"},
		{"example/example/settings/production.py", "example/example/urls.py", "example/manage.py"},
		{"logs", "static", "media"}, {"example/example/settings"}, {"example/example"}, {"example"},
	}
	swapTargets = []string{"/srv/canaries/secret", "/srv/canaries/public", "/webapps/second_project/canary", "/srv/canaries/folder", "/webapps/second_project/folder"}
)

// swapping has the site swap until stop, which tells what it has to say.
func swapping(t *testing.T, h *testbed.Host, target string, names ...string) (stop func() string) {
	t.Helper()
	const python, program = "/webapps/example_project/bin/python", "/srv/swaps.py"
	cmd, err := h.Command(t.Context(), append([]string{"runuser", "-u", "example", "--", python, program, target}, names...)...)
	if err != nil {
		t.Fatal(err)
	}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said := bufio.NewScanner(out)
	if !said.Scan() || said.Text() != "swapping" {
		t.Fatalf("the site's program says %q", said.Text())
	}
	return func() string {
		t.Helper()
		_ = stdin.Close()
		said.Scan()
		if err := cmd.Wait(); err != nil {
			t.Errorf("the site's program: %v", err)
		}
		return said.Text() + " rounds of " + strings.Join(names, ", ") + " for " + target
	}
}

// checkRaces deploys while the site swaps: nothing that is root's or another's changes, and nothing of
// it comes to light.
func checkRaces(t *testing.T, h *testbed.Host, w *workstation) {
	on(t, h, `umask 022; mkdir -p /srv/canaries/folder && cd /srv/canaries && echo canary-secret >secret && chmod 600 secret && echo readable-by-all >public && echo canary-inside >folder/inside
		cd /webapps/second_project && mkdir folder && echo canary-second >canary && chmod 600 canary && echo canary-second >folder/inside && chown -R second: canary folder && chmod 700 folder`)
	if err := os.WriteFile(filepath.Join(h.Root(), "srv/swaps.py"), []byte(swaps), 0o644); err != nil {
		t.Fatal(err)
	}
	deploy := strings.Fields(deployExample)
	canaries := []string{"/srv/canaries", "/webapps/second_project/canary", "/webapps/second_project/folder", "/root", "/etc/shadow", "/etc/sudoers.d"}
	before := snapshot(t, h, canaries...)
	runs := 0
	for until := time.Now().Add(raceTime()); time.Now().Before(until); runs++ {
		files, folders := swapTargets[:3], swapTargets[3:]
		targets := files
		if runs%len(swapped) > 2 {
			targets = folders
		}
		stop := swapping(t, h, targets[(runs+runs/len(swapped))%len(targets)], swapped[runs%len(swapped)]...)
		with := [][]string{{"--overwrite", "--diff", "-vv"}, {"--check", "--diff"}}[runs%2]
		o := w.run(append(deploy[:len(deploy):len(deploy)], with...)...)
		text := o.stdout + o.stderr + w.log("web1") + w.eventsFile()
		if strings.Contains(text, "canary-") {
			t.Errorf("what the site may not read came to light in run %d: %.1500s", runs, around(text, "canary-"))
		}
		t.Logf("run %d ended with status %d, after %s", runs, o.status, stop())
		if t.Failed() {
			break
		}
	}
	untouched(t, h, before, canaries...)
	same(t, "words in the site's home", try(t, h, "grep -rl canary- /webapps/example_project || :"), "")
	if o := w.run(append(deploy[:len(deploy):len(deploy)], "--overwrite")...); o.status != 0 {
		t.Errorf("afterwards: %v", o)
	}
	answers(t, h, "example.com", "example")
	answers(t, h, "second.org", "second")
}

// raceTime is how long a site has to win.
func raceTime() time.Duration {
	switch {
	case thorough():
		return 2 * time.Minute
	case slowToo():
		return 20 * time.Second
	}
	return 10 * time.Second
}
