//go:build !linux

package remote

import "net"

// newAcker returns a function that does nothing: only Linux lets a program ask for this.
func newAcker(net.Conn) func() { return func() {} }
