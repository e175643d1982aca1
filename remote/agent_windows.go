package remote

import (
	"io"
	"net"
	"os"
	"strings"
)

// dialAgent connects to an agent: a named pipe (Windows' own OpenSSH) or a Unix socket.
func dialAgent(socket string) (io.ReadWriteCloser, error) {
	if strings.HasPrefix(socket, `\\.\pipe\`) || strings.HasPrefix(socket, `//./pipe/`) {
		return os.OpenFile(socket, os.O_RDWR, 0)
	}
	return net.Dial("unix", socket)
}
