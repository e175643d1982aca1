package release

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"djship/assets"
	"djship/runner/scratch"
	"djship/secret"
	"djship/steps/django"
	"djship/steps/model"
	"djship/steps/model/modeltest"
)

const id = "20261126-101500-1a2b3c4"

func checkedRelease() Release {
	return Release{Site: django.Site{Project: "example", Python: 3}, ID: id, Overlay: true, Static: true}
}

func factsOf(domain string) model.Facts {
	f := modeltest.Debian12
	f.Sites = map[string]model.Site{"example": {Domain: domain, Python: 3}}
	return f
}

// sourced is what bash has in a variable after it has read the file of a release, as prepare_env.sh does.
func sourced(t *testing.T, text, variable string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "env")
	names := filepath.Join(filepath.Dir(file), "names")
	takes := django.Site{Project: "example"}.TakesNamesIn()
	for path, text := range map[string]string{file: strings.Replace(text, takes+" ", ". "+names+" ", 1), names: "export DJSHIP_DOMAIN=example.com DJSHIP_ALIASES='a.org b.org'\ndjship_hosts=,a.org,b.org djship_origins=,https://a.org,https://b.org\n"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	command := exec.Command("bash", "-uc", `SECRET_KEY='key'\''s "$x' DB_PASSWORD='p@ss/w:rd%é'; . "$1"; printf %s. "${!2-}"`, "bash", file, variable)
	command.Env = []string{"PATH=" + os.Getenv("PATH")}
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return strings.TrimSuffix(string(out), ".")
}

// A site's other names, and that it speaks https, are told to its releases; those of other sites get the text that they have.
func TestEnvironTellsHowASiteIsMet(t *testing.T) {
	r := checkedRelease()
	plain := Environ{r}.Content(factsOf("example.com"))
	f := factsOf("example.com")
	f.Sites["example"] = model.Site{Domain: "example.com", Python: 3, Kept: map[string]string{"tls": "acme", "aliases": "a.org b.org"}}
	text := Environ{r}.Content(f)
	if text != plain || strings.Contains(text, "example.com") {
		t.Errorf("what is written for a release depends on its site's names, which may change while it is live:\n%s", text)
	}
	for variable, want := range map[string]string{"ALLOWED_HOSTS": "example.com,www.example.com,a.org,b.org", "DJSHIP_ALIASES": "a.org b.org",
		"CSRF_TRUSTED_ORIGINS": "https://example.com,https://www.example.com,https://a.org,https://b.org"} {
		if got := sourced(t, text, variable); got != want {
			t.Errorf("%s: got %q, want %q", variable, got, want)
		}
	}
	for _, text := range []string{text, plain} { // it may come later
		if !strings.Contains(text, "\n[ ! -e /etc/nginx/djship/example/https.conf ] || export DJSHIP_HTTPS=yes\n") {
			t.Errorf("https:\n%s", text)
		}
	}
}

func TestEnvironIsWhatItSays(t *testing.T) {
	r := checkedRelease()
	r.Root, r.Settings, r.ASGI = "src", "config.settings", "config.asgi"
	r.Env = []Variable{
		{"PLAIN", "a"}, {"EMPTY", ""}, {"ODD", "it's $(reboot) `x` \"y\" \\ \n{no} {"},
		{"KEY", "{secret_key}"}, {"URL", "x {database_url}?a=b&c"}, {"BOTH", "{domain}{db_port}"}, {"GUNICORN_CMD_ARGS", "--threads 4"},
	}
	text := Environ{r}.Content(factsOf("example.com"))
	const url = "postgres://example:p%40ss%2Fw%3Ard%25%C3%A9@localhost:5432/example"
	for variable, want := range map[string]string{
		"code": "/webapps/.sites/example/releases/" + id + "/src", "environment": r.Virtualenv(factsOf("example.com")),
		"PLAIN": "a", "EMPTY": "", "ODD": "it's $(reboot) `x` \"y\" \\ \n{no} {", "KEY": `key's "$x`, "URL": "x " + url + "?a=b&c", "BOTH": "example.com5432",
		"DATABASE_URL": url, "PGPASSWORD": "p@ss/w:rd%é", "ALLOWED_HOSTS": "example.com,www.example.com,a.org,b.org", "DEBUG": "0",
		"STATIC_ROOT": "/webapps/.sites/example/static/" + id, "MEDIA_ROOT": "/webapps/example_project/media",
		"DJANGO_SETTINGS_MODULE": "djship_settings", "DJSHIP_SETTINGS_MODULE": "config.settings", "WSGI_APPLICATION": "config.asgi:application",
		"GUNICORN_CMD_ARGS": "--worker-class asgi --threads 4",
		"PYTHONPATH":        overlay(r.Site) + ":/webapps/.sites/example/releases/" + id + "/src:/webapps/.sites/example/releases/" + id,
	} {
		if got := sourced(t, text, variable); got != want {
			t.Errorf("%s is %q, want %q", variable, got, want)
		}
	}
	if got := sourced(t, text, "WEB_CONCURRENCY"); got != "" {
		t.Error("the number of workers is set, which gunicorn_start.sh knows better")
	}
}

func TestEnvironWithoutOverlay(t *testing.T) {
	r := checkedRelease()
	r.Overlay, r.Static, r.Settings, r.WSGI = false, false, "shop.settings", "shop.wsgi.application"
	text := Environ{r}.Content(factsOf(""))
	for variable, want := range map[string]string{"DJANGO_SETTINGS_MODULE": "shop.settings", "WSGI_APPLICATION": "shop.wsgi:application", "DJSHIP_DB_NAME": "example"} {
		if got := sourced(t, text, variable); got != want {
			t.Errorf("%s is %q, want %q", variable, got, want)
		}
	}
	for _, not := range []string{"DJSHIP_DOMAIN", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "DJSHIP_STATIC_ROOT", "DJSHIP_OVERLAY"} {
		if got := sourced(t, text, not); got != "" {
			t.Errorf("it sets %s: %q", not, got)
		}
	}
}

func TestEnvironPlan(t *testing.T) {
	s := Environ{checkedRelease()}
	s.Release.Env = []Variable{{"OWN", "s3ntinel"}}
	f := factsOf("example.com")
	at := s.Release.Environ()
	sum := model.Sum(s.Content(f)) + "  -\n"
	want := func(verb model.Verb, detail string, f model.Facts) model.Change {
		return model.Change{Told: model.Told{Verb: verb, Detail: detail},
			Work: model.Work{Env: map[string]secret.Value{"VARIABLES": secret.New("export OWN=s3ntinel\n")}, Before: "variables=${VARIABLES-}\nunset VARIABLES\n"}}
	}
	has := []string{"put_for example /webapps/.sites/example/env/" + anID}
	moved := factsOf("example.org")
	other := want(model.Update, at+": another virtualenv or version of djship", f)
	other.Notify = []string{"slot:example"} // what runs has read the one of before
	modeltest.Run(t, []modeltest.Case{
		{Name: "absent", Step: s, Facts: f, Seen: "absent\n", Want: want(model.Create, at, f), Has: has},
		{Name: "right", Step: s, Facts: f, Seen: "regular file|root:example|640|9|9\n" + sum},
		{Name: "another domain", Step: s, Facts: moved, Seen: "regular file|root:example|640|9|9\n" + sum},
		{Name: "another text", Step: s, Facts: f, Seen: "regular file|root:example|640|9|9\n" + model.Sum("") + "  -\n", Want: other, Has: has},
	})
}

// A shell that sources prepare_env.sh has a site's own code or a release, and a person's local_env.sh has the last word.
func TestPrepareEnv(t *testing.T) {
	root := t.TempDir()
	put := func(path, text string) {
		path = filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(strings.ReplaceAll(text, "/webapps", root+"/webapps")), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	r := checkedRelease()
	r.Settings = "config.settings"
	at := r.Site.Layout()
	put(at.Variables, assets.Render("site/prepare_env.sh", map[string]any{"Project": "example", "At": at, "PGPort": ""}))
	put(at.SecretKey, "key")
	put(at.Password, "password")
	put(r.Environ(), Environ{r}.Content(factsOf("example.com")))
	put(at.Names, "export DJSHIP_DOMAIN=example.com\ndjship_hosts= djship_origins=\n")
	put(r.Work()+"/manage.py", "")
	put(r.Virtualenv(factsOf("example.com"))+"/bin/activate", "VIRTUAL_ENV=release\n")
	put(at.Environment+"/bin/activate", "VIRTUAL_ENV=own\n")
	put(at.Code+"/manage.py", "")
	shown := func(environment ...string) string {
		command := exec.Command("bash", "-ec", `. "$1"; echo "$VIRTUAL_ENV ${PWD#"$2"} $DJANGO_SETTINGS_MODULE ${DJSHIP_SETTINGS_MODULE-}"`, "bash", root+at.Variables, root)
		command.Env = append([]string{"PATH=" + os.Getenv("PATH")}, environment...)
		out, err := command.CombinedOutput()
		if err != nil {
			return "failed: " + string(out)
		}
		return strings.TrimSpace(string(out))
	}
	own, released := "own "+at.Home+" example.settings.production", "release "+r.Work()+" djship_settings config.settings"
	check := func(when, got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("%s: %q, want %q", when, got, want)
		}
	}
	check("no release", shown(), own)
	check("a named release", shown("DJSHIP_RELEASE="+id), released)
	if err := os.Symlink("releases/"+id, filepath.Join(root, at.Live)); err != nil {
		t.Fatal(err)
	}
	check("a live release", shown(), released)
	check("release zero beside a live one", shown("DJSHIP_RELEASE="), own)
	if got := shown("DJSHIP_RELEASE=none"); !strings.HasPrefix(got, "failed: ") {
		t.Errorf("a release that is not there: %q", got)
	}
	put(at.Own, "export DJANGO_SETTINGS_MODULE=mine.settings\n")
	check("settings of a person's", shown(), "release "+r.Work()+" djship_settings mine.settings")
	check("settings of a person's, without a release", shown("DJSHIP_RELEASE="), "own "+at.Home+" mine.settings")
}

func TestProgramsOfReleases(t *testing.T) {
	const compile = "import ast, sys; ast.parse(open(sys.argv[1], 'rb').read())"
	for _, name := range overlayFiles {
		scratch.Check(t, name, assets.Text("release/"+name), "python3", "-c", compile)
	}
}

// What is written to a host is the text that its sum is of, and what the project sets comes beside the script.
func TestEnvironIsWritten(t *testing.T) {
	s := Environ{checkedRelease()}
	s.Release.Env = []Variable{{"OWN", "it's s3ntinel"}}
	f := factsOf("example.com")
	w := s.Plan(f, model.Observed{Text: "absent\n"}).Work
	if strings.Contains(string(w.Script), "s3ntinel") {
		t.Errorf("the script has a value of the project's:\n%s", w.Script)
	}
	cmd := exec.Command("sh", "-c", "put_for() { cat; }\n"+string(w.Before)+string(w.Script))
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "VARIABLES=" + w.Env["VARIABLES"].Reveal()}
	if got, err := cmd.Output(); err != nil || string(got) != s.Content(f) {
		t.Errorf("%v, written:\n%s\nwant\n%s", err, got, s.Content(f))
	}
}
