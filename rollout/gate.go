package rollout

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"djship/steps/model"
)

// A Question is whether the next stage may begin.
type Question struct {
	Stage string // that is over, and well
	Ends  []HostEnd
	Next  string
	Hosts []string // of Next, which are to begin
	// Migrations are those that Stage's hosts have begun with.
	Migrations []model.Migration
	// Tables are those of the databases of Next's hosts that do not know yet what they would begin with.
	Tables [][]model.Table
	// Plan is what Next will change, as the events of a check run over its hosts.
	Plan []Event
}

// An Answer is what became of a Question.
type Answer int

// The answers.
const (
	Nobody Answer = iota // there is nobody to ask
	No
	Yes
)

// gate is the end of a stage: its hosts must answer, all together, and where a next stage has
// something to change a person must want it. It returns false where the next stage may not begin.
func (s *stage) gate(ctx context.Context, next *stage) bool {
	g := Gate{Stage: s.name, Status: GatePassed}
	problems := s.checkAll(ctx)
	s.settle(ctx, s.sinceUnhealthy(ctx))
	if s.run.stopped(ctx) {
		return false
	}
	if len(problems) > 0 {
		g.Status, g.Detail = GateFailed, strings.Join(problems, "; ")
	} else {
		answer := s.mayBegin(ctx, next)
		if s.run.stopped(ctx) {
			return false
		}
		g.Detail = s.summary()
		switch answer {
		case No:
			g.Status, g.Detail = GateDeclined, next.name+" is not begun: the answer was no"
		case Nobody:
			g.Status, g.Detail = GateDeclined, next.name+" is not begun: nobody was there to say yes; --yes says it beforehand"
		}
	}
	s.run.events <- g
	return g.Status == GatePassed
}

// checkAll asks the sites of the stage that are done once more, all together, and says which do not
// answer as they should.
func (s *stage) checkAll(ctx context.Context) []string {
	ctx, cancel := s.run.untilStop(ctx)
	defer cancel()
	var mu sync.Mutex
	var problems []string
	s.run.each(ctx, s.withSite(), func(*life) {}, func(l *life, ctx context.Context) {
		err := Guarded(func() error {
			if err := l.connect(ctx); err != nil {
				return err
			}
			return firstOf(l.askAll(ctx, l.lastHealths(), nil, healthTimes, nil))
		})
		if err != nil {
			mu.Lock()
			defer mu.Unlock()
			l.unhealthy = true
			problems = append(problems, l.target.Name+": "+model.FirstLine(err.Error()))
		}
	})
	slices.Sort(problems)
	return problems
}

// withSite are the stage's hosts that are done and have a site that can be asked.
func (s *stage) withSite() []*life {
	var lives []*life
	for _, l := range s.lives {
		if l.done() && l.lastHealth() != nil {
			lives = append(lives, l)
		}
	}
	return lives
}

// summary says how a stage that went well has ended.
func (s *stage) summary() string {
	done := 0
	for _, l := range s.lives {
		if l.done() {
			done++
		}
	}
	words := Plural(done, "host") + " done"
	if len(s.withSite()) > 0 {
		words = Plural(done, "host") + " done, all answer"
	}
	if bad := len(s.lives) - done; bad > 0 {
		words += fmt.Sprintf("; %s failed, %d may", Plural(bad, "host"), s.run.Pace.MaxFail.Of(len(s.lives)))
	}
	return words
}

// mayBegin gets the answer to whether the next stage may begin, after all events have been taken.
// Where there is none, or nothing to change in it, nobody is asked.
func (s *stage) mayBegin(ctx context.Context, next *stage) Answer {
	if next == nil || s.run.Pace.Yes {
		return Yes
	}
	q := Question{Stage: s.name, Next: next.name}
	all := 0
	for _, l := range next.toBegin() {
		events, changes := l.preview()
		q.Hosts, q.Plan = append(q.Hosts, l.target.Name), append(q.Plan, events...)
		all += changes
		for _, plan := range l.plans {
			for _, it := range plan.Items {
				if it.Change.Tables != nil {
					q.Tables = append(q.Tables, it.Change.Tables)
				}
			}
		}
	}
	if all == 0 {
		return Yes
	}
	for _, l := range s.lives {
		q.Ends, q.Migrations = append(q.Ends, *l.end), append(q.Migrations, l.migrations...)
	}
	if s.run.Ask == nil {
		return Nobody
	}
	told := make(flushed)
	s.run.events <- told
	<-told
	ctx, cancel := s.run.untilStop(ctx)
	defer cancel()
	return s.run.Ask(ctx, q)
}
