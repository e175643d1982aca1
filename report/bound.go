package report

import (
	"fmt"
	"strings"

	"djship/rollout"
)

// A server sends as much as it likes. What is kept of it on this machine has bounds of its own.
const (
	fieldRoom  = 1 << 20  // bytes of one field of an event
	stepRoom   = 8 << 20  // of a host's log for what a step prints
	hostRoom   = 64 << 20 // of a host's log
	eventsRoom = 16 << 20 // of a host's steps in the file of events
	pageRoom   = 8 << 20  // of the words of an HTML page
	lastWords  = 1 << 10  // of each word where there is no more room
)

// shorten returns s or, where it has more than most bytes, its beginning and that the rest is left out.
func shorten(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return fmt.Sprintf("%s\n… %d bytes more are left out", strings.ToValidUTF8(s[:most], ""), len(s)-most)
}

// A room is what is left of a host's part of the disk.
type room struct {
	step, all int  // bytes so far: of this step's output, and altogether
	said      bool // that something is left out of this step
	full      bool // as was said
}

// take returns what of a log's new text there is room for: all of it, a word on what is left out, or
// nothing. How a step and a host end is always told, if shortly.
func (r *room) take(event rollout.Event, text string) string {
	switch event.(type) {
	case rollout.HostEnd, rollout.Gate, rollout.Switch:
	case rollout.StepStart:
		r.step, r.said = 0, false
	case rollout.Output, rollout.Note, rollout.Activity, rollout.Probed:
		if r.step += len(text); r.step > stepRoom {
			return leaveOut(&r.said, "output", stepRoom)
		}
	}
	if r.all += len(text); r.all <= hostRoom {
		return text
	}
	switch event.(type) {
	case rollout.HostEnd, rollout.Gate, rollout.Switch:
		return shorten(text, lastWords) + "\n"
	}
	return leaveOut(&r.full, "log", hostRoom)
}

func leaveOut(said *bool, what string, most int) string {
	if *said {
		return ""
	}
	*said = true
	return fmt.Sprintf("              … %s beyond %d MiB is left out\n", what, most>>20)
}

// bounded returns an event with no field too long.
func bounded(event rollout.Event, most int) rollout.Event {
	switch e := event.(type) {
	case rollout.StepEnd:
		e.Detail, e.Diff = shorten(e.Detail, most), shorten(e.Diff, most)
		return e
	case rollout.Switch:
		e.Release, e.Before = shorten(e.Release, lastWords), shorten(e.Before, lastWords)
		return e
	case rollout.HostEnd:
		e.Error, e.Hint = shorten(e.Error, most), shorten(e.Hint, most)
		return e
	case rollout.Gate:
		e.Detail = shorten(e.Detail, most)
		return e
	}
	return event
}
