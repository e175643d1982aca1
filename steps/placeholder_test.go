package steps

import (
	"strings"
	"testing"

	"djship/assets"
)

func TestPlaceholder(t *testing.T) {
	create := Change{Verb: Create, Detail: "placeholder", Notify: []string{"database tables of example", "static files of example", "gunicorn example"}}
	has := []string{"as example sh -e -c ", " sh example /webapps/example_project ", "startproject"}
	runPlans(t, []planCase{
		{name: "no account yet", step: Placeholder{site3()}, has: has, want: create},
		{name: "none", step: Placeholder{site3()}, seen: "none\n", has: has, want: create},
		{name: "there", step: Placeholder{site3()}, seen: "placeholder\n"},
		{name: "own code of whatever shape", step: Placeholder{site3()}, seen: "own\n"},
	})
}

func TestSettings(t *testing.T) {
	s, forced := site3().settings(Options{}), site3().settings(Options{Overwrite: "*"})
	const path = "/webapps/example_project/example/example/settings/production.py"
	create := s.ManagedFile.Plan(Facts{}, Observed{Text: "absent\n"})
	if create.Verb != Create || len(create.Files) != 1 || create.Files[0].Path != path {
		t.Fatalf("%+v", create)
	}
	runPlans(t, []planCase{
		{name: "no account yet", step: s, want: create},
		{name: "no code yet", step: s, seen: "none\nabsent\n", want: create},
		{name: "the placeholder lacks them", step: s, seen: "placeholder\nabsent\n", want: create},
		{name: "right", step: s, seen: "placeholder\nregular file|example:webapps|644\n" + s.Content(Facts{})},
		{name: "own code without them", step: s, seen: "own\nabsent\n"},
		{name: "own code without them, overwrite", step: forced, seen: "own\nabsent\n"},
		{name: "own code with some", step: forced, seen: "own\nregular file|example:webapps|644\nDEBUG = False\n"},
		{name: "own code of another account", step: s, seen: "own\nregular file|root:root|600\n"},
		{name: "own code with a folder there", step: s, seen: "own\ndirectory|example:webapps|755\n"},
	})
}

func TestTables(t *testing.T) {
	s := Tables{site3()}
	migrate := Change{Verb: Run, Detail: "manage.py migrate", Redo: true}
	has := []string{"/webapps/example_project/example/manage.py migrate --noinput"}
	runPlans(t, []planCase{
		{name: "nothing has changed", step: s, seen: "placeholder\n"},
		{name: "a new database", step: s, seen: "placeholder\n", due: true, has: has, want: migrate},
		{name: "a placeholder to come", step: s, seen: "none\n", due: true, has: has, want: migrate},
		{name: "own code", step: s, seen: "own\n", due: true},
	})
}

func TestStatic(t *testing.T) {
	has := []string{"collectstatic --noinput"}
	gone := Change{Verb: Run, Detail: "manage.py collectstatic: the files gathered before are gone", Redo: true}
	runPlans(t, []planCase{
		{name: "no account yet", step: Static{site3()}},
		{name: "never gathered", step: Static{site3()}, seen: "placeholder\nempty\n"},
		{name: "there", step: Static{site3()}, seen: "gathered\nplaceholder\n"},
		{name: "new project", step: Static{site3()}, seen: "none\nempty\n", due: true, has: has, want: Change{Verb: Run, Detail: "manage.py collectstatic", Redo: true}},
		{name: "gone", step: Static{site3()}, seen: "gathered\nplaceholder\nempty\n", has: has, want: gone},
		{name: "own code, gone", step: Static{site3()}, seen: "gathered\nown\nempty\n"},
		{name: "own code, due", step: Static{site3()}, seen: "own\n", due: true},
	})
}

// Whose the code is, is told by the page that djship puts, and by nothing that a project of one's own may have as well.
func TestWhoseCode(t *testing.T) {
	s := site3()
	page := s.asset("views.py")(Facts{})
	const folder = "/webapps/example_project/example"
	eachShell(t, func(t *testing.T, sc *scratch) {
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
			sc.run("rm -rf /webapps/example_project; mkdir -p " + folder + "; cd /webapps/example_project; cat >page <<'PAGE'\n" + page + "PAGE\n" + c.lay)
			if got := strings.TrimSpace(sc.run("HOME=/webapps/example_project\n" + assets.Text("shell/code.sh") + string(s.codeProbe()))); got != c.want {
				t.Errorf("%q: %s, want %s", c.lay, got, c.want)
			}
		}
	})
}
