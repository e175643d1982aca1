//go:build linux

package integration

import (
	"fmt"
	"strings"
	"testing"

	"djship/integration/testbed"
)

// Apt's own hooks fill the disk at the worst of times: when djship has seen room enough.
func aptHook(when string, leave int) string {
	return fmt.Sprintf(`echo '%s {"cat >/dev/null; fallocate -l $(($(df --output=avail -B1 / | tail -n 1) - %d)) /filling";};' >/etc/apt/apt.conf.d/99filling`, when, leave)
}

const fullHint = "the disk is full: make room on the host"

func TestFullDisk(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w := upSpec(t, pair, testbed.Spec{Suite: 12, DiskSize: 2 << 30})
	const empty = "rm -f /etc/apt/apt.conf.d/99filling /filling"
	meetAll(t, h, w, []fault{
		{what: "while packages are unpacked", args: "prereq", harm: noGit + aptHook("DPkg::Pre-Install-Pkgs", 500e3),
			says: []string{"packages", "No space left on device", fullHint}, mend: empty},
		{what: "while the lists of packages are read", args: "prereq", harm: noGit + aptHook("APT::Update::Post-Invoke", 500e3),
			says: []string{"packages", "No space left on device", fullHint}, mend: empty},
		{what: "where a file is put", harm: "rm /etc/logrotate.d/djship-example && " + fullTmpfs("/etc/logrotate.d"),
			says: []string{"log rotation of example", "No space left on device", fullHint}, mend: "umount /etc/logrotate.d"},
		{what: "where it is noted what is put", harm: "rm /etc/logrotate.d/djship-example && " + fullTmpfs("/var/lib/djship"),
			says: []string{"No space left on device", fullHint}, mend: "umount /var/lib/djship"},
		{what: "where uploads go", harm: "rm /etc/logrotate.d/djship-example && mkdir -p /run/djship && " + fullTmpfs("/run/djship"),
			says: []string{"what was uploaded is not what has arrived", "its disk is full", "No space left on device"}, mend: "umount /run/djship"},
	})
	t.Run("nothing to do", func(t *testing.T) {
		if err := h.FillDisk(0); err != nil {
			t.Fatal(err)
		}
		idle(t, h, w, strings.Fields(deployExample)...)
		answers(t, h, "example.com", "example")
		on(t, h, "rm /etc/logrotate.d/djship-example")
		said(t, w, w.run(strings.Fields(deployExample)...), "/ has 0 MiB free; 1024 MiB are needed", "make room on the host")
		if err := h.EmptyDisk(); err != nil {
			t.Fatal(err)
		}
		w.djship(0, strings.Fields(deployExample)...)
	})
}

// fullTmpfs mounts a full file system, with what is there, over a folder.
func fullTmpfs(dir string) string {
	return strings.NewReplacer("DIR", dir).Replace(`cp -a DIR /root/held && mount -t tmpfs -o size=$(($(du -sk /root/held | cut -f1) * 11 / 10 + 1024))k tmpfs DIR && cp -a /root/held/. DIR/ && rm -r /root/held &&
		{ dd if=/dev/zero of=DIR/filling bs=1k 2>/dev/null || :; }`)
}

func TestReadOnly(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w := up(t, 12, pair)
	const readOnly = "mount --bind /etc /etc && mount -o remount,bind,ro /etc"
	const says, hint = "/etc is mounted read-only", "mount -o remount,rw /etc"
	meetAll(t, h, w, []fault{
		{what: "/etc", harm: "rm /etc/logrotate.d/djship-example && " + readOnly,
			says: []string{says, hint}, mend: "umount /etc"},
		{what: "/etc, for prereq", args: "prereq", harm: "rm /etc/init.d/supervisord && " + readOnly,
			says: []string{says, hint}, mend: "umount /etc"},
	})
}
