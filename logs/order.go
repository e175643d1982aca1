package logs

import (
	"slices"
	"sync"
	"time"
)

const (
	// underWay is how long a line may take from the time that it tells into its log.
	underWay = 200 * time.Millisecond
	// Longest is how far a source may be behind others for these to wait for it, and how long a line waits for any.
	Longest = 5 * time.Second
)

// An Order puts lines of many sources in the order of their times, and prints them. A line waits until each source has said all that is older. Its methods, and those of its sources, may be called at once.
type Order[L any] struct {
	at    func(L) time.Time
	loose func(L) bool
	print func(L)

	mu      sync.Mutex
	sources []*Source[L]
	held    []waiting[L]
	first   int // how many of those that there were are printed, the last ones
	live    bool
}

type waiting[L any] struct {
	line L
	at   time.Time
	came time.Time
}

// A Source is where lines come from, as a host.
type Source[L any] struct {
	order *Order[L]
	late  func()
	said  time.Time // what comes is no older
	ended bool
	told  bool // that it is late
}

// NewOrder returns an order which prints so many of the lines that there were when Live is called. Of these the loose ones, which may be older than their time, are
// a quarter, but where there are no others.
func NewOrder[L any](first int, at func(L) time.Time, loose func(L) bool, print func(L)) *Order[L] {
	return &Order[L]{at: at, loose: loose, print: print, first: first}
}

// Source returns one more. Its late is called once, when others no longer wait for it.
func (o *Order[L]) Source(late func()) *Source[L] {
	o.mu.Lock()
	defer o.mu.Unlock()
	s := &Source[L]{order: o, late: late}
	o.sources = append(o.sources, s)
	return s
}

// Add takes a line in. One that comes behind a time up to which all was said is not put before that.
func (s *Source[L]) Add(line L) {
	o := s.order
	o.mu.Lock()
	defer o.mu.Unlock()
	at := o.at(line)
	if at.Before(s.said) {
		at = s.said
	}
	o.held = append(o.held, waiting[L]{line, at, time.Now()})
}

// Said tells that all lines are added that were in their logs at that time.
func (s *Source[L]) Said(at time.Time) {
	s.order.mu.Lock()
	defer s.order.mu.Unlock()
	if at = at.Add(-underWay); at.After(s.said) {
		s.said = at
	}
}

// End tells that no more lines come.
func (s *Source[L]) End() {
	s.order.mu.Lock()
	defer s.order.mu.Unlock()
	s.ended = true
}

// Live prints the last of the lines that have come; those that come later are printed by Tick.
func (o *Order[L]) Live() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.live {
		return
	}
	o.live = true
	o.sort()
	loose := 0
	for _, w := range o.held {
		if o.loose(w.line) {
			loose++
		}
	}
	firm := len(o.held) - loose
	most := min(loose, max(o.first/4, o.first-firm)) // of the loose ones
	skip := map[bool]int{true: loose - most, false: firm - (o.first - most)}
	for _, w := range o.held {
		is := o.loose(w.line)
		if skip[is]--; skip[is] < 0 {
			o.print(w.line)
		}
	}
	o.held = nil
}

// Tick prints the lines behind which no older ones will come, or all.
func (o *Order[L]) Tick(all bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.live {
		return
	}
	o.sort()
	said, now := o.said(), time.Now()
	var left []waiting[L]
	for _, w := range o.held {
		if all || !w.at.After(said) || now.Sub(w.came) >= Longest {
			o.print(w.line)
		} else {
			left = append(left, w)
		}
	}
	o.held = left
}

// said is the time up to which all sources have said all, but for those that are far behind most others: they hang, or their clock is wrong.
func (o *Order[L]) said() time.Time {
	var all []time.Time
	for _, s := range o.sources {
		if !s.ended {
			all = append(all, s.said)
		}
	}
	if all == nil {
		return time.Time{}
	}
	slices.SortFunc(all, func(a, b time.Time) int { return b.Compare(a) })
	usual := all[(len(all)-1)/2]
	least := usual
	for _, s := range o.sources {
		switch {
		case s.ended:
		case s.said.Before(usual.Add(-Longest)):
			if !s.told {
				s.told = true
				s.late()
			}
		case s.said.Before(least):
			least = s.said
		}
	}
	return least
}

func (o *Order[L]) sort() {
	slices.SortStableFunc(o.held, func(a, b waiting[L]) int { return a.at.Compare(b.at) })
}
