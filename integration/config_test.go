//go:build linux

package integration

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"djship/steps/model"
)

// sentinelConfig is a value that is to be found nowhere but where it is set.
const sentinelConfig = "sentinel-Config'\"$x#%"

// What is set for a site is in all that runs as it, to the byte, and nowhere else; no request is lost by it, and values with which the site does not come up are not its values.
func TestConfig(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w, c := upPushed(t, 12)
	s := startSampler(t, h, sentinelConfig)
	var shown strings.Builder
	big := "it's \"a\" $value `x`\n#%\\ é\n" + strings.Repeat("'é", 12<<10) + "\n\n"
	dotenv := "# ours\nexport MULTI='one # \n  two\n'\nDSN=" + sentinelConfig + " # not that\n"
	if err := os.WriteFile(filepath.Join(w.home, "site.env"), []byte(dotenv), 0o600); err != nil {
		t.Fatal(err)
	}
	// What gunicorn of the live release has is told by its page.
	const tells = "import hashlib, os\nfrom django.http import HttpResponse\ndef first(request):\n" +
		"    return HttpResponse('release %s %s' % (hashlib.sha256(os.environ.get('DSN', '').encode()).hexdigest(), os.environ.get('LATER')))\n"
	process := func() string { return get(t, h, "example.com", "/").body }
	wantsProcess := "release " + model.Sum(sentinelConfig) + " None"
	const fails = "import os\nif os.environ.get('BROKEN'):\n    raise ValueError(os.environ['BROKEN'] + os.environ['DSN'])\n"
	c.commit(t, map[string]string{"config/wsgi.py": fails + shop["config/wsgi.py"], "shop/views.py": tells, ".env.example": "DSN=\n# B=\nexport NEEDED=x\n"})
	if o := w.ran(sentinelConfig, "config", "set", "example", "DSN", "--no-restart"); o.status != 0 {
		t.Fatal(o)
	}
	if o := w.djship(0, "push", "example", "--dir", c.dir, "--hold", "0s", "-v"); !strings.Contains(o.stdout+o.stderr, "warning: .env.example names what is not set: NEEDED") {
		t.Error(o)
	}
	same(t, "after a push", process(), wantsProcess)
	// A program that logs what it was given: the value is in the log, and not in what is shown of it.
	w.djship(0, "run", "example", "--", "bash", "-c", `umask 077; printf 'it was given %s\n' "$DSN" >>~/logs/own.log`)
	if o := w.djship(0, "logs", "example", "--process", "own"); !strings.Contains(o.stdout, "it was given ********\n") {
		t.Error(o)
	}
	on(t, h, "rm "+home+"/logs/own.log")
	visitors := visitAll(h)
	for _, row := range []struct {
		in         string
		args       string
		status     int
		out, tells string // stdout whole, "" for whatever it is, and what is told among others
	}{
		{"", "list example", 0, "", ".env.example names what is not set: NEEDED\n"},
		{big, "set example BIG --no-restart", 0, "", "sets BIG"},
		{"", "get example BIG", 0, big, ""},
		{big, "set example BIG", 0, "", "done: 0 steps changed"},
		{"two\n", "set example WORD A=1 --no-restart", 0, "", ""},
		{"", "get example WORD", 0, "two", ""},
		{"", "set example --from site.env --check", 0, "", "would change"},
		{"", "get example MULTI", 1, "", "MULTI of example is not set"},
		{"", "set example --from site.env --diff -vvv", 2, "", "takes no --diff"},
		{"", "set example --from site.env -vvv", 0, "", "sets MULTI"},
		{sentinelConfig, "set example BROKEN", 1, "", "with the values before"},
		{sentinelConfig, "set example LATER --no-restart --json", 0, "", `"sets LATER; what runs goes on with what it has"`},
		{"", "unset example LATER NOPE --no-restart", 0, "", ""},
		{"", "undo example --no-restart", 0, "", "sets LATER"},
		{"", "undo example", 0, "", "takes away LATER"},
		{"", "list example --json", 0, "", `"names":["A","BIG","DSN","MULTI","WORD"],"differ":[],"lacks":["NEEDED"]`},
		{"", "set example EMPTY=", 2, "", "--allow-empty"},
		{"", "set example SECRET_KEY=x", 2, "", "/webapps/example_project/.django_secret_key"},
		{"", "set nosuch A=1", 1, "", "the host has no site nosuch"},
	} {
		o := w.ran(row.in, append([]string{"config"}, strings.Fields(row.args)...)...)
		if o.status != row.status || row.out != "" && o.stdout != row.out || !strings.Contains(o.stdout+o.stderr+w.eventsFile(), row.tells) {
			t.Errorf("%s: %.2000v", row.args, o)
		}
		if row.args == "set example BROKEN" && (strings.Count(o.stdout+o.stderr, "ValueError: ") != 1 || !strings.Contains(o.stdout+o.stderr, "the new process has answered nobody") || !strings.Contains(o.stdout+o.stderr, "hint: mend the value")) {
			t.Errorf("%s: %.2000v", row.args, o)
		}
		if !strings.HasPrefix(row.args, "get") {
			shown.WriteString(o.stdout + o.stderr)
		}
	}
	if v := visitors.stop(); v.failed != nil || v.all < 10 {
		t.Errorf("of %d requests failed: %v", v.all, v.failed)
	}
	same(t, "the process's", process(), wantsProcess)
	same(t, "a shell's", w.ran("", "run", "example", "--", "printf '%s|' \"$BIG\" \"$MULTI\" \"$DSN\" \"${BROKEN-unset}\"").stdout, big+"|one # \n  two\n|"+sentinelConfig+"|unset|")
	s.stop(t)
	same(t, "owner and mode", on(t, h, "cd /webapps/.sites/example/config && stat -c '%n %U %a' . env history before.1"), ". root 750\nenv example 600\nhistory root 600\nbefore.1 root 600")
	if strings.Contains(shown.String(), sentinelConfig) {
		t.Error("a value was on the screen")
	}
	on(t, h, ": >/webapps/example_project/logs/gunicorn.log") // the site's own, in which its code has told it
	sentinelHere(t, w, "a value", sentinelConfig)
	sentinelThere(t, h, "a value", sentinelConfig)

	same(t, "in the home", w.ran("", "run", "example", "--release", "0", "--", "printf %s $A $DJANGO_SETTINGS_MODULE").stdout, "1example.settings.production")

	// The site's account may lay links in its home, and write to what is its own: nothing of root's comes of it.
	on(t, h, `runuser -u example -- sh -c 'printf "export A=\047\$(id)\047\nexport ROOT=\047x\047; touch /root/bad\n" >/webapps/.sites/example/config/env; ln -s /etc/shadow /webapps/example_project/env'`)
	w.djship(0, "config", "set", "example", "B=1", "--no-restart")
	same(t, "what root makes of it", on(t, h, "cat /webapps/.sites/example/config/env; ls /root/bad 2>&1 || :"), "# Written by `djship config`, and taken in by prepare_env.sh.\nexport A='$(id)'\nexport B='1'\n[ ! -e /run/djship/frugal-example ] || export WEB_CONCURRENCY=1\nls: cannot access '/root/bad': No such file or directory")

	// An edited prepare_env.sh that does not take it in is told of before anything is changed.
	on(t, h, "sed -i '/djship_config/d' /webapps/example_project/prepare_env.sh")
	if o := w.ran("", "config", "set", "example", "B=2"); o.status != 1 || !strings.Contains(o.stdout+o.stderr, "before the line with /bin/activate") {
		t.Error(o)
	}
}

// Before the first push it is the placeholder that tries what is set, in a slot of its own for that time.
func TestConfigBeforeAPush(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w := up(t, 12, site)
	w.djship(0, "config", "list", "example")
	w.djship(0, "config", "set", "example", "ALLOWED=yes", "--hold", "1s")
	if o := w.ran("", "config", "set", "example", "DJANGO_SETTINGS_MODULE=nosuch.settings"); o.status != 1 || !strings.Contains(o.stdout+o.stderr, "with the values before") {
		t.Error(o)
	}
	answers(t, h, "example.com", "example")
	same(t, "what is set", w.ran("", "run", "example", "--", "printf %s $ALLOWED $DJANGO_SETTINGS_MODULE").stdout, "yesexample.settings.production")
	if o := w.djship(0, append(strings.Fields(deployExample), "--check")...); !strings.Contains(o.stderr+o.stdout, "nothing would change") {
		t.Error(o)
	}
}
