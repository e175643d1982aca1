//go:build linux

package integration

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestServicesDown(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w := up(t, 12, pair)
	const conf, log = "/etc/postgresql/15/main/postgresql.conf", "/var/log/postgresql"
	t.Run("stopped", func(t *testing.T) {
		for _, unit := range []string{"postgresql", "postgresql@15-main", "supervisord", "nginx"} {
			on(t, h, "systemctl stop "+unit+"; : >/webapps/example_project/logs/gunicorn.log")
			w.djship(0, strings.Fields(deployExample)...)
			changed := stepsWith(events(t, w.eventsFile()), "changed")
			want, starts := "service "+strings.Split(unit, "@")[0], "0"
			if unit == "supervisord" {
				want, starts = want+", gunicorn example", "1"
			}
			same(t, "changed with "+unit+" stopped", strings.Join(changed, ", "), want)
			same(t, "starts of gunicorn with "+unit+" stopped", try(t, h, "grep -c 'Starting gunicorn' /webapps/example_project/logs/gunicorn.log || :"), starts)
			answers(t, h, "example.com", "example")
			answers(t, h, "second.org", "second")
			idle(t, h, w, strings.Fields(deployExample)...)
		}
	})
	t.Run("PostgreSQL does not start", func(t *testing.T) {
		on(t, h, "echo 'nonsense = yes' >>"+conf+"; systemctl stop postgresql")
		said(t, w, w.run(strings.Fields(deployExample)...), "PostgreSQL can't be started", `unrecognized configuration parameter "nonsense"`, conf)
		on(t, h, "sed -i /nonsense/d "+conf)
		w.djship(0, strings.Fields(deployExample)...)
	})
	t.Run("supervisord does not start", func(t *testing.T) {
		on(t, h, "cp /etc/supervisord.conf /root/ && echo 'nonsense' >>/etc/supervisord.conf; systemctl stop supervisord")
		said(t, w, w.run(strings.Fields(deployExample)...), "service supervisord", "/etc/supervisord.conf", "nonsense")
		on(t, h, "cp /root/supervisord.conf /etc/")
		w.djship(0, strings.Fields(deployExample)...)
	})
	t.Run("nginx does not start", func(t *testing.T) {
		on(t, h, "echo 'nonsense here;' >/etc/nginx/conf.d/theirs.conf; systemctl stop nginx")
		said(t, w, w.run(strings.Fields(deployExample)...), "service nginx", `unknown directive "nonsense" in /etc/nginx/conf.d/theirs.conf:1`, "mend the file and line that nginx names")
		on(t, h, "rm /etc/nginx/conf.d/theirs.conf")
		w.djship(0, strings.Fields(deployExample)...)
	})
	t.Run("port 80 taken", func(t *testing.T) {
		on(t, h, "systemctl stop nginx; systemd-run -q --unit squatter python3 -m http.server 80; sleep 1")
		for _, args := range []string{deployExample, "prereq"} {
			said(t, w, w.run(strings.Fields(args)...), "port 80 is held by python3", "stop and disable python3 on the host")
			if changed := stepsWith(events(t, w.eventsFile()), "changed"); len(changed) > 0 {
				t.Errorf("%s: changed %q", args, changed)
			}
		}
		on(t, h, "systemctl stop squatter")
		w.djship(0, strings.Fields(deployExample)...)
	})
	t.Run("PostgreSQL on another port", func(t *testing.T) {
		on(t, h, "sed -i 's/^port = .*/port = 5499/' "+conf+" && systemctl restart postgresql")
		for _, site := range []string{"example example.com", "second second.org"} {
			w.djship(0, strings.Fields("deploy "+site)...)
			project, domain, _ := strings.Cut(site, " ")
			if changed := stepsWith(events(t, w.eventsFile()), "changed"); !slices.Contains(changed, "environment script of "+project) {
				t.Errorf("changed %q", changed)
			}
			answers(t, h, domain, project)
			same(t, "a query of "+project, try(t, h, asSite(project, "manage.py showmigrations auth | head -n 1")), "auth")
			idle(t, h, w, strings.Fields("deploy "+site)...)
		}
	})
	for _, domain := range []string{"example.com", "second.org"} {
		project, _, _ := strings.Cut(domain, ".")
		answers(t, h, domain, project)
	}
	idle(t, h, w, "prereq")
}

// Debian's own supervisor, for somebody's own programs, and djship's know nothing of each other.
func TestSupervisorOfDebianBeside(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w := up(t, 12, pair)
	on(t, h, `apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install supervisor >/dev/null
		printf '[program:theirs]\ncommand=sleep 1000000\n' >/etc/supervisor/conf.d/theirs.conf && systemctl restart supervisor`)
	theirs := func() string {
		return try(t, h, "/usr/bin/supervisorctl -c /etc/supervisor/supervisord.conf status | sed 's/ .*//'")
	}
	for range 2 {
		// Debian's unit stops the supervisord that /etc/supervisord.conf is of, and that is djship's: systemd
		// brings it back.
		within(t, 30*time.Second, func() error {
			return errors.Join(equal(theirs(), "theirs"), answering(h, "example.com"), answering(h, "second.org"))
		})
		same(t, "djship's programs", try(t, h, "supervisorctl status | sed 's/ .*//'"), "example\nsecond")
		idle(t, h, w, "prereq")
		idle(t, h, w, strings.Fields(deployExample)...)
		on(t, h, "rm /webapps/example_project/prepare_env.sh")
		over := undisturbed(t, h, "second.org")
		w.djship(0, strings.Fields(deployExample)...)
		over()
		answers(t, h, "example.com", "example")
		same(t, "theirs", theirs(), "theirs")
		on(t, h, "systemctl restart supervisord supervisor")
	}
}

// A host that was Debian 11 once has its PostgreSQL 13 still, running or with its programs removed.
func TestSlowAnotherPostgreSQLBeside(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w := up(t, 12, pair)
	on(t, h, `set -e
		sed 's/bookworm/bullseye/g' /etc/apt/sources.list >/etc/apt/sources.list.d/old.list
		sed -i '/bullseye-security\|bullseye-updates/d' /etc/apt/sources.list.d/old.list
		for f in /etc/apt/sources.list.d/*.sources; do [ ! -e "$f" ] || sed 's/bookworm/bullseye/g' "$f" >"/etc/apt/sources.list.d/old-${f##*/}"; done
		apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install postgresql-13 >/dev/null
		pg_lsclusters`)
	site := func(want string) {
		t.Helper()
		idle(t, h, w, "prereq")
		idle(t, h, w, strings.Fields(deployExample)...)
		answers(t, h, "example.com", "example")
		same(t, "clusters", try(t, h, "pg_lsclusters -h | awk '{print $1, $3, $4}'"), want)
	}
	site("13 5433 online\n15 5432 online")
	on(t, h, "pg_ctlcluster 13 main stop")
	site("13 5433 down\n15 5432 online")
	// As after an upgrade in which the new one came second: it got the next port.
	on(t, h, `sed -i 's/^port = .*/port = 5432/' /etc/postgresql/13/main/postgresql.conf; sed -i 's/^port = .*/port = 5433/' /etc/postgresql/15/main/postgresql.conf
		DEBIAN_FRONTEND=noninteractive apt-get -qq -y remove postgresql-13 >/dev/null; systemctl restart postgresql@15-main`)
	w.djship(0, strings.Fields(deployExample)...)
	answers(t, h, "example.com", "example")
	site("13 5432 down,binaries_missing\n15 5433 online")
}

// What somebody else has broken in nginx's configuration is named, and what djship had put is taken
// back: nothing of it would be seen until somebody reloads nginx, and then everything would be down.
func TestNginxBrokenBySomebody(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w := up(t, 12, pair)
	const theirs, file, link = "/etc/nginx/conf.d/theirs.conf", "/etc/nginx/sites-available/example.com", "/etc/nginx/sites-enabled/example.com"
	broken := []string{"nginx reload for example.com", `unknown directive "nonsense"`, theirs + ":1", "taken back", "mend the file and line that nginx names"}
	nginx := on(t, h, "cat /run/nginx.pid")
	meetAll(t, h, w, []fault{
		{what: "a new site", harm: "echo 'nonsense here;' >" + theirs + "; rm " + file + " " + link, says: []string{"nginx refuses its configuration as it is", theirs + ":1", "mend the file and line that nginx names"},
			mend: "[ ! -e " + file + " ] && [ ! -L " + link + " ] && rm " + theirs},
		// As if an older djship had written it.
		{what: "a newer template", harm: "echo 'nonsense here;' >" + theirs + "; sed -i s/20m/10m/ " + file + "; echo \"$(sha256sum <" + file + " | cut -d' ' -f1)  " + file + "\" >>/var/lib/djship/written",
			says: broken, mend: "grep -q 10m " + file + " && rm " + theirs},
	})
	same(t, "nginx's process", on(t, h, "cat /run/nginx.pid"), nginx)
	on(t, h, "grep -q 20m "+file)
}

// A gunicorn that does not come up says why by its log, and the site goes on with what it had.
func TestGunicornThatDoesNotComeUp(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w := up(t, 12, pair)
	const home = "/webapps/example_project"
	t.Run("code that does not load", func(t *testing.T) {
		fault{harm: "cp -p " + home + "/example/example/urls.py /root/ && echo 'import nothing_there' >>" + home + "/example/example/urls.py && rm " + home + "/prepare_env.sh",
			says: []string{"gunicorn example", "No module named 'nothing_there'", home + "/logs/gunicorn.log", "where a package is missing, install it"},
			mend: "cp -p /root/urls.py " + home + "/example/example/"}.meet(t, h, w)
	})
	t.Run("a script that ends", func(t *testing.T) {
		fault{harm: "cp -p " + home + "/gunicorn_start.sh /root/ && printf '#!/bin/bash\\n# LISTEN_FDS\\necho out of order\\nexit 1\\n' >" + home + "/gunicorn_start.sh && rm " + home + "/prepare_env.sh",
			says: []string{"gunicorn example", "out of order", "/var/log/supervisor/example.log"},
			mend: "cp -p /root/gunicorn_start.sh " + home + "/"}.meet(t, h, w)
	})
	for what, edit := range map[string][2]string{
		"gunicorn_start.sh": {"--log-level info", "--log-level info --no-such-option"},
		"prepare_env.sh":    {"export LANG=C.UTF-8", "exit 1"},
		"production.py":     {"DEBUG = False", "DEBUG = False\nimport nothing_there"},
		"supervisor.conf":   {"{{.At.Start}}", "{{.At.Home}}/no_such_file.sh"},
	} {
		t.Run("a newer "+what, func(t *testing.T) {
			files := []string{home + "/gunicorn_start.sh", home + "/prepare_env.sh", home + "/example/example/settings/production.py", "/etc/supervisor/example.conf"}
			before := snapshot(t, h, files...)
			newer := *w
			newer.exe = changedProgram(t, "assets/site/"+what, edit)
			over := undisturbed(t, h, "second.org")
			o := newer.run(strings.Fields(deployExample)...)
			over()
			said(t, w, o, "gunicorn example", "taken back", "the site is up as before")
			answers(t, h, "example.com", "example")
			for path, e := range snapshot(t, h, files...) {
				if was := before[path]; e.SHA256 != was.SHA256 || e.Mode != was.Mode || e.Owner != was.Owner {
					t.Errorf("%s is %+v, was %+v", path, e, was)
				}
			}
			w.djship(0, strings.Fields(deployExample)...)
			idle(t, h, w, strings.Fields(deployExample)...)
		})
	}
}

// changedProgram builds djship with other words in one of its files.
func changedProgram(t *testing.T, path string, edit [2]string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", path))
	if err != nil || !strings.Contains(string(text), edit[0]) {
		t.Fatalf("%s: no %q: %v", path, edit[0], err)
	}
	dir := t.TempDir()
	other, overlay, exe := filepath.Join(dir, "other"), filepath.Join(dir, "overlay.json"), filepath.Join(dir, "djship")
	source, err := filepath.Abs(filepath.Join("..", path))
	if err != nil {
		t.Fatal(err)
	}
	replace, err := json.Marshal(map[string]any{"Replace": map[string]string{source: other}})
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{other: strings.Replace(string(text), edit[0], edit[1], 1), overlay: string(replace)} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	build := exec.Command("go", "build", "-overlay", overlay, "-o", exe, "..")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building another djship: %v\n%s", err, out)
	}
	return exe
}
