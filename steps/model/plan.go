package model

// A Plan is what a list of steps would do to one host, in order.
type Plan struct {
	Facts   Facts
	Items   []Item // one per step of the list
	Refused []Item // those of Items that forbid to go on
	Waived  []Item // that would, if anything were to be changed: Items has them as nothing to do
}

// An Item is a step with what was seen of its aspect and the planned change.
type Item struct {
	Step   Step
	Seen   Observed
	Change Change
}

// NewPlan asks each step for its change. It is pure: the same facts and observations give the
// same plan.
func NewPlan(list []Step, f Facts, seen []Observed) Plan {
	p := Plan{Facts: f, Items: make([]Item, 0, len(list))}
	due := map[string]bool{}
	for i, s := range list {
		o := seen[i]
		o.Due = o.Due || due[s.ID()]
		item := Item{Step: s, Seen: o}
		_, aside := s.(Aside)
		if !o.Closed || aside { // else it is looked at when its home is put right
			item.Change = s.Plan(f, o)
		}
		p.Items = append(p.Items, item)
		for _, n := range item.Change.Notify {
			due[n] = true
		}
	}
	acts := len(p.Changes()) > 0
	for i, item := range p.Items {
		if item.Change.Verb == Refuse && item.Change.OnlyIfActs && !acts {
			p.Waived = append(p.Waived, item)
			p.Items[i].Change = Change{}
		} else if item.Change.Verb == Refuse {
			p.Refused = append(p.Refused, item)
		}
	}
	return p
}

// Changes returns the items that touch the host, in order.
func (p Plan) Changes() []Item {
	var changes []Item
	for _, it := range p.Items {
		if it.Change.Acts() {
			changes = append(changes, it)
		}
	}
	return changes
}
