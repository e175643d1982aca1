//go:build linux

package testbed

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A Place is somewhere far from this machine: what runs there reaches every host at its usual address, a given
// round trip away. It is a network namespace without a name, joined to this machine by two TUN devices between
// which this process carries each packet late, so nothing is left of it when the process ends.
type Place struct {
	netns     *os.File
	near, far *os.File
}

// Far is a place so far away; it is closed when the test ends.
func Far(t testing.TB, rtt time.Duration) *Place {
	t.Helper()
	Need(t)
	p, err := NewPlace(t.Context(), rtt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

// NewPlace is a place so far away, until it is closed.
func NewPlace(ctx context.Context, rtt time.Duration) (*Place, error) {
	if err := locked("hosts", prepareMachine); err != nil {
		return nil, err
	}
	near, name, err := tun("djfar%d") // the kernel puts in a number that is free
	if err != nil {
		return nil, err
	}
	p := &Place{near: near}
	k, _ := strconv.Atoi(strings.TrimPrefix(name, "djfar"))
	gateway, here := fmt.Sprintf("10.87.250.%d", 4*k+1), fmt.Sprintf("10.87.250.%d", 4*k+2)
	err = errors.Join(ip(ctx, "addr add", gateway+"/30", "dev", name), ip(ctx, "link set", name, "txqueuelen 10000 up"), forward(name))
	if err == nil {
		err = p.enter(ctx, here, gateway)
	}
	if err != nil {
		return nil, errors.Join(err, p.Close())
	}
	go carry(p.near, p.far, rtt/2)
	go carry(p.far, p.near, rtt/2)
	return p, nil
}

// enter makes the namespace and its side of the link, in a thread that is given up for it.
func (p *Place) enter(ctx context.Context, here, gateway string) error {
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with the goroutine
		done <- func() (err error) {
			if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
				return fmt.Errorf("making a network namespace: %w", err)
			}
			if p.netns, err = os.Open("/proc/thread-self/ns/net"); err != nil {
				return err
			}
			if p.far, _, err = tun("eth0"); err != nil {
				return err
			}
			return errors.Join(ip(ctx, "link set lo up"), ip(ctx, "addr add", here+"/30 dev eth0"),
				ip(ctx, "link set eth0 txqueuelen 10000 up"), ip(ctx, "route add default via", gateway))
		}()
	}()
	return <-done
}

// Command is a program to be run there, as [exec.CommandContext] is one to be run here.
func (p *Place) Command(ctx context.Context, args ...string) *exec.Cmd {
	netns := fmt.Sprintf("--net=/proc/%d/fd/%d", os.Getpid(), p.netns.Fd())
	return exec.CommandContext(ctx, "nsenter", append([]string{netns, "--"}, args...)...)
}

// Dial connects to an IP address and port from there.
func (p *Place) Dial(ctx context.Context, network, addr string) (net.Conn, error) {
	type result struct {
		conn net.Conn
		err  error
	}
	done := make(chan result)
	go func() {
		runtime.LockOSThread()
		if err := unix.Setns(int(p.netns.Fd()), unix.CLONE_NEWNET); err != nil {
			done <- result{nil, err}
			return
		}
		c, err := new(net.Dialer).DialContext(ctx, network, addr)
		done <- result{c, err}
	}()
	r := <-done
	return r.conn, r.err
}

// Close takes the place away; what runs there is without a network from then on.
func (p *Place) Close() error {
	var err error
	for _, f := range []*os.File{p.near, p.far, p.netns} {
		if f != nil {
			err = errors.Join(err, f.Close())
		}
	}
	return err
}

// carry takes each packet from one device to the other, so much later, until the first is closed.
func carry(from, to *os.File, delay time.Duration) {
	type packet struct {
		due  time.Time
		data []byte
	}
	under := make(chan packet, 1<<16)
	go func() {
		for p := range under {
			time.Sleep(time.Until(p.due))
			to.Write(p.data) // what can't be delivered is lost, as packets are
		}
	}()
	defer close(under)
	buf := make([]byte, 1<<16)
	for {
		n, err := from.Read(buf)
		if err != nil {
			return
		}
		under <- packet{time.Now().Add(delay), append([]byte(nil), buf[:n]...)}
	}
}

// tun makes a TUN device in this thread's network namespace. It is there until the file is closed.
func tun(pattern string) (*os.File, string, error) {
	fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, "", fmt.Errorf("opening /dev/net/tun: %w", err)
	}
	req, err := unix.NewIfreq(pattern)
	if err == nil {
		req.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI)
		err = unix.IoctlIfreq(fd, unix.TUNSETIFF, req)
	}
	if err != nil {
		unix.Close(fd)
		return nil, "", fmt.Errorf("making a TUN device: %w", err)
	}
	return os.NewFile(uintptr(fd), "/dev/net/tun"), req.Name(), nil
}
