// Package modeltest has what tests of steps share: rows about the changes that they plan, and steps that plan as they
// are told.
package modeltest

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"djship/secret"
	"djship/steps/model"
)

// A Case is one row about a typed step: what is known of a host, and the change that follows.
type Case struct {
	Name  string
	Step  model.Step
	Facts model.Facts
	Seen  string
	Due   bool
	Want  model.Change
	Has   []string // words of the script, where a row does not give the whole of it
}

// Run also plans each row twice, for a plan is a pure function, and holds every change to what
// all changes keep.
func Run(t *testing.T, cases []Case) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			got := c.Step.Plan(c.Facts, model.Observed{Text: c.Seen, Due: c.Due})
			options := cmp.Options{cmpopts.EquateComparable(secret.Value{})}
			if diff := cmp.Diff(got, c.Step.Plan(c.Facts, model.Observed{Text: c.Seen, Due: c.Due}), options); diff != "" {
				t.Errorf("the same host gives another plan:\n%s", diff)
			}
			for _, words := range c.Has {
				if !strings.Contains(string(got.Script), words) {
					t.Errorf("the script lacks %q:\n%s", words, got.Script)
				}
			}
			if c.Has != nil {
				options = append(options, cmpopts.IgnoreFields(model.Change{}, "Script"))
			}
			if diff := cmp.Diff(c.Want, got, options); diff != "" {
				t.Errorf("change (-want +got):\n%s", diff)
			}
			Check(t, got)
		})
	}
}

// Check holds a change to what all changes keep.
func Check(t *testing.T, c model.Change) {
	t.Helper()
	switch {
	case c.IsZero():
		if diff := cmp.Diff(model.Change{}, c); diff != "" {
			t.Errorf("a change without a verb holds something:\n%s", diff)
		}
	case c.Detail == "" || strings.Contains(c.Detail, "\n"):
		t.Errorf("the detail is no line: %q", c.Detail)
	case c.Verb == model.Refuse && c.Hint == "":
		t.Errorf("the refusal %q does not say what to do next", c.Detail)
	case c.Acts() && c.Script == "" && c.Files == nil:
		t.Errorf("%s %s does nothing", c.Verb, c.Detail)
	case !c.Acts() && (c.Script != "" || c.Files != nil || c.Before != "" || c.Notify != nil):
		t.Errorf("%s does something", c.Verb)
	}
}
