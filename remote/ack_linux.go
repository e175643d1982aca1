package remote

import (
	"net"

	"golang.org/x/sys/unix"
)

// newAcker returns a function that has the kernel acknowledge at once what was received. sshd
// before 10.1 holds small packets back until the last one is acknowledged, so each acknowledgement
// that is delayed costs 40 ms. The kernel forgets the setting: call it after each read.
func newAcker(nc net.Conn) func() {
	tcp, ok := nc.(*net.TCPConn)
	if !ok {
		return func() {}
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return func() {}
	}
	return func() {
		_ = raw.Control(func(fd uintptr) {
			_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_QUICKACK, 1)
		})
	}
}
