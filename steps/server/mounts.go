package server

import (
	"cmp"
	"fmt"
	"slices"

	"djship/shell"
	"djship/steps/model"
)

// written are the folders in which djship, apt and dpkg write.
var written = []string{"/etc", "/opt", "/usr", "/usr/local", "/var", "/var/lib", "/var/log", model.Webapps}

// run are those in which programs lie that it puts there.
var run = []string{model.Tools, model.Webapps}

// ownerless are file systems that have no owners and modes of files. Their names are those of /proc/filesystems.
var ownerless = []string{"vfat", "msdos", "exfat", "ntfs", "ntfs3", "fuseblk", "cifs", "smb3", "vboxsf", "vmhgfs"}

// Mounts refuses to change a host where a file system that is written to is read-only, has no programs
// started, or keeps no owners.
type Mounts struct{}

// Name implements Step.
func (Mounts) Name() string { return "file systems" }

// ID implements Step.
func (Mounts) ID() string { return "file-systems" }

// Probe implements Step; the facts tell.
func (Mounts) Probe() model.Script { return "" }

// Plan implements Step.
func (Mounts) Plan(f model.Facts, _ model.Observed) model.Change {
	for _, p := range written {
		if at, m := f.MountOf(p); slices.Contains(m.Options, "ro") {
			return model.RefusalToChange(at+" is mounted read-only", fmt.Sprintf(
				"look at `dmesg` on the host: often the disk is failing; where somebody has mounted it so: mount -o remount,rw %s, then run the same command again", shell.Quote(at)))
		}
	}
	for _, p := range run {
		if at, m := f.MountOf(p); slices.Contains(m.Options, "noexec") {
			return model.RefusalToChange(fmt.Sprintf("%s is mounted noexec: what djship puts into %s can't be started", at, p), fmt.Sprintf(
				"take noexec out of the options of %s in /etc/fstab on the host: mount -o remount,exec %[1]s, then run the same command again", shell.Quote(at)))
		}
	}
	at, m := f.MountOf(model.Webapps)
	if slices.Contains(ownerless, cmp.Or(m.Kind, "unknown")) {
		return model.RefusalToChange(fmt.Sprintf("the file system of %s (%s, at %s) keeps no owners and modes of files", model.Webapps, m.Kind, at),
			"sites are kept apart by these: mount one there that has them, as ext4 or xfs")
	}
	return model.Change{}
}
