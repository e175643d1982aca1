package rollout

import (
	"strings"
	"time"

	"djship/steps/model"
)

func (l *life) doing(name string) { l.run.events <- Activity{l.target.Name, name} }

// phase is the name of what the host is in: its turn's, or that of the way back.
func (l *life) phase() string {
	if l.goingBack {
		return back
	}
	return l.run.turns[l.turn].Name
}

// step tells how a step of the present turn has ended.
func (l *life) step(it model.Item, status Status) {
	l.run.events <- l.ofStep(l.phase(), it, status)
}

// ofStep is the event of a step that has ended.
func (l *life) ofStep(phase string, it model.Item, status Status) StepEnd {
	e := l.plainStep(phase, it, status)
	if status == Kept && !l.run.Diff {
		e.Diff = ""
	}
	if !l.stepBegan.IsZero() {
		e.Seconds = l.run.Now().Sub(l.stepBegan).Seconds()
		l.stepBegan = time.Time{}
	}
	return e
}

// plainStep is the same with nothing left out, of a step that has taken no time.
func (l *life) plainStep(phase string, it model.Item, status Status) StepEnd {
	return StepEnd{Host: l.target.Name, Phase: phase, Step: it.Step.Name(), Status: status,
		Detail: it.Change.Detail, Diff: it.Change.Diff, Warn: it.Change.Warn}
}

// unapplied are the events of the steps of plans that are not applied, from the present turn to that before until,
// and how many of them would change something. Of turns behind the one that is due, what they would refuse is
// left to remarks: it may be otherwise when they begin.
func (l *life) unapplied(until int, event func(string, model.Item, Status) StepEnd) (events eventList, changes int) {
	due := l.due()
	for i := l.turn; i < until; i++ {
		if !l.takes(i) {
			continue
		}
		for _, it := range l.plans[i].Items {
			status := planned(it.Change)
			if status == WouldChange {
				changes++
			}
			for _, m := range it.Change.Migrations {
				events = append(events, Migration{l.target.Name, m})
			}
			if i <= due || it.Change.Verb != model.Refuse {
				events = append(events, event(l.run.turns[i].Name, it, status))
			}
		}
	}
	return events, changes
}

// remarks tells what is to be known of steps beside how they end, from the present turn to that before until.
func (l *life) remarks(until int) {
	for i := l.turn; i < until; i++ {
		for _, it := range l.plans[i].Items {
			if it.Change.Verb == model.Tell && l.takes(i) {
				l.run.events <- Note{l.target.Name, it.Change.Detail}
			}
		}
	}
	for _, note := range l.refusalsToCome(until) {
		l.run.events <- note
	}
}

// refusalsToCome say what turns behind the one that is due would refuse if they began now.
func (l *life) refusalsToCome(until int) (notes []Event) {
	for i := l.due() + 1; i < until; i++ {
		for _, it := range l.plans[i].Refused {
			if l.takes(i) {
				notes = append(notes, Note{l.target.Name, "as the host is now, " + l.run.turns[i].Name + " would be refused: " + it.Change.Detail})
			}
		}
	}
	return notes
}

// preview returns the events of a check run for the host, and how many of its steps would change something.
func (l *life) preview() ([]Event, int) {
	all, changes := l.unapplied(len(l.plans), l.plainStep)
	end := HostEnd{Host: l.target.Name, Status: OK, Changed: changes}
	if changes > 0 {
		end.Status = WouldChange
	}
	events := []Event{HostStart{Host: l.target.Name, Stage: l.target.Stage, Batch: 1, Domain: l.target.Domain}}
	events = append(events, all...)
	return append(append(events, l.refusalsToCome(len(l.plans))...), end), changes
}

// planned is the status of a change that is not made.
func planned(c model.Change) Status {
	switch {
	case c.Verb == model.Keep:
		return Kept
	case c.Acts():
		return WouldChange
	}
	return OK
}

// refuse tells what forbids to begin a turn, all of it.
func (l *life) refuse(turn int) error {
	e := &RefusedError{Changed: l.begun > 0}
	for _, it := range l.plans[turn].Refused {
		l.run.events <- l.ofStep(l.run.turns[turn].Name, it, Failed)
		e.Problems = append(e.Problems, it.Change.Detail)
		if !strings.Contains(e.Advice, it.Change.Hint) {
			e.Advice = strings.TrimPrefix(e.Advice+"\n"+it.Change.Hint, "\n")
		}
	}
	return e
}
