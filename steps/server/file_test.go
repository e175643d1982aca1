package server

import (
	"slices"
	"strings"
	"testing"

	"djship/steps/model"
	"djship/steps/model/modeltest"
)

func TestManagedFile(t *testing.T) {
	const path, want, older = "/etc/nginx/sites-available/example.com", "server {\n}\n", "server { }\n"
	root := ManagedFile{What: "nginx site example.com", Path: path, Mode: "0644", Content: func(model.Facts) string { return want }, Notify: []string{"nginx-reload:example.com"}}
	forced := root
	forced.Overwrite = true
	own := ManagedFile{What: "environment script of example", Path: "/webapps/example_project/prepare_env.sh", Mode: "0755",
		Content: func(model.Facts) string { return want }, Owner: "example", Group: "webapps"}
	ownForced := own
	ownForced.Overwrite = true
	wrote := func(path string, contents ...string) model.Facts {
		f := model.Facts{Written: map[string]map[string]bool{path: {}}}
		for _, c := range contents {
			f.Written[path][model.Sum(c)] = true
		}
		return f
	}
	file := []model.File{{Path: path, Content: want, Mode: "0644"}}
	ownFile := []model.File{{Path: own.Path, Content: want, Mode: "0755", Owner: "example"}}
	const right = "set_attributes /webapps/example_project/prepare_env.sh example webapps 0755"
	const diffOlder = "--- " + path + "\n+++ " + path + "\n@@ -1 +1,2 @@\n-server { }\n+server {\n+}\n"
	const keep = ": yours, left alone; --diff shows how it differs"
	const changed = ": yours, left alone; djship's own has changed since you edited it: --diff shows how they differ, --overwrite " + path + " takes djship's and keeps yours beside it"
	modeltest.Run(t, []modeltest.Case{
		{Name: "absent", Step: root, Seen: "absent\n",
			Want: model.Change{Told: model.Told{Verb: model.Create, Detail: path,
				Diff: "--- /dev/null\n+++ " + path + "\n@@ -0,0 +1,2 @@\n+server {\n+}\n"}, Work: model.Work{Files: replacing(file, model.Absent)}, Schedule: model.Schedule{Notify: root.Notify}}},
		{Name: "right", Step: root, Seen: "regular file|root:root|644\n" + want},
		{Name: "right, read without its last newline", Step: root, Seen: "regular file|root:root|644\nserver {\n}"},
		{Name: "right in content, wrong in mode", Step: root, Seen: "regular file|root:root|600\n" + want,
			Want: model.Change{Told: model.Told{Verb: model.Update, Detail: path + ": mode 600, should be 0644"}, Work: model.Work{
				Script: "[ ! -L " + path + " ]\nchown root: " + path + "\nchmod 0644 " + path}}},
		{Name: "right in content, wrong in owner and mode", Step: root, Seen: "regular file|www-data:adm|777\n" + want,
			Want: model.Change{Told: model.Told{Verb: model.Update, Detail: path + ": owner www-data:adm, should be root:adm; mode 777, should be 0644"}, Work: model.Work{
				Script: "[ ! -L " + path + " ]\nchown root: " + path + "\nchmod 0644 " + path}}},
		{Name: "what is replaced must be what was seen", Step: root, Facts: wrote(path, older), Seen: "regular file|root:root|644|12 7 now\n" + older,
			Want: model.Change{Told: model.Told{Verb: model.Update, Detail: path + ": a newer version", Diff: diffOlder}, Work: model.Work{Files: replacing(file, "12 7 now")}, Schedule: model.Schedule{Notify: root.Notify}}},
		{Name: "an older template, not edited", Step: root, Facts: wrote(path, older), Seen: "regular file|root:root|644\n" + older,
			Want: model.Change{Told: model.Told{Verb: model.Update, Detail: path + ": a newer version", Diff: diffOlder}, Work: model.Work{Files: file}, Schedule: model.Schedule{Notify: root.Notify}}},
		{Name: "the oldest of three templates", Step: root, Facts: wrote(path, older, "another\n", want), Seen: "regular file|root:root|644\n" + older,
			Want: model.Change{Told: model.Told{Verb: model.Update, Detail: path + ": a newer version", Diff: diffOlder}, Work: model.Work{Files: file}, Schedule: model.Schedule{Notify: root.Notify}}},
		{Name: "an older template of another file", Step: root, Facts: wrote("/etc/other", older), Seen: "regular file|root:root|644\n" + older,
			Want: model.Change{Told: model.Told{Verb: model.Keep, Warn: true, Detail: path + changed, Diff: diffOlder}}},
		{Name: "edited", Step: root, Facts: wrote(path, want), Seen: "regular file|root:root|644\n" + older,
			Want: model.Change{Told: model.Told{Verb: model.Keep, Detail: path + keep, Diff: diffOlder}}},
		{Name: "edited, and djship's has changed since", Step: root, Facts: wrote(path, "another\n"), Seen: "regular file|root:root|644\n" + older,
			Want: model.Change{Told: model.Told{Verb: model.Keep, Warn: true, Detail: path + changed, Diff: diffOlder}}},
		{Name: "emptied", Step: root, Facts: wrote(path, want), Seen: "regular empty file|root:root|644\n",
			Want: model.Change{Told: model.Told{Verb: model.Keep, Detail: path + keep, Diff: "--- " + path + "\n+++ " + path + "\n@@ -0,0 +1,2 @@\n+server {\n+}\n"}}},
		{Name: "edited, overwrite", Step: forced, Facts: wrote(path, want), Seen: "regular file|root:root|644\n" + older,
			Want: model.Change{Told: model.Told{Verb: model.Update, Detail: path + ": changed on the server, overwritten; the old one is kept beside it", Diff: diffOlder}, Work: model.Work{
				Files: backedUp(file)}, Schedule: model.Schedule{Notify: root.Notify}}},
		{Name: "older, overwrite: nothing of a user's is lost, so nothing is kept", Step: forced, Facts: wrote(path, older), Seen: "regular file|root:root|644\n" + older,
			Want: model.Change{Told: model.Told{Verb: model.Update, Detail: path + ": a newer version", Diff: diffOlder}, Work: model.Work{Files: file}, Schedule: model.Schedule{Notify: root.Notify}}},
		{Name: "edited, and wrong in mode", Step: root, Seen: "regular file|root:root|666\n" + older,
			Want: model.Change{Told: model.Told{Verb: model.Update, Detail: path + ": mode 666, should be 0644; its content was changed on the server and is left alone"}, Work: model.Work{
				Script: "[ ! -L " + path + " ]\nchown root: " + path + "\nchmod 0644 " + path}}},
		{Name: "not text", Step: root, Seen: "regular file|root:root|644\n\x00\x01\n",
			Want: model.Change{Told: model.Told{Verb: model.Keep, Warn: true, Detail: path + changed, Diff: path + ": binary, 3 bytes\n"}}},
		{Name: "a link in its place", Step: root, Seen: "symbolic link|root:root|777\n/etc/shadow\n",
			Want: model.Change{Told: model.Told{Verb: model.Keep, Warn: true, Detail: path + changed, Diff: path + " is a symbolic link\n"}}},
		{Name: "a link to a text like ours", Step: root, Facts: wrote(path, "/etc/shadow"), Seen: "symbolic link|root:root|777\n/etc/shadow\n",
			Want: model.Change{Told: model.Told{Verb: model.Keep, Warn: true, Detail: path + changed, Diff: path + " is a symbolic link\n"}}},
		{Name: "a link in its place, overwrite", Step: forced, Seen: "symbolic link|root:root|777\n/etc/shadow\n",
			Want: model.Change{Told: model.Told{Verb: model.Update, Detail: path + ": changed on the server, overwritten; the old one is kept beside it", Diff: path + " is a symbolic link\n"}, Work: model.Work{
				Files: backedUp(file)}, Schedule: model.Schedule{Notify: root.Notify}}},
		{Name: "a directory in its place", Step: forced, Seen: "directory|root:root|755\n",
			Want: model.Refusal(path+" is a directory, not a file", model.OutOfTheWay)},
		{Name: "a site's, absent", Step: own, Seen: "absent\n",
			Want: model.Change{Told: model.Told{Verb: model.Create, Detail: own.Path,
				Diff: "--- /dev/null\n+++ " + own.Path + "\n@@ -0,0 +1,2 @@\n+server {\n+}\n"}, Work: model.Work{Files: replacing(ownFile, model.Absent), Script: right}}},
		{Name: "a site's, of root's", Step: own, Seen: "regular file|root:root|755\n" + want,
			Want: modeltest.NotTheSites(own.Path)},
		{Name: "a site's, of another group", Step: own, Seen: "regular file|example:www-data|755\n" + want,
			Want: model.Change{Told: model.Told{Verb: model.Update, Detail: own.Path + ": owner example:www-data, should be example:webapps"}, Work: model.Work{Script: right}}},
		{Name: "a site's, edited, overwrite", Step: ownForced, Seen: "regular file|example:webapps|755\n" + older,
			Want: model.Change{Told: model.Told{Verb: model.Update, Detail: own.Path + ": changed on the server, overwritten; the old one is kept beside it", Diff: strings.ReplaceAll(diffOlder, path, own.Path)}, Work: model.Work{
				Files: backedUp(ownFile), Script: right}}},
	})
}

func TestFolder(t *testing.T) {
	root := Folder{Path: "/webapps", Owner: "root", Group: "root", Mode: "0755"}
	own := Folder{Path: "/webapps/example_project/logs", Owner: "example", Group: "webapps", Mode: "0755", By: "example"}
	const attributes = "[ ! -L /webapps ]\nchown root:root /webapps\nchmod 0755 /webapps\nchmod ug-s,-t /webapps"
	const right = "set_attributes /webapps/example_project/logs example webapps 0755"
	modeltest.Run(t, []modeltest.Case{
		{Name: "absent", Step: root, Seen: "absent\n", Want: model.Change{Told: model.Told{Verb: model.Create, Detail: "root:root 0755"}, Work: model.Work{Script: "mkdir -m 0755 /webapps\n" + attributes}}},
		{Name: "right", Step: root, Seen: "directory|root:root|755\n"},
		{Name: "mode", Step: root, Seen: "directory|root:root|777\n", Want: model.Change{Told: model.Told{Verb: model.Update, Detail: "mode 777, should be 0755"}, Work: model.Work{Script: attributes}}},
		{Name: "sticky", Step: root, Seen: "directory|root:root|1755\n", Want: model.Change{Told: model.Told{Verb: model.Update, Detail: "mode 1755, should be 0755"}, Work: model.Work{Script: attributes}}},
		{Name: "owner", Step: root, Seen: "directory|example:root|755\n", Want: model.Change{Told: model.Told{Verb: model.Update, Detail: "owner example:root, should be root:root"}, Work: model.Work{Script: attributes}}},
		{Name: "group", Step: root, Seen: "directory|root:adm|755\n", Want: model.Change{Told: model.Told{Verb: model.Update, Detail: "owner root:adm, should be root:root"}, Work: model.Work{Script: attributes}}},
		{Name: "a file", Step: root, Seen: "regular file|root:root|755\n", Want: model.Refusal("/webapps is a regular file, not a folder", model.OutOfTheWay)},
		{Name: "a link", Step: own, Seen: "symbolic link|example:webapps|777\n",
			Want: model.Refusal(own.Path+" is a symbolic link, not a folder", inTheWay(own, "symbolic link"))},
		{Name: "a link of root's", Step: root, Seen: "symbolic link|root:root|777\n", Want: model.Refusal("/webapps is a symbolic link, not a folder", `no link may lead there; mount in its place what it leads to: to=$(readlink -f /webapps) && rm /webapps && mkdir /webapps && `+
			`mount --bind "$to" /webapps && echo "$to /webapps none bind 0 0" >>/etc/fstab - then run the same command again`)},
		{Name: "a site's, absent", Step: own, Seen: "absent\n",
			Want: model.Change{Told: model.Told{Verb: model.Create, Detail: "example:webapps 0755"}, Work: model.Work{Script: "as example mkdir -m 0755 /webapps/example_project/logs\n" + right}}},
		{Name: "a site's, of root's", Step: own, Seen: "directory|root:root|755\n", Want: modeltest.NotTheSites(own.Path)},
	})
}

// replacing is the files as they are put over something of a version.
func replacing(files []model.File, version string) []model.File {
	files = slices.Clone(files)
	for i := range files {
		files[i].Over = version
	}
	return files
}

func TestLink(t *testing.T) {
	s := Link{What: "nginx site example.com enabled", Path: "/etc/nginx/sites-enabled/example.com", Target: "/etc/nginx/sites-available/example.com", Notify: []string{"reload"}}
	const lay = "lay /etc/nginx/sites-available/example.com /etc/nginx/sites-enabled/example.com"
	modeltest.Run(t, []modeltest.Case{
		{Name: "absent", Step: s, Want: model.Change{Told: model.Told{Verb: model.Create, Detail: s.Path + " -> " + s.Target}, Work: model.Work{Script: lay}, Schedule: model.Schedule{Notify: s.Notify}}},
		{Name: "right", Step: s, Seen: s.Target + "\n"},
		{Name: "leads elsewhere", Step: s, Seen: "/srv/x\n",
			Want: model.Change{Told: model.Told{Verb: model.Update, Detail: s.Path + " led to /srv/x, should lead to " + s.Target}, Work: model.Work{Script: lay}, Schedule: model.Schedule{Notify: s.Notify}}},
		{Name: "a file", Step: s, Seen: "other\n", Want: model.Refusal(s.Path+" is a file, not a link to "+s.Target, model.OutOfTheWay)},
		{Name: "a file of the bash scripts", Step: s, Facts: model.Facts{Scripted: []string{"example"}}, Seen: "other\n", Want: model.Refusal(s.Path+" is a file, not a link to "+s.Target,
			"the bash scripts have made example here: `djship adopt example DOMAIN --check` tells how a site is taken over; what runs goes on meanwhile")},
	})
}

// Another file where the host can do with djship's alone is no edit: it was there before djship.
func TestFileThatTheHostNeeds(t *testing.T) {
	s := ManagedFile{What: "unit", Path: "/etc/unit", Content: func(model.Facts) string { return "ours\n" }, Mode: "0644", Needs: func(f model.Facts) bool { return f.Systemd }}
	const theirs = "regular file|root:root|644\ntheirs\n"
	known := map[string]map[string]bool{"/etc/unit": {model.Sum("older\n"): true}}
	overwriting := s
	overwriting.Overwrite = true
	for _, c := range []struct {
		name string
		step ManagedFile
		f    model.Facts
		seen string
		verb model.Verb
	}{
		{"theirs", s, model.Facts{Systemd: true}, theirs, model.Refuse},
		{"theirs, where nothing reads it", s, model.Facts{}, theirs, model.Keep},
		{"theirs, overwritten", overwriting, model.Facts{Systemd: true}, theirs, model.Update},
		{"ours, edited", s, model.Facts{Systemd: true, Written: known}, theirs, model.Keep},
		{"ours, and no note of it left", s, model.Facts{Systemd: true}, "regular file|root:root|644\nours\n", ""},
	} {
		got := c.step.Plan(c.f, model.Observed{Text: c.seen})
		if got.Verb != c.verb {
			t.Errorf("%s: %q (%s)", c.name, got.Verb, got.Detail)
		}
		if got.Verb == model.Refuse && (got.Detail != "/etc/unit is there already, and not djship's" || !strings.Contains(got.Hint, "--overwrite /etc/unit")) {
			t.Errorf("%s: %q, hint %q", c.name, got.Detail, got.Hint)
		}
	}
}

// backedUp are files of which the present versions are kept.
func backedUp(files []model.File) []model.File {
	files = slices.Clone(files)
	for i := range files {
		files[i].Backup = true
	}
	return files
}
