package runner

import (
	"fmt"

	"djship/steps/model"
)

// Then is what is looked at when all changes of a plan are made, as LookAtAll does, by the exec that makes them.
type Then struct {
	All   *List
	Lists []*List
	// Plans are made of it. There are none where something went wrong with the look, which is no error.
	Plans []model.Plan

	mark string
}

// text is what the work does about it, in a shell of its own.
func (t *Then) text() string {
	if t == nil {
		return ""
	}
	t.mark = NewMark()
	return fmt.Sprintf("m look\n(\nmark=%s sign=%s stats='' units='' pg_asked='' pg_cluster='' running=''\n%s)\n", t.mark, t.mark+"s", t.All.text())
}

// see plans by what was printed.
func (t *Then) see(out []byte) {
	facts, seen, err := ParseProbe(t.All.Steps, t.mark, t.mark+"s", out)
	if err == nil {
		t.Plans = plansOf(facts, seen, t.Lists)
	}
}
