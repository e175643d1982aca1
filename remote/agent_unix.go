//go:build unix

package remote

import (
	"io"
	"net"
)

// dialAgent connects to an agent's Unix socket.
func dialAgent(socket string) (io.ReadWriteCloser, error) { return net.Dial("unix", socket) }
