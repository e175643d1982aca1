package release

import (
	"testing"

	"djship/secret"
	"djship/steps/django"
	"djship/steps/model"
	"djship/steps/model/modeltest"
	"djship/steps/server"
)

var pushed = Release{Site: django.Site{Project: "example", Python: 3}, ID: "20261126-101500-1a2b3c4",
	Needs: Needs{Manager: "pip", Path: "requirements.txt", Sum: "sum", Wanted: secret.New("django\n")}}

func TestEnvironment(t *testing.T) {
	at := pushed.Virtualenv(modeltest.Debian12)
	name := at[len("/webapps/.sites/example/venvs/"):]
	install := func(detail string, env map[string]secret.Value) model.Change {
		return model.Change{Told: model.Told{Verb: model.Install, Detail: detail}, Work: model.Work{Env: env, Before: server.HideIndex + hideNeeds}, Schedule: model.Schedule{Limit: server.PackageLimit}}
	}
	texts := map[string]secret.Value{"NEEDED": secret.New("django\n")}
	has := []string{" venv=" + at + " code=/webapps/.sites/example/releases/20261126-101500-1a2b3c4 python=/usr/bin/python3.11 ", " MANAGER=texts PROJECT='' CHOICE='' LOCAL='' HASHED='' FREE=yes\nmake_venv\n"}
	locked := pushed
	locked.Python = "3.13"
	locked.Needs = Needs{Manager: "uv", Path: "app/uv.lock", Groups: []string{"live"}, Extras: []string{"a", "b"}, Sum: "sum", Local: true}
	modeltest.Run(t, []modeltest.Case{
		{Name: "none", Step: Environment{Release: pushed}, Facts: modeltest.Debian12, Want: install("the packages of requirements.txt by uv, for Python 3.11", texts), Has: has},
		{Name: "whole", Step: Environment{Release: pushed}, Facts: modeltest.Debian12, Seen: "0123456789abcdef.whole\n" + name + ".whole\n"},
		{Name: "another", Step: Environment{Release: pushed}, Facts: modeltest.Debian12, Seen: "0123456789abcdef.whole\n", Want: install("the packages of requirements.txt by uv, for Python 3.11", texts), Has: has},
		{Name: "by an index", Step: Environment{Release: pushed, Index: secret.New("https://u:p@example.com")}, Facts: modeltest.Debian12,
			Want: install("the packages of requirements.txt by uv, for Python 3.11", map[string]secret.Value{"NEEDED": secret.New("django\n"), "PIP_INDEX_URL": secret.New("https://u:p@example.com")}), Has: has},
		{Name: "with versions of another host", Step: Environment{Release: pushed, Resolved: func() secret.Value { return secret.New("django==4.2\n") }}, Facts: modeltest.Debian12,
			Want: install("the packages of requirements.txt by uv, for Python 3.11", map[string]secret.Value{"NEEDED": secret.New("django\n"), "RESOLVED": secret.New("django==4.2\n")}), Has: has},
		{Name: "a lock, and another Python", Step: Environment{Release: locked}, Facts: modeltest.Debian12, Want: install("the packages of app/uv.lock by uv, for Python 3.13", nil),
			Has: []string{" python=/opt/djship/pythons/3.13/python ", " MANAGER=uv PROJECT=app CHOICE='--group live --extra a --extra b' LOCAL=yes HASHED='' FREE=''\n"}},
	})
}

// Releases share a virtualenv where packages, Python and the kind of processor are the same, and only there.
func TestVirtualenv(t *testing.T) {
	f := modeltest.Debian12
	first := pushed.Virtualenv(f)
	other := pushed
	other.ID, other.Dirty, other.Python = "20261127-101500-1a2b3c4", true, "3.11"
	if got := other.Virtualenv(f); got != first {
		t.Errorf("another release has %s, the first %s", got, first)
	}
	for what, change := range map[string]func(*Release, *model.Facts){
		"packages":  func(r *Release, _ *model.Facts) { r.Needs.Sum = "other" },
		"groups":    func(r *Release, _ *model.Facts) { r.Needs.Groups = []string{"a"} },
		"extras":    func(r *Release, _ *model.Facts) { r.Needs.Extras = []string{"a"} },
		"Python":    func(r *Release, _ *model.Facts) { r.Python = "3.12" },
		"host's":    func(_ *Release, f *model.Facts) { f.Python3 = "3.13" },
		"processor": func(_ *Release, f *model.Facts) { f.Machine = "aarch64" },
	} {
		r, f := pushed, f
		if change(&r, &f); r.Virtualenv(f) == first {
			t.Errorf("with another %s it is the same", what)
		}
	}
}
