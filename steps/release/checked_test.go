package release

import (
	"testing"

	"djship/steps/django"
	"djship/steps/model"
	"djship/steps/model/modeltest"
)

func TestCheckedPlan(t *testing.T) {
	r := checkedRelease()
	s := Checked{r}
	f := factsOf("example.com")
	mark := s.mark(f) + "\n"
	change := func(detail string) model.Change {
		return model.Change{Told: model.Told{Verb: model.Run, Detail: detail}, Schedule: model.Schedule{Limit: checkLimit}}
	}
	whole := change("settings, checks, migrations, static files")
	other, bare := r, r
	other.Env = []Variable{{"COLOUR", "red"}}
	bare.Static, bare.Settings, bare.WSGI = false, "a.b", "a.wsgi.application"
	modeltest.Run(t, []modeltest.Case{
		{Name: "never looked at", Step: s, Facts: f, Want: whole, Has: []string{"arguments='overlay static=/webapps/example_project/.djship-gathered' scratch=/webapps/example_project/.djship-gathered"}},
		{Name: "done", Step: s, Facts: f, Seen: mark + "static 130\ngathered\n"},
		{Name: "done, and there are no static files", Step: s, Facts: f, Seen: mark + "static 0\n"},
		{Name: "static files are gone", Step: s, Facts: f, Seen: mark + "static 130\n", Want: change("its static files are gone"), Has: []string{"take"}},
		{Name: "looked at with other variables", Step: Checked{other}, Facts: f, Seen: mark + "static 130\ngathered\n", Want: whole, Has: []string{"look"}},
		{Name: "without static files", Step: Checked{bare}, Facts: f, Want: whole, Has: []string{"arguments='overlay settings=a.b wsgi=a.wsgi:application' scratch='' "}},
	})
}

func TestOverlayPlan(t *testing.T) {
	s := Overlay{django.Site{Project: "example", Python: 3}}
	modeltest.Run(t, []modeltest.Case{
		{Name: "absent", Step: s, Want: model.Change{Told: model.Told{Verb: model.Create, Detail: overlay(s.Site)}}, Has: []string{"mv -T"}},
		{Name: "there", Step: s, Seen: "there\n"},
	})
}
