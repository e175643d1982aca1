package django

import (
	"fmt"

	"djship/steps/model"
)

// BadRecord refuses a host whose record of a site says nothing that a site can be made of.
type BadRecord struct {
	Project string
	Why     string // "" where it has no domain
}

// Name implements Step.
func (s BadRecord) Name() string { return "record of " + s.Project }

// ID implements Step.
func (s BadRecord) ID() string { return "record:" + s.Project }

// Probe implements Step: it has been read.
func (BadRecord) Probe() model.Script { return "" }

// Plan implements Step.
func (s BadRecord) Plan(model.Facts, model.Observed) model.Change {
	file := model.SiteRecord(s.Project)
	if s.Why == "" {
		return model.Refusal(fmt.Sprintf("the record of %s, %s, has no domain", s.Project, file), fmt.Sprintf("`djship deploy %s DOMAIN -l HOST` notes it", s.Project))
	}
	return model.Refusal(fmt.Sprintf("the record of %s, %s, can't be right: %s", s.Project, file, s.Why), "mend that file on the host, of lines like `domain example.com` and `python 3`"+model.Again)
}
