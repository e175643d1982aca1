//go:build linux

package testbed

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// A host's disk is an overlay: what it writes lies in its folder, in disk/, over the layers of its base. A disk of
// limited size is a tmpfs there, and so is every disk where the cache folder is itself on an overlay, as in a
// container: one can't lie on another.

func (h *Host) mount(context.Context) error {
	disk := h.path("disk")
	if err := os.MkdirAll(disk, 0o755); err != nil {
		return err
	}
	var fs unix.Statfs_t
	if err := unix.Statfs(disk, &fs); err != nil {
		return err
	}
	size := "50%"
	if h.Disk > 0 {
		size = strconv.FormatInt(h.Disk, 10)
	}
	if h.Disk > 0 || fs.Type == unix.OVERLAYFS_SUPER_MAGIC {
		if err := unix.Mount("djship-testbed", disk, "tmpfs", 0, "mode=0755,size="+size); err != nil {
			return fmt.Errorf("mounting %s: %w", disk, err)
		}
	}
	if err := h.stock(); err != nil {
		return err
	}
	return h.overlay()
}

func (h *Host) overlay() error {
	upper, work := h.path("disk/upper"), h.path("disk/work")
	if err := os.RemoveAll(work); err != nil {
		return err
	}
	for _, d := range []string{upper, work, h.Root()} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			return err
		}
	}
	lower := []string{h.path("debs")}
	for _, b := range h.Base {
		lower = append(lower, filepath.Join(basePath(b), "layer"))
	}
	// A host's disk need not survive this machine: volatile spares it every sync.
	options := fmt.Sprintf("lowerdir=%s,upperdir=%s,workdir=%s,redirect_dir=on,volatile", strings.Join(lower, ":"), upper, work)
	if err := unix.Mount("djship-testbed", h.Root(), "overlay", 0, options); err != nil {
		return fmt.Errorf("mounting %s (%s): %w", h.Root(), options, err)
	}
	return nil
}

// unmount takes away all that is mounted at a path; nothing being there is fine.
func unmount(path string) error {
	for {
		switch err := unix.Unmount(path, unix.UMOUNT_NOFOLLOW); err {
		case nil:
		case unix.EINVAL, unix.ENOENT:
			return nil
		default:
			return fmt.Errorf("unmounting %s: %w", path, err)
		}
	}
}

// identify gives the host what no two hosts share: its name, its SSH keys, its machine id.
func (h *Host) identify(ctx context.Context) error {
	root, name := h.Root(), h.Name()
	files := map[string]string{
		"etc/hostname":    name + "\n",
		"etc/hosts":       fmt.Sprintf("127.0.0.1 localhost\n127.0.1.1 %s\n::1 localhost ip6-localhost ip6-loopback\n", name),
		"etc/resolv.conf": resolver(),
		"etc/machine-id":  randomHex(16) + "\n",
	}
	for path, text := range files {
		if err := writeFile(filepath.Join(root, path), []byte(text), 0o644); err != nil {
			return err
		}
	}
	old, _ := filepath.Glob(filepath.Join(root, "etc/ssh/ssh_host_*"))
	for _, f := range old {
		if err := os.Remove(f); err != nil {
			return err
		}
	}
	if out, err := exec.CommandContext(ctx, "ssh-keygen", "-q", "-A", "-f", root).CombinedOutput(); err != nil {
		return fmt.Errorf("making host keys: %w\n%s", err, out)
	}
	keys, _ := filepath.Glob(filepath.Join(root, "etc/ssh/ssh_host_*.pub"))
	var known strings.Builder
	for _, k := range keys {
		fields := strings.Fields(readOr(k))
		fmt.Fprintf(&known, "%s,%s %s %s\n", h.Addr(), name, fields[0], fields[1])
	}
	return writeFile(h.KnownHosts(), []byte(known.String()), 0o644)
}

// FillDisk takes up the host's disk until so many bytes are left. It needs a [Spec.DiskSize].
func (h *Host) FillDisk(leave int64) error {
	if h.Disk == 0 {
		return errors.New("only the disk of a host with a DiskSize can be filled")
	}
	if err := h.EmptyDisk(); err != nil {
		return err
	}
	f, err := os.Create(h.path("disk/filling"))
	if err != nil {
		return err
	}
	defer f.Close()
	// The host goes on writing meanwhile, and the file system needs some blocks for itself.
	for at, step := int64(0), int64(1)<<62; ; {
		var fs unix.Statfs_t
		if err := unix.Statfs(h.path("disk"), &fs); err != nil {
			return err
		}
		step = min(step, int64(fs.Bavail)*fs.Bsize-leave)
		if step < fs.Bsize {
			return nil
		}
		switch err := unix.Fallocate(int(f.Fd()), 0, at, step); {
		case err == nil:
			at += step
		case errors.Is(err, unix.ENOSPC):
			step /= 2
		default:
			return err
		}
	}
}

// EmptyDisk undoes FillDisk.
func (h *Host) EmptyDisk() error {
	if err := os.Remove(h.path("disk/filling")); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

func randomHex(bytes int) string {
	b := make([]byte, bytes)
	rand.Read(b)
	return hex.EncodeToString(b)
}
