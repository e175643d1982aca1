package report

import (
	"fmt"
	"strings"
	"time"

	"djship/rollout"
)

// What several hosts have to say is told once: it waits for a moment, or until something else is told.

// noteTime is how long it waits.
const noteTime = time.Second

// A heldNote is a note of hosts, in the order in which they came.
type heldNote struct {
	text  string
	hosts []string
}

// holds takes in a note that other hosts may say, too; false for one that is to be told at once.
func (n *narrator) holds(e rollout.Note) bool {
	if n.Quiet || e.Host == "" || len(n.state.start.Hosts) < 2 {
		return false
	}
	if n.notes == nil {
		n.noted = time.Now()
	}
	for i, held := range n.notes {
		if held.text == e.Text {
			n.notes[i].hosts = append(held.hosts, e.Host)
			return true
		}
	}
	n.notes = append(n.notes, heldNote{e.Text, []string{e.Host}})
	return true
}

// heldNotes are the lines of those that wait, which then do no more.
func (n *narrator) heldNotes() []text {
	if n.notes == nil {
		return nil
	}
	lines := n.held
	for _, note := range n.notes {
		lines = append(lines, n.note(strings.Join(fewNames(note.hosts), ", "), note.text)...)
	}
	n.notes, n.held = nil, nil
	return []text{{lines: lines}}
}

// lateNotes are those lines once they have waited long enough.
func (n *narrator) lateNotes(now time.Time) []text {
	if now.Sub(n.noted) < noteTime {
		return nil
	}
	return n.heldNotes()
}

// fewNames are names, of many only the first.
func fewNames(names []string) []string {
	const most = 6
	if len(names) <= most {
		return names
	}
	return append(names[:most-1:most-1], fmt.Sprintf("and %d more", len(names)-most+1))
}
