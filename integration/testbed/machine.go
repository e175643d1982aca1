//go:build linux

package testbed

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// All processes of a host are in one cgroup: that is how they are found, frozen and killed, all at once.

// cgroupRoot is where cgroup2 is mounted: the usual place, or beside the older hierarchies.
func cgroupRoot() (string, error) {
	for _, d := range []string{"/sys/fs/cgroup", "/sys/fs/cgroup/unified"} {
		if exists(d+"/cgroup.procs") && exists(d+"/cgroup.subtree_control") {
			return d, nil
		}
	}
	return "", errors.New("needs cgroup2, and none is mounted")
}

func (h *Host) cgroup() string {
	root, _ := cgroupRoot()
	return filepath.Join(root, "djship-testbed-"+strconv.Itoa(h.ID))
}

// keeper starts the machine again when it has asked for a reboot (nspawn says so by status 133).
const keeper = `while systemd-nspawn "$@"; [ $? -eq 133 ]; do :; done`

// boot starts the machine and returns at once.
func (h *Host) boot() error {
	if err := os.Mkdir(h.cgroup(), 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	group, err := os.Open(h.cgroup())
	if err != nil {
		return err
	}
	defer group.Close()
	console, err := os.OpenFile(h.path("console"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer console.Close()
	affinity, err := h.affinity()
	if err != nil {
		return err
	}
	cmd := exec.Command("/bin/sh", append([]string{"-c", keeper, "testbed", "--quiet", "--boot", "--directory=" + h.Root(),
		"--machine=" + h.link(), "--hostname=" + h.Name(), "--network-namespace-path=/run/netns/" + h.link(),
		"--keep-unit", "--register=no", "--resolv-conf=off", "--timezone=off"}, affinity...)...)
	// systemd of Debian 13 refuses to boot on cgroup v1. A lock would outlive the machine, as a file in /run.
	cmd.Env = append(os.Environ(), "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1", "SYSTEMD_NSPAWN_LOCK=0")
	cmd.Stdout, cmd.Stderr = console, console
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, UseCgroupFD: true, CgroupFD: int(group.Fd())}
	if err := cmd.Start(); err != nil {
		return err
	}
	go cmd.Wait() // leaves no zombie; how it ended is of no interest
	return nil
}

// affinity is nspawn's word for the processors that the host may use; none where it may use all.
func (h *Host) affinity() ([]string, error) {
	if h.Processors == 0 {
		return nil, nil
	}
	var ours unix.CPUSet
	if err := unix.SchedGetaffinity(0, &ours); err != nil {
		return nil, err
	}
	var all []string
	for i := 0; len(all) < ours.Count(); i++ {
		if ours.IsSet(i) {
			all = append(all, strconv.Itoa(i))
		}
	}
	var list []string
	for i := range min(h.Processors, len(all)) {
		list = append(list, all[(h.ID*h.Processors+i)%len(all)])
	}
	return []string{"--cpu-affinity=" + strings.Join(list, ",")}, nil
}

// propagated is a folder that nspawn makes for a machine and that it leaves behind when it is killed.
func (h *Host) propagated() string { return "/run/systemd/nspawn/propagate/" + h.link() }

// processes are the numbers of all that run in the host's cgroup, as this machine counts them.
func (h *Host) processes() []int {
	var pids []int
	filepath.WalkDir(h.cgroup(), func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Name() == "cgroup.procs" {
			for _, f := range strings.Fields(trimmed(path)) {
				if pid, err := strconv.Atoi(f); err == nil {
					pids = append(pids, pid)
				}
			}
		}
		return nil
	})
	return pids
}

// init is the number of the host's first process.
func (h *Host) init() (int, error) {
	for _, pid := range h.processes() {
		status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		_, rest, _ := strings.Cut(string(status), "\nNSpid:")
		line, _, _ := strings.Cut(rest, "\n")
		if ids := strings.Fields(line); len(ids) > 1 && ids[len(ids)-1] == "1" {
			return pid, nil
		}
	}
	return 0, fmt.Errorf("host %s is off", h.Name())
}

// Running says whether it is on.
func (h *Host) Running() bool { return len(h.processes()) > 0 }

// kill ends all processes of the host and removes its cgroup; one that is off already is fine.
func (h *Host) kill() error {
	if !exists(h.cgroup()) {
		return nil
	}
	if err := os.WriteFile(h.cgroup()+"/cgroup.kill", []byte("1"), 0); err != nil {
		return err
	}
	for end := time.Now().Add(10 * time.Second); h.Running(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			return fmt.Errorf("host %s: processes %v outlive a kill", h.Name(), h.processes())
		}
	}
	if err := os.Remove(h.propagated()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	// nspawn makes the same folders in systemd's own hierarchy, where there is one.
	return errors.Join(removeGroups(filepath.Join("/sys/fs/cgroup/systemd", filepath.Base(h.cgroup()))), removeGroups(h.cgroup()))
}

// removeGroups removes a cgroup and those in it, innermost first. A process that has just died still holds its
// cgroup for a moment.
func removeGroups(root string) error {
	var groups []string
	filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			groups = append(groups, path)
		}
		return nil
	})
	for i := len(groups) - 1; i >= 0; i-- {
		err := syscall.Rmdir(groups[i])
		for n := 0; err == syscall.EBUSY && n < 400; n++ {
			time.Sleep(5 * time.Millisecond)
			err = syscall.Rmdir(groups[i])
		}
		if err != nil {
			return fmt.Errorf("removing %s: %w", groups[i], err)
		}
	}
	return nil
}

// Freeze stops all that runs on it where it is; connections stay open and nothing answers.
func (h *Host) Freeze() error { return h.freeze("1") }

// Thaw lets a frozen host go on.
func (h *Host) Thaw() error { return h.freeze("0") }

func (h *Host) freeze(on string) error {
	if err := os.WriteFile(h.cgroup()+"/cgroup.freeze", []byte(on), 0); err != nil {
		return err
	}
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		if strings.Contains(trimmed(h.cgroup()+"/cgroup.events"), "frozen "+on) {
			return nil
		}
	}
	return fmt.Errorf("host %s does not freeze or thaw", h.Name())
}
