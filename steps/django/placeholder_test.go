package django

import (
	"strings"
	"testing"

	"djship/assets"
	"djship/runner/scratch"
	"djship/shell"
	"djship/steps/model"
	"djship/steps/model/modeltest"
	"djship/steps/server"
)

func TestPlaceholder(t *testing.T) {
	create := model.Change{Told: model.Told{Verb: model.Create, Detail: "placeholder"}, Schedule: model.Schedule{Notify: []string{"tables:example", "static:example", "gunicorn:example"}}}
	has := []string{"as example sh -e -c ", " sh example /webapps/example_project ", "startproject"}
	modeltest.Run(t, []modeltest.Case{
		{Name: "no account yet", Step: Placeholder{site3()}, Has: has, Want: create},
		{Name: "none", Step: Placeholder{site3()}, Seen: "none\n", Has: has, Want: create},
		{Name: "there", Step: Placeholder{site3()}, Seen: "placeholder\n"},
		{Name: "own code of whatever shape", Step: Placeholder{site3()}, Seen: "own\n"},
	})
}

func TestSettings(t *testing.T) {
	s, forced := site3().Settings(server.Options{}), site3().Settings(server.Options{Overwrite: "*"})
	const path = "/webapps/example_project/example/example/settings/production.py"
	create := s.ManagedFile.Plan(model.Facts{}, model.Observed{Text: "absent\n"})
	if create.Verb != model.Create || len(create.Files) != 1 || create.Files[0].Path != path {
		t.Fatalf("%+v", create)
	}
	modeltest.Run(t, []modeltest.Case{
		{Name: "no account yet", Step: s, Want: create},
		{Name: "no code yet", Step: s, Seen: "none\nabsent\n", Want: create},
		{Name: "the placeholder lacks them", Step: s, Seen: "placeholder\nabsent\n", Want: create},
		{Name: "right", Step: s, Seen: "placeholder\nregular file|example:webapps|644\n" + s.Content(model.Facts{})},
		{Name: "own code without them", Step: s, Seen: "own\nabsent\n"},
		{Name: "own code without them, overwrite", Step: forced, Seen: "own\nabsent\n"},
		{Name: "own code with some", Step: forced, Seen: "own\nregular file|example:webapps|644\nDEBUG = False\n"},
		{Name: "own code of another account", Step: s, Seen: "own\nregular file|root:root|600\n"},
		{Name: "own code with a folder there", Step: s, Seen: "own\ndirectory|example:webapps|755\n"},
	})
}

func TestTables(t *testing.T) {
	s := Tables{site3()}
	migrate := model.Change{Told: model.Told{Verb: model.Run, Detail: "manage.py migrate"}, Schedule: site3().beside()}
	has := []string{"/webapps/example_project/example/manage.py migrate --noinput"}
	modeltest.Run(t, []modeltest.Case{
		{Name: "nothing has changed", Step: s, Seen: "placeholder\n"},
		{Name: "a new database", Step: s, Seen: "placeholder\n", Due: true, Has: has, Want: migrate},
		{Name: "a placeholder to come", Step: s, Seen: "none\n", Due: true, Has: has, Want: migrate},
		{Name: "own code", Step: s, Seen: "own\n", Due: true},
	})
}

func TestStatic(t *testing.T) {
	has := []string{"collectstatic --noinput"}
	gone := model.Change{Told: model.Told{Verb: model.Run, Detail: "manage.py collectstatic: the files gathered before are gone"}, Schedule: site3().beside()}
	modeltest.Run(t, []modeltest.Case{
		{Name: "no account yet", Step: Static{site3()}},
		{Name: "never gathered", Step: Static{site3()}, Seen: "placeholder\nempty\n"},
		{Name: "there", Step: Static{site3()}, Seen: "gathered\nplaceholder\n"},
		{Name: "new project", Step: Static{site3()}, Seen: "none\nempty\n", Due: true, Has: has, Want: model.Change{Told: model.Told{Verb: model.Run, Detail: "manage.py collectstatic"}, Schedule: site3().beside()}},
		{Name: "gone", Step: Static{site3()}, Seen: "gathered\nplaceholder\nempty\n", Has: has, Want: gone},
		{Name: "own code, gone", Step: Static{site3()}, Seen: "gathered\nown\nempty\n"},
		{Name: "own code, due", Step: Static{site3()}, Seen: "own\n", Due: true},
	})
}

// Whose the code is, is told by the page that djship puts, and by nothing that a project of one's own may have as well.
func TestWhoseCode(t *testing.T) {
	s := site3()
	page := s.asset("views.py")(model.Facts{})
	const folder = "/webapps/example_project/example"
	scratch.EachShell(t, func(t *testing.T, sc *scratch.Root) {
		for _, c := range []struct{ lay, want string }{
			{"rmdir example", "none"},
			{"", "none"},
			{"mkdir -p example/example; cat page >example/example/views.py", "placeholder"},
			{"mkdir -p example/example; cat page >example/example/views.py; echo mine >>example/example/views.py; mkdir example/shop", "placeholder"},
			{"mkdir -p example/example; : >example/example/views.py", "own"},
			{"mkdir -p example/example; mkfifo example/example/views.py", "own"},
			{"mkdir -p example/example/settings; : >example/example/settings/production.py", "own"},
			{"mkdir -p example/config; : >example/config/settings.py", "own"},
			{"mkdir example/.git", "own"},
			{": >example/..odd", "own"},
			{"ln -s nowhere example/link", "own"},
			{"rmdir example; ln -s nowhere example", "own"},
			{"rmdir example; : >example", "own"},
		} {
			sc.Run("rm -rf /webapps/example_project; mkdir -p " + folder + "; cd /webapps/example_project; cat >page <<'PAGE'\n" + page + "PAGE\n" + c.lay)
			if got := strings.TrimSpace(sc.Run("export HOME=/webapps/example_project; printf 'MARK SIGN\nroot 1\n%s' " + shell.Quote(string(s.codeProbe())) + " | perl -e " + shell.Quote(assets.Code("shell/newest.pl")+assets.Code("shell/see.pl")))); got != c.want {
				t.Errorf("%q: %s, want %s", c.lay, got, c.want)
			}
		}
	})
}
