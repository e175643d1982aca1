//go:build linux

package testbed

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
)

// Host N has 10.87.N.2; this machine is 10.87.N.1 to it, by a veth pair, and routes between hosts.

// link is the name of the host's network namespace and of this machine's end of its cable.
func (h *Host) link() string { return fmt.Sprintf("djship%d", h.ID) }

// connect lays the host's cable: a namespace that outlives its reboots.
func (h *Host) connect(ctx context.Context) error {
	if err := locked("hosts", prepareMachine); err != nil {
		return err
	}
	l, n := h.link(), h.ID
	inside := "-n " + l
	err := errors.Join(
		ip(ctx, "netns add", l),
		ip(ctx, "link add", l, "type veth peer name eth0 netns", l),
		ip(ctx, "addr add", fmt.Sprintf("10.87.%d.1/24", n), "dev", l),
		ip(ctx, "link set", l, "up"),
		ip(ctx, inside, "addr add", h.Addr()+"/24", "dev eth0"),
		ip(ctx, inside, "link set lo up"),
		ip(ctx, inside, "link set eth0 up"),
		ip(ctx, inside, "route add default via", fmt.Sprintf("10.87.%d.1", n)),
		forward(l))
	if err != nil {
		return err
	}
	if h.Behind != 0 {
		return nft(fmt.Sprintf("add element inet djship_testbed hidden { %s }\nadd element inet djship_testbed behind { %s . 10.87.%d.2 }\n", l, l, h.Behind))
	}
	return nil
}

// disconnect removes the cable; where it is gone already there is nothing to do.
func (h *Host) disconnect() error {
	var err error
	if exists("/sys/class/net/" + h.link()) {
		err = ip(context.Background(), "link del", h.link())
	}
	if exists("/run/netns/" + h.link()) {
		err = errors.Join(err, ip(context.Background(), "netns del", h.link()))
	}
	if !firewalled() {
		return err
	}
	if h.Behind != 0 {
		err = errors.Join(err, takeOut("hidden", h.link()), takeOut("behind", fmt.Sprintf("%s . 10.87.%d.2", h.link(), h.Behind)))
	}
	return errors.Join(err, h.RestoreNetwork())
}

// ip runs the program ip; each argument may be several, with spaces between them.
func ip(ctx context.Context, args ...string) error {
	return run(ctx, "ip", strings.Fields(strings.Join(args, " "))...)
}

func nft(script string) error {
	cmd := exec.Command("nft", "-f", "-")
	cmd.Stdin = strings.NewReader(script)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("nft: %w\n%s%s", err, script, out)
	}
	return nil
}

// CutNetwork loses all that is sent to the host or by it, without a word to either side.
func (h *Host) CutNetwork() error { return h.cut("silent") }

// ResetNetwork answers all that is sent to the host or by it with a TCP reset: connections break as soon as
// anybody says something on them, and new ones are refused.
func (h *Host) ResetNetwork() error { return h.cut("refuse") }

func (h *Host) cut(how string) error {
	return nft(fmt.Sprintf("add element inet djship_testbed %s { %s }\n", how, h.link()))
}

// RestoreNetwork undoes CutNetwork and ResetNetwork.
func (h *Host) RestoreNetwork() error {
	return errors.Join(takeOut("silent", h.link()), takeOut("refuse", h.link()))
}

// takeOut removes an element from a set of the firewall. To remove one that is not in would be an error, so it is
// put in first.
func takeOut(set, element string) error {
	e := fmt.Sprintf("element inet djship_testbed %s { %s }\n", set, element)
	return nft("add " + e + "delete " + e)
}
