package modeltest

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"djship/steps/model"
)

func TestNewPlan(t *testing.T) {
	put := model.Change{Told: model.Told{Verb: model.Update, Detail: "a file"}, Work: model.Work{Script: "true"}, Schedule: model.Schedule{Notify: []string{"test:reload"}}}
	reload := model.Change{Told: model.Told{Verb: model.Reload, Detail: "reload"}, Work: model.Work{Script: "true"}, Schedule: model.Schedule{Notify: []string{"test:after"}}}
	after := model.Change{Told: model.Told{Verb: model.Run, Detail: "after"}, Work: model.Work{Script: "true"}}
	small := model.RefusalToChange("full", "make room")
	kept := model.Change{Told: model.Told{Verb: model.Keep, Detail: "kept"}}
	never := model.Refusal("no", "go elsewhere")
	for _, c := range []struct {
		name    string
		list    []model.Step
		due     []int // steps that an earlier run has left due
		acts    []string
		refused []string
	}{
		{"a change makes later steps due, and those later ones",
			[]model.Step{Scripted{"file", Always(put)}, Scripted{"reload", WhenDue(reload)}, Scripted{"after", WhenDue(after)}}, nil,
			[]string{"file", "reload", "after"}, nil},
		{"nothing is due where nothing changes",
			[]model.Step{Scripted{"file", Always(model.Change{})}, Scripted{"reload", WhenDue(reload)}, Scripted{"after", WhenDue(after)}}, nil, nil, nil},
		{"an earlier step does not become due",
			[]model.Step{Scripted{"reload", WhenDue(reload)}, Scripted{"file", Always(put)}}, nil, []string{"file"}, nil},
		{"what an interrupted run left due acts",
			[]model.Step{Scripted{"file", Always(model.Change{})}, Scripted{"reload", WhenDue(reload)}}, []int{1}, []string{"reload"}, nil},
		{"a refusal is told beside changes", []model.Step{Scripted{"no", Always(never)}, Scripted{"file", Always(put)}}, nil,
			[]string{"file"}, []string{"no"}},
		{"all refusals are told", []model.Step{Scripted{"no", Always(never)}, Scripted{"no too", Always(never)}}, nil, nil, []string{"no", "no too"}},
		{"too little room matters where something is to be done", []model.Step{Scripted{"disk", Always(small)}, Scripted{"file", Always(put)}}, nil,
			[]string{"file"}, []string{"disk"}},
		{"too little room does not matter where nothing is", []model.Step{Scripted{"disk", Always(small)}, Scripted{"kept", Always(kept)}}, nil, nil, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			seen := make([]model.Observed, len(c.list))
			for _, i := range c.due {
				seen[i].Due = true
			}
			p := model.NewPlan(c.list, model.Facts{ID: "debian"}, seen)
			if diff := cmp.Diff(c.acts, Names(p.Changes())); diff != "" {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.refused, Names(p.Refused)); diff != "" {
				t.Errorf("refusals (-want +got):\n%s", diff)
			}
			if len(p.Items) != len(c.list) || p.Facts.ID != "debian" {
				t.Errorf("%d items of %d steps, facts of %q", len(p.Items), len(c.list), p.Facts.ID)
			}
			for i := range seen {
				if seen[i].Due != contains(c.due, i) {
					t.Errorf("NewPlan has written to what it was given")
				}
			}
		})
	}
}

func contains(all []int, i int) bool {
	for _, n := range all {
		if n == i {
			return true
		}
	}
	return false
}
