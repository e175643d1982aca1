package inventory

import (
	"os/user"
	"strconv"
	"strings"
	"testing"
	"time"

	"djship/inventory/inventorytest"
	"djship/inventory/sshconfig"
	"djship/remote"
	"djship/secret"

	"github.com/google/go-cmp/cmp"
)

// openConfig opens an ssh_config written in a test.
func openConfig(t *testing.T, text string) *sshconfig.Config {
	t.Helper()
	c, err := sshconfig.Open(inventorytest.Write(t, t.TempDir(), "config", text))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestResolvePrecedence(t *testing.T) {
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	const config = `
Host web1
  HostName 192.0.2.1
  User fromconfig
  Port 2200
  ProxyJump hop@bastion:2022
Host bastion
  HostName 192.0.2.9
  ProxyJump outer
Host outer
  User out
`
	for _, c := range []struct {
		name, inventory, host string
		flags                 Flags
		want                  string // user@addr:port
		jumps                 []string
		become                string
	}{
		{"defaults", "plain", "plain", Flags{User: "root"}, "root@plain:22", nil, ""},
		{"ssh_config", "web1", "web1", Flags{}, "fromconfig@192.0.2.1:2200", []string{"out@outer:22", "hop@192.0.2.9:2022"}, "sudo"},
		{"inventory beats ssh_config", "web1 ansible_user=inv ansible_port=2300", "web1", Flags{}, "inv@192.0.2.1:2300", []string{"out@outer:22", "hop@192.0.2.9:2022"}, "sudo"},
		{"flags beat both", "web1 ansible_user=inv ansible_port=2300", "web1", Flags{User: "root", Port: 2400, Jump: "j1"}, "root@192.0.2.1:2400", []string{me.Username + "@j1:22"}, ""},
		{"ssh_config is asked for ansible_host", "x ansible_host=web1", "x", Flags{Jump: "none"}, "fromconfig@192.0.2.1:2200", nil, "sudo"},
		{"arguments", "x ansible_ssh_common_args='-o ProxyJump=j2 -o StrictHostKeyChecking=no'", "x", Flags{User: "u"}, "u@x:22", []string{me.Username + "@j2:22"}, "sudo"},
		{"become", "x ansible_become_method=doas", "x", Flags{User: "u"}, "u@x:22", nil, "doas"},
		{"no become", "x ansible_become=no", "x", Flags{User: "u"}, "u@x:22", nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			ep, err := Resolve(load(t, c.inventory).Host(c.host), c.flags, openConfig(t, config))
			if err != nil {
				t.Fatal(err)
			}
			var jumps []string
			for _, j := range ep.Jumps {
				jumps = append(jumps, login(j))
			}
			if got := login(ep); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
			if diff := cmp.Diff(c.jumps, jumps); diff != "" {
				t.Error(diff)
			}
			if ep.Become.Method != c.become {
				t.Errorf("become %q, want %q", ep.Become.Method, c.become)
			}
		})
	}
}

func login(ep remote.Endpoint) string {
	return ep.User + "@" + ep.Addr + ":" + strconv.Itoa(ep.Port)
}

func TestResolveRefuses(t *testing.T) {
	for _, c := range []struct{ inventory, want string }{
		{"x ansible_connection=local", `x: ansible_connection "local": djship reaches hosts over ssh only (ansible_connection at FILE:1:3)`},
		{"x ansible_host=root@192.0.2.10", `x: ansible_host "root@192.0.2.10": expected ansible_host=192.0.2.10 ansible_user=root (ansible_host at FILE:1:3)`},
		{"x ansible_host=web1:2222", `x: ansible_host "web1:2222": expected ansible_host=web1 ansible_port=2222 (ansible_host at FILE:1:3)`},
		{"x ansible_ssh_host=[::1]:22", `x: ansible_ssh_host "[::1]:22": expected ansible_ssh_host=::1 ansible_port=22 (ansible_ssh_host at FILE:1:3)`},
		{"x ansible_port=ssh", `x: ansible_port "ssh": expected a port from 1 to 65535 (ansible_port at FILE:1:3)`},
		{`x ansible_user="{{ me }}"`, `x: ansible_user holds a template, which djship does not fill in (FILE:1:3)`},
		{"x ansible_become_method=pbrun", `x: ansible_become_method "pbrun" is not supported (ansible_become_method at FILE:1:3)`},
		{"x ansible_ssh_common_args='-o Tunnel=yes'", `x: ansible_ssh_common_args: option "tunnel" is not supported (ansible_ssh_common_args at FILE:1:3)`},
		{"x ansible_ssh_private_key_file=/nowhere/key", `x: private key /nowhere/key: no such file or directory (ansible_ssh_private_key_file at FILE:1:3)`},
		{"x ansible_ssh_private_key_file=/dev", `x: /dev is no private key (ansible_ssh_private_key_file at FILE:1:3)`},
	} {
		h := load(t, c.inventory).Host("x")
		_, err := Resolve(h, Flags{}, openConfig(t, ""))
		if err == nil {
			t.Errorf("%s: no error", c.inventory)
			continue
		}
		if got := strings.ReplaceAll(err.Error(), h.Pos.File, "FILE"); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.inventory, got, c.want)
		}
	}
}

func TestResolveFlags(t *testing.T) {
	ep, err := Resolve(load(t, "x").Host("x"), Flags{User: "u", Timeout: 1500 * time.Millisecond, AcceptNew: true, Jump: "j", Password: secret.New("pw")}, openConfig(t, ""))
	if err != nil {
		t.Fatal(err)
	}
	if ep.ConnectTimeout != 2*time.Second || ep.Jumps[0].ConnectTimeout != 2*time.Second {
		t.Errorf("timeouts %v and %v", ep.ConnectTimeout, ep.Jumps[0].ConnectTimeout)
	}
	if ep.StrictHostKey != remote.StrictAcceptNew || ep.Jumps[0].StrictHostKey != remote.StrictAcceptNew {
		t.Errorf("host keys %v and %v", ep.StrictHostKey, ep.Jumps[0].StrictHostKey)
	}
	if ep.Password.Reveal() != "pw" || ep.Jumps[0].Password.IsSet() {
		t.Error("the password is the host's only")
	}
}

// Numbers mean what they mean to ssh and Ansible: a zero before a port makes it no octal one.
func TestResolveNumbers(t *testing.T) {
	const bad = "expected a port from 1 to 65535"
	for _, c := range []struct{ inventory, want string }{
		{"x ansible_port=022", "22"},
		{"x ansible_port=0022", "22"},
		{"x ansible_port=00", bad},
		{"x ansible_port=08", "8"},
		{"x ansible_port=+22", "22"},
		{"x ansible_port=0x16", "22"},
		{"x ansible_port=2_2", "22"},
		{"x ansible_port=' 22 '", "22"},
		{"x ansible_port='022 '", "22"},
		{"x\n[all:vars]\nansible_port = 022", "22"},
		{"x\n[all:vars]\nansible_port = 22 # ssh", "22"},
		{"x:022", "22"},
		{"x ansible_ssh_common_args='-p 022'", "22"},
		{"x ansible_ssh_common_args='-o Port=022'", "22"},
		{"x ansible_port=-22", bad},
		{"x ansible_port=", bad},
		{"x ansible_port=22.0", bad},
		{"x ansible_port=True", bad},
		{"x ansible_port=70000", bad},
		{"x ansible_port=2 2=2", "2"},
	} {
		ep, err := Resolve(load(t, c.inventory).Host("x"), Flags{}, openConfig(t, ""))
		got := strconv.Itoa(ep.Port)
		if err != nil {
			got = err.Error()
		}
		if got != c.want && !(c.want == bad && strings.Contains(got, bad)) {
			t.Errorf("%s: port %s, want %s", c.inventory, got, c.want)
		}
	}
	for text, want := range map[string]time.Duration{"010": 10 * time.Second, "+5": 5 * time.Second, "0x10": 16 * time.Second} {
		ep, err := Resolve(load(t, "x ansible_timeout="+text).Host("x"), Flags{}, openConfig(t, ""))
		if err != nil || ep.ConnectTimeout != want {
			t.Errorf("ansible_timeout=%s: %v, %v", text, ep.ConnectTimeout, err)
		}
	}
}
