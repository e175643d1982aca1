//go:build linux

package integration

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// The files that people edit on a server, with the step that looks after each and what runs on it.
var edited = []struct{ path, step, user string }{
	{home + "/prepare_env.sh", "environment script of example", gunicorn},
	{home + "/gunicorn_start.sh", "gunicorn script of example", gunicorn},
	{home + "/example/example/settings/production.py", "production settings of example", gunicorn},
	{"/etc/supervisor/example.conf", "supervisor program example", gunicorn},
	{"/etc/nginx/sites-available/example.com", "nginx site example.com", reload},
	{"/etc/logrotate.d/djship-example", "log rotation of example", ""},
}

// A file changed on the server is kept, which is normal and said in a few words, with --diff with the text, until
// --overwrite, for all or for that one, which keeps the old one beside it.
func TestEditedFilesAreKept(t *testing.T) {
	t.Parallel()
	h, w := up(t, slowOn(11), site)
	for i, f := range edited {
		on(t, h, "echo '# mine' >>"+f.path)
		if strings.HasSuffix(f.path, ".py") { // else it is said that gunicorn does not run on it yet
			on(t, h, "supervisorctl restart example")
		}
		before := snapshot(t, h, f.path)
		for _, args := range [][]string{{"--check"}, nil, {"--diff"}} {
			o := w.djship(0, append([]string{"deploy", "example", "example.com"}, args...)...)
			all := events(t, w.eventsFile())
			same(t, fmt.Sprintf("%s kept, %q", f.path, args), strings.Join(stepsWith(all, "kept"), ", "), f.step)
			same(t, f.path+": changed", strings.Join(append(stepsWith(all, "changed"), stepsWith(all, "would_change")...), ", "), "")
			said := o.stdout + o.stderr
			if !strings.Contains(said, "1 file is yours") || strings.Contains(said, "--overwrite") || strings.Contains(said, "warnings") {
				t.Errorf("%s: it is not said quietly: %v", f.path, o)
			}
			shown := slices.Contains(args, "--diff")
			if strings.Contains(said, f.path) != shown || strings.Contains(said, "-# mine") != shown || strings.Contains(said, "yours; --diff shows how it differs") == shown {
				t.Errorf("%s: what is kept is shown by --diff alone: %v", f.path, o)
			}
			for _, e := range all {
				if e.Status == "kept" && strings.Contains(e.Diff, "-# mine") != slices.Contains(args, "--diff") {
					t.Errorf("%s: its diff is %q", f.path, e.Diff)
				}
			}
			untouched(t, h, before, f.path)
		}
		overwrite := [][]string{{"--overwrite"}, {"--overwrite", f.path}}[i%2]
		w.djship(0, append(overwrite, "deploy", "example", "example.com")...)
		want := strings.TrimSuffix(f.step+", "+f.user, ", ")
		same(t, f.path+": changed by --overwrite", sorted(stepsWith(events(t, w.eventsFile()), "changed")), sorted(strings.Split(want, ", ")))
		same(t, f.path+": beside it", try(t, h, "grep -l '# mine' "+f.path+".*~ | wc -l; grep -c '# mine' "+f.path+" || :"), "1\n0")
		answers(t, h, "example.com", "example")
	}
	// One of two, and that djship has another template by now than when they were edited, which it warns of.
	on(t, h, fmt.Sprintf(`for file in %[1]s/prepare_env.sh %[1]s/gunicorn_start.sh; do
	echo '# mine' >>$file
	sed -i "\|  $file\$|d" /var/lib/djship/written
done`, home))
	o := w.djship(0, "deploy", "example", "example.com")
	for _, f := range edited[:2] {
		if !strings.Contains(o.stderr, f.path+": yours, left alone; djship's own has changed since you edited it") || !strings.Contains(o.stderr, "--overwrite "+f.path+" takes djship's") {
			t.Errorf("%s: that there is a newer one is not said: %v", f.path, o)
		}
	}
	w.djship(0, "deploy", "example", "example.com", "--overwrite", edited[0].path)
	all := events(t, w.eventsFile())
	same(t, "changed by --overwrite of one", sorted(stepsWith(all, "changed")), sorted([]string{edited[0].step, gunicorn}))
	same(t, "kept beside", sorted(stepsWith(all, "kept")), edited[1].step)
	if o := w.djship(2, "deploy", "example", "example.com", "--overwrite", "/etc/passwd"); !strings.Contains(o.stderr, "djship writes no such file here") {
		t.Errorf("a file that is not djship's: %v", o)
	}
	idle(t, h, w, "deploy", "example", "example.com")
}

// A file that nobody has changed is brought up to date when djship has a newer template: here the
// host is as an older djship would have left it.
func TestOlderTemplateIsUpdated(t *testing.T) {
	t.Parallel()
	h, w := up(t, slowOn(13), site)
	want := map[string]bool{}
	for _, f := range edited {
		on(t, h, fmt.Sprintf(`sed -i '1s/$/ Of an older djship./' %[1]s && echo "$(sha256sum <%[1]s | cut -d' ' -f1)  %[1]s" >>/var/lib/djship/written`, f.path))
		want[f.step] = true
		if f.user != "" {
			want[f.user] = true
		}
	}
	var steps []string
	for s := range want {
		steps = append(steps, s)
	}
	secrets := fmt.Sprint(siteSecrets(t, h, "example"))
	w.djship(0, "deploy", "example", "example.com", "--check")
	same(t, "seen", sorted(stepsWith(events(t, w.eventsFile()), "would_change")), sorted(steps))
	w.djship(0, "deploy", "example", "example.com")
	same(t, "changed", sorted(stepsWith(events(t, w.eventsFile()), "changed")), sorted(steps))
	same(t, "what is left of the older ones", try(t, h, "grep -l 'older djship' /etc/nginx/sites-available/* /etc/supervisor/* "+home+"/*.sh || :; find /etc /webapps -name '*~'"), "")
	same(t, "secrets", fmt.Sprint(siteSecrets(t, h, "example")), secrets)
	answers(t, h, "example.com", "example")
	idle(t, h, w, "deploy", "example", "example.com")
}
