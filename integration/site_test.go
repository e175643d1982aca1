//go:build linux

package integration

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"djship/integration/testbed"
)

func TestSite(t *testing.T) {
	onDebians(t, func(t *testing.T, suite int) {
		if suite != 12 && !slowToo() {
			t.Skip("on Debian 12 alone: `make test-slow`, and CI, run it on each")
		}
		h, _ := up(t, suite, site)
		checkSite(t, h, 3)
	})
}

func TestSiteOfPython2(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w := up(t, 11, site2)
	checkSite(t, h, 2)
	for _, p := range []string{"python2", "python2-dev"} {
		same(t, p, try(t, h, "dpkg-query -W -f '${db:Status-Status}' "+p), "installed")
	}
	for name, version := range map[string]string{"django": "1.11.29", "gunicorn": "19.10.0", "psycopg2": "2.8.6"} {
		if out := try(t, h, asSite("example", "pip show "+name+" 2>/dev/null | grep ^Version")); out != "Version: "+version {
			t.Errorf("%s: %s", name, out)
		}
	}
	idle(t, h, w, "deploy", "example", "example.com", "2")
	idle(t, h, w, "up", "example", "example.com", "2")
	pid := on(t, h, "supervisorctl pid example")
	w.djship(0, "restart", "example")
	if now := on(t, h, "supervisorctl pid example"); now == pid || now == "0" {
		t.Errorf("restart has left %s", now)
	}
	checkSite(t, h, 2)
	idle(t, h, w, "deploy", "example", "example.com", "2")
	o := w.djship(1, "deploy", "example", "example.com", "3")
	if !strings.Contains(o.stderr+o.stdout, "with Python 2") {
		t.Errorf("the same project with Python 3: %v", o)
	}
}

func TestPython2WhereThereIsNone(t *testing.T) {
	t.Parallel()
	for _, suite := range []int{12, 13} {
		t.Run(fmt.Sprintf("debian%d", suite), func(t *testing.T) {
			t.Parallel()
			h, w := up(t, suite, fresh)
			before := snapshot(t, h, everything...)
			for _, command := range []string{"prereq 2", "up example example.com 2"} {
				o := w.djship(1, strings.Fields(command)...)
				if said := o.stdout + o.stderr; !strings.Contains(said, "has no Python 2") || !strings.Contains(said, "Debian 11") || !strings.Contains(said, "Ubuntu 20.04") {
					t.Errorf("it does not say which releases have it: %v", o)
				}
			}
			unharmed(t, h, before)
		})
	}
}

// everything is where a change of a host would show, packages too. Homes are left out: sudo itself
// makes a file there.
var everything = []string{"/etc", "/opt", "/usr/local", "/usr/sbin", "/var/lib/dpkg", "/var/lib/djship", "/var/lib/apt", "/var/spool", "/webapps", "/srv"}

// unharmed checks that nothing of the host was changed.
func unharmed(t *testing.T, h *testbed.Host, before map[string]testbed.Entry) {
	t.Helper()
	untouched(t, h, before, everything...)
}

// checkSite checks all that deploy has to leave for the site example.
func checkSite(t *testing.T, h *testbed.Host, python int) {
	t.Run("answers", func(t *testing.T) { checkPages(t, h) })
	t.Run("production", func(t *testing.T) { checkProduction(t, h, python) })
	t.Run("secrets", func(t *testing.T) { checkSecrets(t, h) })
	t.Run("database", func(t *testing.T) { checkDatabase(t, h) })
	t.Run("account", func(t *testing.T) { checkAccount(t, h, python) })
	t.Run("paths", func(t *testing.T) { checkPaths(t, h) })
}

var stylesheet = regexp.MustCompile(`<link rel="stylesheet"[^>]* href="([^"]+)"`)

func checkPages(t *testing.T, h *testbed.Host) {
	answers(t, h, "example.com", "example")
	login := get(t, h, "example.com", "/admin/login/?next=/admin/")
	if login.status != 200 || !strings.Contains(login.body, "csrfmiddlewaretoken") {
		t.Errorf("/admin/login/: %d\n%s", login.status, login.body)
	}
	sheets := stylesheet.FindAllStringSubmatch(login.body, -1)
	if len(sheets) < 2 {
		t.Errorf("/admin/login/ has the style sheets %q", sheets)
	}
	for _, s := range sheets {
		p := get(t, h, "example.com", s[1])
		if p.status != 200 || !strings.HasPrefix(p.header.Get("Content-Type"), "text/css") || len(p.body) < 100 {
			t.Errorf("%s: %d, %s, %d bytes", s[1], p.status, p.header.Get("Content-Type"), len(p.body))
		}
	}
	// nginx's own page for this would name nginx, and Django's with DEBUG on would tell of its URLs.
	lost := get(t, h, "example.com", "/nowhere")
	if lost.status != 404 || strings.Contains(lost.body, "nginx") || strings.Contains(lost.body, "DEBUG") || !strings.Contains(lost.body, "Not Found") ||
		lost.header.Get("X-Frame-Options") == "" {
		t.Errorf("/nowhere: %d %v\n%s", lost.status, lost.header, lost.body)
	}
	if p := get(t, h, "example.com", "/admin/"); p.status != 302 || !strings.HasPrefix(p.header.Get("Location"), "/admin/login/") {
		t.Errorf("/admin/: %d to %s", p.status, p.header.Get("Location"))
	}
	if p := get(t, h, "stranger.org", "/"); strings.Contains(p.body, "example is up") {
		t.Error("it answers for stranger.org")
	}
}

var warning = regexp.MustCompile(`security\.W\d+`)

func checkProduction(t *testing.T, h *testbed.Host, python int) {
	same(t, "DEBUG", try(t, h, asSite("example", "python -c 'import django; django.setup(); from django.conf import settings; print(settings.DEBUG)'")), "False")
	out := try(t, h, asSite("example", "manage.py check --deploy"))
	for _, w := range warning.FindAllString(out, -1) {
		// HSTS, redirect to HTTPS, and the two cookies: those are for HTTPS.
		if !slices.Contains([]string{"security.W004", "security.W008", "security.W012", "security.W016"}, w) {
			t.Errorf("check --deploy says %s", w)
		}
	}
	if !strings.Contains(out, "System check identified") || strings.Contains(out, "(status") {
		t.Errorf("check --deploy: %s", out)
	}
	same(t, "the project's tables", try(t, h, asSite("example", "manage.py migrate --check >/dev/null 2>&1 && echo all || manage.py showmigrations | grep -c '\\[ \\]'")),
		map[int]string{3: "all", 2: "0\n(status 1)"}[python])
	same(t, "manage.py makemigrations", try(t, h, asSite("example", "manage.py makemigrations --check --dry-run")), "No changes detected")
}

func checkSecrets(t *testing.T, h *testbed.Host) {
	secrets := map[string]string{"SECRET_KEY": ".django_secret_key", "DB_PASSWORD": ".django_db_password"}
	ask := map[string]string{"SECRET_KEY": "settings.SECRET_KEY", "DB_PASSWORD": `settings.DATABASES["default"]["PASSWORD"]`}
	for name, file := range secrets {
		path := "/webapps/example_project/" + file
		value := on(t, h, "cat "+path)
		if len(value) < 40 {
			t.Errorf("%s has %d characters", path, len(value))
		}
		same(t, path, on(t, h, "stat -c '%U %a' "+path), "example 600")
		same(t, "environment's "+name, try(t, h, asSite("example", `printf %s "$`+name+`"`)), value)
		script := fmt.Sprintf("%s=from-the-environment python -c 'import django; django.setup(); from django.conf import settings; print(%s)'", name, ask[name])
		same(t, "Django's "+name, try(t, h, asSite("example", script)), "from-the-environment")
		same(t, "files that have it", try(t, h, "grep -rlF -- "+quote(value)+" /etc /webapps /var/log /var/lib/djship /opt /usr/local /run 2>/dev/null"), path)
	}
}

const oneRow = `import django; django.setup()
from django.contrib.auth.models import Group
Group.objects.get_or_create(name="written by the orm")
`

func checkDatabase(t *testing.T, h *testbed.Host) {
	sql := func(db, query string) string {
		return try(t, h, fmt.Sprintf("cd / && runuser -u postgres -- psql -XAt -d %s -c %s", db, quote(query)))
	}
	same(t, "writing a row", try(t, h, asSite("example", "python -c "+quote(oneRow))), "")
	same(t, "the row", sql("example", "select name from auth_group"), "written by the orm")
	same(t, "owner of the database", sql("postgres", "select pg_get_userbyid(datdba) from pg_database where datname='example'"), "example")
	same(t, "owners of its tables", sql("example", "select distinct tableowner from pg_tables where schemaname='public'"), "example")
	same(t, "encoding", sql("postgres", "select pg_encoding_to_char(encoding) from pg_database where datname='example'"), "UTF8")
	same(t, "what the role may", sql("postgres", "select rolcanlogin, rolsuper, rolcreaterole, rolcreatedb, rolreplication from pg_roles where rolname='example'"), "t|f|f|f|f")

	login := func(password string) string {
		return try(t, h, "PGPASSWORD="+password+` psql -w -XAt -h 127.0.0.1 -U example -d example -c "select 'in as ' || current_user"`)
	}
	same(t, "with its password", login(`"$(cat /webapps/example_project/.django_db_password)"`), "in as example")
	for _, wrong := range []string{"", "wrong", "example"} {
		if out := login(wrong); strings.Contains(out, "in as") || !strings.Contains(out, "password") {
			t.Errorf("with the password %q: %s", wrong, out)
		}
	}
}

func checkAccount(t *testing.T, h *testbed.Host, python int) {
	const home = "/webapps/example_project"
	same(t, "sudo -u example -i", try(t, h, as("example", "id -un; pwd")), "example\n"+home)
	same(t, "the same by deploy", try(t, h, "su - deploy -c 'sudo -u example -i pwd'"), home)
	same(t, "its programs", try(t, h, asSite("example", "command -v python pip manage.py")), home+"/bin/python\n"+home+"/bin/pip\n"+home+"/example/manage.py")
	same(t, "its Python", try(t, h, asSite("example", `python -c "import sys; print(sys.version_info[0])"`)), fmt.Sprint(python))
	same(t, "where its modules are", try(t, h, asSite("example", `python -c "import django; print(django.__file__.startswith('`+home+`/lib'))"`)), "True")
	if out := try(t, h, asSite("example", "pip --version")); !strings.Contains(out, home+"/lib") {
		t.Errorf("pip: %s", out)
	}
	if out := try(t, h, asSite("example", "manage.py check")); !strings.Contains(out, "no issues") {
		t.Errorf("manage.py: %s", out)
	}
	same(t, "its password", try(t, h, "passwd -S example | cut -d' ' -f2"), "L")
	checkNoLogin(t, h)
}

// checkNoLogin tries to log in as the site's account: with root's key, with a key that is put
// where sshd looks for it, and with a password that somebody has set.
func checkNoLogin(t *testing.T, h *testbed.Host) {
	key := []string{"-i", h.Key(), "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes"}
	if out, err := ssh(t, h, append(slices.Clone(key), "deploy@"+h.Addr()), "echo in"); err != nil || out != "in\n" {
		t.Fatalf("not even deploy can log in: %v %s", err, out)
	}
	refused := func(how string, options []string) {
		t.Helper()
		if out, err := ssh(t, h, append(options, "example@"+h.Addr()), "echo in"); err == nil || !strings.Contains(out, "Permission denied") {
			t.Errorf("%s: %v %s", how, err, out)
		}
	}
	refused("with root's key", key)
	on(t, h, `cd /webapps/example_project && mkdir -p .ssh && cp /root/.ssh/authorized_keys .ssh/ && chown -R example .ssh && chmod 700 .ssh && chmod 600 .ssh/*`)
	refused("with a key in its home", key)
	on(t, h, "rm -r /webapps/example_project/.ssh; echo example:"+sitePassword+" | chpasswd")
	refused("with a password", []string{"-o", "PubkeyAuthentication=no", "-o", "NumberOfPasswordPrompts=1"})
	on(t, h, "usermod -p '!' example")
}

func checkPaths(t *testing.T, h *testbed.Host) {
	for path, want := range map[string]string{
		"/webapps/example_project":                                        "example:www-data 710",
		"/webapps/example_project/example":                                "example:webapps 755",
		"/webapps/example_project/example/example/settings/production.py": "example:webapps 644",
		"/webapps/example_project/prepare_env.sh":                         "example:webapps 644",
		"/webapps/example_project/gunicorn_start.sh":                      "example:webapps 755",
		"/webapps/example_project/run/gunicorn.sock":                      "example:webapps 777", // a link
		"/webapps/.sockets":                                               "root:root 755",
		"/webapps/.sockets/example.sock":                                  "root:root 777", // a link
		"/webapps/.sockets/example-0.sock":                                "example:www-data 660",
		"/webapps/example_project/logs":                                   "example:webapps 755",
		"/webapps/example_project/static":                                 "example:webapps 755",
		"/webapps/example_project/media":                                  "example:webapps 755",
		"/etc/nginx/sites-available/example.com":                          "root:root 644",
		"/etc/supervisord.conf":                                           "root:root 644",
		"/etc/supervisor/example.conf":                                    "root:root 644",
		"/etc/init.d/supervisord":                                         "root:root 755",
		"/var/lib/djship":                                                 "root:root 700",
	} {
		same(t, path, try(t, h, "stat -c '%U:%G %a' "+path), want)
	}
	same(t, "the link to the socket", try(t, h, "readlink /webapps/example_project/run/gunicorn.sock"), "/webapps/.sockets/example.sock")
	same(t, "the link in sites-enabled", try(t, h, "readlink /etc/nginx/sites-enabled/example.com"), "/etc/nginx/sites-available/example.com")
	same(t, "temporary files", try(t, h, "find /etc /webapps /var/lib/djship /usr/local /opt /run/djship -name '*djship-new*' -o -name '*.new' -path '/var/lib/djship/*' -o -name 'stage.*' 2>/dev/null; :"), "")
	if out := try(t, h, "supervisorctl status"); !regexp.MustCompile(`^example +RUNNING `).MatchString(out) {
		t.Errorf("supervisorctl status: %s", out)
	}
	same(t, "logrotate", try(t, h, "logrotate -f -s /tmp/rotated /etc/logrotate.d/djship-example; stat -c %U /webapps/example_project/logs/gunicorn.log.1"), "example")
}
