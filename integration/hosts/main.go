//go:build linux

// Command hosts starts disposable Debian hosts and does things to them.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strconv"
	"syscall"
	"time"

	"djship/integration/testbed"

	"golang.org/x/sync/errgroup"
)

const usage = `usage: go run ./integration/hosts COMMAND

  up SUITE [COUNT [STATE]]   starts hosts of Debian 11, 12 or 13, fresh or from a saved state
  down [NAME...]             removes hosts; all of them where none is named
  list                       the hosts there are: name, address, Debian, on or off
  run NAME COMMAND...        runs a command on one, as root
  save NAME STATE            keeps what a host is now, for others to start from
  far ROUNDTRIP COMMAND...   runs a command here from where every host is so far away, 100ms say
  reboot|off|on NAME         an orderly reboot; the power cut; and back
  freeze|thaw NAME           stops everything on it where it is, and lets it go on
  cut|reset|restore NAME     its network: loses all packets, answers with resets, works again
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := do(ctx, os.Args[1:])
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		os.Exit(exit.ExitCode())
	case err != nil:
		fmt.Fprintln(os.Stderr, "hosts:", err)
		os.Exit(1)
	}
}

func do(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("no command given\n%s", usage)
	}
	if err := testbed.Ready(); err != nil {
		return err
	}
	switch command, args := args[0], args[1:]; {
	case command == "up" && len(args) >= 1 && len(args) <= 3:
		return up(ctx, args)
	case command == "down":
		return down(args)
	case command == "list" && len(args) == 0:
		return list()
	case command == "far" && len(args) >= 2:
		return far(ctx, args[0], args[1:])
	case len(args) >= 1:
		h, err := named(args[0])
		if err != nil {
			return err
		}
		return with(ctx, h, command, args[1:])
	}
	return fmt.Errorf("no such command\n%s", usage)
}

// with does one thing to one host.
func with(ctx context.Context, h *testbed.Host, command string, args []string) error {
	if command == "run" && len(args) > 0 {
		cmd, err := h.Command(ctx, args...)
		if err != nil {
			return err
		}
		return attached(cmd)
	}
	if command == "save" && len(args) == 1 {
		return h.SaveAs(ctx, args[0])
	}
	actions := map[string]func() error{
		"reboot":  func() error { return h.Reboot(ctx) },
		"off":     h.PowerOff,
		"on":      func() error { return h.Start(ctx) },
		"freeze":  h.Freeze,
		"thaw":    h.Thaw,
		"cut":     h.CutNetwork,
		"reset":   h.ResetNetwork,
		"restore": h.RestoreNetwork,
	}
	if act := actions[command]; act != nil && len(args) == 0 {
		return act()
	}
	return fmt.Errorf("no such command\n%s", usage)
}

func far(ctx context.Context, distance string, args []string) error {
	rtt, err := time.ParseDuration(distance)
	if err != nil {
		return fmt.Errorf("round trip %q is not a time such as 100ms", distance)
	}
	place, err := testbed.NewPlace(ctx, rtt)
	if err != nil {
		return err
	}
	defer place.Close()
	if args[0] == "--" {
		args = args[1:]
	}
	return attached(place.Command(ctx, args...))
}

// attached runs a command on this terminal. Its interrupts are its own to handle.
func attached(cmd *exec.Cmd) error {
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Cancel = func() error { return nil }
	return cmd.Run()
}

func up(ctx context.Context, args []string) error {
	suite, err := strconv.Atoi(args[0])
	if err != nil {
		return fmt.Errorf("suite %q is not a number", args[0])
	}
	spec, count := testbed.Spec{Suite: suite}, 1
	if len(args) > 1 {
		if count, err = strconv.Atoi(args[1]); err != nil {
			return fmt.Errorf("count %q is not a number", args[1])
		}
	}
	if len(args) > 2 {
		if spec.From, err = testbed.Saved(suite, args[2]); err != nil {
			return err
		}
	}
	began := time.Now()
	var g errgroup.Group
	for range count {
		g.Go(func() error {
			_, err := testbed.StartKept(ctx, spec)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "%d started in %.1f s\n", count, time.Since(began).Seconds())
	return list()
}

// down removes the hosts named, or all that stay by themselves: those of a test that runs are the test's.
func down(names []string) error {
	var gone []*testbed.Host
	all, err := testbed.All()
	for _, h := range all {
		if len(names) == 0 && h.Kept() {
			gone = append(gone, h)
		}
	}
	for _, n := range names {
		h, e := named(n)
		if e == nil {
			gone = append(gone, h)
		}
		err = errors.Join(err, e)
	}
	for _, h := range gone {
		err = errors.Join(err, h.Remove())
	}
	return errors.Join(err, list())
}

func list() error {
	all, err := testbed.All()
	if err != nil {
		return err
	}
	slices.SortFunc(all, func(a, b *testbed.Host) int { return a.ID - b.ID })
	for _, h := range all {
		state := "off"
		if h.Running() {
			state = "on"
		}
		if !h.Kept() {
			state += ", a test's"
		}
		fmt.Printf("%-12s %-12s Debian %d  %s\n", h.Name(), h.Addr(), h.Suite, state)
	}
	all = slices.DeleteFunc(all, func(h *testbed.Host) bool { return !h.Kept() })
	inventory, sshConfig, err := testbed.Inventory(all)
	if err == nil && len(all) > 0 {
		fmt.Fprintf(os.Stderr, "log in:    ssh -F %s NAME   (root; deploy@NAME; asks@NAME, sudo password %q)\ninventory: %s\n",
			sshConfig, testbed.AsksPassword, inventory)
	}
	return err
}

// named is the host of a name. Where a test has one of the same name it is the one that stays.
func named(name string) (*testbed.Host, error) {
	all, err := testbed.All()
	if err != nil {
		return nil, err
	}
	var found *testbed.Host
	for _, h := range all {
		if h.Name() == name && (found == nil || h.Kept()) {
			found = h
		}
	}
	if found == nil {
		return nil, fmt.Errorf("no host is called %q", name)
	}
	return found, nil
}
