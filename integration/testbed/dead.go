//go:build linux

package testbed

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// DeadMount mounts a file system on a folder of the host that takes each request and answers none, as NFS does when
// its server is gone: who asks it for anything waits, and can't even be killed. The returned function has it fail, as
// a forced umount does: whoever waits goes on, with an error. So does the end of this process.
func (h *Host) DeadMount(ctx context.Context, path string) (end func(), err error) {
	fd, err := unix.Open("/dev/fuse", unix.O_RDWR|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("/dev/fuse: %w", err)
	}
	over, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		defer unix.Close(fd) // which ends what waits
		swallow(fd, over)
	}()
	end = sync.OnceFunc(func() { close(over); <-done })
	theirs, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		end()
		return nil, err
	}
	f := os.NewFile(uintptr(theirs), "/dev/fuse")
	defer f.Close()
	cmd, err := h.Command(ctx, "mount", "-i", "-t", "fuse", "-o", "fd=3,rootmode=40000,user_id=0,group_id=0,allow_other", "dead", path)
	if err == nil {
		cmd.ExtraFiles = []*os.File{f}
		var out []byte
		if out, err = cmd.CombinedOutput(); err != nil {
			err = fmt.Errorf("mounting %s on %s: %w\n%s", path, h.Name(), err, out)
		}
	}
	// To hand it on has made it blocking, for this side, too.
	if err := errors.Join(err, unix.SetNonblock(fd, true)); err != nil {
		end()
		return nil, err
	}
	return end, nil
}

// swallow reads the kernel's requests until over is closed, and answers none but the first, without which there are no
// others.
func swallow(fd int, over <-chan struct{}) {
	const initOpcode, header = 26, 40
	buf := make([]byte, 1<<20)
	for {
		select {
		case <-over:
			return
		default:
		}
		ready, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, 50)
		if ready < 1 || err != nil {
			continue
		}
		n, err := unix.Read(fd, buf)
		if errors.Is(err, unix.ENODEV) {
			<-over // the host is gone, or has unmounted it
			return
		}
		if n < header+8 || binary.NativeEndian.Uint32(buf[4:]) != initOpcode {
			continue
		}
		answer := make([]byte, 16+64)
		binary.NativeEndian.PutUint32(answer, uint32(len(answer)))
		copy(answer[8:16], buf[8:16])                     // of that request
		copy(answer[16:24], buf[header:header+8])         // the kernel's version of the protocol
		binary.NativeEndian.PutUint32(answer[36:], 1<<17) // the most that is written at once
		_, _ = unix.Write(fd, answer)
	}
}
