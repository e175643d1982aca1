//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"djship/integration/testbed"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
)

const crowdPort = 2200

// crowdAddr is the address of each host of a crowd, in a network that is set aside for measurements.
func crowdAddr(i int) string { return fmt.Sprintf("198.18.%d.%d", i/250, 1+i%250) }

// crowd measures a deploy with nothing to do on many hosts at once. The hosts are an SSH server in Go, a process of
// its own that answers as a real host has answered.
func crowd(ctx context.Context, b *bench) error {
	t, err := b.ready(ctx, b.ways()[0])
	if err != nil {
		return err
	}
	answer, err := probeOn(ctx, t)
	if err = errors.Join(err, t.Remove()); err != nil {
		return err
	}
	place, err := testbed.NewPlace(ctx, roundTrip)
	if err != nil {
		return err
	}
	defer place.Close()
	if err := bringHome(ctx, place); err != nil {
		return err
	}
	const most = 1000
	hosts, err := b.crowdFiles(answer, most)
	if err != nil {
		return err
	}
	stop, err := b.serve(ctx, "crowd", fmt.Sprint(most), hosts.hostKey, hosts.answer)
	if err != nil {
		return err
	}
	defer stop()

	deploy := func(n, forks int) []string {
		return []string{b.djship, "-i", hosts.inventory, "-l", fmt.Sprintf("all[0:%d]", n-1), "-f", strconv.Itoa(forks),
			"--log-dir", filepath.Join(hosts.dir, "log"), "deploy", "example", "example.com"}
	}
	if out, err := place.Command(ctx, append(deploy(1, 1), "--check", "--exit-code")...).CombinedOutput(); err != nil {
		return fmt.Errorf("the recorded host is not ready: %w\n%s", err, out)
	}
	var sides []side
	sizes := []int{10, 100, most, most}
	for i, n := range sizes {
		s := side{name: fmt.Sprintf("%d hosts", n), args: deploy(n, n), from: place}
		if i == 3 {
			s.name, s.args = s.name+", 100 at once (the default)", deploy(n, 100)
		}
		sides = append(sides, s)
	}
	all, err := inTurn(ctx, b.turns, true, sides...)
	if err != nil {
		return err
	}
	table := b.report.table("Many hosts with nothing to do, 100 ms away", "", "median", "per host", "processor time per host", "memory")
	for i, n := range sizes {
		took, cpu := median(seconds(all[i])), median(cpu(all[i]))
		table.add(sides[i].name, secs(took), secs(took/float64(n)), secs(cpu/float64(n)), fmt.Sprintf("%d MiB", peak(all[i])>>10))
	}
	table.note = "One host that fails ends the measurement. The servers run on the same processors."
	took, memory := median(seconds(all[2])), peak(all[2])<<10/1_000_000
	b.report.target("1,000 hosts, nothing to do, 100 ms round trip", fmt.Sprintf("%s, %d MB, 0 failures", secs(took), memory),
		"at most 3 s, 150 MB, no failure", took <= 3 && memory <= 150)
	return nil
}

// bringHome makes the crowd's addresses this machine's own, as seen from a place. That ends with the place.
func bringHome(ctx context.Context, place *testbed.Place) error {
	out, err := place.Command(ctx, "ip", "route", "show", "default").Output()
	words := strings.Fields(string(out))
	if err != nil || len(words) < 3 {
		return fmt.Errorf("ip route show default: %q: %w", out, err)
	}
	link, err := linkTo(words[2])
	if err != nil {
		return err
	}
	if out, err := exec.CommandContext(ctx, "ip", "route", "replace", "local", "198.18.0.0/16", "dev", link.Name).CombinedOutput(); err != nil {
		return fmt.Errorf("ip route replace: %w\n%s", err, out)
	}
	return nil
}

// crowdFiles are what server and client of a crowd are told.
type crowdFiles struct {
	dir, inventory             string
	answer, hostKey, clientKey string
}

// crowdFiles writes them for n hosts.
func (b *bench) crowdFiles(answer string, n int) (crowdFiles, error) {
	dir := filepath.Join(b.dir, "crowd")
	f := crowdFiles{dir: dir, inventory: filepath.Join(dir, "hosts.ini"), answer: filepath.Join(dir, "answer"),
		hostKey: filepath.Join(dir, "host"), clientKey: filepath.Join(dir, "client")}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return f, err
	}
	for _, key := range []string{f.hostKey, f.clientKey} {
		if out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key).CombinedOutput(); err != nil {
			return f, fmt.Errorf("ssh-keygen: %w\n%s", err, out)
		}
	}
	pub, err := os.ReadFile(f.hostKey + ".pub")
	if err != nil {
		return f, err
	}
	key, _, _, _, err := ssh.ParseAuthorizedKey(pub)
	if err != nil {
		return f, err
	}
	known := filepath.Join(dir, "known_hosts")
	var ini, lines strings.Builder
	for i := range n {
		fmt.Fprintf(&ini, "web%04d ansible_host=%s ansible_port=%d\n", i, crowdAddr(i), crowdPort)
		fmt.Fprintln(&lines, knownhosts.Line([]string{fmt.Sprintf("[%s]:%d", crowdAddr(i), crowdPort)}, key))
	}
	fmt.Fprintf(&ini, "[all:vars]\nansible_user=root\nansible_ssh_private_key_file=%s\nansible_ssh_common_args='-o UserKnownHostsFile=%s'\n", f.clientKey, known)
	return f, errors.Join(
		os.WriteFile(f.inventory, []byte(ini.String()), 0o644),
		os.WriteFile(known, []byte(lines.String()), 0o644),
		os.WriteFile(f.answer, []byte(answer), 0o644))
}

// serve starts this program as a server, and returns when it listens.
func (b *bench) serve(ctx context.Context, words ...string) (stop func(), err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self, words...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	stop = func() { cmd.Process.Kill(); cmd.Wait() }
	listening := make(chan error, 1)
	go func() {
		_, err := out.Read(make([]byte, 16))
		listening <- err
	}()
	select {
	case err = <-listening:
	case <-time.After(10 * time.Second):
		err = errors.New("the server of many hosts does not listen after ten seconds")
	}
	if err != nil {
		stop()
	}
	return stop, err
}
