//go:build linux

package testbed

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// A Host is one running test host. Its methods may be called from several goroutines, except those that stop or
// start it. Accounts: root, "deploy" (sudo without a password) and "asks" (sudo with [AsksPassword]), all by [Host.Key].
type Host struct{ note }

// Start starts a host that is removed when this process ends or by [Host.Remove], and returns when it takes logins.
func Start(ctx context.Context, s Spec) (*Host, error) { return start(ctx, s, self()) }

// StartKept starts a host that stays until it is removed.
func StartKept(ctx context.Context, s Spec) (*Host, error) { return start(ctx, s, nil) }

func start(ctx context.Context, s Spec, o *owner) (*Host, error) {
	n := note{Name: s.Name, Suite: s.Suite, Disk: s.DiskSize, Processors: s.Processors, Owner: o}
	if s.Behind != nil {
		n.Behind = s.Behind.ID
	}
	var h *Host
	err := errGone
	for try := 0; errors.Is(err, errGone) && try < 5; try++ {
		if n.Base, err = layersOf(ctx, s.Suite, s.From); err == nil {
			h, err = claim(n)
		}
	}
	if err != nil {
		return nil, err
	}
	for _, step := range []func(context.Context) error{h.mount, h.identify, h.connect, h.Start} {
		if err := step(ctx); err != nil {
			return nil, errors.Join(fmt.Errorf("host %s: %w", h.Name(), err), h.Remove())
		}
	}
	return h, nil
}

// Name is its host name.
func (h *Host) Name() string { return h.note.Name }

// Addr is the address that its sshd listens on, port 22.
func (h *Host) Addr() string { return fmt.Sprintf("10.87.%d.2", h.ID) }

// Key is the path of the private key that opens each of its accounts.
func (h *Host) Key() string { return filepath.Join(dir(), "key") }

// KnownHosts is the path of a known_hosts file that has its keys, by address and by name.
func (h *Host) KnownHosts() string { return h.path("known_hosts") }

// SSH is the arguments with which ssh logs in to it as user.
func (h *Host) SSH(user string) []string {
	return []string{"-F", "none", "-i", h.Key(), "-o", "IdentitiesOnly=yes", "-o", "UserKnownHostsFile=" + h.KnownHosts(),
		"-o", "BatchMode=yes", user + "@" + h.Addr()}
}

// Root is where its file system is to be seen on this machine; what it has mounted itself (/run, /tmp) is not there.
func (h *Host) Root() string { return h.path("root") }

// path is a file in the host's folder.
func (h *Host) path(name string) string {
	return filepath.Join(dir(), "hosts", strconv.Itoa(h.ID), name)
}

// Run runs a shell command on it as root, not by way of ssh, and returns what it printed. It works whatever became
// of the host's network and sshd. The error of a failed command has its output.
func (h *Host) Run(ctx context.Context, command string) (string, error) {
	cmd, err := h.Command(ctx, "/bin/sh", "-c", command)
	if err != nil {
		return "", err
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%s: %s: %w\n%s", h.Name(), command, err, out)
	}
	return string(out), err
}

// Command is a program to be run on it as root, as [exec.CommandContext] is one to be run here.
func (h *Host) Command(ctx context.Context, args ...string) (*exec.Cmd, error) {
	pid, err := h.init()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, "nsenter", append([]string{"-t", strconv.Itoa(pid), "-m", "-u", "-i", "-n", "-p", "-r", "-w", "--"}, args...)...)
	cmd.Env = []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "USER=root"}
	return cmd, nil
}

// Start boots a host that is off and returns when it takes logins.
func (h *Host) Start(ctx context.Context) error {
	if err := h.boot(); err != nil {
		return err
	}
	return h.await(ctx)
}

// await returns when the host has finished booting.
func (h *Host) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, 5*time.Minute, errors.New("it did not boot in 5 minutes"))
	defer cancel()
	for {
		// "degraded" is up, too: some units are not made for a container.
		out, err := h.Run(ctx, "systemctl is-system-running --wait; systemctl is-active ssh; test ! -e /run/nologin")
		if err == nil && strings.Contains("\n"+out, "\nactive\n") {
			return nil
		}
		if !h.Running() {
			return fmt.Errorf("it ended while it booted\n%s", h.consoleTail(30))
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w\n%s%s", context.Cause(ctx), out, h.consoleTail(30))
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// Reboot shuts it down in order and returns when it takes logins again.
func (h *Host) Reboot(ctx context.Context) error {
	before, err := h.init()
	if err != nil {
		return err
	}
	if _, err := h.Run(ctx, "systemctl reboot"); err != nil {
		return err
	}
	for {
		if now, err := h.init(); err == nil && now != before {
			return h.await(ctx)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// PowerOff ends it from one moment to the next, as a cut cable does: nothing in it hears of it.
// What was written stays, synced or not.
func (h *Host) PowerOff() error { return h.kill() }

// Shutdown stops it in order.
func (h *Host) Shutdown(ctx context.Context) error {
	if _, err := h.Run(ctx, "systemctl poweroff"); err != nil {
		return err
	}
	for h.Running() {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
	return h.kill()
}

// Remove ends it and removes all that is left of it. It may be removed twice: its number may be another's by then.
func (h *Host) Remove() error {
	return locked("hosts", func() error {
		if !holder(h.ID).Since.Equal(h.Since) {
			return nil
		}
		return h.remove()
	})
}

func (h *Host) remove() error {
	err := errors.Join(h.kill(), h.disconnect(), unmount(h.Root()), h.harvest(), unmount(h.path("disk")))
	if err != nil {
		return err
	}
	if err := os.RemoveAll(h.path("")); err != nil {
		return err
	}
	return restoreMachine()
}

// Console is what it has printed on its console since it was first started, without colours.
func (h *Host) Console() string { return escapes.ReplaceAllString(readOr(h.path("console")), "") }

var escapes = regexp.MustCompile(`\x1b(\[[0-9:;?!]*[@-~]|[^\[])|\r`)

func (h *Host) consoleTail(lines int) string {
	all := strings.Split(strings.TrimSpace(h.Console()), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}
