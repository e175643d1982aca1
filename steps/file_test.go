package steps

import (
	"slices"
	"strings"
	"testing"
)

func TestManagedFile(t *testing.T) {
	const path, want, older = "/etc/nginx/sites-available/example.com", "server {\n}\n", "server { }\n"
	root := ManagedFile{What: "nginx site example.com", Path: path, Mode: "0644", Content: func(Facts) string { return want }, Notify: []string{"nginx reload"}}
	forced := root
	forced.Overwrite = true
	own := ManagedFile{What: "environment script of example", Path: "/webapps/example_project/prepare_env.sh", Mode: "0755",
		Content: func(Facts) string { return want }, Owner: "example", Group: "webapps"}
	ownForced := own
	ownForced.Overwrite = true
	wrote := func(path string, contents ...string) Facts {
		f := Facts{Written: map[string]map[string]bool{path: {}}}
		for _, c := range contents {
			f.Written[path][Sum(c)] = true
		}
		return f
	}
	file := []File{{Path: path, Content: want, Mode: "0644"}}
	ownFile := []File{{Path: own.Path, Content: want, Mode: "0755", Owner: "example"}}
	const right = "own /webapps/example_project/prepare_env.sh example webapps 0755"
	const diffOlder = "--- " + path + "\n+++ " + path + "\n@@ -1 +1,2 @@\n-server { }\n+server {\n+}\n"
	const keep = ": yours, left alone; --diff shows how it differs"
	const changed = ": yours, left alone; djship's own has changed since you edited it: --diff shows how they differ, --overwrite " + path + " takes djship's and keeps yours beside it"
	runPlans(t, []planCase{
		{name: "absent", step: root, seen: "absent\n",
			want: Change{Verb: Create, Detail: path, Files: replacing(file, absent), Notify: root.Notify,
				Diff: "--- /dev/null\n+++ " + path + "\n@@ -0,0 +1,2 @@\n+server {\n+}\n"}},
		{name: "right", step: root, seen: "regular file|root:root|644\n" + want},
		{name: "right, read without its last newline", step: root, seen: "regular file|root:root|644\nserver {\n}"},
		{name: "right in content, wrong in mode", step: root, seen: "regular file|root:root|600\n" + want,
			want: Change{Verb: Update, Detail: path + ": mode 600, should be 0644",
				Script: "[ ! -L " + path + " ]\nchown root: " + path + "\nchmod 0644 " + path}},
		{name: "right in content, wrong in owner and mode", step: root, seen: "regular file|www-data:adm|777\n" + want,
			want: Change{Verb: Update, Detail: path + ": owner www-data:adm, should be root:adm; mode 777, should be 0644",
				Script: "[ ! -L " + path + " ]\nchown root: " + path + "\nchmod 0644 " + path}},
		{name: "what is replaced must be what was seen", step: root, facts: wrote(path, older), seen: "regular file|root:root|644|12 7 now\n" + older,
			want: Change{Verb: Update, Detail: path + ": a newer version", Files: replacing(file, "12 7 now"), Notify: root.Notify, Diff: diffOlder}},
		{name: "an older template, not edited", step: root, facts: wrote(path, older), seen: "regular file|root:root|644\n" + older,
			want: Change{Verb: Update, Detail: path + ": a newer version", Files: file, Notify: root.Notify, Diff: diffOlder}},
		{name: "the oldest of three templates", step: root, facts: wrote(path, older, "another\n", want), seen: "regular file|root:root|644\n" + older,
			want: Change{Verb: Update, Detail: path + ": a newer version", Files: file, Notify: root.Notify, Diff: diffOlder}},
		{name: "an older template of another file", step: root, facts: wrote("/etc/other", older), seen: "regular file|root:root|644\n" + older,
			want: Change{Verb: Keep, Warn: true, Detail: path + changed, Diff: diffOlder}},
		{name: "edited", step: root, facts: wrote(path, want), seen: "regular file|root:root|644\n" + older,
			want: Change{Verb: Keep, Detail: path + keep, Diff: diffOlder}},
		{name: "edited, and djship's has changed since", step: root, facts: wrote(path, "another\n"), seen: "regular file|root:root|644\n" + older,
			want: Change{Verb: Keep, Warn: true, Detail: path + changed, Diff: diffOlder}},
		{name: "emptied", step: root, facts: wrote(path, want), seen: "regular empty file|root:root|644\n",
			want: Change{Verb: Keep, Detail: path + keep, Diff: "--- " + path + "\n+++ " + path + "\n@@ -0,0 +1,2 @@\n+server {\n+}\n"}},
		{name: "edited, overwrite", step: forced, facts: wrote(path, want), seen: "regular file|root:root|644\n" + older,
			want: Change{Verb: Update, Detail: path + ": changed on the server, overwritten; the old one is kept beside it", Backup: true,
				Files: file, Notify: root.Notify, Diff: diffOlder}},
		{name: "older, overwrite: nothing of a user's is lost, so nothing is kept", step: forced, facts: wrote(path, older), seen: "regular file|root:root|644\n" + older,
			want: Change{Verb: Update, Detail: path + ": a newer version", Files: file, Notify: root.Notify, Diff: diffOlder}},
		{name: "edited, and wrong in mode", step: root, seen: "regular file|root:root|666\n" + older,
			want: Change{Verb: Update, Detail: path + ": mode 666, should be 0644; its content was changed on the server and is left alone",
				Script: "[ ! -L " + path + " ]\nchown root: " + path + "\nchmod 0644 " + path}},
		{name: "not text", step: root, seen: "regular file|root:root|644\n\x00\x01\n",
			want: Change{Verb: Keep, Warn: true, Detail: path + changed, Diff: path + ": binary, 3 bytes\n"}},
		{name: "a link in its place", step: root, seen: "symbolic link|root:root|777\n/etc/shadow\n",
			want: Change{Verb: Keep, Warn: true, Detail: path + changed, Diff: path + " is a symbolic link\n"}},
		{name: "a link to a text like ours", step: root, facts: wrote(path, "/etc/shadow"), seen: "symbolic link|root:root|777\n/etc/shadow\n",
			want: Change{Verb: Keep, Warn: true, Detail: path + changed, Diff: path + " is a symbolic link\n"}},
		{name: "a link in its place, overwrite", step: forced, seen: "symbolic link|root:root|777\n/etc/shadow\n",
			want: Change{Verb: Update, Detail: path + ": changed on the server, overwritten; the old one is kept beside it", Backup: true,
				Files: file, Notify: root.Notify, Diff: path + " is a symbolic link\n"}},
		{name: "a directory in its place", step: forced, seen: "directory|root:root|755\n",
			want: Change{Verb: Refuse, Detail: path + " is a directory, not a file", Hint: outOfTheWay}},
		{name: "a site's, absent", step: own, seen: "absent\n",
			want: Change{Verb: Create, Detail: own.Path, Files: replacing(ownFile, absent), Script: right,
				Diff: "--- /dev/null\n+++ " + own.Path + "\n@@ -0,0 +1,2 @@\n+server {\n+}\n"}},
		{name: "a site's, of root's", step: own, seen: "regular file|root:root|755\n" + want,
			want: notTheSites(own.Path)},
		{name: "a site's, of another group", step: own, seen: "regular file|example:www-data|755\n" + want,
			want: Change{Verb: Update, Detail: own.Path + ": owner example:www-data, should be example:webapps", Script: right}},
		{name: "a site's, edited, overwrite", step: ownForced, seen: "regular file|example:webapps|755\n" + older,
			want: Change{Verb: Update, Detail: own.Path + ": changed on the server, overwritten; the old one is kept beside it", Backup: true,
				Files: ownFile, Script: right, Diff: strings.ReplaceAll(diffOlder, path, own.Path)}},
	})
}

// What a file holds follows the facts, so that a site finds PostgreSQL and nginx listens where it can.
func TestSiteFilesFollowTheFacts(t *testing.T) {
	s := site3()
	for _, c := range []struct {
		asset string
		facts Facts
		words string
		there bool
	}{
		{"nginx.conf", Facts{IPv6: true}, "listen [::]:80;", true},
		{"nginx.conf", Facts{}, "listen [::]:80;", false},
		{"nginx.conf", Facts{}, "server_name example.com www.example.com;", true},
		{"prepare_env.sh", Facts{PGPort: 5432}, "DB_PORT", false},
		{"prepare_env.sh", Facts{}, "DB_PORT", false},
		{"prepare_env.sh", Facts{PGPort: 5433}, "export DB_PORT=5433\n", true},
		{"production.py", Facts{}, "ALLOWED_HOSTS = ['example.com', 'www.example.com']", true},
		{"sshd.conf", Facts{}, "DenyUsers example\n", true},
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
		if got := s.asset("nginx.conf")(Facts{}); !strings.Contains(got, want) {
			t.Errorf("%s:\n%s", want, got)
		}
	}
}

func TestFolder(t *testing.T) {
	root := Folder{Path: "/webapps", Owner: "root", Group: "root", Mode: "0755"}
	own := Folder{Path: "/webapps/example_project/logs", Owner: "example", Group: "webapps", Mode: "0755", By: "example"}
	const attributes = "[ ! -L /webapps ]\nchown root:root /webapps\nchmod 0755 /webapps\nchmod ug-s,-t /webapps"
	const right = "own /webapps/example_project/logs example webapps 0755"
	runPlans(t, []planCase{
		{name: "absent", step: root, seen: "absent\n", want: Change{Verb: Create, Detail: "root:root 0755", Script: "mkdir -m 0755 /webapps\n" + attributes}},
		{name: "right", step: root, seen: "directory|root:root|755\n"},
		{name: "mode", step: root, seen: "directory|root:root|777\n", want: Change{Verb: Update, Detail: "mode 777, should be 0755", Script: attributes}},
		{name: "sticky", step: root, seen: "directory|root:root|1755\n", want: Change{Verb: Update, Detail: "mode 1755, should be 0755", Script: attributes}},
		{name: "owner", step: root, seen: "directory|example:root|755\n", want: Change{Verb: Update, Detail: "owner example:root, should be root:root", Script: attributes}},
		{name: "group", step: root, seen: "directory|root:adm|755\n", want: Change{Verb: Update, Detail: "owner root:adm, should be root:root", Script: attributes}},
		{name: "a file", step: root, seen: "regular file|root:root|755\n", want: Change{Verb: Refuse, Detail: "/webapps is a regular file, not a folder", Hint: outOfTheWay}},
		{name: "a link", step: own, seen: "symbolic link|example:webapps|777\n",
			want: Change{Verb: Refuse, Detail: own.Path + " is a symbolic link, not a folder", Hint: inTheWay(own, "symbolic link")}},
		{name: "a link of root's", step: root, seen: "symbolic link|root:root|777\n", want: Change{Verb: Refuse, Detail: "/webapps is a symbolic link, not a folder",
			Hint: `no link may lead there; mount in its place what it leads to: to=$(readlink -f /webapps) && rm /webapps && mkdir /webapps && ` +
				`mount --bind "$to" /webapps && echo "$to /webapps none bind 0 0" >>/etc/fstab - then run the same command again`}},
		{name: "a site's, absent", step: own, seen: "absent\n",
			want: Change{Verb: Create, Detail: "example:webapps 0755", Script: "as example mkdir -m 0755 /webapps/example_project/logs\n" + right}},
		{name: "a site's, of root's", step: own, seen: "directory|root:root|755\n", want: notTheSites(own.Path)},
	})
}

// replacing is the files as they are put over something of a version.
func replacing(files []File, version string) []File {
	files = slices.Clone(files)
	for i := range files {
		files[i].Over = version
	}
	return files
}

// notTheSites refuses what lies in a site's home and is root's: the site may have moved it there.
func notTheSites(path string) Change {
	return Change{Verb: Refuse, Detail: path + " belongs to root, not to example",
		Hint: "look at it on the host; where it is the site's, run there: sudo chown -h example: " + path}
}

func TestLink(t *testing.T) {
	s := Link{What: "nginx site example.com enabled", Path: "/etc/nginx/sites-enabled/example.com", Target: "/etc/nginx/sites-available/example.com", Notify: []string{"reload"}}
	const lay = "lay /etc/nginx/sites-available/example.com /etc/nginx/sites-enabled/example.com"
	runPlans(t, []planCase{
		{name: "absent", step: s, want: Change{Verb: Create, Detail: s.Path + " -> " + s.Target, Script: lay, Notify: s.Notify}},
		{name: "right", step: s, seen: s.Target + "\n"},
		{name: "leads elsewhere", step: s, seen: "/srv/x\n",
			want: Change{Verb: Update, Detail: s.Path + " led to /srv/x, should lead to " + s.Target, Script: lay, Notify: s.Notify}},
		{name: "a file", step: s, seen: "not a link\n", want: Change{Verb: Refuse, Detail: s.Path + " is a file, not a link to " + s.Target, Hint: outOfTheWay}},
	})
}

func TestLogFile(t *testing.T) {
	s := site3().log("access", site3().nginxReload())
	const path = "/var/log/nginx/example.com.access.log"
	const attributes = "[ ! -L " + path + " ]\nchown www-data:adm " + path + "\nchmod 0640 " + path
	runPlans(t, []planCase{
		{name: "absent", step: s, seen: "absent\n", want: Change{Verb: Create, Detail: path + ", www-data:adm 0640",
			Script: "install -m 0640 -o www-data -g adm /dev/null " + path, Notify: []string{"nginx reload for example.com"}}},
		{name: "right", step: s, seen: "regular file|www-data:adm|640\n"},
		{name: "right and empty", step: s, seen: "regular empty file|www-data:adm|640\n"},
		{name: "for all to read", step: s, seen: "regular file|www-data:adm|644\n", want: Change{Verb: Update, Detail: path + ": mode 644, should be 0640", Script: attributes}},
		{name: "root's", step: s, seen: "regular file|root:adm|640\n", want: Change{Verb: Update, Detail: path + ": owner root:adm, should be www-data:adm", Script: attributes}},
	})
}

func TestSecretFile(t *testing.T) {
	s := SecretFile{Site: site3(), Path: site3().Layout().SecretKey, What: "secret key", Make: "make-it", Notify: []string{"gunicorn example"}}
	const path = "/webapps/example_project/.django_secret_key"
	const make = "as example sh -ec 'umask 077; new=" + path + ".new; make-it >\"$new\"; [ -s \"$new\" ]; sync \"$new\"; mv -fT \"$new\" " + path + "'"
	const right = "own " + path + " example webapps 0600"
	created := Change{Verb: Create, Detail: path + ": made on the server", Script: make, Notify: s.Notify,
		Diff: "--- /dev/null\n+++ " + path + "\n@@ -0,0 +1 @@\n+********\n"}
	lost := created
	lost.Detail = path + ": was lost; a new one is made on the server"
	runPlans(t, []planCase{
		{name: "absent", step: s, seen: "absent\n", want: created},
		{name: "empty", step: s, seen: "regular empty file|example:webapps|600\n", want: created},
		{name: "lost", step: s, seen: "made\nabsent\n", want: lost},
		{name: "right", step: s, seen: "made\nregular file|example:webapps|600\n"},
		{name: "right, though what needs it is due", step: s, seen: "regular file|example:webapps|600\n", due: true},
		{name: "for all to read", step: s, seen: "regular file|example:webapps|644\n", want: Change{Verb: Update, Detail: "mode 644, should be 0600", Script: right}},
		{name: "root's", step: s, seen: "regular file|root:root|600\n", want: notTheSites(path)},
		{name: "a link", step: s, seen: "symbolic link|example:webapps|777\n", want: Change{Verb: Refuse, Detail: path + " is a symbolic link", Hint: outOfTheWay}},
		{name: "a directory", step: s, seen: "directory|example:webapps|755\n", want: Change{Verb: Refuse, Detail: path + " is a directory", Hint: outOfTheWay}},
	})
}

// Another file where the host can do with djship's alone is no edit: it was there before djship.
func TestFileThatTheHostNeeds(t *testing.T) {
	s := ManagedFile{What: "unit", Path: "/etc/unit", Content: func(Facts) string { return "ours\n" }, Mode: "0644", Needs: func(f Facts) bool { return f.Systemd }}
	const theirs = "regular file|root:root|644\ntheirs\n"
	known := map[string]map[string]bool{"/etc/unit": {Sum("older\n"): true}}
	overwriting := s
	overwriting.Overwrite = true
	for _, c := range []struct {
		name string
		step ManagedFile
		f    Facts
		seen string
		verb Verb
	}{
		{"theirs", s, Facts{Systemd: true}, theirs, Refuse},
		{"theirs, where nothing reads it", s, Facts{}, theirs, Keep},
		{"theirs, overwritten", overwriting, Facts{Systemd: true}, theirs, Update},
		{"ours, edited", s, Facts{Systemd: true, Written: known}, theirs, Keep},
		{"ours, and no note of it left", s, Facts{Systemd: true}, "regular file|root:root|644\nours\n", ""},
	} {
		got := c.step.Plan(c.f, Observed{Text: c.seen})
		if got.Verb != c.verb {
			t.Errorf("%s: %q (%s)", c.name, got.Verb, got.Detail)
		}
		if got.Verb == Refuse && (got.Detail != "/etc/unit is there already, and not djship's" || !strings.Contains(got.Hint, "--overwrite /etc/unit")) {
			t.Errorf("%s: %q, hint %q", c.name, got.Detail, got.Hint)
		}
	}
}
