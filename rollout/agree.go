package rollout

import (
	"context"
	"slices"

	"djship/steps/model"
)

// mayBeAgreed tells whether a person may say yes to all that is refused in the turn that is due.
func (l *life) mayBeAgreed() bool {
	turn := l.refusing()
	return turn < len(l.plans) && l.run.Agree != nil && !l.run.Check && !slices.ContainsFunc(l.plans[turn].Refused, func(it model.Item) bool {
		_, asks := it.Step.(model.Asking)
		return !asks || it.Change.Ask == ""
	})
}

// agree has a person asked about that, each step once a run. It returns false where the answer is no, or there is none; else the plan has what was agreed to.
func (l *life) agree(ctx context.Context) bool {
	plan := &l.plans[l.refusing()]
	for _, it := range plan.Refused {
		if !l.agreed[it.Step.ID()] && !l.says(ctx, it.Change.Ask) {
			return false
		}
		if l.agreed == nil {
			l.agreed = map[string]bool{}
		}
		l.agreed[it.Step.ID()] = true
		for i, of := range plan.Items {
			if of.Step.ID() == it.Step.ID() {
				agreed := it.Step.(model.Asking).Agreed()
				plan.Items[i].Step, plan.Items[i].Change = agreed, agreed.Plan(plan.Facts, it.Seen)
			}
		}
	}
	plan.Refused = slices.DeleteFunc(slices.Clone(plan.Items), func(it model.Item) bool { return it.Change.Verb != model.Refuse })
	return true
}

// says asks a person, after all events have been taken.
func (l *life) says(ctx context.Context, question string) bool {
	l.run.agree.Lock()
	defer l.run.agree.Unlock()
	if l.run.stopped(ctx) {
		return false
	}
	l.doing("wait for an answer")
	told := make(flushed)
	l.run.events <- told
	<-told
	ctx, cancel := l.run.untilStop(ctx)
	defer cancel()
	return l.run.Agree(ctx, l.target.Name, question)
}
