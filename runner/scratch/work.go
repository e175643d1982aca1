package scratch

import (
	"fmt"
	"os"
	"path/filepath"
)

// Pids are the processes of the scratch but its first, as this side numbers them.
func (s *Root) Pids() []int {
	var all []int
	namespace, err := os.Readlink("/proc/" + s.pid + "/ns/pid")
	if err != nil {
		s.t.Fatal(err)
	}
	paths, _ := filepath.Glob("/proc/[0-9]*/ns/pid")
	for _, path := range paths {
		pid := filepath.Base(filepath.Dir(filepath.Dir(path)))
		if ns, err := os.Readlink(path); err == nil && ns == namespace && pid != s.pid {
			var n int
			if _, err := fmt.Sscan(pid, &n); err == nil {
				all = append(all, n)
			}
		}
	}
	return all
}
