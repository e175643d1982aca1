package report

import (
	"strings"
	"time"

	"djship/rollout"
)

// A state is a run as its events so far tell it.
type state struct {
	id    string
	began time.Time
	last  time.Time // of the newest event
	start rollout.RunStart
	hosts map[string]*host
	order []*host // as in the run's list
	gates []rollout.Gate
	notes []rollout.Note
	end   *rollout.RunEnd
	met   bool // a turn has begun in which visitors may meet what the run brings

	stage string // where hosts began something last
	phase string // "" where turns have no names
	batch int
}

// A host is one host's life in a run.
type host struct {
	name  string
	stage string
	batch int
	// domain is the site's where it is another than the one typed.
	domain  string
	began   time.Time // its first sign of life, zero before
	started time.Time // HostStart
	steps   []stepEnd
	end     *rollout.HostEnd
	ended   time.Time
	// switched is what was seen at the last switch to another release.
	switched *rollout.Switch

	idle     bool   // probed ahead, and not started
	doing    string // the step or phase it is at
	since    time.Time
	index    int // of the planned changes, 0 outside of steps
	of       int
	lastLine string // the newest line of output, printable
	heard    time.Time
}

type stepEnd struct {
	rollout.StepEnd
	at time.Time
}

// name is the step's, with its turn's before it where that has one.
func (s stepEnd) name() string { return StepName(s.Phase, s.StepEnd.Step) }

// StepName is a step as people read it, with the turn that it belongs to where the host has several.
func StepName(phase, step string) string { return join(phase, step, ": ") }

func newState() *state { return &state{hosts: map[string]*host{}} }

// host returns the host of that name; one the run did not list is added.
func (s *state) host(name string) *host {
	h := s.hosts[name]
	if h == nil {
		h = &host{name: name}
		s.hosts[name] = h
		s.order = append(s.order, h)
	}
	return h
}

// awake returns the host that an event is of, which shows that it is at work.
func (s *state) awake(name string, at time.Time) *host {
	h := s.host(name)
	if h.began.IsZero() {
		h.began, h.since = at, at
	}
	h.idle = false
	return h
}

// take adds an event.
func (s *state) take(r rollout.Record) {
	s.last = r.Time
	if s.began.IsZero() {
		s.id, s.began = r.Run, r.Time
	}
	switch e := r.Event.(type) {
	case rollout.RunStart:
		s.start = e
		for _, name := range e.Hosts {
			s.host(name)
		}
	case rollout.HostStart:
		h := s.awake(e.Host, r.Time)
		h.stage, h.batch, h.started, h.domain = e.Stage, e.Batch, r.Time, e.Domain
		s.stage, s.batch = e.Stage, e.Batch
	case rollout.Activity:
		s.awake(e.Host, r.Time).do(e.Name, 0, 0, r.Time)
	case rollout.Probed:
		h := s.awake(e.Host, r.Time)
		h.of, h.idle = e.Planned, h.started.IsZero()
	case rollout.Sending:
		h := s.awake(e.Host, r.Time)
		h.doing = sending(e)
	case rollout.StepStart:
		s.awake(e.Host, r.Time).do(StepName(e.Phase, e.Step), e.Index, e.Of, r.Time)
	case rollout.Output:
		h := s.awake(e.Host, r.Time)
		if l := strings.TrimSpace(lastPrintable(e.Line)); l != "" {
			h.lastLine, h.heard = l, r.Time
		}
	case rollout.StepEnd:
		h := s.host(e.Host)
		h.steps = append(h.steps, stepEnd{e, r.Time})
	case rollout.Switch:
		s.host(e.Host).switched = &e
	case rollout.HostEnd:
		h := s.host(e.Host)
		h.end, h.ended = &e, r.Time
	case rollout.TurnStart:
		s.stage, s.phase, s.batch = e.Stage, e.Phase, e.Batch
		s.met = s.met || e.Phase == rollout.SwitchTurn
	case rollout.Note:
		s.notes = append(s.notes, e)
	case rollout.Gate:
		s.gates = append(s.gates, e)
	case rollout.RunEnd:
		s.end = &e
	}
}

func (h *host) do(what string, index, of int, at time.Time) {
	h.doing, h.index, h.since, h.lastLine = what, index, at, ""
	if of > 0 {
		h.of = of
	}
}

// active tells whether the host is at work.
func (h *host) active() bool { return !h.began.IsZero() && !h.idle && h.end == nil }

func (s *state) active() []*host {
	var active []*host
	for _, h := range s.order {
		if h.active() {
			active = append(active, h)
		}
	}
	return active
}

// elapsed is how long it is since the host was started, the wait for that left out.
func (h *host) elapsed(now time.Time) time.Duration {
	if h.started.IsZero() {
		return now.Sub(h.began)
	}
	return now.Sub(h.started)
}

// failedStep returns the step that failed; one without a name where there is none.
func (h *host) failedStep() stepEnd {
	for _, s := range h.steps {
		if s.Status == rollout.Failed {
			return s
		}
	}
	return stepEnd{}
}

// brokenStep is the step that failed, or in whose middle the connection was lost; "" where it was none.
func (h *host) brokenStep() string {
	step := h.failedStep().name()
	if step != "" || h.end.Status != rollout.Unreachable || h.index == 0 {
		return step
	}
	if last := len(h.steps) - 1; last >= 0 && h.steps[last].name() == h.doing { // it had ended
		return ""
	}
	return h.doing
}

// failedAt says at which step the host failed, "" where it was none.
func (h *host) failedAt() string {
	if step := h.brokenStep(); step != "" {
		return "at " + printable(step)
	}
	return ""
}
