package runner

import (
	"sync"

	"djship/assets"
	"djship/remote"
	"djship/steps/model"
)

// A List is steps in order, and their probe: made once, and shared by all hosts of which the same is asked. It
// may be used at once.
type List struct {
	Steps []model.Step
	text  func() string // of the probe, behind the prelude
	probe func() *remote.Body
}

// NewList makes a list of steps. In one that is planned names and IDs differ.
func NewList(list ...model.Step) *List {
	text := sync.OnceValue(func() string { return probeText(list) })
	return &List{list, text, sync.OnceValue(func() *remote.Body { return Tethered(gathered(text())) })}
}

// gathered is a probe whose answer comes in as few packets as it may. What its programs complain of stays where they did, and is taken for no other step's.
func gathered(probe string) string {
	return assets.Code("shell/gather.sh") + "\n{\n" + probe + "} 2>&1 | gather"
}
