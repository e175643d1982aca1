package inventory

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// load reads an INI inventory written in a test.
func load(t *testing.T, text string) *Inventory {
	t.Helper()
	inv, err := Load([]string{write(t, t.TempDir(), "hosts.ini", text)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return inv
}

// write puts a file into dir and returns its path.
func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func names(hosts []*Host) string {
	var s []string
	for _, h := range hosts {
		s = append(s, h.Name)
	}
	return strings.Join(s, " ")
}

func TestVarsOfSeveralPlaces(t *testing.T) {
	dir := t.TempDir()
	src := write(t, dir, "hosts.ini", `
[all:vars]
where=all
deep=all
[web]
web1 where=host
web2
[web:vars]
where=web
deep=web
[prod:children]
web
[prod:vars]
deep=prod
`)
	write(t, dir, "group_vars/web.yml", "deep: file\nlist: [1, yes, 0x10]\n")
	write(t, dir, "host_vars/web2.yml", "where: hostfile\n")
	inv, err := Load([]string{src}, nil)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]any{}
	for _, h := range inv.Hosts() {
		for _, name := range []string{"where", "deep", "list"} {
			v, _ := h.Var(name)
			got[h.Name+" "+name] = v.Any
		}
	}
	want := map[string]any{
		"web1 where": "host", "web1 deep": "file", "web1 list": []any{int64(1), true, int64(16)},
		"web2 where": "hostfile", "web2 deep": "file", "web2 list": []any{int64(1), true, int64(16)},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got := inv.Host("web1").Groups(); !cmp.Equal(got, []string{"prod", "web"}) {
		t.Errorf("groups %q", got)
	}
}

func TestHostList(t *testing.T) {
	inv, err := Load([]string{"web1,web2:2222, [::1]:22"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := names(inv.Hosts()); got != "web1 web2 ::1" {
		t.Errorf("hosts %s", got)
	}
	if v, _ := inv.Host("web2").Var("ansible_port"); v.Any != int64(2222) {
		t.Errorf("port %v", v.Any)
	}
}

func TestStdin(t *testing.T) {
	inv, err := Load([]string{"-"}, strings.NewReader("[web]\nweb[1:2]\n"))
	if err != nil {
		t.Fatal(err)
	}
	if got := names(inv.Hosts()); got != "web1 web2" {
		t.Errorf("hosts %s", got)
	}
}

// All that is wrong is said at once, each with its place and line, and without passwords.
func TestErrors(t *testing.T) {
	path := write(t, t.TempDir(), "hosts.ini", `[web
[web]
web1 ansible_port 22
web[1:x]
  web2 color="red
web3 ansible_password=hunter2 oops
[db:kids]
lost
[db:vars]
x=1
novalue
[cluster:children]
nowhere
`)
	_, err := Load([]string{path}, nil)
	if err == nil {
		t.Fatal("no error")
	}
	got := strings.ReplaceAll(err.Error(), path, "FILE")
	want := strings.TrimPrefix(`
FILE:1:1: "[web" is no section: expected [GROUP], [GROUP:children] or [GROUP:vars], and nothing behind it but a # remark
    [web
    ^
FILE:3:6: "ansible_port" is no variable: expected NAME=VALUE, in quotes where VALUE has blanks
    web1 ansible_port 22
         ^
FILE:3:19: "22" is no variable: expected NAME=VALUE, in quotes where VALUE has blanks
    web1 ansible_port 22
                      ^
FILE:4:1: range [1:x] is neither of numbers nor of letters: expected a host, with a port or a range like web[1:3] if need be
    web[1:x]
    ^
FILE:5:14: the quote is never closed
      web2 color="red
                 ^
FILE:6:31: this is no variable: expected NAME=VALUE, in quotes where VALUE has blanks
    web3 ansible_password=********
FILE:7:5: section [db:kids] is of no known kind: expected :children, :vars or :hosts
    [db:kids]
        ^
FILE:9:2: group "db" has variables and is declared nowhere: expected a section [db] or [db:children]
    [db:vars]
     ^
FILE:11:1: no variable: expected NAME=VALUE in section [db:vars]
    novalue
    ^
FILE:13:1: group "nowhere" is declared nowhere: expected a section [nowhere] or [nowhere:children]
    nowhere
    ^`, "\n")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestSelect(t *testing.T) {
	inv := load(t, "[web]\nweb[1:4]\n[db]\ndb1\nweb4\n[prod:children]\nweb\ndb\n")
	for _, c := range []struct{ pattern, want string }{
		{"all", "web1 web2 web3 web4 db1"},
		{"web:!web2", "web1 web3 web4"},
		{"web,&db", "web4"},
		{"!db", "web1 web2 web3"},
		{"web[0]", "web1"},
		{"web[-1]", "web4"},
		{"web[1:2]", "web2 web3"},
		{"~web[12]$", "web1 web2"},
		{"*1", "web1 db1"},
		{"wob", `limit "wob": matches no host and no group`},
		{"web:!stagign", `limit "web:!stagign": "!stagign" matches no host and no group`},
		{"db:&web1", `limit "db:&web1": no host is left`},
		{"", "the limit is empty"},
		{",", "the limit is empty"},
	} {
		hosts, err := inv.Select(c.pattern)
		got := names(hosts)
		if err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%q: got %s, want %s", c.pattern, got, c.want)
		}
	}
}

// A login in place of a host is read in a list; in a file the error has what to write.
func TestLogins(t *testing.T) {
	for _, c := range []struct{ list, want string }{
		{"root@192.0.2.10,", "root@192.0.2.10:0"},
		{"deploy@web1:2222,web2, ssh://me@web3:22/ ,", "deploy@web1:2222 @web2:0 me@web3:22"},
		{"root@[2001:db8::1]:2222,root@2001:db8::2", "root@2001:db8::1:2222 root@2001:db8::2:0"},
		{"DOM\\me@web1:022,", "DOM\\me@web1:22"},
		{"me@example.com@web1,", "me@example.com@web1:0"},
		{"root@web1,root@web1", "root@web1:0"},
		{"root@web1,deploy@web1", "root@web1,deploy@web1: web1 is there with two logins, root and deploy: expected one"},
		{"root@,", "root@,: there is no host behind the @: expected user@host or user@host:port"},
		{"@web1,", "@web1,: there is no user before the @: expected user@host or user@host:port"},
		{"root:hunter2@web1,", "root:********@web1,: a password has no place before a host's name, give it with -k: expected user@host or user@host:port"},
	} {
		inv, err := Load([]string{c.list}, nil)
		var got []string
		if err != nil {
			got = []string{err.Error()}
		} else {
			for _, h := range inv.Hosts() {
				user, _ := h.Var("ansible_user")
				port, _ := h.Var("ansible_port")
				n, _ := port.Any.(int64)
				got = append(got, fmt.Sprintf("%s@%s:%d", user.Text(), h.Name, n))
			}
		}
		if text := strings.Join(got, " "); text != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.list, text, c.want)
		}
	}
}

func TestLoginsInFiles(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"hosts.ini", "[web]\nroot@192.0.2.10\n", "FILE:2:1: a login is no host's name: expected 192.0.2.10 ansible_user=root\n    root@192.0.2.10\n    ^"},
		{"hosts.ini", "  deploy@web1:2222 djship_domain=x.org # mine\n", "FILE:1:3: a login is no host's name: expected web1:2222 ansible_user=deploy djship_domain=x.org # mine\n      deploy@web1:2222 djship_domain=x.org # mine\n      ^"},
		{"hosts.ini", "root@web[1:3]\n", "FILE:1:1: a login is no host's name: expected web[1:3] ansible_user=root\n    root@web[1:3]\n    ^"},
		{"hosts.ini", "root@web1 ansible_user=deploy\n", "FILE:1:1: a login is no host's name: expected web1 ansible_user=deploy\n    root@web1 ansible_user=deploy\n    ^"},
		{"hosts.ini", "ssh://root@web1:22/\n", "FILE:1:1: a login is no host's name: expected web1:22 ansible_user=root\n    ssh://root@web1:22/\n    ^"},
		{"hosts.ini", "root@web1 ansible_password=hunter2\n", "FILE:1:1: a login is no host's name: expected web1 ansible_user=root ansible_password=********\n    root@web1 ansible_password=********"},
		{"hosts.ini", "root:hunter2@web1\n", "FILE:1:1: a password has no place before a host's name, give it with -k: expected web1 ansible_user=root\n    root:********@web1"},
		{"hosts.ini", "root@\n", "FILE:1:1: there is no host behind the @\n    root@\n    ^"},
		{"hosts.yml", "web:\n  hosts:\n    root@web1:2222:\n", "FILE:3:5: a login is no host's name: expected the host \"web1:2222\" with the variable ansible_user: root\n        root@web1:2222:\n        ^"},
		{"hosts.yml", "web:\n  hosts:\n    root:hunter2@web1:\n", "FILE:3:5: a password has no place before a host's name, give it with -k: expected the host \"web1\" with the variable ansible_user: root\n        root:********@web1:"},
	} {
		path := write(t, t.TempDir(), c.name, c.text)
		_, err := Load([]string{path}, nil)
		if err == nil {
			t.Errorf("%q: no error", c.text)
			continue
		}
		if got := strings.ReplaceAll(err.Error(), path, "FILE"); got != c.want {
			t.Errorf("%q:\n got %s\nwant %s", c.text, got, c.want)
		}
	}
	script := write(t, t.TempDir(), "inv", "#!/bin/sh\necho '{\"web\": {\"hosts\": [\"root@web1\"]}}'\n")
	if err := os.Chmod(script, 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := Load([]string{script}, nil); err == nil || !strings.Contains(err.Error(), `expected the host "web1" with the variable ansible_user: root`) {
		t.Errorf("of a script: %v", err)
	}
}
