//go:build linux

package integration

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"djship/integration/testbed"
)

// A trial takes one command to its end on a host, over interruptions.
type trial struct {
	t       *testing.T
	suite   int
	from    string // the state it starts from
	command []string
	h       *testbed.Host
	w       *workstation
	cutter  *cutter
	secrets map[string]string // of the site, once made
	hosts   int
}

// begin starts on a new host.
func (r *trial) begin() {
	r.t.Helper()
	r.h, _ = up(r.t, r.suite, r.from)
	r.hosts++
	r.cutter = cutterFor(r.t, r.h)
	r.secrets = map[string]string{}
	host, port, _ := net.SplitHostPort(r.cutter.listener.Addr().String())
	var known strings.Builder
	text, err := os.ReadFile(r.h.KnownHosts())
	if err != nil {
		r.t.Fatal(err)
	}
	for l := range strings.Lines(string(text)) {
		_, key, _ := strings.Cut(l, " ")
		fmt.Fprintf(&known, "[%s]:%s %s", host, port, key)
	}
	file := filepath.Join(r.t.TempDir(), "known_hosts")
	if err := os.WriteFile(file, []byte(known.String()), 0o600); err != nil {
		r.t.Fatal(err)
	}
	r.w = workstationFor(r.t, fmt.Sprintf("web1 ansible_host=%s ansible_port=%s ansible_user=root ansible_ssh_private_key_file=%s ansible_ssh_common_args='-o UserKnownHostsFile=%s'",
		host, port, r.h.Key(), file))
}

// whole is how many bytes the command takes where nothing is in its way, on a host of its own.
func (r *trial) whole() int64 {
	r.begin()
	all := r.cutter.allow(uncut, false)
	r.w.djship(0, r.command...)
	return all.passed.Load()
}

// leftovers is what of djship still is on the host besides what belongs there.
const leftovers = `pgrep -a -f '/run/djship/|djship-ready-|sysread STDIN' | grep -v pgrep
pgrep -a -x 'apt-get|dpkg|pip|virtualenv|uv|supervisorctl' 2>/dev/null
ls -d /run/djship/upload.* /run/djship/stage.* /run/djship/holder 2>/dev/null
[ ! -e /run/djship/lock ] || flock -n /run/djship/lock true || echo locked
:`

// lasts is how long after an interruption something of the run may still be on the host.
const lasts = 20 * time.Second

// ended checks that soon after an interruption nothing of the run is left on the host.
func (r *trial) ended(what string, since time.Time) {
	r.t.Helper()
	within(r.t, lasts-time.Since(since), func() error {
		if left := try(r.t, r.h, leftovers); left != "" {
			return fmt.Errorf("%s: still there:\n%s", what, left)
		}
		return nil
	})
	r.sameSecrets(what)
}

// sameSecrets checks that a secret, once made, stays.
func (r *trial) sameSecrets(what string) {
	r.t.Helper()
	for _, file := range []string{".django_secret_key", ".django_db_password"} {
		now := try(r.t, r.h, "cat /webapps/example_project/"+file+" 2>/dev/null || :")
		if was := r.secrets[file]; was != "" && was != now {
			r.t.Errorf("%s: %s is another", what, file)
		}
		r.secrets[file] = now
	}
}

// done checks a host that has converged.
func (r *trial) done(what string) {
	r.t.Helper()
	r.sameSecrets(what)
	same(r.t, what+": temporary files", try(r.t, r.h, "find /etc /webapps /var/lib/djship /usr/local /opt/djship /run/djship -name '*.djship-new*' -o -path '/var/lib/djship*' -name '*.new' -o -name '.django*.new' 2>/dev/null; ls /var/lib/djship/due 2>/dev/null || :"), "")
	same(r.t, what+": dpkg", try(r.t, r.h, "dpkg --audit; apt-get -qq check"), "")
	r.cutter.allow(uncut, false)
	r.w.djship(0, append(r.command, "--check", "--exit-code")...)
	if r.command[0] != "prereq" {
		answers(r.t, r.h, "example.com", "example")
	}
}

// over runs the command so many times, each with as many bytes as upTo says, and strikes then. Where
// the command comes to its end all the same, the next one is on a new host.
func (r *trial) over(how string, silent bool, upTo []int64, strike func(*os.Process)) {
	r.t.Helper()
	r.begin()
	for _, bytes := range upTo {
		what := fmt.Sprintf("%s after %d bytes", how, bytes)
		cut := r.cutter.allow(bytes, silent).cut
		cmd := r.w.command(r.command...)
		if err := cmd.Start(); err != nil {
			r.t.Fatal(err)
		}
		var at time.Time // of the cut
		struck := make(chan struct{})
		go func() {
			defer close(struck)
			<-cut
			at = time.Now()
			strike(cmd.Process)
		}()
		_ = cmd.Wait()
		status := cmd.ProcessState.ExitCode()
		if status != 0 {
			select {
			case <-cut:
				<-struck
			default:
				r.t.Fatalf("%s: it failed by itself, with status %d:\n%s", what, status, r.w.log("web1"))
			}
			// Where nothing had begun on the host it connects once more, ten seconds at most.
			if took := time.Since(at); took > lasts+10*time.Second {
				r.t.Errorf("%s: djship took %v to notice", what, took)
			}
			r.ended(what, at)
			continue
		}
		r.done(what)
		r.begin()
	}
	r.cutter.allow(uncut, false)
	r.w.djship(0, r.command...)
	r.done("after all")
	r.t.Logf("%s: %d times, on %d hosts", how, len(upTo), r.hosts)
}

// spread are n numbers of bytes between nothing and the whole, in CI a third of them: a third before the last two
// fifths, where login, probe and upload are, the others while changes are made.
func spread(n int, whole int64) []int64 {
	if !thorough() {
		n /= 3
	}
	var all []int64
	even := func(n int, from, to int64) {
		for i := range n {
			all = append(all, from+(2*int64(i)+1)*(to-from)/(2*int64(n)))
		}
	}
	even(n/3, 0, whole*3/5)
	even(n-n/3, whole*3/5, whole)
	return all
}

// The connection is cut after 48 numbers of bytes, in CI after 16, spread over prereq and deploy of a fresh host.
func TestSlowConnectionCut(t *testing.T) {
	slow(t)
	t.Parallel()
	for _, c := range []struct {
		name, from, command string
		silent              bool
	}{
		{"prereq, reset", fresh, "prereq", false},
		{"prereq, silence", fresh, "prereq", true},
		{"deploy, reset", ready, "deploy example example.com", false},
		{"deploy, silence", ready, "deploy example example.com", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := &trial{t: t, suite: 12, from: c.from, command: strings.Fields(c.command)}
			r.over(c.name, c.silent, spread(12, r.whole()), func(*os.Process) {})
		})
	}
}

// djship is killed, and the host's power fails, at ten moments each, spread over an up of a fresh host.
func TestSlowKilledAndPowerCut(t *testing.T) {
	slow(t)
	t.Parallel()
	t.Run("djship killed", func(t *testing.T) {
		t.Parallel()
		r := &trial{t: t, suite: 13, from: fresh, command: upExample}
		r.over("killed", true, spread(10, r.whole()), func(p *os.Process) {
			if err := p.Kill(); err != nil {
				t.Error(err)
			}
			r.cutter.hangUp() // what the kernel does with its connections
		})
	})
	t.Run("power off", func(t *testing.T) {
		t.Parallel()
		r := &trial{t: t, suite: 11, from: fresh, command: upExample}
		r.over("power off", true, spread(10, r.whole()), func(*os.Process) {
			if err := r.h.PowerOff(); err != nil {
				t.Error(err)
			}
			if err := r.h.Start(t.Context()); err != nil {
				t.Error(err)
			}
			r.cutter.hangUp()
		})
	})
}
