//go:build linux

package integration

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"djship/integration/testbed"
)

// Flags mean the same wherever they stand, and exit statuses are what scripts hang on.
func TestFlagsAndStatuses(t *testing.T) {
	t.Parallel()
	h, w := up(t, slowOn(13), site)
	const nginxSite = "/etc/nginx/sites-available/example.com"
	on(t, h, "rm /etc/logrotate.d/djship-example && sed -i s/20m/30m/ "+nginxSite)
	before := snapshot(t, h, looked...)
	for _, args := range []string{
		"--check --diff deploy example example.com",
		"deploy --check --diff example example.com",
		"deploy example --check example.com --diff",
		"deploy example example.com -C -D",
		"-CD deploy example example.com",
		"-l web1 deploy -i hosts.ini example example.com --check -D -f 5 -T 20",
		"deploy example example.com 3 --check --diff=true",
	} {
		o := w.djship(0, strings.Fields(args)...)
		for _, words := range []string{"log rotation of example", "/etc/logrotate.d/djship-example", "+    weekly", "-    client_max_body_size 30m;"} {
			if !strings.Contains(o.stdout+o.stderr, words) {
				t.Errorf("it does not say %q: %v", words, o)
			}
		}
		w.djship(5, append(strings.Fields(args), "--exit-code")...)
	}
	untouched(t, h, before, looked...)
	if o := w.djship(0, "deploy", "example", "example.com", "-C"); strings.Contains(o.stdout+o.stderr, "weekly") {
		t.Errorf("a diff that nobody asked for: %v", o)
	}
	w.djship(0, "deploy", "example", "example.com")
	w.djship(0, "deploy", "example", "example.com", "--check", "--exit-code")
	on(t, h, "grep -q 30m "+nginxSite)

	for _, args := range []string{"-q deploy example example.com", "deploy example example.com --quiet"} {
		if o := w.djship(0, strings.Fields(args)...); strings.Contains(o.stdout+o.stderr, "supervisor") {
			t.Errorf("quiet: %v", o)
		}
	}
	if o := w.djship(0, "deploy", "example", "example.com", "-vv"); !strings.Contains(o.stdout+o.stderr, "supervisor program example") {
		t.Errorf("verbose: %v", o)
	}
}

// How to get in can be told by flags as well as by the inventory and by ssh's configuration.
func TestGettingIn(t *testing.T) {
	t.Parallel()
	h, w := up(t, 12, site)
	write := func(name, text string) string {
		t.Helper()
		path := filepath.Join(w.home, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	known, err := os.ReadFile(h.KnownHosts())
	if err != nil {
		t.Fatal(err)
	}
	// ssh looks for its files in the home that passwd names, not in $HOME; so does djship.
	knownHosts := filepath.Join(w.home, "known_hosts")
	config := write("config", "UserKnownHostsFile "+knownHosts+"\n")
	deploy := []string{"deploy", "example", "example.com", "-F", config}
	with := func(flags ...string) []string { return append(slices.Clone(deploy), flags...) }

	write("hosts.ini", h.Addr()+"\n")
	if o := w.djship(3, with("-u", "root", "--private-key", h.Key())...); !strings.Contains(o.stderr, "--accept-new") || !strings.Contains(o.stderr, "SHA256:") {
		t.Errorf("a host key that nobody knows, and nobody to ask: %v", o)
	}
	write("known_hosts", string(known))
	w.djship(0, with("-u", "root", "--private-key", h.Key())...)
	w.djship(0, with("-u", "deploy", "--private-key", h.Key(), "-p", "22")...)
	w.djship(3, with("-u", "root", "-p", "2222", "--private-key", h.Key())...)
	w.djship(0, with("-i", h.Addr()+",", "-u", "root", "--private-key", h.Key())...)
	if o := w.djship(2, with("-u", "root", "--private-key", write("none", ""))...); !strings.Contains(o.stderr, "none is no private key") {
		t.Errorf("no key in the key file: %v", o)
	}

	write("hosts.ini", "[all:vars]\nansible_user=root\n[web]\nshop\n")
	write("config", "UserKnownHostsFile "+knownHosts+"\nHost shop\n\tHostName "+h.Addr()+"\n\tIdentityFile "+h.Key()+"\n\tIdentitiesOnly yes\n")
	w.djship(0, deploy...)

	// A person is asked about a host on first contact, once.
	if err := os.Remove(knownHosts); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		answer string
		status int
	}{{"no", 3}, {"yes", 0}} {
		cmd, term, err := w.onTerminal(100, deploy...)
		if err != nil {
			t.Fatal(err)
		}
		if err := term.answer("(yes/no)", c.answer); err != nil {
			t.Error(err)
		}
		if o := term.wait(cmd); o.status != c.status || !strings.Contains(o.stdout, "SHA256:") {
			t.Errorf("asked about the key, %s: %v", c.answer, o)
		}
	}
	w.djship(0, deploy...)

	// A key that changed is not taken, whatever the flags.
	on(t, h, "rm /etc/ssh/ssh_host_*; ssh-keygen -q -A; systemctl restart ssh")
	if o := w.djship(3, with("--accept-new")...); !strings.Contains(o.stderr+o.stdout, "changed") {
		t.Errorf("a changed key: %v", o)
	}
	// Where the network can be trusted, a new one is.
	if err := os.Remove(knownHosts); err != nil {
		t.Fatal(err)
	}
	w.djship(0, with("--accept-new")...)
	w.djship(0, deploy...)
}

// A host that is down does not keep the others from being served.
func TestHostDown(t *testing.T) {
	t.Parallel()
	testbed.Need(t)
	hosts := testbed.UpAll(t, testbed.Spec{Suite: 12, Name: "here", From: state(t, site)}, testbed.Spec{Suite: 13, Name: "down"}, testbed.Spec{Suite: 12, Name: "mute"})
	if err := hosts[1].Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := hosts[2].CutNetwork(); err != nil {
		t.Fatal(err)
	}
	w := workstationFor(t, line(hosts[0], "root"), line(hosts[1], "root"), line(hosts[2], "root"))
	on(t, hosts[0], "rm /etc/logrotate.d/djship-example")
	o := w.djship(3, "deploy", "example", "example.com", "-T", "3")
	ends := hostEnds(events(t, w.eventsFile()))
	for host, want := range map[string]string{"here": "changed", "down": "unreachable", "mute": "unreachable"} {
		if e := ends[host]; e.Status != want || want == "unreachable" && (e.Error == "" || e.Hint == "") {
			t.Errorf("host %s: %+v", host, e)
		}
	}
	answers(t, hosts[0], "example.com", "example")
	for _, words := range []string{"down", "mute", "unreachable"} {
		if !strings.Contains(o.stdout+o.stderr, words) {
			t.Errorf("it does not say %q: %v", words, o)
		}
	}
	// Where a step fails too, that is the status.
	on(t, hosts[0], "rm /var/log/nginx/example.com.access.log; echo nonsense >/etc/nginx/conf.d/x.conf")
	w.djship(1, "deploy", "example", "example.com", "-T", "3")
}
