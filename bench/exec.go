//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"djship/integration/testbed"
)

// Of real hosts there are so few, by so many names: with an sshd, PAM and logind of its own each has more to do for a login than whoever logs in.
const (
	execHosts = 5
	execNames = 50
)

// execCrowd is how many hosts there are where these cost next to nothing; see shells.go.
const execCrowd = 1000

// The command, which costs a host little.
const execCommand = "id -un"

// execs measures a command on many hosts, 100 ms away, beside what people run one by.
func execs(ctx context.Context, b *bench) error {
	if err := needPackage(ctx, "pdsh"); err != nil {
		return err
	}
	place, err := testbed.NewPlace(ctx, roundTrip)
	if err != nil {
		return err
	}
	defer place.Close()
	return errors.Join(b.execReal(ctx, place), b.execMany(ctx, place))
}

// execReal is execs on real hosts.
func (b *bench) execReal(ctx context.Context, place *testbed.Place) error {
	names := &names{}
	for i := range execHosts {
		h, err := testbed.Start(ctx, testbed.Spec{Suite: suite})
		if err != nil {
			return err
		}
		defer h.Remove()
		known, err := os.ReadFile(h.KnownHosts())
		if err != nil {
			return err
		}
		for n := range execNames / execHosts {
			names.add(fmt.Sprintf("web%02d-%02d", i, n), h.Addr(), 22)
		}
		names.key = h.Key()
		names.known += string(known)
	}
	if err := names.write(filepath.Join(b.dir, "exec-real")); err != nil {
		return err
	}
	sides := []side{b.execDjship(names, 100), pdsh(names, execNames)}
	if b.peers != nil {
		sides = append(sides, b.peers.raw(names, execNames, true), b.peers.raw(names, execNames, false), b.peers.raw(names, 5, false))
	}
	all, err := fromPlace(ctx, place, b.turns, true, sides)
	if err != nil {
		return err
	}
	b.execReport(fmt.Sprintf("%d names of %d real hosts, %v round trip", execNames, execHosts, roundTrip), sides, all)
	return nil
}

// execMany is execs on many hosts that cost next to nothing.
func (b *bench) execMany(ctx context.Context, place *testbed.Place) error {
	if err := bringHome(ctx, place); err != nil {
		return err
	}
	f, err := b.crowdFiles("", execCrowd)
	if err != nil {
		return err
	}
	stop, err := b.serve(ctx, "shells", fmt.Sprint(execCrowd), f.hostKey)
	if err != nil {
		return err
	}
	defer stop()
	known, err := os.ReadFile(filepath.Join(f.dir, "known_hosts"))
	if err != nil {
		return err
	}
	names := &names{key: f.clientKey, known: string(known)}
	for i := range execCrowd {
		names.add(fmt.Sprintf("web%04d", i), crowdAddr(i), crowdPort)
	}
	if err := names.write(filepath.Join(b.dir, "exec-many")); err != nil {
		return err
	}
	sides := []side{b.execDjship(names, 100), pdsh(names, 100)}
	if b.peers != nil {
		sides = append(sides, b.peers.raw(names, 100, false), b.peers.raw(names, 5, false))
	}
	all, err := fromPlace(ctx, place, 1, false, sides) // Ansible takes minutes
	if err != nil {
		return err
	}
	b.execReport(fmt.Sprintf("%d hosts that are an SSH server in Go, %v round trip", execCrowd, roundTrip), sides, all)
	return nil
}

// fromPlace measures sides from a place.
func fromPlace(ctx context.Context, place *testbed.Place, turns int, warm bool, sides []side) ([][]sample, error) {
	for i := range sides {
		sides[i].from = place
	}
	return inTurn(ctx, turns, warm, sides...)
}

// execReport reports sides of which djship's is the first, pdsh's the second and all others Ansible's.
func (b *bench) execReport(title string, sides []side, all [][]sample) {
	t := b.report.table("`"+execCommand+"` on "+title, "", "median", "beside djship", "processor time", "beside djship")
	for i, s := range sides {
		used := median(cpu(all[i]))
		t.add(s.name, secs(median(seconds(all[i]))), fmt.Sprintf("%.1f times", ratio(all[i], all[0])), secs(used), fmt.Sprintf("%.1f times", used/median(cpu(all[0]))))
		what, want := "exec, "+title, 10.0
		switch i {
		case 0:
		case 1:
			b.fasterThan(what, s.name, ratio(all[i], all[0]), 1)
		default:
			b.fasterThan(what, s.name, ratio(all[i], all[0]), want)
		}
	}
	t.note = "Processor time is that of the command and of what it has begun here, without the hosts', which run on the same processors."
}

// names are hosts by names that each tool knows.
type names struct {
	key, known string // a file, and the text of one
	ini, conf  strings.Builder
	list       []string
	dir        string
}

func (n *names) add(name, addr string, port int) {
	n.list = append(n.list, name)
	fmt.Fprintf(&n.ini, "%s ansible_host=%s ansible_port=%d\n", name, addr, port)
	fmt.Fprintf(&n.conf, "Host %s\n\tHostName %s\n\tPort %d\n", name, addr, port)
}

// file is one of the files that write makes.
func (n *names) file(name string) string { return filepath.Join(n.dir, name) }

// write writes an inventory, a configuration of ssh's and a list of the names into a folder.
func (n *names) write(dir string) error {
	n.dir = dir
	fmt.Fprintf(&n.ini, "[all:vars]\nansible_user=root\nansible_ssh_private_key_file=%s\nansible_ssh_common_args='-o UserKnownHostsFile=%s'\n", n.key, n.file("known"))
	fmt.Fprintf(&n.conf, "Host *\n\tUser root\n\tIdentityFile %s\n\tIdentitiesOnly yes\n\tUserKnownHostsFile %s\n", n.key, n.file("known"))
	return writeFiles(dir, map[string]string{"hosts.ini": n.ini.String(), "ssh_config": n.conf.String(), "known": n.known, "names": strings.Join(n.list, "\n") + "\n", "ansible.cfg": ""})
}

func (b *bench) execDjship(n *names, forks int) side {
	return side{name: fmt.Sprintf("djship exec -f %d", forks), args: []string{b.djship, "-i", n.file("hosts.ini"), "--log-dir", n.file("log"), "-T", "60", "-f", fmt.Sprint(forks), "exec", "--", execCommand}}
}

func pdsh(n *names, forks int) side {
	return side{name: fmt.Sprintf("pdsh -f %d", forks), args: []string{"pdsh", "-R", "ssh", "-S", "-f", fmt.Sprint(forks), "-w", "^" + n.file("names"), execCommand},
		env: []string{"PDSH_SSH_ARGS=-F " + n.file("ssh_config") + " -oBatchMode=yes -x -l%u %h"}}
}

// raw is Ansible with its own settings. kept are connections that stay for a minute, which the turn before has opened, as is Ansible's way: without it each run logs in.
func (p *peers) raw(n *names, forks int, kept bool) side {
	name, args, sockets := "logging in", "-C -o ControlMaster=no", "cp-none"
	if kept {
		name, args, sockets = "over connections kept from the turn before", "-C -o ControlMaster=auto -o ControlPersist=10m", "cp"
	}
	return side{name: fmt.Sprintf("ansible -m raw -f %d, %s", forks, name), args: []string{filepath.Join(p.bin, "ansible"), "all", "-i", n.file("hosts.ini"), "-f", fmt.Sprint(forks), "-m", "raw", "-a", execCommand},
		env: []string{"ANSIBLE_CONFIG=" + n.file("ansible.cfg"), "ANSIBLE_HOME=" + n.file("ansible"), "ANSIBLE_SSH_ARGS=" + args, "ANSIBLE_SSH_CONTROL_PATH_DIR=" + n.file(sockets), "ANSIBLE_NOCOLOR=1"}}
}
