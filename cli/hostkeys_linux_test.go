package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"djship/remote/remotetest"
)

// Keys that were said yes to are kept there and then, as ssh does: though no login comes about, and
// though another host can't be reached, nobody is asked again.
func TestKeysAreKeptAtOnce(t *testing.T) {
	s := remotetest.Start(t, remotetest.Options{RefuseKeys: true})
	hosts := fmt.Sprintf("web1 ansible_host=127.0.0.1 ansible_port=%d ansible_user=me ansible_ssh_private_key_file=%s\nweb2 ansible_host=127.0.0.1 ansible_port=1 ansible_user=me\n", s.Port, s.KeyFile)
	cmd := at(t, s, hosts, "ping")
	p := sits(t, cmd)
	p.sees("connect to them, and remember the keys?")
	p.types("yes\n")
	p.ends(3)
	known, err := os.ReadFile(filepath.Join(cmd.Dir, "known_hosts"))
	if want := fmt.Sprintf("[127.0.0.1]:%d %s %s\n", s.Port, s.HostKey.Type(), base64Key(s)); err != nil || string(known) != want {
		t.Errorf("known_hosts is %q, %v; want %q", known, err, want)
	}
	again := at(t, s, hosts, "ping")
	again.Args = append(cmd.Args[:0:0], cmd.Args...)
	p = sits(t, again)
	p.sees("refused the login")
	p.ends(3)
	if strings.Contains(p.screen(), "remember the keys") {
		t.Errorf("the second time: %q", p.screen())
	}
}
