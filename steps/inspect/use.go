package inspect

import (
	"fmt"
	"regexp"
)

// Use is what a site uses of its host, as far as that is known.
type Use struct {
	MemoryKB int      `json:"memory_kb,omitempty"` // of all processes of its account; what several share counts once
	DiskKB   int      `json:"disk_kb,omitempty"`   // of its releases, with their environments and static files
	Traffic  *Traffic `json:"traffic,omitempty"`   // nil where nginx does not log what djship reads
}

// Traffic is what visitors have asked for in the last five minutes, or in so many seconds of them as are still in the log's last MiB.
type Traffic struct {
	Requests int `json:"requests"`
	Errors   int `json:"errors"` // those that were answered with a status from 500 on
	Seconds  int `json:"seconds"`
}

var useForm = regexp.MustCompile(`^[a-z][a-z0-9_]* [0-9]{1,12}$`)

// readUse reads a line of memory_of or disk_of.
func (r *hostReader) readUse(key, value string) {
	var project string
	var kb int
	if _, err := fmt.Sscan(value, &project, &kb); err != nil {
		return
	}
	if r.use[project] == nil {
		r.use[project] = &Use{}
	}
	if key == "memory" {
		r.use[project].MemoryKB = kb
	} else {
		r.use[project].DiskKB = kb
	}
}

// readTraffic reads a line of traffic_of.
func readTraffic(value string) *Traffic {
	var t Traffic
	if _, err := fmt.Sscan(value, &t.Requests, &t.Errors, &t.Seconds); err != nil {
		return nil
	}
	return &t
}
