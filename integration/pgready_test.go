//go:build linux

package integration

import (
	"strings"
	"testing"
)

// pgConf and pgHba are PostgreSQL's of Debian 12.
const (
	pgConf = "/etc/postgresql/15/main/"
	pgHba  = pgConf + "pg_hba.conf"
)

// hba puts a line above all others of pg_hba.conf.
func hba(line string) string {
	return "sed -i " + quote("1i "+line) + " " + pgHba + " && systemctl reload postgresql@15-main"
}

// pgScenes are what an administrator does to PostgreSQL that djship or a site can't do without.
var pgScenes = []struct {
	what, harm, mend string
	says             []string
}{
	{"the superuser needs a password", hba("local all postgres md5"), "sed -i 1d " + pgHba,
		[]string{pgHba + `:1 says "local all postgres md5"`, "no password supplied", "put `local all postgres peer` above that line"}},
	{"nobody gets in by the socket", hba("local all all reject"), "sed -i 1d " + pgHba,
		[]string{pgHba + `:1 says "local all all reject"`, "put `local all postgres peer` above that line"}},
	{"the superuser has another name", hba("local all all peer map=nosuch"), "sed -i 1d " + pgHba, []string{pgHba + `:1 says "local all all peer map=nosuch"`, "Peer authentication failed"}},
	{"no one gets in by TCP", hba("host all all localhost reject"), "sed -i 1d " + pgHba,
		[]string{"by its password from ::1: " + pgHba + `:1 says "host all all localhost reject"`, "above that line", "DB_HOST"}},
	{"a line that is none", "echo host all >>" + pgHba, "sed -i '$d' " + pgHba, []string{pgHba + ":", "end-of-line before role specification"}},
	{"no TCP", "printf 'port = 5499\\nlisten_addresses = \"\"\\n' | tr '\"' \"'\" >" + pgConf + "conf.d/x.conf && systemctl restart postgresql@15-main", "rm " + pgConf + "conf.d/x.conf",
		[]string{"listen_addresses = '' (" + pgConf + "conf.d/x.conf:2)", "systemctl restart postgresql"}},
	{"TCP from elsewhere alone", "echo \"listen_addresses = '$(hostname -I | cut -d' ' -f1)'\" >" + pgConf + "conf.d/x.conf && systemctl restart postgresql@15-main", "rm " + pgConf + "conf.d/x.conf",
		[]string{"does not listen where sites reach it", pgConf + "conf.d/x.conf:1"}},
	{"read-only", sql("alter system set default_transaction_read_only = on", "select pg_reload_conf()") + " >/dev/null", "rm /var/lib/postgresql/15/main/postgresql.auto.conf",
		[]string{"default_transaction_read_only is on (/var/lib/postgresql/15/main/postgresql.auto.conf:3)"}},
	{"read-only for everybody's new sessions", "echo 'default_transaction_read_only = yes' >>" + pgConf + "postgresql.conf && systemctl reload postgresql@15-main", "sed -i '$d' " + pgConf + "postgresql.conf",
		[]string{"default_transaction_read_only is on (" + pgConf + "postgresql.conf:"}},
	{"a standby", "pg_ctlcluster 15 main stop && runuser -u postgres -- touch /var/lib/postgresql/15/main/standby.signal && pg_ctlcluster 15 main start", "rm /var/lib/postgresql/15/main/standby.signal",
		[]string{"PostgreSQL is a standby here"}},
	{"all connections taken", "printf 'max_connections = 4\\nsuperuser_reserved_connections = 1\\n' >" + pgConf + `conf.d/x.conf && systemctl restart postgresql@15-main
		for i in 1 2 3 4; do setsid runuser -u postgres -- psql -Xc 'select pg_sleep(300)' >/dev/null 2>&1 </dev/null & done; sleep 2`, "rm " + pgConf + "conf.d/x.conf",
		[]string{"too many clients already", "raise max_connections"}},
	{"its socket elsewhere", "echo \"unix_socket_directories = '/tmp'\" >" + pgConf + "conf.d/x.conf && systemctl restart postgresql@15-main", "rm " + pgConf + "conf.d/x.conf",
		[]string{`its socket in "/tmp"`, "unix_socket_directories"}},
	{"down, and by hand alone", "echo manual >" + pgConf + "start.conf && systemctl daemon-reload && pg_ctlcluster 15 main stop", "echo auto >" + pgConf + "start.conf && systemctl daemon-reload",
		[]string{"cluster 15/main is down", "manual in " + pgConf + "start.conf", "put auto into that file"}},
	{"down, and its files broken", "pg_ctlcluster 15 main stop && echo 'nonsense = yes' >" + pgConf + "conf.d/x.conf", "rm " + pgConf + "conf.d/x.conf",
		[]string{"PostgreSQL can't be started", `unrecognized configuration parameter "nonsense" in file "` + pgConf + `conf.d/x.conf" line 1`}},
	{"down, and its data not there", "pg_ctlcluster 15 main stop && mv /var/lib/postgresql/15/main /var/lib/postgresql/15/away", "mv /var/lib/postgresql/15/away /var/lib/postgresql/15/main",
		[]string{"the data of PostgreSQL's cluster 15/main are not in /var/lib/postgresql/15/main"}},
}

// A PostgreSQL that djship or a site can't work with is named, with the file and line to mend, before anything is
// touched: for a site that is there, for a new one, and by ping.
func TestPostgreSQLThatIsNotReady(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w := up(t, 12, site)
	for _, c := range pgScenes {
		t.Run(c.what, func(t *testing.T) {
			on(t, h, "cp -a "+pgConf+"pg_hba.conf /root/ && "+c.harm)
			before := snapshot(t, h, everything...)
			for _, args := range []string{"deploy example example.com", "deploy second second.org", "up second second.org", "ping"} {
				if args == "ping" && strings.Contains(strings.Join(c.says, " "), "by its password") {
					continue // that is a matter of each site's
				}
				o := w.run(strings.Fields(args)...)
				for _, words := range c.says {
					if !strings.Contains(strings.Join(strings.Fields(o.stdout+o.stderr), " "), words) {
						t.Errorf("%s does not say %q: %v", args, words, o)
					}
				}
				if o.status != 1 {
					t.Errorf("%s: status %d: %v", args, o.status, o)
				}
				if args != "ping" {
					if changed := stepsWith(events(t, w.eventsFile()), "changed"); len(changed) > 0 {
						t.Errorf("%s: changed %q", args, changed)
					}
				}
			}
			unharmed(t, h, before)
			on(t, h, c.mend+" && systemctl restart postgresql@15-main && cmp "+pgConf+"pg_hba.conf /root/pg_hba.conf")
		})
	}
	idle(t, h, w, strings.Fields(deployExample)...)

	t.Run("another port, set beside the file that has it", func(t *testing.T) {
		on(t, h, "echo 'port = 5455' >"+pgConf+"conf.d/x.conf && systemctl restart postgresql@15-main")
		w.djship(0, strings.Fields(deployExample)...)
		if changed := stepsWith(events(t, w.eventsFile()), "changed"); strings.Join(changed, ", ") != "environment script of example, gunicorn example" {
			t.Errorf("changed %q", changed)
		}
		answers(t, h, "example.com", "example")
		same(t, "a query", try(t, h, asSite("example", "manage.py showmigrations auth | head -n 1")), "auth")
		idle(t, h, w, strings.Fields(deployExample)...)
		w.djship(0, "deploy", "second", "second.org")
		answers(t, h, "second.org", "second")
		// Down, the port is what its program reads.
		on(t, h, "systemctl stop postgresql@15-main && echo 'port = 5466' >>"+pgConf+"conf.d/x.conf")
		w.djship(0, strings.Fields(deployExample)...)
		same(t, "its port", on(t, h, "grep DB_PORT /webapps/example_project/prepare_env.sh; pg_lsclusters -h | awk '{print $3, $4}'"), "export DB_PORT=5466\n5466 online")
		idle(t, h, w, strings.Fields(deployExample)...)
	})
	t.Run("a site that reaches its database in another way", func(t *testing.T) {
		on(t, h, "echo 'export DB_HOST=/var/run/postgresql' >/webapps/example_project/local_env.sh && echo \"listen_addresses = ''\" >>"+pgConf+"conf.d/x.conf && systemctl restart postgresql@15-main")
		w.djship(0, strings.Fields(deployExample)...)
		idle(t, h, w, strings.Fields(deployExample)...)
		on(t, h, "rm "+pgConf+"conf.d/x.conf /webapps/example_project/local_env.sh && systemctl restart postgresql@15-main")
	})
	t.Run("no cluster", func(t *testing.T) {
		on(t, h, "pg_dropcluster --stop 15 main")
		for _, args := range []string{"prereq", deployExample, "up third third.net", "ping"} {
			o := w.run(strings.Fields(args)...)
			if o.status != 1 || !strings.Contains(o.stdout+o.stderr, "PostgreSQL has no cluster on this host") || strings.Contains(o.stdout+o.stderr, "Usage") {
				t.Errorf("%s: %v", args, o)
			}
		}
		hint := first(t, events(t, w.eventsFile()), "host_end").Hint
		_, command, _ := strings.Cut(hint, "`")
		command, _, _ = strings.Cut(command, "`")
		same(t, "the hint's command", command, "pg_createcluster 15 main --start")
		on(t, h, command)
		w.djship(0, strings.Fields(deployExample)...)
		answers(t, h, "example.com", "example")
		idle(t, h, w, strings.Fields(deployExample)...)
	})
}

// Where another program has PostgreSQL's usual port, its package makes the cluster on the next one, which the
// site is told in the same run.
func TestUpBesideAnotherOn5432(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w := up(t, 12, ready)
	on(t, h, `DEBIAN_FRONTEND=noninteractive apt-get -q -y purge postgresql 'postgresql-*' >/dev/null; rm -rf /etc/postgresql /var/lib/postgresql; [ ! -e /usr/lib/postgresql/15/bin/postgres ]
		systemd-run -q --unit squatter python3 -m http.server -b 127.0.0.1 5432; sleep 1; ss -ltn | grep -q 127.0.0.1:5432`)
	w.djship(0, "up", "example", "example.com")
	same(t, "its port", on(t, h, "grep DB_PORT /webapps/example_project/prepare_env.sh; pg_lsclusters -h | awk '{print $3, $4}'"), "export DB_PORT=5433\n5433 online")
	answers(t, h, "example.com", "example")
	same(t, "a query", try(t, h, asSite("example", "manage.py showmigrations auth | head -n 1")), "auth")
	idle(t, h, w, strings.Fields(deployExample)...)
	idle(t, h, w, "up", "example", "example.com")
}
