package adopt

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"testing"

	"djship/steps/django"
	"djship/steps/model"
	"djship/steps/server"
)

func quoted(path, text string) string {
	return "file " + path + "\n:" + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n:") + "\n"
}

const (
	supervisordConf = "[unix_http_server]\nfile=/tmp/supervisor.sock\n[include]\nfiles = /etc/supervisor/*.conf\n"
	programConf     = "[program:example]\ncommand = /webapps/example_project/gunicorn_start.sh\nuser = example\nredirect_stderr = true\n"
)

func sumOf(text string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(text))) }

// seenOf is what a host of the scripts prints, as it was made, with words replaced: each old one is followed by its new one.
func seenOf(replace ...string) model.Observed {
	home := "/webapps/example_project"
	text := "password md5 file\nhome example\nlinked /etc/nginx/sites-enabled/example " + home + "/nginx/example.conf\n" + quoted("/etc/supervisord.conf", supervisordConf) + quoted("/etc/supervisor/example.conf", programConf) +
		"tool virtualenv\ntool supervisord\ntool supervisorctl\nold 77 /tmp/supervisor.sock\nhome\n" +
		quoted(home+"/prepare_env.sh", variables) + quoted(home+"/gunicorn_start.sh", startOf("", "")) + quoted(home+"/nginx/example.conf", nginxOf("", "")) +
		"ok\npsycopg2-2.9.9.dist-info\nkey file " + sumOf("abc+/d==\n") + "  -\nword file " + sumOf("pass/word=\n") + "  -\n"
	return model.Observed{Text: strings.NewReplacer(replace...).Replace(text)}
}

func TestPlansOfAPlainSite(t *testing.T) {
	site, f := example.Site, model.Facts{}
	if c := NewFits(site).Plan(f, seenOf()); !c.IsZero() {
		t.Errorf("it is refused: %+v", c.Told)
	}
	paths := func(c model.Change) (all []string) {
		for _, file := range c.Files {
			all = append(all, file.Path+" "+file.Owner)
		}
		return all
	}
	home := "/webapps/example_project/"
	for _, tt := range []struct {
		step model.Step
		want []string
	}{
		{NewKept(site), nil},
		{NewScripts(site, server.Options{}), []string{home + "local_env.sh example", home + "gunicorn_start.sh example", home + "prepare_env.sh example"}},
		{NewHands(site), []string{"/etc/supervisord.conf ", "/etc/systemd/system/supervisord.service ", "/etc/init.d/supervisord "}},
		{NewFront(site, server.Options{}), []string{"/etc/nginx/sites-available/example.com ", "/var/lib/djship/sites/example "}},
	} {
		if c := tt.step.Plan(f, seenOf()); !c.Acts() || !slices.Equal(paths(c), tt.want) {
			t.Errorf("%s: %+v %q", tt.step.ID(), c.Told, paths(c))
		}
		done := "note kept /var/lib/djship/adopted/example-2\nnote home\nnote hands\nnote front\nnote ended\nrecorded\nhome example"
		if c := tt.step.Plan(f, seenOf("home example", done)); !c.IsZero() {
			t.Errorf("%s when all is done: %+v", tt.step.ID(), c.Told)
		}
		if c := tt.step.Plan(f, seenOf("home example", "recorded\nhome example")); c.Acts() {
			t.Errorf("%s of a site that djship has made: %+v", tt.step.ID(), c.Told)
		}
	}
	if c := NewEnded(site).Plan(f, seenOf()); c.Acts() {
		t.Errorf("it ends before its place is taken: %+v", c.Told)
	}
	if c := NewEnded(site).Plan(f, seenOf("home example", "note kept /x\nnote front\nhome example")); !c.Acts() {
		t.Error("it does not end")
	}
	if c := NewScripts(site, server.Options{}).Plan(f, seenOf("key file "+sumOf("abc+/d==\n"), "key file "+sumOf("another\n"))); !slices.Contains(paths(c), home+".django_secret_key example") || strings.Contains(c.Detail+c.Diff, "abc+/d==") {
		t.Errorf("the key that is in use is lost, or shown: %q %q", paths(c), c.Detail)
	}
}

// All that stands in the way is named, before anything is touched.
func TestWhatDoesNotFitIsNamed(t *testing.T) {
	for says, replace := range map[string][]string{
		"systemd":                            {"home example", "no systemd\nhome example"},
		"belongs to root":                    {"home example", "home root"},
		"gunicorn_start.sh is missing":       {startOf("", "")[:10], "", "file /webapps/example_project/gunicorn_start.sh", "x"},
		"no virtualenv":                      {"\nok\n", "\n"},
		"local_env.sh is there already":      {"\nok\n", "\n" + quoted("/webapps/example_project/local_env.sh", "x") + "ok\n"},
		"sites-available/example.com is":     {"tool virtualenv", "taken /etc/nginx/sites-available/example.com\ntool virtualenv"},
		"is not root's":                      {"tool virtualenv", "foreign /etc/supervisor/x.conf\ntool virtualenv"},
		"has no supervisord of pip's":        {"tool virtualenv\n", "", "old 77 /tmp/supervisor.sock\n", ""},
		"no socket of root's":                {"old 77 /tmp/supervisor.sock", "old 77 none"},
		"processes of example run":           {"old 77 /tmp/supervisor.sock", "runs"},
		"nginx has no file":                  {"linked ", "x "},
		"several files":                      {"linked ", "linked /etc/nginx/sites-enabled/x /webapps/example_project/nginx/x\nlinked "},
		"maintenance page":                   {"nginx/example.conf\nfile /etc/supervisord", "nginx/example.maintenance.conf\nfile /etc/supervisord"},
		"sites-enabled/example has: include": {"underscores_in_headers on;", "include /x;"},
		"runs [program:example] as":          {"user = example", "user = root"},
		"PostgreSQL does not tell":           {"password md5 file\n", ""},
		"neither in .django_db_password nor": {"password md5 file", "password md5 other"},
		"psycopg2-binary is older":           {"psycopg2-2.9.9", "psycopg2_binary-2.7.5"},
	} {
		c := NewFits(example.Site).Plan(model.Facts{}, seenOf(replace...))
		if c.Verb != model.Refuse || !strings.Contains(c.Detail, says) || !strings.Contains(c.Detail, "nothing was touched") {
			t.Errorf("%q is not said: %+v", says, c.Told)
		}
	}
	if c := NewFits(example.Site).Plan(model.Facts{}, model.Observed{Text: "home\n"}); c.Verb != model.Refuse || !strings.Contains(c.Hint, "djship up example example.com") {
		t.Errorf("no site at all: %+v", c.Told)
	}
}

func TestWayBackIsRefused(t *testing.T) {
	kept := seenOf("home example", "note kept /var/lib/djship/adopted/example-2\nrecorded\nhome example")
	for says, f := range map[string]model.Facts{
		"a release of example is live": {Sites: map[string]model.Site{"example": {Live: "20261127-1"}}},
		"another site of djship's":     {Sites: map[string]model.Site{"example": {}, "second": {}}},
	} {
		if c := NewUndone(example.Site).Plan(f, kept); c.Verb != model.Refuse || !strings.Contains(c.Detail, says) {
			t.Errorf("%q is not said: %+v", says, c.Told)
		}
	}
	if c := NewUndone(example.Site).Plan(model.Facts{}, kept); !c.Acts() {
		t.Errorf("%+v", c.Told)
	}
	other := example.Site
	other.Domain = "example.org"
	misspelt := example.Site
	misspelt.Project = "exmple"
	const noted = "note kept /var/lib/djship/adopted/example-2\nnote domain example.com\nrecorded\nhome example"
	for _, c := range []struct {
		name               string
		site               django.Site
		seen               model.Observed
		facts              model.Facts
		detail, hint, says string
	}{
		{name: "a domain that is not its own", site: other, seen: seenOf("home example", noted), detail: "example was taken over as example.com", hint: "djship adopt example example.com --undo"},
		{name: "that of one which an older djship has taken over", site: other, seen: kept, facts: model.Facts{Sites: map[string]model.Site{"example": {Domain: "example.com"}}}, detail: "example was taken over as example.com", hint: "djship adopt example example.com --undo"},
		{name: "a site that is not there", site: misspelt, seen: model.Observed{Text: "over example\nover second\nhome\n"}, detail: "djship has not taken a site exmple over on this host", hint: "did you mean example?"},
		{name: "nothing like it", site: misspelt, seen: model.Observed{Text: "over second\nhome\nover example\n"}, detail: "djship has not taken a site exmple over on this host", hint: "taken over are: second"},
		{name: "one of djship's", site: example.Site, seen: model.Observed{Text: "recorded\nhome\n"}, detail: "djship has not taken example over on this host, it has made it", hint: "there is nothing to go back to"},
		{name: "none", site: example.Site, seen: seenOf(), detail: "djship has not taken a site example over on this host", hint: "there is nothing to go back to"},
		{name: "given back", site: example.Site, seen: seenOf("home example", "back\nhome example"), says: "it has been given back"},
	} {
		want := model.Refusal(c.detail, c.hint)
		if c.says != "" {
			want = model.Change{Told: model.Told{Verb: model.Tell, Detail: c.says}}
		}
		if got := NewUndone(c.site).Plan(c.facts, c.seen); got.Verb != want.Verb || got.Detail != want.Detail || got.Hint != want.Hint {
			t.Errorf("%s: %+v, want %+v", c.name, got.Told, want.Told)
		}
	}
	if c := NewFits(other).Plan(model.Facts{}, seenOf("home example", noted)); c.Verb != model.Refuse || c.Hint != "djship adopt example example.com" {
		t.Errorf("another domain half way: %+v", c.Told)
	}
}
