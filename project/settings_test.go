package project

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// folderOf is a folder with these files.
func folderOf(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "shop")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		at := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(at), 0o755), os.WriteFile(at, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

const manage = "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n"

// saidOf are the settings of a djship.toml, and all that is wrong with it, a line each with its hint.
func saidOf(t *testing.T, text string) (Settings, string) {
	t.Helper()
	p, err := Read(folderOf(t, map[string]string{OwnFile: text, manageFile: manage}), fits)
	if err != nil {
		var all []string
		for _, problem := range problemsOf(err) {
			all = append(all, problem.Error()+" | "+problem.Hint())
		}
		return Settings{}, strings.Join(all, "\n")
	}
	return p.Settings, ""
}

// Each key is read, whichever way TOML has of writing it.
func TestEachKey(t *testing.T) {
	text := `project = "shop"
inventory = "../servers/hosts.ini"
root = "."
settings = "shop.settings.production"
wsgi = "shop.wsgi"
asgi = "shop.asgi"
python = "3.12"
requirements = { path = "uv.lock", groups = ["prod"], extras = ["s3"] }
overlay = false
build = "npm ci && npm run build"
include = ["static/dist"]
shared = ["media", "var/index"]
static = true
release = ["compress", "compilemessages"]
packages = ["gettext", "libgdal-dev"]
hooks.before = "make test"
health = "/health/?full=1"
health_static = "admin/css/base.css"
[env]
SITE = "https://{domain}"
JSON = '{"a": 1}'
EMPTY = ""
[files]
"config/local.py" = "deploy/local.py"
[processes]
worker = "celery -A shop worker"
beat = "celery -A shop -l info beat"
clock = { command = "python clock.py", single = true }
[cron]
clean = "15 3 * * 1-5 manage.py clearsessions"
often = "@hourly manage.py x"
`
	yes, no := true, false
	want := Settings{
		File: OwnFile, Project: "shop", Inventory: "../servers/hosts.ini", Root: ".", Module: "shop.settings.production", WSGI: "shop.wsgi", ASGI: "shop.asgi", Python: "3.12",
		Requirements: Requirements{"uv.lock", []string{"prod"}, []string{"s3"}}, Overlay: &no, Static: &yes,
		Env:   []Pair{{"EMPTY", ""}, {"JSON", `{"a": 1}`}, {"SITE", "https://{domain}"}},
		Build: "npm ci && npm run build", Include: []string{"static/dist"}, Shared: []string{"media", "var/index"}, Files: []Pair{{"config/local.py", "deploy/local.py"}},
		Release: []string{"compress", "compilemessages"}, Packages: []string{"gettext", "libgdal-dev"}, Hooks: Hooks{Before: "make test"},
		Processes: []Process{{"beat", "celery -A shop -l info beat", true}, {"clock", "python clock.py", true}, {"worker", "celery -A shop worker", false}}, Cron: []Pair{{"clean", "15 3 * * 1-5 manage.py clearsessions"}, {"often", "@hourly manage.py x"}},
		Health: "/health/?full=1", HealthStatic: "admin/css/base.css",
	}
	got, wrong := saidOf(t, text)
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Settings{})); diff != "" || wrong != "" {
		t.Errorf("%s\n(-want +got):\n%s", wrong, diff)
	}
	for _, key := range keyOrder {
		if key != "env" && !got.Says(key) {
			t.Errorf("%s is in no line of this test", key)
		}
	}
}

// What is wrong is said with its line and with what would be right.
func TestWrongSettings(t *testing.T) {
	for text, want := range map[string]string{
		"projekt = 'x'":                         "djship.toml:1: there is no key projekt | did you mean project?",
		"\n\nzzzz = 1":                          "djship.toml:3: there is no key zzzz | the keys are asgi, build, cron, env, files, health, health_static, hooks, include, inventory, overlay, packages, processes, project, python, release, requirements, root, settings, shared, static, wsgi",
		"[hooks]\nbefor = 'x'":                  "djship.toml:2: there is no key hooks.befor | did you mean before?",
		"hooks = 'x'":                           "djship.toml:1: hooks must be a table | [hooks] with keys below it",
		"a = [1":                                "djship.toml:1: is no TOML: array is incomplete | text stands between quotes, a list between brackets: name = \"text\", names = [\"a\", \"b\"]",
		"python = 3.10":                         "djship.toml:1: python must be text, and is a number | put it between quotes: python = \"3.10\"",
		"python = '3.12.1'":                     "djship.toml:1: python = \"3.12.1\": it is no version of Python 3 | without the patch level: \"3.12\"",
		"python = '2.7'":                        "djship.toml:1: python = \"2.7\": it is no version of Python 3 | as in \"3.12\"",
		"[env]\nDEBUG = false":                  "djship.toml:2: env.DEBUG must be text, and is true or false | put it between quotes: DEBUG = \"false\"",
		"[env]\nA = '{domian}'":                 "djship.toml:2: env.A = \"{domian}\": there is no placeholder {domian} | did you mean {domain}?",
		"[env]\nA = '{zzzzzzzz}'":               "djship.toml:2: env.A = \"{zzzzzzzz}\": there is no placeholder {zzzzzzzz} | there are {domain}, {project}, {secret_key}, {database_url}, {db_name}, {db_user}, {db_password}, {db_host}, {db_port}, {media}, {static}",
		"[env]\n'A-B' = 'x'":                    "djship.toml:2: env has the key \"A-B\": it is no name of a variable | letters, digits and _, as in SECRET_KEY",
		"env = 1":                               "djship.toml:1: env must be a table, and is a number | [env] and below it NAME = \"value\"",
		"static = 'no'":                         "djship.toml:1: static must be true or false, and is text | static = true, without quotes",
		"shared = 'media'":                      "djship.toml:1: shared must be a list of texts, and is text | shared = [\"one\", \"another\"]",
		"shared = ['../other']":                 "djship.toml:1: shared = \"../other\": it leads out of the project | a path in the project, relative to its folder, with / between its parts",
		"include = ['a/../../b']":               "djship.toml:1: include = \"a/../../b\": it leads out of the project | a path in the project, relative to its folder, with / between its parts",
		"shared = ['/var/data']":                "djship.toml:1: shared = \"/var/data\": it is no path in the project | a path in the project, relative to its folder, with / between its parts",
		"shared = ['.git/hooks']":               "djship.toml:1: shared = \".git/hooks\": it leads into git's own folder | a path in the project, relative to its folder, with / between its parts",
		"shared = ['.']":                        "djship.toml:1: shared = \".\": it is the whole project | a file or folder in it",
		"[files]\na = '~/.ssh/id_rsa'":          "djship.toml:2: files.a = \"~/.ssh/id_rsa\": it is no path in the project | a path in the project, relative to its folder, with / between its parts",
		"root = 'nowhere'":                      "djship.toml:1: there is no manage.py in \"nowhere\" | name the folder that has it, or leave root out",
		"wsgi = 'shop.wsgi:application'":        "djship.toml:1: wsgi = \"shop.wsgi:application\": it is no dotted name | the module alone: shop.wsgi",
		"settings = 'shop/settings.py'":         "djship.toml:1: settings = \"shop/settings.py\": it is no dotted name | with dots, as Python has it: shop.settings",
		"packages = ['GDAL dev']":               "djship.toml:1: packages = \"GDAL dev\": it is no name of a Debian package | as in gettext, libgdal-dev",
		"[processes]\nrun = 'x'":                "djship.toml:2: processes has the key \"run\": logs have that name for something else | another one, as in worker",
		"[processes]\nw = { single = true }":    "djship.toml:2: processes.w has no command | w = { command = \"…\", single = true }",
		"[processes]\nw = {command='x',n=1}":    "djship.toml:2: there is no key processes.w.n | the keys are command, single",
		"[processes]\nw={command='x',single=1}": "djship.toml:2: single must be true or false, and is a number | single = true, without quotes",
		"[processes]\n'a b' = 'x'":              "djship.toml:2: processes has the key \"a b\": it is no name of a process | letters, digits, _ and -, as in worker",
		"[cron]\na = 'manage.py x'":             "djship.toml:2: cron.a = \"manage.py x\": it does not begin with a time | as in a crontab: 15 3 * * * manage.py clearsessions, or @daily manage.py clearsessions",
		"build = \"a\\nb\"":                     "djship.toml:1: build = \"a?b\": it has a character that does not print | a command is one line; put more of it into a script",
		"build = ''":                            "djship.toml:1: build = \"\": it is empty | take the line out, or give it a value",
		"health = 'health'":                     "djship.toml:1: health = \"health\": it is no path | the path of a page, as in /health/",
		"project = 'django'":                    "djship.toml:1: is the name of something else | ",
		"wsgi = 1\nstatic = 2\nrequirements=3":  "djship.toml:1: wsgi must be text, and is a number | put it between quotes: wsgi = \"1\"\ndjship.toml:2: static must be true or false, and is a number | static = true, without quotes\ndjship.toml:3: requirements must be text, and is a number | put it between quotes: requirements = \"3\"",
		"requirements = {group = ['a']}":        "djship.toml:1: there is no key requirements.group | did you mean groups?",
		"\"e\\u001b[2J\" = 1":                   "djship.toml:1: there is no key \"e?[2J\" | the keys are asgi, build, cron, env, files, health, health_static, hooks, include, inventory, overlay, packages, processes, project, python, release, requirements, root, settings, shared, static, wsgi",
	} {
		if _, got := saidOf(t, text); got != want {
			t.Errorf("%q:\ngot  %s\nwant %s", text, got, want)
		}
	}
}

// In pyproject.toml the same is below tool.djship, and both at once are refused.
func TestTwoPlacesForSettings(t *testing.T) {
	files := map[string]string{manageFile: manage, pyprojectFile: "[tool.black]\nx = 1\n[tool.djship]\nprojct = 'a'\n"}
	_, err := Read(folderOf(t, files), fits)
	if err == nil || err.Error() != "pyproject.toml:4: there is no key projct" {
		t.Error(err)
	}
	files[OwnFile] = "project = 'a'\n"
	_, err = Read(folderOf(t, files), fits)
	if err == nil || err.Error() != "djship.toml: is there, and so is [tool.djship] in pyproject.toml:3" {
		t.Error(err)
	}
}

// Whatever text a file of settings has, an answer comes back.
func FuzzSettings(f *testing.F) {
	f.Add("[env]\nA = '{domain}'\n[processes]\nw = 'x'\n")
	f.Add("a.b.c = {d = [1, {e = 2}]}\n[[x]]\ny = 1\n")
	f.Fuzz(func(t *testing.T, text string) {
		d, err := parseDocument(OwnFile, text)
		if err != nil {
			return
		}
		_, err = parseSettings(d, nil)
		for _, p := range problemsOf(err) {
			if p.Line < 1 || p.Line > strings.Count(text, "\n")+1 {
				t.Errorf("%v: line %d of %q", p, p.Line, text)
			}
		}
	})
}
