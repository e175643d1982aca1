package steps

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"djship/remote"
)

// A planCase is one row about a typed step: what is known of a host, and the change that follows.
type planCase struct {
	name  string
	step  Step
	facts Facts
	seen  string
	due   bool
	want  Change
	has   []string // words of the script, where a row does not give the whole of it
}

// runPlans also plans each row twice, for a plan is a pure function, and holds every change to what
// all changes keep.
func runPlans(t *testing.T, cases []planCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := c.step.Plan(c.facts, Observed{Text: c.seen, Due: c.due})
			options := cmp.Options{cmpopts.EquateComparable(remote.Secret{})}
			if diff := cmp.Diff(got, c.step.Plan(c.facts, Observed{Text: c.seen, Due: c.due}), options); diff != "" {
				t.Errorf("the same host gives another plan:\n%s", diff)
			}
			for _, words := range c.has {
				if !strings.Contains(string(got.Script), words) {
					t.Errorf("the script lacks %q:\n%s", words, got.Script)
				}
			}
			if c.has != nil {
				options = append(options, cmpopts.IgnoreFields(Change{}, "Script"))
			}
			if diff := cmp.Diff(c.want, got, options); diff != "" {
				t.Errorf("change (-want +got):\n%s", diff)
			}
			checkChange(t, got)
		})
	}
}

func checkChange(t *testing.T, c Change) {
	t.Helper()
	switch {
	case c.IsZero():
		if diff := cmp.Diff(Change{}, c); diff != "" {
			t.Errorf("a change without a verb holds something:\n%s", diff)
		}
	case c.Detail == "" || strings.Contains(c.Detail, "\n"):
		t.Errorf("the detail is no line: %q", c.Detail)
	case c.Verb == Refuse && c.Hint == "":
		t.Errorf("the refusal %q does not say what to do next", c.Detail)
	case c.Acts() && c.Script == "" && c.Files == nil:
		t.Errorf("%s %s does nothing", c.Verb, c.Detail)
	case !c.Acts() && (c.Script != "" || c.Files != nil || c.Before != "" || c.Notify != nil):
		t.Errorf("%s does something", c.Verb)
	}
}

// A probe of a list of steps that act as they are told.
type scripted struct {
	called string
	plans  func(Observed) Change
}

func (s scripted) Name() string                    { return s.called }
func (s scripted) Probe() Script                   { return "" }
func (s scripted) Plan(_ Facts, o Observed) Change { return s.plans(o) }

func always(c Change) func(Observed) Change { return func(Observed) Change { return c } }

func whenDue(c Change) func(Observed) Change {
	return func(o Observed) Change {
		if !o.Due {
			return Change{}
		}
		return c
	}
}

func TestNewPlan(t *testing.T) {
	put := Change{Verb: Update, Detail: "a file", Script: "true", Notify: []string{"reload"}}
	reload := Change{Verb: Reload, Detail: "reload", Script: "true", Notify: []string{"after"}}
	after := Change{Verb: Run, Detail: "after", Script: "true"}
	small := Change{Verb: Refuse, Detail: "full", Hint: "make room", OnlyIfActs: true}
	kept := Change{Verb: Keep, Detail: "kept"}
	never := Change{Verb: Refuse, Detail: "no", Hint: "go elsewhere"}
	for _, c := range []struct {
		name    string
		list    []Step
		due     []int // steps that an earlier run has left due
		acts    []string
		refused []string
	}{
		{"a change makes later steps due, and those later ones",
			[]Step{scripted{"file", always(put)}, scripted{"reload", whenDue(reload)}, scripted{"after", whenDue(after)}}, nil,
			[]string{"file", "reload", "after"}, nil},
		{"nothing is due where nothing changes",
			[]Step{scripted{"file", always(Change{})}, scripted{"reload", whenDue(reload)}, scripted{"after", whenDue(after)}}, nil, nil, nil},
		{"an earlier step does not become due",
			[]Step{scripted{"reload", whenDue(reload)}, scripted{"file", always(put)}}, nil, []string{"file"}, nil},
		{"what an interrupted run left due acts",
			[]Step{scripted{"file", always(Change{})}, scripted{"reload", whenDue(reload)}}, []int{1}, []string{"reload"}, nil},
		{"a refusal is told beside changes", []Step{scripted{"no", always(never)}, scripted{"file", always(put)}}, nil,
			[]string{"file"}, []string{"no"}},
		{"all refusals are told", []Step{scripted{"no", always(never)}, scripted{"no too", always(never)}}, nil, nil, []string{"no", "no too"}},
		{"too little room matters where something is to be done", []Step{scripted{"disk", always(small)}, scripted{"file", always(put)}}, nil,
			[]string{"file"}, []string{"disk"}},
		{"too little room does not matter where nothing is", []Step{scripted{"disk", always(small)}, scripted{"kept", always(kept)}}, nil, nil, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			seen := make([]Observed, len(c.list))
			for _, i := range c.due {
				seen[i].Due = true
			}
			p := NewPlan(c.list, Facts{ID: "debian"}, seen)
			if diff := cmp.Diff(c.acts, names(p.Changes())); diff != "" {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.refused, names(p.Refused)); diff != "" {
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

func names(items []Item) []string {
	var all []string
	for _, it := range items {
		all = append(all, it.Step.Name())
	}
	return all
}

// ready is what the probe of a ready host shows a step: the text with which its plan is zero.
func ready(t *testing.T, s Step, f Facts) string {
	t.Helper()
	var text string
	switch s := s.(type) {
	case EditedFile:
		return ready(t, s.ManagedFile, f)
	case SocketLink:
		text = "symbolic link|" + s.Site.Project + ":webapps|777\n" + s.Site.Layout().Socket + "\n"
	case Settings:
		return "placeholder\n" + ready(t, s.ManagedFile, f)
	case ManagedFile:
		group := s.Group
		if group == "" {
			group = s.owner()
		}
		text = "regular file|" + s.owner() + ":" + group + "|" + strings.TrimPrefix(s.Mode, "0") + "\n" + s.Content(f)
	case Folder:
		text = "directory|" + s.Owner + ":" + s.Group + "|" + strings.TrimPrefix(s.Mode, "0") + "\n"
	case LogFile:
		text = "regular file|" + s.Owner + ":" + s.Group + "|" + strings.TrimPrefix(s.Mode, "0") + "\n"
	case SecretFile:
		text = "regular file|" + s.Site.Project + ":webapps|600\n"
	case Link:
		text = s.Target + "\n"
	case Service:
		text = "Id=" + s.Unit + ".service\nLoadState=loaded\nActiveState=active\nUnitFileState=enabled\n\nalive\n"
	case Packages:
		for _, n := range s.Names {
			text += n + " installed\n"
		}
	case Wheels:
		text = "python3.11\npsycopg2-2.9.13-cp311-cp311-linux_x86_64.whl\n"
	case Tools:
		text = "python\nvirtualenv\nsupervisord\nsupervisorctl\n/opt/djship/lib/python3.11/site-packages/supervisor-4.3.0.dist-info\n" +
			"/opt/djship/lib/python3.11/site-packages/virtualenv-20.31.dist-info\n"
	case Group:
		text = s.Group + ":x:998:\n"
	case Account:
		text = s.User + ":x:997:998:djship site:" + s.Home + ":/bin/bash\n" + s.Group + "\n" + s.User + " L 2026-11-23 0 99999 7 -1\n"
	case Record:
		text = "regular file|root:root|600\n" + s.content()
	case Virtualenv:
		text = "ok\n"
	case PythonPackages:
		text = "asgiref-3.8.1.dist-info\nDjango-5.2.dist-info\ngunicorn-23.0.0.dist-info\npip-25.0.dist-info\npsycopg2-2.9.10.dist-info\nsetproctitle-1.3.4.dist-info\n"
	case Role:
		text = "site known\nrole t f\nset ab\nfile ab  -\n"
	case Database:
		text = "site known\ndatabase " + s.Site.Project + " f\n"
	case OwnDatabases:
		text = "site known\n"
	case Placeholder:
		text = "placeholder\n"
	case Gunicorn:
		text = "running 3 60 60 1000\nsocket\ncode\n"
	}
	if c := s.Plan(f, Observed{Text: text}); !c.IsZero() {
		t.Errorf("%s: a ready host gets %s %s %s", s.Name(), c.Verb, c.Detail, c.Diff)
	}
	return text
}
