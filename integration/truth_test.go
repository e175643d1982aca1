//go:build linux

package integration

import (
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"djship/integration/testbed"
	"djship/steps"
	"djship/steps/django"
	"djship/steps/server"
)

// A breach is one way in which an aspect of a host can be another than djship left it.
type breach struct {
	step string   // the step that looks after it
	harm string   // what is done on the host
	also []string // the steps that have to act, too, when it is mended
	how  mending
}

// mending is how a breach ends, and what it means to others.
type mending int

const (
	mended   mending = iota // by the next run
	shared                  // by the next run; other sites may feel it, for it is about all of them
	kept                    // left alone as somebody's edit, until --overwrite
	byPerson                // refused: a person has to undo it
)

const (
	home     = "/webapps/example_project"
	gunicorn = "gunicorn example"
	reload   = "nginx reload for example.com"
	inHome   = "cd " + home + " && "
)

// breaches are at least one for each step: TestEveryStepHasBreaches sees to it.
var breaches = []breach{
	{"distribution", "sed -i.djold s/^ID=.*/ID=plan9/ $(realpath /etc/os-release)", nil, byPerson},
	{"domain example.com", "echo 'server { listen 80; server_name example.com; }' >/etc/nginx/conf.d/theirs.conf", nil, byPerson},
	{"taking over of example", "mkdir -p /var/lib/djship/adopted && echo domain example.com >/var/lib/djship/adopted/example", nil, byPerson},

	{"port 80", "systemctl stop nginx && systemd-run -q --unit theirs python3 -m http.server 80 --directory /run && sleep 1", nil, byPerson},

	{"packages to build with", "dpkg --purge --force-depends libpq-dev", nil, mended},
	{"packages to build with", "dpkg --purge --force-depends python3-dev build-essential", nil, mended},
	{"packages", "dpkg --purge --force-depends git", nil, mended},
	{"packages to build with", "dpkg --purge --force-depends python3-pip", nil, mended},
	{"packages", "dpkg --remove --force-depends postgresql", nil, mended},
	{"packages", "dpkg --remove --force-depends nginx; systemctl stop nginx 2>/dev/null || :", []string{"service nginx"}, shared},
	{"wheel of psycopg2", "rm /opt/djship/wheels/*", nil, mended},
	{"wheel of psycopg2", "rm /opt/djship/wheels/*; userdel djship-build; userdel djship-fetch", nil, mended},
	{"virtualenv and supervisor in /opt/djship", "rm /opt/djship/bin/supervisorctl", nil, mended},
	{"virtualenv and supervisor in /opt/djship", "cd /opt/djship/lib/python3*/site-packages && mv virtualenv-*.dist-info virtualenv-1.0.dist-info && rm /opt/djship/bin/virtualenv", nil, mended},
	{"virtualenv and supervisor in /opt/djship", "rm -r /opt/djship", []string{"supervisord's poller", "wheel of psycopg2"}, mended},
	{"supervisord's poller", "rm /opt/djship/lib/python3*/site-packages/djship_poller.pth", nil, mended},
	{"supervisord's poller", ": | tee /opt/djship/lib/python3*/site-packages/djship_poller.py", nil, mended},
	{"virtualenv on the PATH", "rm /usr/local/bin/virtualenv", nil, mended},
	{"supervisord on the PATH", "ln -sfn /bin/true /usr/local/bin/supervisord", nil, mended},
	{"supervisorctl on the PATH", "rm /usr/local/bin/supervisorctl", nil, mended},
	{"folder /etc/supervisor", "chmod 700 /etc/supervisor", nil, mended},
	{"folder /etc/supervisor", "chown deploy /etc/supervisor", nil, mended},
	{"folder /var/log/supervisor", "chmod 755 /var/log/supervisor; chgrp root /var/log/supervisor", nil, mended},
	{"/etc/supervisord.conf", "rm /etc/supervisord.conf", []string{"service supervisord"}, shared},
	{"/etc/supervisord.conf", "chmod 600 /etc/supervisord.conf; chown deploy /etc/supervisord.conf", nil, mended},
	{"/etc/supervisord.conf", "echo '; mine' >>/etc/supervisord.conf", []string{"service supervisord"}, kept},
	{"/etc/init.d/supervisord", "rm /etc/init.d/supervisord", []string{"service supervisord"}, shared},
	{"/etc/init.d/supervisord", "chmod 644 /etc/init.d/supervisord; chown deploy /etc/init.d/supervisord", nil, mended},
	{"/etc/init.d/supervisord", "echo '# mine' >>/etc/init.d/supervisord", []string{"service supervisord"}, kept},
	{"/etc/systemd/system/supervisord.service", "rm /etc/systemd/system/supervisord.service", []string{"service supervisord"}, shared},
	{"/etc/systemd/system/supervisord.service", "chown deploy:deploy /etc/systemd/system/supervisord.service; chmod 600 /etc/systemd/system/supervisord.service", nil, mended},
	{"/etc/systemd/system/supervisord.service", "echo '# mine' >>/etc/systemd/system/supervisord.service", []string{"service supervisord"}, kept},
	{"service postgresql", "systemctl stop postgresql", nil, shared},
	{"service postgresql", "pg_ctlcluster $(pg_lsclusters -h | cut -d' ' -f1,2) stop -m fast", nil, shared},
	{"service postgresql", "systemctl disable postgresql", nil, mended},
	{"service supervisord", "systemctl stop supervisord", []string{gunicorn}, shared},
	{"service supervisord", "systemctl disable supervisord", nil, mended},
	{"service nginx", "systemctl stop nginx", nil, shared},
	{"service nginx", "systemctl disable nginx", nil, mended},

	{"record of example", "rm /var/lib/djship/sites/example", nil, mended},
	{"record of example", "chmod 644 /var/lib/djship/sites/example; chown deploy /var/lib/djship/sites/example", nil, mended},
	{"group webapps", "sed -i /^webapps:/d /etc/group /etc/gshadow", []string{"account example", "folder " + home + "/logs", "folder " + home + "/run",
		"folder " + home + "/static", "folder " + home + "/media", "secret key of example", "database password of example",
		"environment script of example", "gunicorn script of example", "production settings of example"}, mended},
	{"folder /webapps", "chmod 3711 /webapps", nil, mended},
	{"folder /webapps", "chown deploy:deploy /webapps", nil, mended},
	{"folder /webapps/.sockets", "chmod 777 /webapps/.sockets", nil, mended},
	{"folder /webapps/.sockets", "chown example:webapps /webapps/.sockets", nil, mended},
	{"account example", "usermod -s /usr/sbin/nologin example", nil, mended},
	{"account example", "echo example:secret | chpasswd", nil, mended},
	{"account example", "sed -i '/^example:/s/:[0-9]*:\\([^:]*:[^:]*:[^:]*\\)$/:65534:\\1/' /etc/passwd", nil, mended},
	{"sshd rule for example", "rm /etc/ssh/sshd_config.d/djship-example.conf", []string{"sshd reload for example"}, mended},
	{"sshd rule for example", "chmod 600 /etc/ssh/sshd_config.d/djship-example.conf; chown deploy /etc/ssh/sshd_config.d/djship-example.conf", nil, mended},
	{"sshd rule for example", "echo '# mine' >>/etc/ssh/sshd_config.d/djship-example.conf", []string{"sshd reload for example"}, kept},
	{"sshd reload for example", ": >/var/lib/djship/due/sshd-reload-example", nil, mended},
	{"folder " + home, "chmod 755 " + home, nil, mended},
	{"folder " + home, "chgrp webapps " + home, nil, mended},
	{"folder " + home, "chown root " + home, nil, mended},
	{"virtualenv of example", inHome + "rm bin/python", []string{gunicorn}, mended},
	{"virtualenv of example", inHome + "rm bin/activate", []string{gunicorn}, mended},
	{"Python packages of example", inHome + "bin/pip uninstall -q -y --root-user-action=ignore gunicorn", []string{gunicorn}, mended},
	{"Python packages of example", inHome + "bin/pip uninstall -q -y setproctitle", []string{gunicorn}, mended},
	{"Python packages of example", ": >/var/lib/djship/due/Python-packages-of-example; sleep 0.1; " + inHome + "rm bin/django-admin lib/python3*/site-packages/[Dd]jango-*.dist-info/INSTALLER",
		[]string{gunicorn}, mended}, // as pip leaves it that is cut off
	{"PostgreSQL driver of example", inHome + "bin/pip uninstall -q -y --root-user-action=ignore psycopg2", []string{gunicorn}, mended},
	{"folder " + home + "/logs", "chmod 777 " + home + "/logs", nil, mended},
	{"folder " + home + "/logs", "chown root " + home + "/logs", nil, byPerson},
	{"folder " + home + "/run", "rm -r " + home + "/run", []string{"socket link of example"}, mended},
	{"folder " + home + "/run", "chgrp root " + home + "/run; chmod 700 " + home + "/run", nil, mended},
	{"folder " + home + "/static", "rm -r " + home + "/static", []string{"static files of example"}, mended},
	{"folder " + home + "/static", "chgrp root " + home + "/static; chmod 700 " + home + "/static", nil, mended},
	{"folder " + home + "/media", "rmdir " + home + "/media", nil, mended},
	{"folder " + home + "/media", "chmod 700 " + home + "/media", nil, mended},
	{"secret key of example", inHome + "rm .django_secret_key", []string{gunicorn}, mended},
	{"secret key of example", inHome + ": >.django_secret_key", []string{gunicorn}, mended},
	{"secret key of example", inHome + "chmod 644 .django_secret_key", nil, mended},
	{"secret key of example", inHome + "chown root .django_secret_key", nil, byPerson},
	{"database password of example", inHome + "rm .django_db_password", []string{"PostgreSQL role example", gunicorn}, mended},
	{"database password of example", inHome + "chgrp root .django_db_password; chmod 640 .django_db_password", nil, mended},
	{"environment script of example", inHome + "rm prepare_env.sh", []string{gunicorn}, mended},
	{"environment script of example", inHome + "chmod 600 prepare_env.sh", nil, mended},
	{"environment script of example", inHome + "chown root prepare_env.sh", nil, byPerson},
	{"environment script of example", inHome + "echo 'export MINE=yes' >>prepare_env.sh", []string{gunicorn}, kept},
	{"gunicorn script of example", inHome + "rm gunicorn_start.sh", []string{gunicorn}, mended},
	{"gunicorn script of example", inHome + "chmod 644 gunicorn_start.sh; chgrp root gunicorn_start.sh", nil, mended},
	{"gunicorn script of example", inHome + "echo '# mine' >>gunicorn_start.sh", []string{gunicorn}, kept},
	{"PostgreSQL's own databases", sql("grant connect on database postgres to public"), nil, mended},
	{"PostgreSQL's own databases", sql("grant connect on database template1 to public", "grant all on database postgres to example with grant option"), nil, mended},
	{"PostgreSQL role example", sql("alter role example nologin"), nil, mended},
	{"PostgreSQL role example", sql("alter role example superuser"), nil, mended},
	{"PostgreSQL role example", sql("alter role example bypassrls"), nil, mended},
	{"PostgreSQL role example", sql("create role bridge in role postgres", "grant bridge to example"), nil, mended},
	{"PostgreSQL role example", sql("alter role example password 'another'"), []string{gunicorn}, mended},
	{"PostgreSQL role example", sql("drop database example with (force)", "drop role example"),
		[]string{"PostgreSQL database example", "database tables of example", gunicorn}, mended},
	{"PostgreSQL database example", sql("drop database example with (force)"), []string{"database tables of example", gunicorn}, mended},
	{"PostgreSQL database example", sql("alter database example allow_connections false") + " && : >/var/lib/djship/due/PostgreSQL-database-example", nil, mended}, // as it is when its making is cut off
	{"PostgreSQL database example", sql("grant connect on database example to public"), nil, mended},
	{"PostgreSQL database example", sql("alter database example owner to postgres"), nil, mended},
	{"Django project example", "rm -r " + home + "/example", []string{"production settings of example", "database tables of example",
		"static files of example", gunicorn}, mended},
	{"production settings of example", inHome + "rm example/example/settings/production.py", []string{gunicorn}, mended},
	{"production settings of example", inHome + "chmod 600 example/example/settings/production.py", nil, mended},
	{"production settings of example", inHome + "chown root example/example/settings/production.py", nil, byPerson},
	{"production settings of example", inHome + "echo 'TIME_ZONE = \"Europe/Vienna\"' >>example/example/settings/production.py", []string{gunicorn}, kept},
	{"database tables of example", ": >/var/lib/djship/due/database-tables-of-example", nil, mended},
	{"static files of example", "rm -r " + home + "/static/*", nil, mended},
	{"log rotation of example", "rm /etc/logrotate.d/djship-example", nil, mended},
	{"log rotation of example", "chmod 666 /etc/logrotate.d/djship-example; chown deploy /etc/logrotate.d/djship-example", nil, mended},
	{"log rotation of example", "sed -i s/weekly/daily/ /etc/logrotate.d/djship-example", nil, kept},
	{"supervisor program example", "rm /etc/supervisor/example.conf", []string{gunicorn}, mended},
	{"supervisor program example", "chmod 640 /etc/supervisor/example.conf; chown deploy /etc/supervisor/example.conf", nil, mended},
	{"supervisor program example", "sed -i s/startretries=10/startretries=5/ /etc/supervisor/example.conf", []string{gunicorn}, kept},
	{gunicorn, "supervisorctl stop example", nil, mended},
	{gunicorn, "rm /webapps/.sockets/example-0.sock", nil, mended},
	{gunicorn, "rm /webapps/.sockets/example.sock", nil, mended},
	{gunicorn, "ln -sfn second-0.sock /webapps/.sockets/example.sock", nil, mended},
	{gunicorn, "chmod 000 /webapps/.sockets/example-0.sock", nil, mended},
	{gunicorn, "chown root:root /webapps/.sockets/example-0.sock", nil, mended},
	{"socket link of example", "rm " + home + "/run/gunicorn.sock", nil, mended},
	{"socket link of example", "ln -sfn /webapps/.sockets/second.sock " + home + "/run/gunicorn.sock", nil, mended},
	{"access log of example.com", "rm /var/log/nginx/example.com.access.log", []string{reload}, mended},
	{"access log of example.com", "chmod 644 /var/log/nginx/example.com.access.log; chgrp root /var/log/nginx/example.com.access.log", nil, mended},
	{"timing log of example.com", "rm /var/log/nginx/example.com.timing.log", []string{reload}, mended},
	{"timing log of example.com", "chmod 644 /var/log/nginx/example.com.timing.log; chown root /var/log/nginx/example.com.timing.log", nil, mended},
	{"error log of example.com", "rm /var/log/nginx/example.com.error.log", []string{reload}, mended},
	{"error log of example.com", "chown root /var/log/nginx/example.com.error.log; chmod 644 /var/log/nginx/example.com.error.log", nil, mended},
	{"nginx site example.com", "rm /etc/nginx/sites-available/example.com", []string{reload}, mended},
	{"nginx site example.com", "chmod 600 /etc/nginx/sites-available/example.com; chown deploy /etc/nginx/sites-available/example.com", nil, mended},
	{"nginx site example.com", "sed -i s/20m/30m/ /etc/nginx/sites-available/example.com", []string{reload}, kept},
	{"nginx site example.com enabled", "rm /etc/nginx/sites-enabled/example.com", []string{reload}, mended},
	{"nginx site example.com enabled", "ln -sfn /dev/null /etc/nginx/sites-enabled/example.com", []string{reload}, mended},
	{reload, ": >/var/lib/djship/due/nginx-reload-example.com", nil, mended},
}

// provenElsewhere are the steps whose breach needs another host than that of the table.
var provenElsewhere = map[string]string{"names for releases of example": "TestAliasOfPushedCode", "nginx file of before of example": "TestMoveOfAnEditedSite", "redirects to example.com": "TestMoveOfAnEditedSite",
	"disk space": "TestRefusedOnTheHost", "file systems": "TestRequirements", "folders of packages": "TestRequirements", "sshd": "TestRequirements",
	"nginx reads sites-enabled": "TestRequirements", "supervisord's configuration": "TestRequirements", "prereq done": "TestRefusedOnTheHost", "PostgreSQL usable": "TestPostgreSQLThatIsNotReady", "Python 2 available": "TestPython2WhereThereIsNone", "removals that wait of example": "TestMigrationsGoBack",

	"removal of example": "TestRemove", "nginx site of example": "TestRemove", "jobs of example": "TestRemove", "programs of example": "TestRemove", "redis of example": "TestSlowQueueLosesNoTask", "certificate of example": "TestMoveDomain",
	"releases of example": "TestRemove", "account and home of example": "TestRemove", "rules for example": "TestRemove", "PostgreSQL database and role example": "TestRemove", "record of example": "TestRemove",
	"no sites": "TestUnprep", "timers and their programs": "TestUnprep", "nginx without djship": "TestUnprep", "supervisord's service": "TestUnprep", "tools in /opt/djship": "TestUnprep", "accounts of djship's": "TestUnprep",
	"folders of sites": "TestUnprep", "packages of the distribution": "TestUnprep", "records of the host": "TestUnprep"}

func sql(statements ...string) string {
	script := "cd / && runuser -u postgres -- psql -qX -v ON_ERROR_STOP=1"
	for _, s := range statements {
		script += " -c " + quote(s)
	}
	return script
}

// A step without a row in the table is a promise that nobody has tested.
func TestEveryStepHasBreaches(t *testing.T) {
	var names []string
	for _, python := range []string{"2", "3"} {
		s, err := django.NewSite("example", "example.com", python)
		if err != nil {
			t.Fatal(err)
		}
		moving := s
		moving.Move = true
		for _, step := range slices.Concat(steps.Up(s, server.Options{}), steps.Deploy(s, server.Options{}), steps.Deploy(moving, server.Options{}), steps.Redirects(moving, server.Options{}), steps.Remove("example"), steps.Unprep()) {
			names = append(names, step.Name())
			if provenElsewhere[step.Name()] == "" && !slices.ContainsFunc(breaches, func(b breach) bool { return b.step == step.Name() }) {
				t.Errorf("no breach of %q", step.Name())
			}
		}
	}
	for _, b := range breaches {
		for _, step := range append(b.also, b.step) {
			if !slices.Contains(names, step) {
				t.Errorf("%s: there is no step %q", b.harm, step)
			}
		}
	}
}

// In a thorough run each row is proven on each release, else on one of them, in turn.
func TestSlowEveryBreachIsSeenAndMended(t *testing.T) {
	slow(t)
	eachDebian(t, func(t *testing.T, suite int) {
		h, w := up(t, suite, pair)
		for i, b := range breaches {
			if i%3 != suite-11 && !thorough() {
				continue
			}
			ok := t.Run(b.step+": "+b.harm, func(t *testing.T) {
				w := *w
				w.t = t
				b.prove(t, h, &w)
			})
			if !ok { // the next one starts from a sound host
				h, w = up(t, suite, pair)
			}
		}
	})
}

var upExample = []string{"up", "example", "example.com"}

// prove is mends of an up, beside another site that answers all along, unless the breach is of both; the host is as it was then.
func (b breach) prove(t *testing.T, h *testbed.Host, w *workstation) {
	sound := shape(t, h)
	failures := watch(t, h, "second.org")
	b.mends(t, h, w, upExample...)
	answers(t, h, "example.com", "example")
	if lost := failures(); lost > 0 && b.how != shared && b.how != byPerson && !slices.Contains(b.also, "service supervisord") {
		t.Errorf("the other site failed %d times meanwhile", lost)
	}
	if diff := cmp.Diff(sound, shape(t, h)); diff != "" && !strings.Contains(b.harm, "rm .django_") && !strings.Contains(b.harm, ": >.django_") {
		t.Errorf("it is not as it was (-before +after):\n%s", diff)
	}
}

// mends harms a host, has --check of a command name the step that looks after it, and no other, and change nothing, and the command mend just that.
func (b breach) mends(t *testing.T, h *testbed.Host, w *workstation, command ...string) {
	t.Helper()
	on(t, h, b.harm)
	broken := snapshot(t, h, looked...)
	want := slices.Sorted(slices.Values(append(slices.Clone(b.also), b.step)))
	status := map[mending]int{byPerson: 1}[b.how]
	with := func(flags ...string) []string { return slices.Concat(command, flags) }

	w.djship(status, with("--check")...)
	saw := events(t, w.eventsFile())
	untouched(t, h, broken, looked...)
	w.djship(status, command...)
	did := events(t, w.eventsFile())
	switch b.how {
	case byPerson:
		same(t, "refused by", strings.Join(stepsWith(saw, "failed"), ", "), b.step)
		untouched(t, h, broken, looked...)
		on(t, h, "mv $(realpath /etc/os-release).djold $(realpath /etc/os-release) 2>/dev/null; rm -f /etc/nginx/conf.d/theirs.conf /var/lib/djship/adopted/example; systemctl stop theirs; systemctl start nginx; "+
			inHome+"chown -h example:webapps logs .django_secret_key prepare_env.sh example/example/settings/production.py")
	case kept:
		same(t, "kept by --check", strings.Join(stepsWith(saw, "kept"), ", "), b.step)
		same(t, "changed by --check", strings.Join(stepsWith(saw, "would_change"), ", "), "")
		same(t, "kept by the run", strings.Join(stepsWith(did, "kept"), ", "), b.step)
		untouched(t, h, broken, looked...)
		w.djship(0, with("--overwrite")...)
		did = events(t, w.eventsFile())
		same(t, "changed by --overwrite", sorted(stepsWith(did, "changed")), strings.Join(want, ", "))
		on(t, h, "find /etc /webapps -name '*~' -newermt '-10 min' -delete")
	default:
		same(t, "seen by --check", sorted(stepsWith(saw, "would_change")), strings.Join(want, ", "))
		same(t, "changed by the run", sorted(stepsWith(did, "changed")), strings.Join(want, ", "))
	}
	w.djship(0, with("--check", "--exit-code")...)
}

func sorted(names []string) string {
	return strings.Join(slices.Sorted(slices.Values(names)), ", ")
}

// shape is content, owner and mode of what djship looks after, without what goes its own way:
// times, Python's caches, and the notes of runs.
func shape(t *testing.T, h *testbed.Host) map[string]testbed.Entry {
	t.Helper()
	s := snapshot(t, h, looked...)
	for path, e := range s {
		e.MTime = time.Time{}
		s[path] = e
		for _, own := range []string{"__pycache__", "/site-packages", "/var/lib/djship", "_project/logs/", "_project/.cache", "_project/.gunicorn",
			"/etc/ld.so.cache", "/etc/shadow", "/etc/passwd", "/etc/group", "/etc/gshadow", "/etc/alternatives", "/opt/djship"} {
			if strings.Contains(path, own) {
				delete(s, path)
			}
		}
	}
	return s
}

// watch visits a site all the while; what it returns ends that and says how often there was no page.
func watch(t *testing.T, h *testbed.Host, domain string) func() int {
	var failed atomic.Int64
	stop, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-stop:
				return
			case <-time.After(50 * time.Millisecond):
			}
			if p, err := visit(h, domain, "/"); err != nil || p.status != 200 {
				failed.Add(1)
			}
		}
	}()
	return func() int {
		close(stop)
		<-ended
		return int(failed.Load())
	}
}
