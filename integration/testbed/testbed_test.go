//go:build linux

package testbed

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestEachDebianTakesLogins(t *testing.T) {
	for suite := range codenames {
		t.Run(codenames[suite], func(t *testing.T) {
			t.Parallel()
			h := Up(t, Spec{Suite: suite, Name: "web1"})
			for _, c := range []struct{ user, command, want string }{
				{"root", "id -un; hostname", "root\nweb1\n"},
				{"root", ". /etc/os-release; echo $VERSION_ID", fmt.Sprintln(suite)},
				{"root", "systemctl is-system-running; command -v python3 python perl | grep python", "running\n"},
				{"root", "apt-get -qq update && apt-cache policy nginx | grep -c Candidate:", "1\n"},
				{"deploy", "sudo -n id -un", "root\n"},
				{"asks", "sudo -n true 2>/dev/null || echo refused", "refused\n"},
				{"asks", "echo '" + AsksPassword + "' | sudo -S -p '' id -un", "root\n"},
			} {
				if got, err := ssh(t, h, c.user, c.command); got != c.want {
					t.Errorf("%s: %s: got %q (%v), want %q", c.user, c.command, got, err, c.want)
				}
			}
		})
	}
}

func TestRebootAndPowerCut(t *testing.T) {
	t.Parallel()
	h := Up(t, Spec{Suite: 12})
	const bootID = "cat /proc/sys/kernel/random/boot_id /proc/1/stat | cut -d' ' -f22"
	write(t, h, "echo kept >/root/f")
	for _, c := range []struct {
		name string
		act  func() error
	}{
		{"reboot", func() error { return h.Reboot(t.Context()) }},
		{"power cut", func() error {
			if err := h.PowerOff(); err != nil {
				return err
			}
			if _, err := ssh(t, h, "root", "true"); err == nil {
				return errors.New("a host that is off took a login")
			}
			return h.Start(t.Context())
		}},
		{"shutdown", func() error { return errors.Join(h.Shutdown(t.Context()), h.Start(t.Context())) }},
	} {
		before := write(t, h, bootID)
		if err := c.act(); err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if after := write(t, h, bootID); after == before {
			t.Errorf("%s: init is the one from before", c.name)
		}
		if got, err := ssh(t, h, "deploy", "sudo cat /root/f"); got != "kept\n" {
			t.Errorf("%s: after it the file is %q, %v", c.name, got, err)
		}
	}
}

func TestNetworkIsCutAndComesBack(t *testing.T) {
	t.Parallel()
	h := Up(t, Spec{Suite: 12})
	open := func(wait time.Duration) error {
		c, err := net.DialTimeout("tcp", h.Addr()+":22", wait)
		if err == nil {
			c.Close()
		}
		return err
	}
	for _, c := range []struct {
		name string
		cut  func() error
		want func(error) bool
	}{
		{"silent", h.CutNetwork, os.IsTimeout},
		{"reset", h.ResetNetwork, func(err error) bool { return errors.Is(err, syscall.ECONNREFUSED) }},
	} {
		conn, err := net.Dial("tcp", h.Addr()+":22")
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if _, err := bufio.NewReader(conn).ReadString('\n'); err != nil {
			t.Fatalf("%s: sshd's greeting: %v", c.name, err)
		}
		if err := c.cut(); err != nil {
			t.Fatal(err)
		}
		if err := open(300 * time.Millisecond); err == nil || !c.want(err) {
			t.Errorf("%s: a new connection ends in %v", c.name, err)
		}
		fmt.Fprint(conn, "SSH-2.0-test\r\n")
		conn.SetReadDeadline(time.Now().Add(300 * time.Millisecond))
		_, err = conn.Read(make([]byte, 1))
		if broken := errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE); broken != (c.name == "reset") {
			t.Errorf("%s: an open connection ends in %v", c.name, err)
		}
		if err := h.RestoreNetwork(); err != nil {
			t.Fatal(err)
		}
		if err := open(5 * time.Second); err != nil {
			t.Errorf("%s: restored, and yet %v", c.name, err)
		}
	}
}

func TestFrozenHostAnswersNothingUntilItThaws(t *testing.T) {
	t.Parallel()
	h := Up(t, Spec{Suite: 12})
	if err := h.Freeze(); err != nil {
		t.Fatal(err)
	}
	// The kernel still opens the connection; sshd does not greet.
	conn, err := net.Dial("tcp", h.Addr()+":22")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetReadDeadline(time.Now().Add(300 * time.Millisecond))
	if n, err := conn.Read(make([]byte, 1)); !os.IsTimeout(err) {
		t.Errorf("a frozen host: read %d bytes, %v", n, err)
	}
	if err := h.Thaw(); err != nil {
		t.Fatal(err)
	}
	if got, err := ssh(t, h, "root", "echo here"); got != "here\n" {
		t.Errorf("after the thaw: %q, %v", got, err)
	}
}

func TestStateIsMadeOnceAndStartedFrom(t *testing.T) {
	t.Parallel()
	made := 0
	// Its key is of this run, so that it can't be there already.
	s := &State{Name: "selftest", Key: randomHex(8), Make: func(ctx context.Context, h *Host) error {
		made++
		_, err := h.Run(ctx, "mkdir /srv/a && mv /srv/a /srv/b && rm -r /usr/share/doc && mv /opt /opt2 && hostname >/srv/b/made-on")
		return err
	}}
	two := []*Host{Up(t, Spec{Suite: 12, From: s}), Up(t, Spec{Suite: 12, From: s, Name: "second"})}
	if made != 1 {
		t.Errorf("it was made %d times", made)
	}
	keys := map[string]bool{}
	for _, h := range two {
		got := write(t, h, "cat /srv/b/made-on; hostname; ls -d /srv/a /opt /opt2 /usr/share/doc 2>/dev/null; true")
		if want := "selftest\n" + h.Name() + "\n/opt2\n"; got != want {
			t.Errorf("%s: got %q, want %q", h.Name(), got, want)
		}
		keys[write(t, h, "cat /etc/ssh/ssh_host_ed25519_key.pub /etc/machine-id")] = true
	}
	if len(keys) != 2 {
		t.Error("two hosts of one state have the same identity")
	}
}

func TestSavedHostGoesOnAndCanBeStartedFrom(t *testing.T) {
	t.Parallel()
	for name, disk := range map[string]int64{"savedself": 0, "savedsmall": 256 << 20} {
		h := Up(t, Spec{Suite: 13, DiskSize: disk})
		write(t, h, "useradd -m someone && rm /etc/motd")
		if err := h.SaveAs(t.Context(), name); err != nil {
			t.Fatal(err)
		}
		s, err := Saved(13, name)
		if err != nil {
			t.Fatal(err)
		}
		again := Up(t, Spec{Suite: 13, From: s})
		for _, h := range []*Host{h, again} {
			if got, err := ssh(t, h, "root", "stat -c %U /home/someone; ls /etc/motd 2>/dev/null; systemctl is-system-running"); got != "someone\nrunning\n" {
				t.Errorf("%s: got %q, %v", h.Name(), got, err)
			}
		}
	}
}

func TestSnapshotSeesEveryTouch(t *testing.T) {
	t.Parallel()
	h := Up(t, Spec{Suite: 11})
	write(t, h, "mkdir /srv/d && echo one >/srv/d/f && ln -s /etc/passwd /srv/d/l && chown deploy:sudo /srv/d/f && chmod 4750 /srv/d/f")
	look := func() map[string]Entry {
		s, err := h.Snapshot("/srv/d", "/etc/ssh/sshd_config", "/nowhere")
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	before := look()
	var paths []string
	for p := range before {
		paths = append(paths, p)
	}
	if len(paths) != 4 {
		t.Errorf("it sees %v", paths)
	}
	f := before["/srv/d/f"]
	if f.Owner != "deploy:sudo" || f.Mode != 0o750|os.ModeSetuid || len(f.SHA256) != 64 || before["/srv/d/l"].Link != "/etc/passwd" {
		t.Errorf("it sees %+v and %+v", f, before["/srv/d/l"])
	}
	if diff := cmp.Diff(before, look()); diff != "" {
		t.Errorf("looking twice: %s", diff)
	}
	for _, touch := range []string{"touch /srv/d/f", "chmod 600 /srv/d/f", "chown root /srv/d/f", "echo two >/srv/d/f", "rm /srv/d/f", "ln -sf x /srv/d/l"} {
		write(t, h, touch)
		now := look()
		if cmp.Equal(before, now) {
			t.Errorf("%s: not seen", touch)
		}
		before = now
	}
}

func TestDiskOfLimitedSizeFills(t *testing.T) {
	t.Parallel()
	h := Up(t, Spec{Suite: 12, DiskSize: 64 << 20})
	if err := h.FillDisk(1 << 20); err != nil {
		t.Fatal(err)
	}
	const big = "dd if=/dev/zero of=/root/big bs=1M count=8 2>&1 | grep -c 'No space left'; rm /root/big"
	if got := write(t, h, big); got != "1\n" {
		t.Errorf("full, and yet: %q", got)
	}
	if got := write(t, h, "df --output=avail -B1M / | tail -1 | tr -d ' '"); got != "1\n" {
		t.Errorf("it has %q MB left", got)
	}
	if err := h.EmptyDisk(); err != nil {
		t.Fatal(err)
	}
	if got := write(t, h, big+"; true"); got != "0\n" {
		t.Errorf("emptied, and yet: %q", got)
	}
}

func TestHostBehindAnotherIsReachedThroughItOnly(t *testing.T) {
	t.Parallel()
	both := UpAll(t, Spec{Suite: 12, Name: "bastion"}, Spec{Suite: 12, Name: "other"})
	front, other := both[0], both[1]
	inner := Up(t, Spec{Suite: 12, Name: "inner", Behind: front})
	if got, err := ssh(t, inner, "root", "true"); err == nil {
		t.Errorf("it is reachable from here: %q", got)
	}
	const greets = "timeout 5 bash -c 'read l </dev/tcp/%s/22 && echo ${l%%%%-*}' 2>/dev/null; true"
	for _, c := range []struct {
		from *Host
		want string
	}{{front, "SSH\n"}, {other, ""}} {
		if got := write(t, c.from, fmt.Sprintf(greets, inner.Addr())); got != c.want {
			t.Errorf("from %s: %q, want %q", c.from.Name(), got, c.want)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	jump := exec.CommandContext(ctx, "ssh", append([]string{"-o", fmt.Sprintf("ProxyCommand=ssh %s -W %%h:%%p", strings.Join(front.SSH("root"), " "))}, append(inner.SSH("root"), "hostname; getent hosts localhost >/dev/null && apt-get -qq update && echo reached")...)...)
	if got, err := jump.Output(); string(got) != "inner\nreached\n" {
		t.Errorf("through the one in front: %q, %v", got, err)
	}
}

func TestFarIsARoundTripAway(t *testing.T) {
	t.Parallel()
	h := Up(t, Spec{Suite: 12})
	const rtt = 120 * time.Millisecond
	p := Far(t, rtt)
	began := time.Now()
	conn, err := p.Dial(t.Context(), "tcp", h.Addr()+":22")
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
	if took := time.Since(began); took < rtt {
		t.Errorf("a connection took %v", took)
	}
	cmd := p.Command(t.Context(), append([]string{"ssh"}, append(h.SSH("root"), "hostname")...)...)
	if got, err := cmd.CombinedOutput(); string(got) != h.Name()+"\n" {
		t.Errorf("a command from there: %q, %v", got, err)
	}
}

func TestPackagesAreDownloadedOnce(t *testing.T) {
	t.Parallel()
	Need(t)
	const fetch = "rm -f /var/cache/apt/archives/hello_*; apt-get -qq update && apt-get -y --download-only install hello | grep -c '^Get:'; true"
	for i, disk := range []int64{0, 256 << 20} {
		h, err := Start(t.Context(), Spec{Suite: 13, DiskSize: disk})
		if err != nil {
			t.Fatal(err)
		}
		if i > 0 {
			if got := write(t, h, "ls /var/cache/apt/archives/ | grep -c ^hello_"); got != "1\n" {
				t.Errorf("what an earlier host downloaded: %q", got)
			}
		}
		if got := write(t, h, fetch); got != "1\n" {
			t.Errorf("apt fetched %q", got)
		}
		if err := h.Remove(); err != nil {
			t.Fatal(err)
		}
	}
	h := Up(t, Spec{Suite: 13})
	if got := write(t, h, strings.TrimPrefix(fetch, "rm -f /var/cache/apt/archives/hello_*; ")); got != "0\n" {
		t.Errorf("apt fetched again: %q", got)
	}
}

// ssh runs a command on the host as an ordinary ssh client does.
func ssh(t *testing.T, h *Host, user, command string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	var complaint strings.Builder
	cmd := exec.CommandContext(ctx, "ssh", append([]string{"-o", "ConnectTimeout=5"}, append(h.SSH(user), command)...)...)
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		err = fmt.Errorf("%w: %s", err, complaint.String())
	}
	return string(out), err
}

// write runs a command on the host that has to succeed.
func write(t *testing.T, h *Host, command string) string {
	t.Helper()
	out, err := h.Run(t.Context(), command)
	if err != nil {
		t.Fatal(err)
	}
	return out
}
