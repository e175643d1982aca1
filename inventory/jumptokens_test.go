package inventory

import (
	"os/exec"
	"strings"
	"testing"

	"djship/inventory/inventorytest"
	"djship/inventory/sshconfig"

	"github.com/google/go-cmp/cmp"
)

// everyReader runs a test with the ssh program and without one.
func everyReader(t *testing.T, test func(t *testing.T, open func(config string) (*sshconfig.Config, error))) {
	t.Run("with ssh", func(t *testing.T) {
		if _, err := exec.LookPath("ssh"); err != nil {
			inventorytest.CannotRun(t, "there is no ssh")
		}
		test(t, sshconfig.Open)
	})
	t.Run("without ssh", func(t *testing.T) {
		t.Setenv("PATH", "")
		test(t, sshconfig.Open)
	})
}

// Tokens in a ProxyJump are those of the host that is reached through it, and are filled in where a
// flag or a variable has them, too.
func TestJumpTokens(t *testing.T) {
	const config = `
Host web1
  HostName 192.0.2.1
  ProxyJump gw-%n
Host web2
  HostName web2.example.com
  User deploy
  Port 2200
  ProxyJump %r@gw-%h:022
Host web3
  ProxyJump a-%n,%r@b-p%p:2200,c%%d
  User u
Host gw-nested
  ProxyJump outer-%n-%p
  Port 2222
  User hop
Host *
  User me
`
	everyReader(t, func(t *testing.T, open func(string) (*sshconfig.Config, error)) {
		file := inventorytest.Write(t, t.TempDir(), "config", config)
		for _, c := range []struct {
			inventory string
			flags     Flags
			want      string
		}{
			{"web1", Flags{}, "me@gw-web1:22"},
			{"web2", Flags{}, "deploy@gw-web2.example.com:22"},
			{"web3", Flags{}, "me@a-web3:22 u@b-p22:2200 me@c%d:22"},
			{"x ansible_host=web1", Flags{}, "me@gw-web1:22"},
			{"x ansible_port=0023 ansible_user=root", Flags{Jump: "%r@gw-%n-%p"}, "root@gw-x-23:22"},
			{"x ansible_ssh_common_args='-o ProxyJump=gw-%h'", Flags{}, "me@gw-x:22"},
			{"nested", Flags{Jump: "gw-%n"}, "me@outer-gw-nested-2222:22 hop@gw-nested:2222"},
			{"x", Flags{Jump: "gw-%u"}, `x: ProxyJump "gw-%u": %u is not supported here (-J)`},
			{"x", Flags{Jump: "gw:%p"}, `x: jump host "gw:%p": port "%p": expected a port from 1 to 65535 (-J)`},
			{"x", Flags{Jump: "gw-%"}, `x: ProxyJump "gw-%": the last % stands alone (-J)`},
			{"x", Flags{Jump: "ssh://gw-%n"}, `x: jump host "ssh://gw-%n": a URL takes no tokens (-J)`},
			{"x", Flags{Jump: "gw:0x16"}, `x: jump host "gw:0x16": port "0x16": expected a port from 1 to 65535 (-J)`},
			{"x", Flags{Jump: "a,"}, `x: jump host "" is no host (-J)`},
		} {
			conf, err := open(file)
			if err != nil {
				t.Fatal(err)
			}
			inv := load(t, c.inventory)
			ep, err := Resolve(inv.Hosts()[0], c.flags, conf)
			var got []string
			for _, j := range ep.Jumps {
				got = append(got, login(j))
			}
			if err != nil {
				got = []string{err.Error()}
			}
			if text := strings.Join(got, " "); text != c.want {
				t.Errorf("%s %s:\n got %s\nwant %s", c.inventory, c.flags.Jump, text, c.want)
			}
		}
	})
}

// What hosts -v shows has the tokens filled in: %% is a percent sign.
func TestTokensShown(t *testing.T) {
	everyReader(t, func(t *testing.T, open func(string) (*sshconfig.Config, error)) {
		c, err := open(inventorytest.Write(t, t.TempDir(), "config", `
Host web1
  UserKnownHostsFile /k/100%% /k/%n
  GlobalKnownHostsFile /g/100%h
  IdentityAgent /a/50%%-%n
  IdentityFile /i/%%-%n-%p-%j
  CertificateFile /c/%%-%r
  ProxyJump me%%x@gw-%n,other:2200
  Port 0022
Host *
  User u
`))
		if err != nil {
			t.Fatal(err)
		}
		route, err := Explain(load(t, "web1").Hosts()[0], Flags{}, c)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for _, o := range route.Origins {
			got[o.Option] += o.Value + ";"
		}
		want := map[string]string{
			"address": "web1;", "port": "22;", "user": "u;", "become root": "sudo;", "through": "me%x@gw-web1:22;u@other:2200;",
			"UserKnownHostsFile": "/k/100% /k/web1;", "GlobalKnownHostsFile": "/g/100%h;", "IdentityAgent": "/a/50%-web1;",
			"IdentityFile": "/i/%-web1-22-other;", "CertificateFile": "/c/%-u;", "ProxyJump": "me%x@gw-web1,other:2200;",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}
