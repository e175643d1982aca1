package steps

import (
	"strings"
	"testing"
)

func TestSocketLink(t *testing.T) {
	s := SocketLink{site3()}
	const path, target = "/webapps/example_project/run/gunicorn.sock", "/webapps/.sockets/example.sock"
	const link = "symbolic link|example:webapps|777\n"
	const lay = "as example ln -sfnT -- " + target + " " + path
	runPlans(t, []planCase{
		{name: "right", step: s, seen: link + target + "\n"},
		{name: "right, laid by root", step: s, seen: "symbolic link|root:root|777\n" + target + "\n"},
		{name: "no account yet", step: s, want: Change{Verb: Create, Detail: path + " -> " + target, Script: lay}},
		{name: "absent", step: s, seen: "absent\n", want: Change{Verb: Create, Detail: path + " -> " + target, Script: lay}},
		{name: "the socket of before", step: s, seen: "socket|example:webapps|777\n", want: Change{Verb: Update, Detail: path + " was the socket, now leads to " + target, Script: lay}},
		{name: "another's socket", step: s, seen: link + "/webapps/.sockets/other.sock\n",
			want: Change{Verb: Update, Detail: path + " led elsewhere, should lead to " + target, Script: lay}},
		{name: "a folder", step: s, seen: "directory|example:webapps|755\n",
			want: Change{Verb: Refuse, Detail: path + " is a directory, not a link to " + target, Hint: outOfTheWay}},
		{name: "a file", step: s, seen: "regular file|example:webapps|644\n",
			want: Change{Verb: Refuse, Detail: path + " is a regular file, not a link to " + target, Hint: outOfTheWay}},
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
		step       func(Options) EditedFile
		overwrite  bool
		verb       Verb
		says       []string // in the detail, or the hint
		not        string
	}{
		{name: "script of before", step: s.gunicornScript, seen: own + old, verb: Refuse,
			says: []string{"/webapps/example_project/gunicorn_start.sh was changed", "take the --bind line out", "LISTEN_PID=$$ LISTEN_FDS=1 exec gunicorn", "--overwrite"}},
		{name: "script of before, wrong in mode", step: s.gunicornScript, seen: strings.Replace(own, "755", "700", 1) + old, verb: Refuse},
		{name: "script of before, overwritten", step: s.gunicornScript, seen: own + old, overwrite: true, verb: Update},
		{name: "script of before, a link", step: s.gunicornScript, seen: "symbolic link|example:webapps|777\nstart.sh\n", verb: Refuse},
		{name: "script that takes the socket", step: s.gunicornScript, seen: own + "LISTEN_PID=$$ LISTEN_FDS=1 exec gunicorn\n", verb: Keep, not: "does not take"},
		{name: "script that takes it, a link", step: s.gunicornScript, seen: "symbolic link|example:webapps|777\nstart.sh\nLISTEN_FDS\n", verb: Keep, not: "does not take"},
		{name: "script absent", step: s.gunicornScript, seen: "absent\n", verb: Create},
		{name: "script that is a folder", step: s.gunicornScript, seen: "directory|example:webapps|755\n", verb: Refuse, says: []string{"is a directory"}},
		{name: "program of before", step: s.program, seen: root + "[program:example]\n", verb: Refuse,
			says: []string{"/etc/supervisor/example.conf was changed", "[fcgi-program:example] for [program:example]", "socket=unix:///webapps/.sockets/example.sock", "--overwrite"}},
		{name: "program that opens the socket", step: s.program, seen: root + "[fcgi-program:example]\nsocket=unix:///webapps/.sockets/example.sock\n", verb: Keep, not: "does not open"},
		{name: "program that is a link", step: s.program, seen: "symbolic link|root:root|777\n/srv/example.conf\n", verb: Keep, not: "does not open"},
		{name: "nginx of before", step: s.nginxSite, seen: root + "server unix:/webapps/example_project/run/gunicorn.sock;\n", verb: Keep,
			says: []string{"--overwrite /etc/nginx/sites-available/example.com takes djship's and keeps yours beside it; it asks gunicorn by a link that the site may lead elsewhere", "unix:/webapps/.sockets/example.sock", "Host $host"}},
		{name: "nginx of now", step: s.nginxSite, seen: root + "server unix:/webapps/.sockets/example.sock;\n", verb: Keep, not: "link"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := c.step(Options{Overwrite: map[bool]string{true: "*"}[c.overwrite]}).Plan(debian12, Observed{Text: c.seen})
			said := got.Detail + "\n" + got.Hint
			if got.Verb != c.verb || c.not != "" && strings.Contains(said, c.not) {
				t.Errorf("%s: %s", got.Verb, said)
			}
			for _, words := range c.says {
				if !strings.Contains(said, words) {
					t.Errorf("it does not say %q: %s", words, said)
				}
			}
			checkChange(t, got)
		})
	}
}

// Where a script is a link, its owner tells whether what it leads to fits.
func TestEditedFileBehindALink(t *testing.T) {
	eachShell(t, func(t *testing.T, s *scratch) {
		s.write("/srv/fits", "LISTEN_FDS=1 exec gunicorn\n", 0o644)
		s.write("/srv/not", "exec gunicorn --bind somewhere\n", 0o644)
		f := site3().gunicornScript(Options{})
		probe := func() string { _, text := f.homeProbe(); return string(text) }
		f.Path = "/srv/link"
		for target, fits := range map[string]bool{"/srv/fits": true, "/srv/not": false, "/srv/nothing": false} {
			out := s.run(prelude("ln -sfn " + target + " /srv/link\n" + probe() + "\n:"))
			if strings.Contains(out, "LISTEN_FDS\n") != fits {
				t.Errorf("%s: %q", target, out)
			}
		}
		f.Path = "/srv/fits"
		if out := s.run(prelude(probe() + "\n:")); strings.Count(out, "LISTEN_FDS") != 1 {
			t.Errorf("a plain file: %q", out)
		}
	})
}
