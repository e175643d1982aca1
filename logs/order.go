package logs

import (
	"slices"
	"sync"
	"time"
)

// holdFor is how long a line waits for older ones of other hosts; as long again for those before it that have come, to have waited.
const holdFor = 500 * time.Millisecond

// An Order puts lines of many sources in the order of their times, and prints them. Those of one source keep theirs. Its methods may be called at once.
type Order[L any] struct {
	At    func(L) time.Time
	Print func(L)

	mu    sync.Mutex
	held  []arrived[L]
	first int // how many of those that there were are printed, the last ones
	live  bool
}

type arrived[L any] struct {
	line L
	at   time.Time // of arrival
}

// NewOrder returns an order which prints so many of the lines that there were when Live is called.
func NewOrder[L any](first int, at func(L) time.Time, print func(L)) *Order[L] {
	return &Order[L]{At: at, Print: print, first: first}
}

// Add takes a line in.
func (o *Order[L]) Add(line L) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.held = append(o.held, arrived[L]{line, time.Now()})
}

// Live prints the last of the lines that have come; those that come later are printed by Tick.
func (o *Order[L]) Live() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.live {
		return
	}
	o.live = true
	o.print(len(o.held), o.first)
}

// Tick prints the lines that have waited long enough, or all.
func (o *Order[L]) Tick(all bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.live {
		return
	}
	if all {
		o.print(len(o.held), len(o.held))
		return
	}
	o.sort(o.held)
	now := time.Now()
	var left []arrived[L]
	for _, a := range o.held {
		waited := now.Sub(a.at)
		switch {
		case waited >= holdFor && left == nil, waited >= 2*holdFor: // a host whose clock is behind can't hold others up for ever
			o.Print(a.line)
		default:
			left = append(left, a)
		}
	}
	o.held = left
}

func (o *Order[L]) sort(some []arrived[L]) {
	slices.SortStableFunc(some, func(a, b arrived[L]) int { return o.At(a.line).Compare(o.At(b.line)) })
}

// print prints the last of the first n lines that are held.
func (o *Order[L]) print(n, last int) {
	ripe := o.held[:n]
	o.sort(ripe)
	for _, a := range ripe[max(0, n-last):] {
		o.Print(a.line)
	}
	o.held = slices.Clone(o.held[n:])
}
