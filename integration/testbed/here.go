//go:build linux

package testbed

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// What this machine is while there are hosts, and is no more when the last has gone: a router with room for many.

// firewall is the test bed's table. Hosts whose network is cut are named in a set: in "silent" what is sent to them
// or by them is lost, in "refuse" it is answered by a TCP reset. A link in "behind" is open only from the address
// that stands with it.
const firewall = `table inet djship_testbed {
	set silent { type ifname; }
	set refuse { type ifname; }
	set hidden { type ifname; }
	set behind { type ifname . ipv4_addr; }
	chain cut {
		iifname @silent drop
		oifname @silent drop
		iifname @refuse meta l4proto tcp reject with tcp reset
		oifname @refuse meta l4proto tcp reject with tcp reset
		iifname @refuse drop
		oifname @refuse drop
	}
	chain hide { oifname @hidden ct state new oifname . ip saddr != @behind reject with icmp host-unreachable; }
	chain in { type filter hook input priority 0; jump cut; }
	chain out { type filter hook output priority 0; jump cut; jump hide; }
	chain through { type filter hook forward priority 0; jump cut; jump hide; }
	chain leave { type nat hook postrouting priority 100; ip saddr 10.87.0.0/16 ip daddr != 10.87.0.0/16 masquerade; }
}
`

// quotas are limits of the kernel's that hosts share and that are made for one machine: those of inotify end at some
// fifteen hosts, those of keys bite when many have somebody logged in.
var quotas = map[string]int{
	"/proc/sys/fs/inotify/max_user_instances": 8192,
	"/proc/sys/fs/inotify/max_user_watches":   1 << 20,
	"/proc/sys/kernel/keys/maxkeys":           20000,
	"/proc/sys/kernel/keys/maxbytes":          2000000,
}

// before has the settings that were changed, as they were. Like them it ends with a reboot.
const before = "/run/djship-testbed.json"

// prepareMachine makes this machine ready for hosts. Its caller holds the lock "hosts".
func prepareMachine() error {
	want := map[string]string{}
	for path, n := range quotas {
		if is, err := strconv.Atoi(trimmed(path)); err == nil && is < n {
			want[path] = strconv.Itoa(n)
		}
	}
	// The way back to the hosts is in by the uplink.
	if up := uplink(); up != "" && trimmed(forwarding("all")) != "1" && trimmed(forwarding(up)) != "1" {
		want[forwarding(up)] = "1"
	}
	if err := set(want); err != nil {
		return err
	}
	if firewalled() {
		return nil
	}
	return nft(firewall)
}

// set changes settings, having noted what they were.
func set(want map[string]string) error {
	if len(want) == 0 {
		return nil
	}
	was := noted()
	for path := range want {
		if _, ok := was[path]; !ok {
			was[path] = trimmed(path)
		}
	}
	b, err := json.Marshal(was)
	if err == nil {
		err = writeFile(before, b, 0o644)
	}
	for path, value := range want {
		if err == nil {
			err = os.WriteFile(path, []byte(value), 0)
		}
	}
	return err
}

func noted() map[string]string {
	was := map[string]string{}
	json.Unmarshal([]byte(readOr(before)), &was)
	return was
}

// restoreMachine undoes prepareMachine when the last host has gone, whoever's it was. Its caller holds the lock "hosts".
func restoreMachine() error {
	left, err := filepath.Glob("/sys/class/net/djship*")
	if err != nil || len(left) > 0 {
		return err
	}
	if firewalled() {
		err = nft("delete table inet djship_testbed\n")
	}
	for path, value := range noted() {
		// Somebody else may have made the whole machine a router since.
		if strings.HasSuffix(path, "/forwarding") && trimmed(forwarding("all")) == "1" {
			continue
		}
		if e := os.WriteFile(path, []byte(value), 0); e != nil && !errors.Is(e, fs.ErrNotExist) {
			err = errors.Join(err, e)
		}
	}
	if e := os.Remove(before); e != nil && !errors.Is(e, fs.ErrNotExist) {
		err = errors.Join(err, e)
	}
	return err
}

// uplink is the link that the default route takes, "" where there is none.
func uplink() string {
	for line := range strings.Lines(readOr("/proc/net/route")) {
		if f := strings.Fields(line); len(f) > 1 && f[1] == "00000000" {
			return f[0]
		}
	}
	return ""
}

func forwarding(link string) string { return "/proc/sys/net/ipv4/conf/" + link + "/forwarding" }

// forward lets this machine route what comes in by a link, for as long as there is that link.
func forward(link string) error { return os.WriteFile(forwarding(link), []byte("1"), 0) }

func firewalled() bool {
	return exec.Command("nft", "list", "table", "inet", "djship_testbed").Run() == nil
}
