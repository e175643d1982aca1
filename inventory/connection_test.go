package inventory

import (
	"os/user"
	"strings"
	"testing"
	"time"

	"djship/inventory/sshconfig"
	"djship/remote"
	"djship/secret"

	"github.com/google/go-cmp/cmp"
)

// resolved is the endpoint of the only host of an inventory, without any ssh_config.
func resolved(t *testing.T, text string, f Flags) (remote.Endpoint, error) {
	t.Helper()
	c, err := sshconfig.Open("none")
	if err != nil {
		t.Fatal(err)
	}
	return Resolve(load(t, text).Hosts()[0], f, c)
}

func TestVariablesOfOneMeaning(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"h ansible_host=a", "me@a:22"},
		{"h ansible_host=a ansible_ssh_host=b", "me@b:22"},
		{"h ansible_ssh_host=b ansible_host=a", "me@b:22"},
		{"h:2222", "me@h:2222"},
		{"h:2222 ansible_port=2223", "me@h:2223"},
		{"h ansible_port=1 ansible_ssh_port=2", "me@h:2"},
		{"h ansible_port='\"2200\"'", "me@h:2200"},
		{"h ansible_user=u ansible_ssh_user=v", "v@h:22"},
		{"h ansible_user=0123", "0123@h:22"},
		{"h ansible_user=1e5", "1e5@h:22"},
		{"h ansible_user=None", "me@h:22"},
		{"h\n[all:vars]\nansible_user=u\nansible_port=2200 # note", "u@h:2200"},
		{"h ansible_host=", "me@h:22"},
		{"H.Example.COM", "me@h.example.com:22"},
		{"h ansible_host=fe80::1%eth0", "me@fe80::1%eth0:22"},
	} {
		ep, err := resolved(t, c.text, Flags{})
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		if me, err := user.Current(); err == nil && ep.User == me.Username {
			ep.User = "me"
		}
		if got := login(ep); got != c.want {
			t.Errorf("%s: got %s, want %s", c.text, got, c.want)
		}
	}
}

// A password is the text that was written, whatever Python would make of it.
func TestPasswords(t *testing.T) {
	for _, c := range []struct{ text, login, become string }{
		{"h ansible_password=1e5 ansible_become_password=0x10", "1e5", "0x10"},
		{"h ansible_password=1_000 ansible_become_pass=None", "1_000", ""},
		{`h ansible_password="a b#c" ansible_sudo_pass='12#34'`, "a b#c", "12#34"},
		{"h\n[all:vars]\nansible_ssh_pass=\"q\"\nansible_become_pass=1,2", "q", "1,2"},
		{"h ansible_ssh_pass=a ansible_ssh_password=b ansible_password=c", "b", ""},
		{"h ansible_password=[1,2]", "[1,2]", ""},
	} {
		ep, err := resolved(t, c.text, Flags{User: "u"})
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		if got := ep.Password.Reveal(); got != c.login {
			t.Errorf("%s: login %q, want %q", c.text, got, c.login)
		}
		if got := ep.Become.Password.Reveal(); got != c.become {
			t.Errorf("%s: become %q, want %q", c.text, got, c.become)
		}
	}
}

func TestBecome(t *testing.T) {
	for _, c := range []struct {
		text, user string
		want       remote.Become
	}{
		{"h", "root", remote.Become{}},
		{"h", "u", remote.Become{Method: "sudo"}},
		{"h ansible_become=yes", "root", remote.Become{}},
		{"h ansible_become=yes ansible_become_user=admin", "root", remote.Become{Method: "sudo", User: "admin"}},
		{"h ansible_become=False", "u", remote.Become{}},
		{"h ansible_become_method=su ansible_become_user=root", "u", remote.Become{Method: "su"}},
		{"h ansible_become_method=community.general.doas ansible_become_exe=/opt/doas ansible_become_flags='-n -L'", "u",
			remote.Become{Method: "doas", Exe: "/opt/doas", Flags: "-n -L"}},
		{"h ansible_become_user=a ansible_sudo_user=b ansible_sudo_exe=s ansible_sudo_flags=-H", "u",
			remote.Become{Method: "sudo", User: "b", Exe: "s", Flags: "-H"}},
	} {
		ep, err := resolved(t, c.text, Flags{User: c.user})
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		if diff := cmp.Diff(c.want, ep.Become, cmp.Comparer(func(a, b secret.Value) bool { return a == b })); diff != "" {
			t.Errorf("%s as %s:\n%s", c.text, c.user, diff)
		}
	}
}

func TestSSHArguments(t *testing.T) {
	for _, c := range []struct {
		args string
		want remote.Endpoint // the parts that arguments can set
		err  string
	}{
		{"", remote.Endpoint{Port: 22}, ""},
		{"-o ControlMaster=auto -o ControlPersist=60s -C -q -vv", remote.Endpoint{Port: 22}, ""},
		{"-o StrictHostKeyChecking=no -oUserKnownHostsFile=/dev/null", remote.Endpoint{Port: 22, StrictHostKey: remote.StrictNo, KnownHosts: []string{"/dev/null"}}, ""},
		{`-o "Port 2200" -o Port=2300`, remote.Endpoint{Port: 2200}, ""},
		{"-p 2200 -i /dev/null", remote.Endpoint{Port: 2200, IdentityFiles: []string{"/dev/null"}}, ""},
		{"-p2200", remote.Endpoint{Port: 2200}, ""},
		{`-o ProxyCommand="ssh -W %h:%p -q %r@bastion %%x"`, remote.Endpoint{Port: 22, ProxyCommand: "ssh -W h:22 -q u@bastion %x"}, ""},
		{"-o ProxyCommand=none", remote.Endpoint{Port: 22}, ""},
		{"-o ConnectTimeout=1m30", remote.Endpoint{Port: 22, ConnectTimeout: 90 * time.Second}, ""},
		{"-o ServerAliveInterval=7 -o ServerAliveCountMax=2", remote.Endpoint{Port: 22, ServerAliveInterval: 7 * time.Second, ServerAliveCountMax: 2}, ""},
		{"-o HostKeyAlias=x -o HostKeyAlgorithms=ssh-ed25519", remote.Endpoint{Port: 22, HostKeyAlias: "x", HostKeyAlgorithms: []string{"ssh-ed25519"}}, ""},
		{"-o ProxyCommand='x %z'", remote.Endpoint{}, `%z is not supported here`},
		{"-D 1080", remote.Endpoint{}, "-D is not supported"},
		{"-o Tunnel=yes", remote.Endpoint{}, `option "tunnel" is not supported`},
		{"-o", remote.Endpoint{}, "-o has no value"},
		{"bastion", remote.Endpoint{}, `"bastion" is no option of ssh`},
		{"-Cx4", remote.Endpoint{}, `"-Cx4" is not supported`},
		{"-o HostKeyAlgorithms=+ssh-rsa", remote.Endpoint{}, "changes a list"},
		{"-o ConnectTimeout=soon", remote.Endpoint{}, "is no time"},
		{"-o 'unclosed", remote.Endpoint{}, "the quote is never closed"},
	} {
		for _, name := range []string{"ansible_ssh_args", "ansible_ssh_common_args", "ansible_ssh_extra_args"} {
			ep, err := resolved(t, "h\n[all:vars]\n"+name+"="+c.args, Flags{User: "u"})
			if c.err != "" {
				if err == nil || !strings.Contains(err.Error(), c.err) {
					t.Errorf("%s=%s: got error %v, want %s", name, c.args, err, c.err)
				}
				continue
			}
			if err != nil {
				t.Errorf("%s=%s: %v", name, c.args, err)
				continue
			}
			got := remote.Endpoint{Port: ep.Port, ProxyCommand: ep.ProxyCommand, StrictHostKey: ep.StrictHostKey, ConnectTimeout: ep.ConnectTimeout,
				ServerAliveInterval: ep.ServerAliveInterval, HostKeyAlias: ep.HostKeyAlias, HostKeyAlgorithms: ep.HostKeyAlgorithms}
			if c.want.KnownHosts != nil {
				got.KnownHosts = ep.KnownHosts
			}
			if c.want.IdentityFiles != nil {
				got.IdentityFiles = ep.IdentityFiles
			}
			if c.want.ServerAliveCountMax != 0 {
				got.ServerAliveCountMax = ep.ServerAliveCountMax
			}
			if diff := cmp.Diff(c.want, got, cmp.Comparer(func(a, b secret.Value) bool { return a == b })); diff != "" {
				t.Errorf("%s=%s:\n%s", name, c.args, diff)
			}
		}
	}
}

// Where each part of a route is from, and no password in it.
func TestExplain(t *testing.T) {
	inv := load(t, "h ansible_port=2222 ansible_password=hunter2\n")
	c := openConfig(t, "Host h\n  HostName 192.0.2.1\n  Ciphers aes128-ctr\n  ProxyJump j,k\nHost k\n  User v\n  Port 2022\nHost j\n  User w\n")
	route, err := Explain(inv.Hosts()[0], Flags{User: "u"}, c)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, o := range append(route.Origins, Origin{"notes", strings.Join(route.Notes, "; "), ""}) {
		got = append(got, strings.ReplaceAll(o.Option+" "+o.Value+" ("+o.From+")", inv.Hosts()[0].Pos.File, "FILE"))
	}
	want := []string{
		"address 192.0.2.1 (ssh_config)",
		"port 2222 (ansible_port at FILE:1:3)",
		"user u (-u)",
		"through w@j:22 (ssh_config)",
		"through v@k:2022 (ssh_config)",
		"password ******** (ansible_password at FILE:1:21)",
		"ProxyJump j,k (ssh_config)",
		"become root sudo (default)",
		"notes Ciphers aes128-ctr is passed over: djship has no such setting (ssh_config) ()",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestExplainAll(t *testing.T) {
	inv := load(t, "h[1:50] ansible_user=u\nbad1 ansible_port=x\nbad2 ansible_connection=local\n")
	hosts := inv.Hosts()
	c := openConfig(t, "Host h7\n  Port 77\n")
	routes, err := ExplainAll(hosts[:50], Flags{}, c)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range routes {
		want := 22
		if i == 6 {
			want = 77
		}
		if r.Endpoint.Name != hosts[i].Name || r.Endpoint.Port != want {
			t.Errorf("%s: %s", hosts[i].Name, login(r.Endpoint))
		}
	}
	_, err = ExplainAll(hosts, Flags{}, c)
	if err == nil || !strings.Contains(err.Error(), "bad1") || !strings.Contains(err.Error(), "bad2") {
		t.Errorf("not all is said: %v", err)
	}
}
