package runner

import (
	"strings"

	"djship/steps/advice"
	"djship/steps/model"
)

const (
	tailLines = 16
	// outputLimit is how much of what one change prints is told on, in bytes. The host keeps to a little
	// less; this is for one that does not.
	outputLimit = 5 << 20
)

// An output is what the running change prints: it is told on, up to a limit, and its last lines are kept for an error.
type output struct {
	tell    func(Progress)
	ending  func() bool // that it only says by now that it is being ended
	index   int         // of the change
	mayWait bool        // see model.Queuing
	reads   model.Rehearsing
	tail    []string
	size    int
}

// begin is called when a change begins.
func (o *output) begin(index int, s model.Step) {
	_, waits := s.(model.Queuing)
	reads, _ := s.(model.Rehearsing)
	o.index, o.mayWait, o.reads, o.tail, o.size = index, waits, reads, nil, 0
}

// print takes a line, without its newline.
func (o *output) print(line string) {
	line = strings.TrimSuffix(line, "\r")
	kept := o.size <= outputLimit
	o.size += len(line) + 1
	switch {
	case !kept:
		return
	case o.size > outputLimit:
		line = "(what it prints from here on is left out)"
	case o.mayWait:
		if whom, ok := strings.CutPrefix(line, "waits: "); ok {
			o.tell(Progress{Kind: Waiting, Index: o.index, Text: whom})
			return
		}
	}
	forPeople := true
	if o.reads != nil {
		_, is := o.reads.ReadBreak(line)
		forPeople = !is
	}
	if forPeople && strings.TrimSpace(line) != "" && !o.ending() {
		o.tail = append(o.tail, line)
		o.tail = o.tail[max(0, len(o.tail)-tailLines):]
	}
	o.tell(Progress{Kind: Printed, Index: o.index, Text: line})
	if meaning := advice.Compiles(line); meaning != "" {
		o.print(meaning)
	}
}
