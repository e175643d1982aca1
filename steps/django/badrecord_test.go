package django

import (
	"strings"
	"testing"

	"djship/steps/model"
)

// A record of which no site can be made forbids to go on, whatever is seen of the host, and says which file it is.
func TestBadRecord(t *testing.T) {
	for _, c := range []struct {
		step       BadRecord
		says, hint string
	}{
		{BadRecord{Project: "shop"}, "has no domain", "djship deploy shop DOMAIN"},
		{BadRecord{Project: "shop", Why: "\"7\" is not a Python version"}, "can't be right: \"7\" is not", "mend that file"},
	} {
		got := c.step.Plan(model.Facts{}, model.Observed{})
		if got.Verb != model.Refuse || !strings.Contains(got.Detail, "/var/lib/djship/sites/shop, "+c.says) || !strings.Contains(got.Hint, c.hint) {
			t.Errorf("%+v: %+v", c.step, got)
		}
	}
}
