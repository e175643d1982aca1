package release

import (
	"fmt"
	"strings"
	"time"

	"djship/steps/model"
)

// What a copy of a database takes: a restored one is at most as large as the one that it is of, PostgreSQL's own log of it is as large again for a while, and the live one keeps its room. It is
// made with so many bytes a second at least, of which there may be so many seconds.
const (
	copyLeaves = 1 << 30
	copySpeed  = 10 << 20
	copyTime   = 10 * time.Minute
)

// readCopy reads what the probe tells of a copy: the bytes of the database and those that are free, and how long it takes. ok is false where nothing is told.
func readCopy(seen string) (size, free int64, takes time.Duration, ok bool) {
	for line := range strings.Lines(seen) {
		_, _ = fmt.Sscanf(line, "size %d", &size) // another line leaves both as they are
		_, _ = fmt.Sscanf(line, "free %d", &free)
	}
	return size, free, time.Duration(size/copySpeed) * time.Second, size > 0
}

// copyCosts says what a copy takes, before it is made.
func copyCosts(seen string) string {
	size, free, takes, ok := readCopy(seen)
	if !ok {
		return ""
	}
	about := "less than a minute"
	if takes >= time.Minute {
		about = fmt.Sprintf("up to %d min", takes/time.Minute+1)
	}
	return fmt.Sprintf(" (%d MiB, %s; %d MiB of the disk are free)", size>>20, about, free>>20)
}

// noRoomForCopy refuses a copy for which there is no room or no time; else it is zero.
func noRoomForCopy(seen string) model.Change {
	size, free, takes, ok := readCopy(seen)
	switch need := 2*size + copyLeaves; {
	case ok && free < need:
		return model.Change{Told: model.Told{Verb: model.Refuse, Detail: fmt.Sprintf("a copy of the data has no room: %d MiB of the disk are free, and %d MiB are needed for a database of %d MiB", free>>20, need>>20, size>>20),
			Hint: "make room on the host, or push without --rehearse-data: then migrations are tried in a copy of the schema"}}
	case ok && takes > copyTime:
		return model.Change{Told: model.Told{Verb: model.Refuse, Detail: fmt.Sprintf("a copy of the data would take too long: up to %d min for %d MiB, and 10 min is the most", takes/time.Minute+1, size>>20),
			Hint: "push without --rehearse-data: then migrations are tried in a copy of the schema"}}
	}
	return model.Change{}
}
