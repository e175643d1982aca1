package runner

import (
	"fmt"

	"djship/steps/model"
)

// An observation is what the probe of a changed step prints, once more: the change has to be seen.
type observation struct {
	sign       string // that parts what the account of a site prints
	root, home part
}

// begin forgets what was seen of another step.
func (o *observation) begin() { o.root.text, o.home.text = o.root.text[:0], o.home.text[:0] }

// undone is what to do about a change that was made, and is not there a moment later.
const undone = "something on the host undoes it, or keeps it as it was: a tool that sets hosts up (Puppet, Chef, cloud-init), a cron job, a file system that " +
	"does not take it (`findmnt -T PATH`). Stop that, or have it want the same; -vv and the log tell what was done"

// verify plans a step from what was seen: the reason of its failure is "" where nothing is left to be done.
func (o *observation) verify(s model.Step, f model.Facts) (reason string, err error) {
	said := string(o.home.text)
	h, err := parseHome(said, o.sign)
	if err == nil && h.closed {
		err = errClosed
	}
	if err != nil {
		return "", unreadable("the site", said, err)
	}
	again := s.Plan(f, model.Observed{Text: string(o.root.text) + h.texts[0]})
	if again.Acts() || again.Verb == model.Refuse {
		return fmt.Sprintf("did not converge: it still wants to %s (%s)", again.Verb, again.Detail), nil
	}
	return "", nil
}
