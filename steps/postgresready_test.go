package steps

import (
	"strings"
	"testing"
)

// What PostgreSQL 15 of Debian tells, as pgready.sh prints it.
const (
	pgRuns  = "runs 15/main 5432 /var/run/postgresql\nsix\n"
	pgPlain = `{"name":"default_transaction_read_only","setting":"off","sourcefile":null,"sourceline":null}
{"name":"hba_file","setting":"/etc/postgresql/15/main/pg_hba.conf","sourcefile":null,"sourceline":null}
{"name":"listen_addresses","setting":"localhost","sourcefile":null,"sourceline":null}
{"name":"ssl","setting":"on","sourcefile":"/etc/postgresql/15/main/postgresql.conf","sourceline":105}
{"name":"max_connections","setting":"100","sourcefile":"/etc/postgresql/15/main/postgresql.conf","sourceline":65}
{"name":"superuser_reserved_connections","setting":"3","sourcefile":null,"sourceline":null}
{"standby" : false, "taken" : 0}
{"groups" : ["example", "web team"]}
`
	pgRules = `{"type": "host", "error": null, "address": "127.0.0.1", "netmask": "255.255.255.255", "database": ["all"], "user_name": ["all"], "auth_method": "scram-sha-256", "line_number": 97}
{"type": "host", "error": null, "address": "::1", "netmask": "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "database": ["all"], "user_name": ["all"], "auth_method": "scram-sha-256", "line_number": 99}
{"type": "host", "error": null, "address": "127.0.0.1", "netmask": "255.255.255.255", "database": ["replication"], "user_name": ["all"], "auth_method": "scram-sha-256", "line_number": 103}
`
	pgLocal = `line 90:local   all             postgres                                peer
line 95:local   all             all                                     peer
line 102:local   replication     all                                     peer
over
`
	pgSaid = `said psql: error: connection to server on socket "/var/run/postgresql/.s.PGSQL.5432" failed: `
	pgHba  = "said unreadable\nhba /etc/postgresql/15/main/pg_hba.conf\n"
)

// rule is a row of pg_hba_file_rules.
func rule(line, kind, database, user, address, netmask, method string) string {
	if netmask != "" {
		netmask = `"` + netmask + `"`
	} else {
		netmask = "null"
	}
	return `{"type": "` + kind + `", "error": null, "address": "` + address + `", "netmask": ` + netmask + `, "database": ["` + database + `"], "user_name": ["` + user + `"], "auth_method": "` + method + `", "line_number": ` + line + "}\n"
}

const (
	mask4 = "255.255.255.255"
	mask6 = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"
)

// ofExample is what the site example wants.
var ofExample = PostgresReady{Role: "example", Home: "/webapps/example_project",
	Variables: []string{"/webapps/example_project/local_env.sh", "/webapps/example_project/prepare_env.sh"}}

func TestPostgresNotLetIn(t *testing.T) {
	s := ofExample
	const above = "put `local all postgres peer` above that line on the host, then `systemctl reload postgresql` there, then run the same command again"
	own := func(line, why string) string {
		return "PostgreSQL does not let its own account postgres in: /etc/postgresql/15/main/pg_hba.conf:" + line + " (" + why + ")"
	}
	const noPassword, peer = "fe_sendauth: no password supplied", `FATAL:  Peer authentication failed for user "postgres"`
	const rejects = `FATAL:  pg_hba.conf rejects connection for host "[local]", user "postgres", database "postgres", no encryption`
	runPlans(t, []planCase{
		{name: "md5", step: s, seen: pgRuns + pgSaid + noPassword + "\n" + pgHba + "line 1:local all postgres md5\n" + pgLocal, want: refuse(own(`1 says "local all postgres md5"`, noPassword), above)},
		{name: "rejected", step: s, seen: pgRuns + pgSaid + rejects + "\n" + pgHba + "line 3:local all,x \"postgres\",+wheel reject # no one\n" + pgLocal,
			want: refuse(own(`3 says "local all,x postgres,+wheel reject"`, rejects), above)},
		{name: "a map", step: s, seen: pgRuns + pgSaid + peer + "\n" + pgHba + "line 1:local all all peer map=nosuch\n" + pgLocal, want: refuse(own(`1 says "local all all peer map=nosuch"`, peer), above)},
		{name: "in German", step: s, seen: pgRuns + pgSaid + "FATAL:  Peer-Authentifizierung für Benutzer »postgres« fehlgeschlagen\n" + pgHba + "line 1:local all all peer map=nosuch\n" + pgLocal,
			want: refuse(own(`1 says "local all all peer map=nosuch"`, "FATAL:  Peer-Authentifizierung für Benutzer »postgres« fehlgeschlagen"), above)},
		{name: "options are not shown", step: s, seen: pgRuns + pgSaid + peer + "\n" + pgHba + "line 1:local all postgres ldap ldapserver=x ldapbindpasswd=geheim\n" + pgLocal,
			want: refuse(own(`1 says "local all postgres ldap"`, peer), above)},
		{name: "lines for others come first", step: s, seen: pgRuns + pgSaid + noPassword + "\n" + pgHba +
			"line 1:local other postgres reject\nline 2:local all example md5\nline 3:local replication all md5\nline 4:local sameuser all scram-sha-256\n" + pgLocal,
			want: refuse(own(`4 says "local sameuser all scram-sha-256"`, noPassword), above)},
		{name: "an included file", step: s, seen: pgRuns + pgSaid + noPassword + "\n" + pgHba + "line 2:include_dir hba.d\n" + pgLocal, want: refuse(own(`2 says "include_dir hba.d"`, noPassword), above)},
		{name: "not read since", step: s, seen: pgRuns + pgSaid + noPassword + "\n" + pgHba + pgLocal, want: refuse(strings.Replace(own(`90 says "local all postgres peer"`, noPassword), "in: ", "in, though ", 1),
			"PostgreSQL has not read that file since it was changed: `systemctl reload postgresql` on the host, and /var/log/postgresql there tells where it can't, then run the same command again")},
		{name: "no line", step: s, seen: pgRuns + pgSaid + peer + "\n" + pgHba + "line 9:local replication all peer\nover\n",
			want: refuse("PostgreSQL does not let its own account postgres in: no line of /etc/postgresql/15/main/pg_hba.conf does ("+peer+")",
				"put `local all postgres peer` into it on the host, then `systemctl reload postgresql` there, then run the same command again")},
		{name: "full", step: s, seen: pgRuns + pgSaid + "FATAL:  sorry, too many clients already\n" + pgHba + pgLocal, want: refuse("PostgreSQL runs and can't be asked: FATAL:  sorry, too many clients already",
			"PostgreSQL takes no more connections: raise max_connections in postgresql.conf on the host, or end some, then run the same command again")},
		{name: "still starting", step: s, seen: pgRuns + pgSaid + "FATAL:  the database system is starting up\n" + pgHba + pgLocal, want: refuse("PostgreSQL runs and can't be asked: FATAL:  the database system is starting up",
			"PostgreSQL is still coming up or going down: wait until it has, then run the same command again")},
		{name: "another folder for its socket", step: s, seen: "runs 15/main 5432 /tmp\n" + pgSaid + "No such file or directory\n" + pgHba + pgLocal, want: refuse(`PostgreSQL makes its socket in "/tmp", not in /var/run/postgresql`,
			"have unix_socket_directories begin with /var/run/postgresql, in postgresql.conf or what it includes, then `systemctl restart postgresql` on the host, then run the same command again")},
		{name: "what can't be printed", step: s, seen: pgRuns + pgSaid + "FATAL:  \x1b[31mx\u202e\xff\n" + pgHba + pgLocal, want: refuse("PostgreSQL runs and can't be asked: FATAL:  ?[31mx??",
			"mend what the output names, then run the same command again: it goes on where it was")},
	})
}

func TestPostgresForSites(t *testing.T) {
	s := ofExample
	both := Facts{IPv6: true}
	listen := func(value string) string {
		return strings.Replace(pgPlain, `"setting":"localhost","sourcefile":null,"sourceline":null`, `"setting":"`+value+`","sourcefile":"/etc/postgresql/15/main/conf.d/x.conf","sourceline":2`, 1)
	}
	deaf := func(value string) Change {
		return refuse("PostgreSQL does not listen where sites reach it: listen_addresses = '"+value+"' (/etc/postgresql/15/main/conf.d/x.conf:2)",
			"have localhost among them (`sudo -u postgres psql -c \"alter system set listen_addresses = 'localhost'\"` on the host), then `systemctl restart postgresql` there, "+
				"then run the same command again; a site that reaches its database in another way says so by DB_HOST in its local_env.sh")
	}
	mayBe := deaf("")
	mayBe.OnlyIfActs = true
	out := func(from, says string) Change {
		bits := map[string]string{"::1": "128", "127.0.0.1": "32"}[from]
		return refuse("PostgreSQL does not let example in by its password from "+from+": /etc/postgresql/15/main/pg_hba.conf:"+says,
			"put `host example example "+from+"/"+bits+" scram-sha-256` above that line on the host, then `systemctl reload postgresql` there, "+
				"then run the same command again; a site that reaches its database in another way says so by DB_HOST in its local_env.sh")
	}
	told := func(parts ...string) string { return pgRuns + strings.Join(parts, "") + "over\n" }
	reject6 := rule("5", "host", "all", "all", "::1", mask6, "reject")
	cases := []planCase{
		{name: "as Debian comes", seen: told(pgPlain, pgRules)},
		{name: "listens nowhere", seen: told(listen(""), pgRules), want: deaf("")},
		{name: "listens to the network alone", seen: told(listen("10.0.0.5, 192.0.2.1"), pgRules), want: deaf("10.0.0.5, 192.0.2.1")},
		{name: "listens everywhere", seen: told(listen("*"), pgRules)},
		{name: "listens to IPv4 alone, IPv6 is rejected", seen: told(listen("10.0.0.5,127.0.0.1"), reject6, pgRules)},
		{name: "listens nowhere, and the site is elsewhere", seen: told(listen(""), pgRules) + "elsewhere\n"},
		{name: "the site can't say that before root's end", seen: told(listen(""), pgRules) + "x\nover\nruns\n", want: deaf("")},
		{name: "rejected from ::1", seen: told(pgPlain, reject6, pgRules), want: out("::1", `5 says "host all all ::1/128 reject"`)},
		{name: "rejected from 127.0.0.1, which is not used", seen: told(pgPlain, rule("5", "host", "all", "all", "127.0.0.1", mask4, "reject"), pgRules)},
		{name: "rejected by name", seen: told(pgPlain, rule("5", "host", "all", "example", "all", "", "reject"), pgRules), want: out("::1", `5 says "host all example all reject"`)},
		{name: "rejected by a group", seen: told(pgPlain, rule("5", "host", "all", "+web team", "samehost", "", "reject"), pgRules), want: out("::1", `5 says "host all +web team samehost reject"`)},
		{name: "a range, a method without password", seen: told(pgPlain, rule("5", "host", "sameuser", "all", "::", "::", "ident"), pgRules), want: out("::1", `5 says "host sameuser all ::/0 ident"`)},
		{name: "a pattern", seen: told(pgPlain, rule("5", "host", "/^ex", "/le$", "all", "", "gss"), pgRules), want: out("::1", `5 says "host /^ex /le$ all gss"`)},
		{name: "by TLS alone", seen: told(pgPlain, rule("5", "hostssl", "all", "all", "all", "", "scram-sha-256"), reject6)},
		{name: "without TLS alone", seen: told(pgPlain, rule("5", "hostssl", "all", "all", "all", "", "cert"), rule("6", "hostnossl", "all", "all", "all", "", "md5"))},
		{name: "by TLS alone, which the server has not", seen: told(strings.Replace(pgPlain, `"name":"ssl","setting":"on"`, `"name":"ssl","setting":"off"`, 1), rule("5", "hostssl", "all", "all", "all", "", "trust"), reject6),
			want: out("::1", `5 says "host all all ::1/128 reject"`)},
		{name: "for others", seen: told(pgPlain, rule("1", "host", "replication", "all", "all", "", "reject"), rule("2", "host", "other", "all", "all", "", "reject"), rule("3", "host", "all", "other", "all", "", "reject"),
			rule("4", "host", "all", "+others", "all", "", "reject"), rule("5", "host", "all", "all", "10.0.0.0", "255.0.0.0", "reject"), rule("6", "host", "all", "all", "db.example.com", "", "reject"),
			rule("7", "hostgssenc", "all", "all", "all", "", "reject"), pgRules)},
		{name: "in another file, since PostgreSQL 16", seen: told(pgPlain, strings.Replace(reject6, `"type"`, `"file_name": "/etc/postgresql/16/main/hba.d/x.conf", "type"`, 1), pgRules),
			want: refuse(strings.Replace(out("::1", `5 says "host all all ::1/128 reject"`).Detail, "15/main/pg_hba.conf", "16/main/hba.d/x.conf", 1), out("::1", "").Hint)},
		{name: "no line", seen: told(pgPlain), want: refuse("PostgreSQL does not let the site in: no line of /etc/postgresql/15/main/pg_hba.conf is for example from ::1",
			"put `host example example ::1/128 scram-sha-256` into it on the host, then `systemctl reload postgresql` there, then run the same command again; a site that reaches its database in another way says so by DB_HOST in its local_env.sh")},
		{name: "a line that is none", seen: told(pgPlain, pgRules, `{"type": null, "error": "end-of-line before role specification", "address": null, "netmask": null, "database": null, "user_name": null, "auth_method": null, "line_number": 105}`+"\n"),
			want: refuse("PostgreSQL does not understand /etc/postgresql/15/main/pg_hba.conf:105 (end-of-line before role specification): it goes by what it read before, and will not start with it",
				"mend that line on the host, then `systemctl reload postgresql` there, then run the same command again")},
	}
	for i := range cases {
		cases[i].step, cases[i].facts = s, both
	}
	runPlans(t, append(cases,
		planCase{name: "a host without IPv6", step: s, seen: told(pgPlain, rule("5", "host", "all", "all", "127.0.0.0", "255.0.0.0", "peer"), pgRules), want: out("127.0.0.1", `5 says "host all all 127.0.0.0/8 peer"`)},
		planCase{name: "no site, rules for each", step: PostgresReady{}, seen: told(pgPlain)},
		planCase{name: "no site, listens nowhere", step: PostgresReady{}, seen: told(listen("")), want: mayBe},
	))
}

func TestPostgresReadOnlyOrFull(t *testing.T) {
	s := ofExample
	told := func(text string) string { return pgRuns + text + pgRules + "over\n" }
	on := func(where string) string {
		return strings.Replace(pgPlain, `only","setting":"off","sourcefile":null,"sourceline":null`, `only","setting":"on",`+where, 1)
	}
	sites := refuse("PostgreSQL takes no changes of the site's: default_transaction_read_only is on for its role or its database",
		"`sudo -u postgres psql -c '\\drds'` on the host shows it; reset it there (`alter role` or `alter database` … `reset default_transaction_read_only`), then run the same command again")
	full := refuse("all of PostgreSQL's 97 connections that sites may have are taken", "`sudo -u postgres psql -c 'table pg_stat_activity'` on the host tells by whom; end some, or raise max_connections in postgresql.conf there, then run the same command again")
	full.OnlyIfActs = true
	runPlans(t, []planCase{
		{name: "standby", step: s, seen: told(strings.Replace(pgPlain, `"standby" : false`, `"standby" : true`, 1)), want: refuse("PostgreSQL is a standby here: it takes no changes",
			"run this for the host that it follows; where this one is to take its place, `pg_ctlcluster 15 main promote` on the host")},
		{name: "by a file", step: s, seen: told(on(`"sourcefile":"/var/lib/postgresql/15/main/postgresql.auto.conf","sourceline":3`)),
			want: refuse("PostgreSQL takes no changes: default_transaction_read_only is on (/var/lib/postgresql/15/main/postgresql.auto.conf:3)", "take it out there, then `systemctl reload postgresql` there, then run the same command again")},
		{name: "for the superuser", step: PostgresReady{}, seen: told(on(`"sourcefile":null,"sourceline":null`)), want: refuse("PostgreSQL takes no changes: default_transaction_read_only is on for the role or the database postgres",
			"`sudo -u postgres psql -c '\\drds'` on the host shows it; reset it there, then run the same command again")},
		{name: "for the site's role", step: s, seen: told(pgPlain + `{"set" : "default_transaction_read_only=off", "of_role" : false, "of_database" : true}` + "\n" + `{"set" : "default_transaction_read_only=TRUE", "of_role" : true, "of_database" : false}` + "\n"), want: sites},
		{name: "for its database, not for its role there", step: s, seen: told(pgPlain + `{"set" : "default_transaction_read_only=on", "of_role" : false, "of_database" : true}` + "\n" + `{"set" : "default_transaction_read_only=off", "of_role" : true, "of_database" : true}` + "\n")},
		{name: "all but the superuser's connections are taken", step: s, seen: told(strings.Replace(pgPlain, `"taken" : 0`, `"taken" : 97`, 1)), want: full},
		{name: "one is left", step: s, seen: told(strings.Replace(pgPlain, `"taken" : 0`, `"taken" : 96`, 1))},
	})
}

func TestPostgresThatDoesNotRun(t *testing.T) {
	s := PostgresReady{}
	const again = ", then run the same command again"
	runPlans(t, []planCase{
		{name: "not installed", step: s, seen: "over\n"},
		{name: "its package is to make no cluster", step: s, seen: "createcluster 6:create_main_cluster = 'false'\nover\n", want: refuse("PostgreSQL's package is told to make no cluster (/etc/postgresql-common/createcluster.conf:6)", "take that line out on the host"+again)},
		{name: "its package is to make one", step: s, seen: "createcluster 6:create_main_cluster = true\nover\n"},
		{name: "no cluster", step: s, seen: "programs 13 installed\nprograms 15 installed\nover\n", want: refuse("PostgreSQL has no cluster on this host", "`pg_createcluster 15 main --start` on the host makes one"+again)},
		{name: "none but one of before an upgrade of the distribution", step: s, seen: "programs 15 installed\nold 13/main\nover\n", want: refuse("PostgreSQL has no cluster on this host but 13/main, whose programs were removed",
			"`apt install postgresql-13 && pg_upgradecluster 13 main` on the host brings its data to PostgreSQL 15; where there is nothing to lose, `pg_createcluster 15 main --start` makes an empty one"+again)},
		{name: "its installation was cut off", step: s, seen: "programs 15 unpacked\nover\n"},
		{name: "down", step: s, seen: "down auto 15/main\nover\n"},
		{name: "by hand", step: s, seen: "down manual 15/main\nover\n", want: refuse("PostgreSQL's cluster 15/main is down, and not to be started but by hand (manual in /etc/postgresql/15/main/start.conf)",
			"put auto into that file on the host; or, where something else starts it, have that do so (`pg_ctlcluster 15 main start`)"+again)},
		{name: "never", step: s, seen: "down disabled 15/main\nover\n", want: refuse("PostgreSQL's cluster 15/main is down, and not to be started but by hand (disabled in /etc/postgresql/15/main/start.conf)",
			"put auto into that file on the host; or, where something else starts it, have that do so (`pg_ctlcluster 15 main start`)"+again)},
		{name: "a setting that it does not know", step: s, seen: "down auto 15/main\nstatus installed\n" +
			`wrong 2026-11-26 15:36:32.534 GMT [1578] LOG:  unrecognized configuration parameter "nonsense" in file "/etc/postgresql/15/main/conf.d/x.conf" line 1` + "\n" +
			`wrong 2026-11-26 15:36:32.543 GMT [1578] FATAL:  configuration file "/etc/postgresql/15/main/conf.d/x.conf" contains errors` + "\nempty /var/lib/postgresql/15/main\nover\n",
			want: refuse(`PostgreSQL can't be started: LOG:  unrecognized configuration parameter "nonsense" in file "/etc/postgresql/15/main/conf.d/x.conf" line 1; `+
				`FATAL:  configuration file "/etc/postgresql/15/main/conf.d/x.conf" contains errors`, "mend on the host what it names"+again)},
		{name: "its data are gone", step: s, seen: "down auto 15/main\nstatus installed\nempty /var/lib/postgresql/15/main\nover\n", want: refuse("the data of PostgreSQL's cluster 15/main are not in /var/lib/postgresql/15/main",
			"mount on the host what belongs there, or restore it; where there is nothing to lose, `pg_dropcluster 15 main && pg_createcluster 15 main --start` makes an empty one"+again)},
		{name: "made by half", step: s, seen: "down auto 15/main\nstatus half-configured\nwrong FATAL:  x\nempty /var/lib/postgresql/15/main\nover\n"},
	})
}

// The probe tells what there is, for real: of a server that answers, and of one that lets nobody in.
func TestPostgresReadyProbe(t *testing.T) {
	eachShell(t, func(t *testing.T, s *scratch) {
		s.run("rm -rf /etc/postgresql /etc/postgresql-common /usr/lib/postgresql /var/lib/postgresql; grep -q ^postgres: /etc/passwd || { groupadd -r postgres && useradd -r -g postgres -d /var/lib/postgresql postgres; }")
		probe := func() string { return s.run(prelude(string(ofExample.Probe()))) }
		says := func(want string) {
			t.Helper()
			if got := probe(); got != want+"over\n" {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		}
		says("")
		s.write("/etc/postgresql-common/createcluster.conf", "# Create a cluster\ncreate_main_cluster = false\n", 0o644)
		says("createcluster 2:create_main_cluster = false\n")
		s.write("/etc/postgresql/9.6/main/postgresql.conf", "port = 5432\n", 0o644)
		s.run("rm /etc/postgresql-common/createcluster.conf")
		says("old 9.6/main\n")
		if f, _, err := ParseProbe(nil, "MARK", "SIGN", []byte(s.run(Probe(nil, "MARK", "SIGN")))); err != nil || f.PGPort <= 5432 {
			t.Errorf("the port of the cluster that is to be made: %d %v", f.PGPort, err)
		}
		s.write("/usr/lib/postgresql/15/bin/postgres", "#!/bin/sh\ncase $4 in hba_file) echo /etc/hba ;; *) echo 5433 ;; esac\n", 0o755)
		if got := probe(); !strings.HasPrefix(got, "programs 15 ") || !strings.Contains(got, "\nold 9.6/main\nover\n") {
			t.Errorf("no cluster: %s", got)
		}

		s.write("/etc/postgresql/15/main/postgresql.conf", "port = 1\n", 0o644)
		s.write("/etc/postgresql/15/main/start.conf", "manual\n", 0o644)
		if got := probe(); !strings.HasPrefix(got, "down manual 15/main\nstatus ") || !strings.Contains(got, "\nempty 5433\nover\n") {
			t.Errorf("down: %s", got)
		}
		postmaster(s, "15/main", "#runs 5433")
		s.write("/etc/hosts", "127.0.0.1\tlocalhost\n::1\tip6-localhost\tip6-loopback\n", 0o644)
		s.write("/usr/lib/postgresql/15/bin/psql", "#!/bin/sh\ncat >/dev/null\nprintf '%s\\n' '{\"a\": \"told|\"}' '{}' 'told|' 'role|t|f|x' 'database|example|f'\n", 0o755)
		const told = "{\"a\": \"told|\"}\n{}\n"
		says("runs 15/main 5433 /var/run/postgresql\n" + told)
		s.write("/etc/hosts", "127.0.0.1\tlocalhost\n::1\tip6-localhost localhost\tip6-loopback", 0o644)
		says("runs 15/main 5433 /var/run/postgresql\nsix\n" + told)
		if got := s.run(prelude(string(ofExample.Probe()) + "\npg_site role; pg_site database")); !strings.HasSuffix(got, "over\nrole t f\ndatabase example f\n") {
			t.Errorf("what the steps after it see: %s", got)
		}

		s.write("/etc/hosts", "", 0o644)
		s.write("/etc/hba", "# local\nlocal all all md5\nhost all all all trust\n\tinclude x\nlocalx\n", 0o644)
		s.write("/usr/lib/postgresql/15/bin/psql", "#!/bin/sh\ncat >/dev/null\necho 'psql: error: no'\nexit 2\n", 0o755)
		says("runs 15/main 5433 /var/run/postgresql\nsaid psql: error: no\nsaid unreadable\nhba /etc/hba\nline 2:local all all md5\nline 4:\tinclude x\n")
		s.run("chmod 0600 /etc/hba") // what PostgreSQL's account may not read root does not read for it
		says("runs 15/main 5433 /var/run/postgresql\nsaid psql: error: no\nsaid unreadable\nhba /etc/hba\ngrep: /etc/hba: Permission denied\n")

		// One that is coming up is waited for.
		s.write("/usr/lib/postgresql/15/bin/psql", "#!/bin/sh\ncat >/dev/null\n[ ! -e /tmp/up ] || { echo 'told|'; exit; }\n(umask 0; : >/tmp/up)\necho 'FATAL:  the database system is starting up'\nexit 2\n", 0o755)
		if got := probe(); strings.Contains(got, "unreadable") || !strings.HasSuffix(got, "over\n") {
			t.Errorf("coming up: %s", got)
		}
	})
}
