package rollout

import (
	"slices"

	"djship/runner"
	"djship/steps/model"
)

// A Turn is a list that is probed, planned and applied at once, so that its plan is of now: a push prepares,
// migrates, switches and tidies. The hosts of a stage take it together: the next one begins when all are
// through it that have not ended.
type Turn struct {
	Name string // stands in events; "" where it is the only one
	List *runner.List
	// Health is what must answer after the turn; nil where nothing has to.
	Health *Health
	// Others are further sites that must answer then, where there is a Health.
	Others []Health
	// Rolls is batch after batch, as the rollout's Pace says. Else all hosts of the stage are at it at once.
	Rolls bool
	// Once is for what the hosts of a stage share, as a database: the first of them takes the turn, in the order of
	// the targets. Where it fails there nothing further begins in the stage.
	Once bool
	// Share is for what one host makes for others in the turn, which does not roll; nil for nothing. They begin when it has.
	Share Sharing
	// Back takes back what the turn has changed; nil where nothing does. A host that fails once it has changed something
	// in the turn takes it by itself; where the stage breaks, then or later, all its hosts do that have. Its phase is "back".
	Back *runner.List
	// GoesOn says what goes on with a host that is left before the end of the turn, or before it; "" where the same command does.
	GoesOn string
}

// SwitchTurn names the turn from which on visitors may meet what a run brings.
const SwitchTurn = "switch"

// Turns are what hosts take one after another: a value made once, and shared by all hosts of which the same is
// asked, so that a thousand are probed by one text.
type Turns struct {
	list  []Turn
	lists []*runner.List // theirs
	from  []*runner.List // the steps of each turn and of all behind it
}

// NewTurns makes turns of a host. It panics where several have not each a name of its own, where one both
// rolls and is taken once, or where no turn is of all hosts.
func NewTurns(turns ...Turn) *Turns {
	t := &Turns{list: turns}
	names, forAll := map[string]bool{}, false
	for _, turn := range turns {
		if names[turn.Name] || turn.Name == "" && len(turns) > 1 {
			panic("rollout: turns are told apart by their names")
		}
		if turn.Name == back {
			panic("rollout: back is the way back of turns, and none of their names")
		}
		if turn.Rolls && turn.Once {
			panic("rollout: what one host does for all does not roll")
		}
		names[turn.Name], forAll = true, forAll || !turn.Once
		t.lists = append(t.lists, turn.List)
	}
	if !forAll {
		panic("rollout: no turn is of all hosts")
	}
	t.from = slices.Clone(t.lists)
	for i, list := range slices.Backward(t.lists[:len(turns)-1]) {
		t.from[i] = runner.NewList(append(slices.Clone(list.Steps), t.from[i+1].Steps...)...)
	}
	return t
}

// Steps are those of all turns, in order.
func (t *Turns) Steps() []model.Step { return t.from[0].Steps }

// Health is what must answer when all turns are over; nil where nothing has to.
func (t *Turns) Health() *Health { return t.list[t.lastHealth()].Health }

// lastHealth is the last turn with a Health; 0 where none has one.
func (t *Turns) lastHealth() int {
	for i, turn := range slices.Backward(t.list) {
		if turn.Health != nil {
			return i
		}
	}
	return 0
}

// like tells whether hosts with other turns can take them side by side with those of t.
func (t *Turns) like(other *Turns) bool {
	return t == other || slices.EqualFunc(t.list, other.list, func(a, b Turn) bool {
		return a.Name == b.Name && a.Rolls == b.Rolls && a.Once == b.Once && (a.Back == nil) == (b.Back == nil)
	})
}
