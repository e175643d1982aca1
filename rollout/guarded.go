package rollout

import (
	"fmt"
	"runtime/debug"
)

// A PanicError says that djship itself has failed on what a host sent.
type PanicError struct {
	Value any
	Stack string
}

func (e *PanicError) Error() string {
	return fmt.Sprintf("djship has failed on what this host answered: %v", e.Value)
}

// Hint says what to do next.
func (*PanicError) Hint() string {
	return "this is a fault of djship's: please report it with the host's log; other hosts are not concerned"
}

// Guarded runs what concerns one host. A panic in it is that host's *PanicError, so that no host ends
// the runs of others.
func Guarded(f func() error) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = &PanicError{value, string(debug.Stack())}
		}
	}()
	return f()
}
