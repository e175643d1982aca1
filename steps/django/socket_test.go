package django

import (
	"strings"
	"testing"

	"djship/steps/model"
	"djship/steps/model/modeltest"
	"djship/steps/server"
)

func TestSocketLink(t *testing.T) {
	s := SocketLink{site3()}
	const path, target = "/webapps/example_project/run/gunicorn.sock", "/webapps/.sockets/example.sock"
	const link = "symbolic link|example:webapps|777\n"
	const lay = "as example ln -sfnT -- " + target + " " + path
	modeltest.Run(t, []modeltest.Case{
		{Name: "right", Step: s, Seen: link + target + "\n"},
		{Name: "right, laid by root", Step: s, Seen: "symbolic link|root:root|777\n" + target + "\n"},
		{Name: "no account yet", Step: s, Want: model.Change{Told: model.Told{Verb: model.Create, Detail: path + " -> " + target}, Work: model.Work{Script: lay}}},
		{Name: "absent", Step: s, Seen: "absent\n", Want: model.Change{Told: model.Told{Verb: model.Create, Detail: path + " -> " + target}, Work: model.Work{Script: lay}}},
		{Name: "the socket of before", Step: s, Seen: "socket|example:webapps|777\n", Want: model.Change{Told: model.Told{Verb: model.Update, Detail: path + " was the socket, now leads to " + target}, Work: model.Work{Script: lay}}},
		{Name: "another's socket", Step: s, Seen: link + "/webapps/.sockets/other.sock\n",
			Want: model.Change{Told: model.Told{Verb: model.Update, Detail: path + " led elsewhere, should lead to " + target}, Work: model.Work{Script: lay}}},
		{Name: "a folder", Step: s, Seen: "directory|example:webapps|755\n",
			Want: model.Refusal(path+" is a directory, not a link to "+target, model.OutOfTheWay)},
		{Name: "a file", Step: s, Seen: "regular file|example:webapps|644\n",
			Want: model.Refusal(path+" is a regular file, not a link to "+target, model.OutOfTheWay)},
	})
}

// What a person has edited before supervisord opened the sockets is refused where the site would not
// come up with it, and told of where a site could get past another's rules by it.
func TestEditedBeforeSockets(t *testing.T) {
	s := site3()
	const own, root = "regular file|example:webapps|755\n", "regular file|root:root|644\n"
	const old = "#!/bin/bash\n# mine\nexec gunicorn --bind unix:/webapps/example_project/run/gunicorn.sock\n"
	for _, c := range []struct {
		name, seen string
		step       func(server.Options) EditedFile
		overwrite  bool
		verb       model.Verb
		says       []string // in the detail, or the hint
		not        string
	}{
		{name: "script of before", step: s.GunicornScript, seen: own + old, verb: model.Refuse,
			says: []string{"/webapps/example_project/gunicorn_start.sh was changed", "take the --bind line out", "LISTEN_PID=$$ LISTEN_FDS=1 exec gunicorn", "--overwrite"}},
		{name: "script of before, wrong in mode", step: s.GunicornScript, seen: strings.Replace(own, "755", "700", 1) + old, verb: model.Refuse},
		{name: "script of before, overwritten", step: s.GunicornScript, seen: own + old, overwrite: true, verb: model.Update},
		{name: "script of before, a link", step: s.GunicornScript, seen: "symbolic link|example:webapps|777\nstart.sh\n", verb: model.Refuse},
		{name: "script that takes the socket", step: s.GunicornScript, seen: own + "LISTEN_PID=$$ LISTEN_FDS=1 exec gunicorn\n", verb: model.Keep, not: "does not take"},
		{name: "script that takes it, a link", step: s.GunicornScript, seen: "symbolic link|example:webapps|777\nstart.sh\nLISTEN_FDS\n", verb: model.Keep, not: "does not take"},
		{name: "script absent", step: s.GunicornScript, seen: "absent\n", verb: model.Create},
		{name: "script that is a folder", step: s.GunicornScript, seen: "directory|example:webapps|755\n", verb: model.Refuse, says: []string{"is a directory"}},
		{name: "program of before", step: s.Program, seen: root + "[program:example]\n", verb: model.Refuse,
			says: []string{"/etc/supervisor/example.conf was changed", "[fcgi-program:example] for [program:example]", "socket=unix:///webapps/.sockets/example-0.sock", "--overwrite"}},
		{name: "program that opens the socket", step: s.Program, seen: root + "[fcgi-program:example]\nsocket=unix:///webapps/.sockets/example.sock\n", verb: model.Keep, not: "does not open"},
		{name: "program of the time before releases", step: s.Program, seen: root + "[fcgi-program:example]\nsocket=unix:///webapps/.sockets/example-0.sock\n", verb: model.Keep, not: "does not open"},
		{name: "program that is a link", step: s.Program, seen: "symbolic link|root:root|777\n/srv/example.conf\n", verb: model.Keep, not: "does not open"},
		{name: "nginx of before", step: s.NginxSite, seen: root + "server unix:/webapps/example_project/run/gunicorn.sock;\n", verb: model.Keep,
			says: []string{"--overwrite /etc/nginx/sites-available/example.com takes djship's and keeps yours beside it; it asks gunicorn by a link that the site may lead elsewhere", "unix:/webapps/.sockets/example.sock", "Host $host"}},
		{name: "nginx of now", step: s.NginxSite, seen: root + "server unix:/webapps/.sockets/example.sock;\n", verb: model.Keep, not: "link"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := c.step(server.Options{Overwrite: map[bool]string{true: "*"}[c.overwrite]}).Plan(modeltest.Debian12, model.Observed{Text: c.seen})
			said := got.Detail + "\n" + got.Hint
			if got.Verb != c.verb || c.not != "" && strings.Contains(said, c.not) {
				t.Errorf("%s: %s", got.Verb, said)
			}
			for _, words := range c.says {
				if !strings.Contains(said, words) {
					t.Errorf("it does not say %q: %s", words, said)
				}
			}
			modeltest.Check(t, got)
		})
	}
}
