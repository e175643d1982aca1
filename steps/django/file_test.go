package django

import (
	"strings"
	"testing"

	"djship/steps/model"
	"djship/steps/model/modeltest"
)

// What a file holds follows the facts, so that a site finds PostgreSQL and nginx listens where it can.
func TestSiteFilesFollowTheFacts(t *testing.T) {
	s := site3()
	for _, c := range []struct {
		asset string
		facts model.Facts
		words string
		there bool
	}{
		{"nginx.conf", model.Facts{IPv6: true}, "listen [::]:80;", true},
		{"nginx.conf", model.Facts{}, "listen [::]:80;", false},
		{"nginx.conf", model.Facts{}, "server_name example.com www.example.com;", true},
		{"prepare_env.sh", model.Facts{PGPort: 5432}, "DB_PORT", false},
		{"prepare_env.sh", model.Facts{}, "DB_PORT", false},
		{"prepare_env.sh", model.Facts{PGPort: 5433}, "export DB_PORT=5433\n", true},
		{"production.py", model.Facts{}, "ALLOWED_HOSTS = ['example.com', 'www.example.com']", true},
		{"sshd.conf", model.Facts{}, "DenyUsers example\n", true},
	} {
		if strings.Contains(s.asset(c.asset)(c.facts), c.words) != c.there {
			t.Errorf("%s with %+v: %q there is not %v", c.asset, c.facts, c.words, c.there)
		}
	}
}

// nginx's table of names takes none that is longer than 46 bytes as it comes.
func TestLongNamesAreNotInTheTableOfNames(t *testing.T) {
	for name, want := range map[string]string{
		strings.Repeat("a", 38) + ".com": "server_name " + strings.Repeat("a", 38) + ".com www." + strings.Repeat("a", 38) + ".com;",
		strings.Repeat("a", 39) + ".com": "server_name ~^(www\\.)?" + strings.Repeat("a", 39) + "\\.com$;",
	} {
		s := Site{Project: "example", Domain: name, Python: 3}
		if got := s.asset("nginx.conf")(model.Facts{}); !strings.Contains(got, want) {
			t.Errorf("%s:\n%s", want, got)
		}
	}
}

func TestLogFile(t *testing.T) {
	s := site3().Log("access", site3().NginxReload())
	const path = "/var/log/nginx/example.com.access.log"
	const attributes = "[ ! -L " + path + " ]\nchown www-data:adm " + path + "\nchmod 0640 " + path
	modeltest.Run(t, []modeltest.Case{
		{Name: "absent", Step: s, Seen: "absent\n", Want: model.Change{Told: model.Told{Verb: model.Create, Detail: path + ", www-data:adm 0640"}, Work: model.Work{
			Script: "install -m 0640 -o www-data -g adm /dev/null " + path}, Schedule: model.Schedule{Notify: []string{"nginx-reload:example.com"}}}},
		{Name: "right", Step: s, Seen: "regular file|www-data:adm|640\n"},
		{Name: "right and empty", Step: s, Seen: "regular empty file|www-data:adm|640\n"},
		{Name: "for all to read", Step: s, Seen: "regular file|www-data:adm|644\n", Want: model.Change{Told: model.Told{Verb: model.Update, Detail: path + ": mode 644, should be 0640"}, Work: model.Work{Script: attributes}}},
		{Name: "root's", Step: s, Seen: "regular file|root:adm|640\n", Want: model.Change{Told: model.Told{Verb: model.Update, Detail: path + ": owner root:adm, should be www-data:adm"}, Work: model.Work{Script: attributes}}},
	})
}

func TestSecretFile(t *testing.T) {
	s := SecretFile{Site: site3(), Path: site3().Layout().SecretKey, What: "secret key", Make: "make-it", Notify: []string{"gunicorn:example"}}
	const path = "/webapps/example_project/.django_secret_key"
	const make = "as example sh -ec 'umask 077; new=" + path + ".new; make-it >\"$new\"; [ -s \"$new\" ]; sync \"$new\"; mv -fT \"$new\" " + path + "'"
	const right = "set_attributes " + path + " example webapps 0600"
	created := model.Change{Told: model.Told{Verb: model.Create, Detail: path + ": made on the server",
		Diff: "--- /dev/null\n+++ " + path + "\n@@ -0,0 +1 @@\n+********\n"}, Work: model.Work{Script: make}, Schedule: model.Schedule{Notify: s.Notify}}
	lost := created
	lost.Detail = path + ": was lost; a new one is made on the server"
	modeltest.Run(t, []modeltest.Case{
		{Name: "absent", Step: s, Seen: "absent\n", Want: created},
		{Name: "empty", Step: s, Seen: "regular empty file|example:webapps|600\n", Want: created},
		{Name: "lost", Step: s, Seen: "made\nabsent\n", Want: lost},
		{Name: "right", Step: s, Seen: "made\nregular file|example:webapps|600\n"},
		{Name: "right, though what needs it is due", Step: s, Seen: "regular file|example:webapps|600\n", Due: true},
		{Name: "for all to read", Step: s, Seen: "regular file|example:webapps|644\n", Want: model.Change{Told: model.Told{Verb: model.Update, Detail: "mode 644, should be 0600"}, Work: model.Work{Script: right}}},
		{Name: "root's", Step: s, Seen: "regular file|root:root|600\n", Want: modeltest.NotTheSites(path)},
		{Name: "a link", Step: s, Seen: "symbolic link|example:webapps|777\n", Want: model.Refusal(path+" is a symbolic link", model.OutOfTheWay)},
		{Name: "a directory", Step: s, Seen: "directory|example:webapps|755\n", Want: model.Refusal(path+" is a directory", model.OutOfTheWay)},
	})
}
