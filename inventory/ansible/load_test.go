package ansible

import (
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"djship/inventory/inventorytest"

	"github.com/google/go-cmp/cmp"
)

// readAll is Read without anybody who is told of programs.
func readAll(sources []string, stdin io.Reader) (*Inventory, error) {
	return Read(sources, stdin, func(string) {})
}

func hostNames(inv *Inventory) string {
	var names []string
	for _, h := range inv.Hosts() {
		names = append(names, h.Name)
	}
	return strings.Join(names, " ")
}

func TestVarsOfSeveralPlaces(t *testing.T) {
	dir := t.TempDir()
	src := inventorytest.Write(t, dir, "hosts.ini", `
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
	inventorytest.Write(t, dir, "group_vars/web.yml", "deep: file\nlist: [1, yes, 0x10]\n")
	inventorytest.Write(t, dir, "host_vars/web2.yml", "where: hostfile\n")
	inv, err := readAll([]string{src}, nil)
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
	inv, err := readAll([]string{"web1,web2:2222, [::1]:22"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := hostNames(inv); got != "web1 web2 ::1" {
		t.Errorf("hosts %s", got)
	}
	if v, _ := inv.Host("web2").Var("ansible_port"); v.Any != int64(2222) {
		t.Errorf("port %v", v.Any)
	}
}

func TestStdin(t *testing.T) {
	inv, err := readAll([]string{"-"}, strings.NewReader("[web]\nweb[1:2]\n"))
	if err != nil {
		t.Fatal(err)
	}
	if got := hostNames(inv); got != "web1 web2" {
		t.Errorf("hosts %s", got)
	}
}

// All that is wrong is said at once, each with its place and line, and without passwords.
func TestErrors(t *testing.T) {
	path := inventorytest.Write(t, t.TempDir(), "hosts.ini", `[web
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
	_, err := readAll([]string{path}, nil)
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
		inv, err := readAll([]string{c.list}, nil)
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
		path := inventorytest.Write(t, t.TempDir(), c.name, c.text)
		_, err := readAll([]string{path}, nil)
		if err == nil {
			t.Errorf("%q: no error", c.text)
			continue
		}
		if got := strings.ReplaceAll(err.Error(), path, "FILE"); got != c.want {
			t.Errorf("%q:\n got %s\nwant %s", c.text, got, c.want)
		}
	}
	script := inventorytest.Write(t, t.TempDir(), "inv", "#!/bin/sh\necho '{\"web\": {\"hosts\": [\"root@web1\"]}}'\n")
	if err := os.Chmod(script, 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := readAll([]string{script}, nil); err == nil || !strings.Contains(err.Error(), `expected the host "web1" with the variable ansible_user: root`) {
		t.Errorf("of a script: %v", err)
	}
}

// However an inventory is wrong, what it says of passwords is not shown.
func TestErrorsHideSecrets(t *testing.T) {
	for _, text := range []string{
		"h ansible_password=hunter2 oops\n",
		"h ansible_password hunter2\n",
		"h ansible_password='hunter2\n",
		"h x=1 ansible_become_pass=\"hunter2 and more\" ansible_sudo_pass=hunter2 y\n",
		"[h:vars]\nansible_password = hunter2\n",
		"[h:what]\nansible_password=hunter2\n",
		"[p:children]\nansible_password=hunter2 x\n",
		"[all:vars]\nh ansible_password: hunter2\n",
	} {
		_, err := readAll([]string{"-"}, strings.NewReader(text))
		if err == nil {
			t.Errorf("%q: no error", text)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: %v", text, err)
		}
	}
	yaml := inventorytest.Write(t, t.TempDir(), "hosts.yml", "web:\n  hosts:\n    a:\n      ansible_password: [hunter2\n")
	if _, err := readAll([]string{yaml}, nil); err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("yaml: %v", err)
	}
}
