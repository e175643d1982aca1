//go:build linux

package integration

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"djship/integration/testbed"
)

// Bad input is refused before any host is contacted: here the only host would fail at once, with
// another status.
func TestBadInput(t *testing.T) {
	t.Parallel()
	w := workstationFor(t, "web1 ansible_host=127.0.0.1 ansible_port=1 ansible_user=nobody")
	w.djship(3, "deploy", "example", "example.com")

	files := map[string]string{"empty.ini": "", "comments.ini": "# nothing\n\n", "groups.ini": "[web]\n\n[db]\n", "broken.ini": "[web\nweb1\n",
		"variable.ini": "web1 ansible_host=127.0.0.1 ansible_port=many\n"}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(w.home, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	deploy := func(project, domain string) []string { return []string{"deploy", "--", project, domain} }
	long := strings.Repeat("a", 33)
	for _, c := range []struct {
		args []string
		says string // what is wrong, and what would be right
	}{
		{deploy("", "example.com"), `project "" is empty`},
		{deploy("Example", "example.com"), "upper-case"},
		{deploy("1example", "example.com"), "begins with a letter"},
		{deploy("my-site", "example.com"), "lower-case letters, digits and _"},
		{deploy("-example", "example.com"), "begins with a letter"},
		{deploy("my site", "example.com"), "one word"},
		{deploy("x;reboot", "example.com"), "one word"},
		{deploy("x\nreboot", "example.com"), "one word"},
		{deploy("exämple", "example.com"), "lower-case letters"},
		{deploy(long, "example.com"), "33 bytes"},
		{deploy("root", "example.com"), "system account"},
		{deploy("postgres", "example.com"), "system account"},
		{deploy("www-data", "example.com"), "project"},
		{deploy("webapps", "example.com"), "system account"},
		{deploy("nobody", "example.com"), "system account"},
		{deploy("django", "example.com"), "Python or Django needs"},
		{deploy("test", "example.com"), "Python or Django needs"},
		{deploy("site", "example.com"), "Python or Django needs"},
		{deploy("class", "example.com"), "Python or Django needs"},
		{deploy("json", "example.com"), "Python or Django needs"},
		{deploy("example", ""), "domain \"\" is empty"},
		{deploy("example", "http://example.com"), "scheme"},
		{deploy("example", "https://example.com/"), "scheme"},
		{deploy("example", "example.com/shop"), "path"},
		{deploy("example", "example.com:8080"), "port"},
		{deploy("example", "www.example.com"), "type example.com"},
		{deploy("example", "example.com."), "type example.com"},
		{deploy("example", "my_shop.example.com"), "letters, digits and hyphens"},
		{deploy("example", "localhost"), "one label"},
		{deploy("example", strings.Repeat("a23456789.", 25)+"com"), "bytes"},
		{deploy("example", strings.Repeat("a", 64)+".com"), "1 to 63"},
		{deploy("example", "exam ple.com"), "letters, digits and hyphens"},
		{deploy("example", "example.com;reboot"), "letters, digits and hyphens"},
		{deploy("example", "-example.com"), "letters, digits and hyphens"},
		{deploy("example", "192.0.2.1"), "IP address"},
		{deploy("example.com", "example"), "the project comes first: example example.com"},
		{[]string{"up", "example.com", "example"}, "swapped"},
		{[]string{"up", "Example", "example.com"}, "upper-case"},
		{[]string{"deploy", "example", "example.com", "4"}, "2 or 3"},
		{[]string{"prereq", "4"}, "2 or 3"},
		{[]string{"deploy", "example", "example.com", "3", "more"}, "too many arguments: more"},
		{[]string{"prereq", "3", "more"}, "too many arguments: more"},
		{[]string{"deploy", "example"}, "deploy example example.com"},
		{[]string{"deploy"}, "deploy example example.com"},
		{[]string{"-i", "missing.ini", "prereq"}, "missing.ini"},
		{[]string{"-i", "empty.ini", "prereq"}, "no hosts"},
		{[]string{"-i", "comments.ini", "prereq"}, "no hosts"},
		{[]string{"-i", "groups.ini", "prereq"}, "no hosts"},
		{[]string{"-i", "broken.ini", "prereq"}, "broken.ini:1"},
		{[]string{"-i", "variable.ini", "prereq"}, "ansible_port"},
		{[]string{"prereq", "-l", "nosuch"}, "nosuch"},
		{[]string{"prereq", "-l", "web1:!web1"}, "web1:!web1"},
		{[]string{"prereq", "--no-such-flag"}, "no-such-flag"},
		{[]string{"prereq", "--forks", "0"}, "--forks"},
		{[]string{"prereq", "--exit-code"}, "--check"},
		{[]string{"depoly", "example", "example.com"}, "djship deploy"},
	} {
		o := w.run(c.args...)
		if o.status != 2 || !strings.Contains(o.stderr, c.says) || o.stdout != "" {
			t.Errorf("want status 2 and %q: %v", c.says, o)
		}
		if strings.Contains(o.stderr, "127.0.0.1") || strings.Contains(o.stderr, "goroutine") {
			t.Errorf("a host was contacted: %v", o)
		}
	}
	if err := os.Remove(filepath.Join(w.home, "hosts.ini")); err != nil {
		t.Fatal(err)
	}
	if o := w.djship(2, "prereq"); !strings.Contains(o.stderr, "hosts.ini") {
		t.Errorf("without an inventory: %v", o)
	}
}

// What stands in the way on a host is refused before anything there is changed.
func TestRefusedOnTheHost(t *testing.T) {
	deploy := strings.Fields("deploy example example.com")
	cases := []struct {
		what, from string
		make       string // what is done to the host before
		user, vars string
		args       []string
		status     int
		says       []string
	}{
		{"unknown release", fresh, "sed -i -e s/^VERSION_ID=.*/VERSION_ID=99/ -e 's/^PRETTY_NAME=.*/PRETTY_NAME=\"Debian 99\"/' $(realpath /etc/os-release)",
			"root", "", []string{"prereq"}, 1, []string{"Debian 99", "does not know", "Debian 11 to 13", "Ubuntu 20.04 to 26.04"}},
		{"unknown distribution", fresh, "sed -i -e s/^ID=.*/ID=slackware/ -e 's/^PRETTY_NAME=.*/PRETTY_NAME=\"Slackware 15\"/' $(realpath /etc/os-release)",
			"root", "", strings.Fields("up example example.com"), 1, []string{"Slackware 15", "does not know"}},
		{"prereq never run", fresh, "true", "root", "", deploy, 1, []string{"prereq has not been run", "djship prereq"}},
		{"no sudo", fresh, "useradd -m -s /bin/bash plain && cp -r /root/.ssh /home/plain/ && chown -R plain: /home/plain/.ssh", "plain", "", []string{"prereq"}, 3, []string{"sudo"}},
		{"no sudo password", fresh, "true", "asks", "", []string{"prereq"}, 3, []string{"password", "-K"}},
		{"wrong sudo password", fresh, "true", "asks", "ansible_become_password=wrong", []string{"prereq"}, 3, []string{"password"}},
		{"sudo not installed", fresh, "SUDO_FORCE_REMOVE=yes dpkg --purge sudo", "deploy", "", []string{"prereq"}, 3, []string{"sudo"}},
		{"an account of that name", ready, "useradd -m example", "root", "", deploy, 1, []string{"account example that is not a site's", "/home/example"}},
		{"a role of that name", ready, "su postgres -c 'cd /; createuser example'", "root", "", deploy, 1, []string{"role example that is not a site's"}},
		{"a database of that name", ready, "su postgres -c 'cd /; createdb example'", "root", "", deploy, 1, []string{"database example that is not a site's"}},
		{"a domain that another site serves", site, "true", "root", "", strings.Fields("deploy other example.com"), 1, []string{"example.com is served by another site"}},
		{"a domain that a file of somebody's serves", ready, "echo 'server { listen 80; server_name www.example.com; }' >/etc/nginx/conf.d/theirs.conf", "root", "", deploy, 1,
			[]string{"www.example.com is served", "/etc/nginx/conf.d/theirs.conf"}},
		{"a project under another domain", site, "true", "root", "", strings.Fields("deploy example other.org"), 1, []string{"there already, as example.com", "--move-domain"}},
	}
	t.Parallel()
	for i, c := range cases {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			h, w := up(t, slowOn([]int{11, 12, 13}[i%3]), c.from)
			on(t, h, c.make)
			if err := w.inventory(line(h, c.user, c.vars)); err != nil {
				t.Fatal(err)
			}
			refused(t, h, w, c.status, c.args, c.says)
		})
	}
	t.Run("disk nearly full", func(t *testing.T) {
		t.Parallel()
		testbed.Need(t)
		h := testbed.Up(t, testbed.Spec{Suite: 12, Name: "web1", DiskSize: 1<<30 + 100<<20})
		if err := h.FillDisk(900 << 20); err != nil {
			t.Fatal(err)
		}
		refused(t, h, workstationFor(t, line(h, "root")), 1, []string{"prereq"}, []string{"MiB free", "1024 MiB are needed"})
	})
}

func refused(t *testing.T, h *testbed.Host, w *workstation, status int, args, says []string) {
	t.Helper()
	before := snapshot(t, h, everything...)
	for _, check := range []bool{true, false} {
		if check {
			args = append(args, "--check")
		} else {
			args = args[:len(args)-1]
		}
		o := w.run(args...)
		if o.status != status {
			t.Errorf("want status %d: %v", status, o)
		}
		for _, words := range says {
			if !strings.Contains(o.stdout+o.stderr, words) {
				t.Errorf("it does not say %q: %v", words, o)
			}
		}
		if e := first(t, events(t, w.eventsFile()), "host_end"); e.Hint == "" || e.Error == "" {
			t.Errorf("no error or no hint: %+v", e)
		}
	}
	unharmed(t, h, before)
}

// A site is moved to another domain the way that the refusal says.
func TestMoveAsTheRefusalSays(t *testing.T) {
	t.Parallel()
	h, w := up(t, slowOn(13), site)
	secrets := fmt.Sprint(siteSecrets(t, h, "example"))
	w.djship(1, "deploy", "example", "other.org")
	hint := first(t, events(t, w.eventsFile()), "host_end").Hint
	command, _, ok := strings.Cut(strings.TrimPrefix(hint, "`djship "), "`")
	if !ok {
		t.Fatalf("the hint has no command: %s", hint)
	}
	w.djship(0, strings.Fields(command)...)
	answers(t, h, "other.org", "example")
	if p := get(t, h, "example.com", "/a"); p.status != http.StatusMovedPermanently || p.header.Get("Location") != "http://other.org/a" {
		t.Errorf("example.com leads elsewhere: %d, %v", p.status, p.header)
	}
	same(t, "its secrets", fmt.Sprint(siteSecrets(t, h, "example")), secrets)
	idle(t, h, w, "deploy", "example", "other.org")
}
