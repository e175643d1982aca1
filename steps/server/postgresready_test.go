package server

import (
	"strings"
	"testing"

	"djship/steps/model"
	"djship/steps/model/modeltest"
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
	modeltest.Run(t, []modeltest.Case{
		{Name: "md5", Step: s, Seen: pgRuns + pgSaid + noPassword + "\n" + pgHba + "line 1:local all postgres md5\n" + pgLocal, Want: model.Refusal(own(`1 says "local all postgres md5"`, noPassword), above)},
		{Name: "rejected", Step: s, Seen: pgRuns + pgSaid + rejects + "\n" + pgHba + "line 3:local all,x \"postgres\",+wheel reject # no one\n" + pgLocal,
			Want: model.Refusal(own(`3 says "local all,x postgres,+wheel reject"`, rejects), above)},
		{Name: "a map", Step: s, Seen: pgRuns + pgSaid + peer + "\n" + pgHba + "line 1:local all all peer map=nosuch\n" + pgLocal, Want: model.Refusal(own(`1 says "local all all peer map=nosuch"`, peer), above)},
		{Name: "in German", Step: s, Seen: pgRuns + pgSaid + "FATAL:  Peer-Authentifizierung für Benutzer »postgres« fehlgeschlagen\n" + pgHba + "line 1:local all all peer map=nosuch\n" + pgLocal,
			Want: model.Refusal(own(`1 says "local all all peer map=nosuch"`, "FATAL:  Peer-Authentifizierung für Benutzer »postgres« fehlgeschlagen"), above)},
		{Name: "options are not shown", Step: s, Seen: pgRuns + pgSaid + peer + "\n" + pgHba + "line 1:local all postgres ldap ldapserver=x ldapbindpasswd=geheim\n" + pgLocal,
			Want: model.Refusal(own(`1 says "local all postgres ldap"`, peer), above)},
		{Name: "lines for others come first", Step: s, Seen: pgRuns + pgSaid + noPassword + "\n" + pgHba +
			"line 1:local other postgres reject\nline 2:local all example md5\nline 3:local replication all md5\nline 4:local sameuser all scram-sha-256\n" + pgLocal,
			Want: model.Refusal(own(`4 says "local sameuser all scram-sha-256"`, noPassword), above)},
		{Name: "an included file", Step: s, Seen: pgRuns + pgSaid + noPassword + "\n" + pgHba + "line 2:include_dir hba.d\n" + pgLocal, Want: model.Refusal(own(`2 says "include_dir hba.d"`, noPassword), above)},
		{Name: "not read since", Step: s, Seen: pgRuns + pgSaid + noPassword + "\n" + pgHba + pgLocal, Want: model.Refusal(strings.Replace(own(`90 says "local all postgres peer"`, noPassword), "in: ", "in, though ", 1),
			"PostgreSQL has not read that file since it was changed: `systemctl reload postgresql` on the host, and /var/log/postgresql there tells where it can't, then run the same command again")},
		{Name: "no line", Step: s, Seen: pgRuns + pgSaid + peer + "\n" + pgHba + "line 9:local replication all peer\nover\n",
			Want: model.Refusal("PostgreSQL does not let its own account postgres in: no line of /etc/postgresql/15/main/pg_hba.conf does ("+peer+")",
				"put `local all postgres peer` into it on the host, then `systemctl reload postgresql` there, then run the same command again")},
		{Name: "full", Step: s, Seen: pgRuns + pgSaid + "FATAL:  sorry, too many clients already\n" + pgHba + pgLocal, Want: model.Refusal("PostgreSQL runs and can't be asked: FATAL:  sorry, too many clients already",
			"PostgreSQL takes no more connections: raise max_connections in postgresql.conf on the host, or end some, then run the same command again")},
		{Name: "still starting", Step: s, Seen: pgRuns + pgSaid + "FATAL:  the database system is starting up\n" + pgHba + pgLocal, Want: model.Refusal("PostgreSQL runs and can't be asked: FATAL:  the database system is starting up",
			"PostgreSQL is still coming up or going down: wait until it has, then run the same command again")},
		{Name: "another folder for its socket", Step: s, Seen: "runs 15/main 5432 /tmp\n" + pgSaid + "No such file or directory\n" + pgHba + pgLocal, Want: model.Refusal(`PostgreSQL makes its socket in "/tmp", not in /var/run/postgresql`,
			"have unix_socket_directories begin with /var/run/postgresql, in postgresql.conf or what it includes, then `systemctl restart postgresql` on the host, then run the same command again")},
		{Name: "what can't be printed", Step: s, Seen: pgRuns + pgSaid + "FATAL:  \x1b[31mx\u202e\xff\n" + pgHba + pgLocal, Want: model.Refusal("PostgreSQL runs and can't be asked: FATAL:  ?[31mx??",
			"mend what the output names, then run the same command again: it goes on where it was")},
	})
}

func TestPostgresForSites(t *testing.T) {
	s := ofExample
	both := model.Facts{IPv6: true}
	listen := func(value string) string {
		return strings.Replace(pgPlain, `"setting":"localhost","sourcefile":null,"sourceline":null`, `"setting":"`+value+`","sourcefile":"/etc/postgresql/15/main/conf.d/x.conf","sourceline":2`, 1)
	}
	deaf := func(value string) model.Change {
		return model.Refusal("PostgreSQL does not listen where sites reach it: listen_addresses = '"+value+"' (/etc/postgresql/15/main/conf.d/x.conf:2)",
			"have localhost among them (`sudo -u postgres psql -c \"alter system set listen_addresses = 'localhost'\"` on the host), then `systemctl restart postgresql` there, "+
				"then run the same command again; a site that reaches its database in another way says so by DB_HOST in its local_env.sh")
	}
	mayBe := deaf("")
	mayBe.OnlyIfActs = true
	out := func(from, says string) model.Change {
		bits := map[string]string{"::1": "128", "127.0.0.1": "32"}[from]
		return model.Refusal("PostgreSQL does not let example in by its password from "+from+": /etc/postgresql/15/main/pg_hba.conf:"+says,
			"put `host example example "+from+"/"+bits+" scram-sha-256` above that line on the host, then `systemctl reload postgresql` there, "+
				"then run the same command again; a site that reaches its database in another way says so by DB_HOST in its local_env.sh")
	}
	told := func(parts ...string) string { return pgRuns + strings.Join(parts, "") + "over\n" }
	reject6 := rule("5", "host", "all", "all", "::1", mask6, "reject")
	cases := []modeltest.Case{
		{Name: "as Debian comes", Seen: told(pgPlain, pgRules)},
		{Name: "listens nowhere", Seen: told(listen(""), pgRules), Want: deaf("")},
		{Name: "listens to the network alone", Seen: told(listen("10.0.0.5, 192.0.2.1"), pgRules), Want: deaf("10.0.0.5, 192.0.2.1")},
		{Name: "listens everywhere", Seen: told(listen("*"), pgRules)},
		{Name: "listens to IPv4 alone, IPv6 is rejected", Seen: told(listen("10.0.0.5,127.0.0.1"), reject6, pgRules)},
		{Name: "listens nowhere, and the site is elsewhere", Seen: told(listen(""), pgRules) + "elsewhere\n"},
		{Name: "the site can't say that before root's end", Seen: told(listen(""), pgRules) + "x\nover\nruns\n", Want: deaf("")},
		{Name: "rejected from ::1", Seen: told(pgPlain, reject6, pgRules), Want: out("::1", `5 says "host all all ::1/128 reject"`)},
		{Name: "rejected from 127.0.0.1, which is not used", Seen: told(pgPlain, rule("5", "host", "all", "all", "127.0.0.1", mask4, "reject"), pgRules)},
		{Name: "rejected by name", Seen: told(pgPlain, rule("5", "host", "all", "example", "all", "", "reject"), pgRules), Want: out("::1", `5 says "host all example all reject"`)},
		{Name: "rejected by a group", Seen: told(pgPlain, rule("5", "host", "all", "+web team", "samehost", "", "reject"), pgRules), Want: out("::1", `5 says "host all +web team samehost reject"`)},
		{Name: "a range, a method without password", Seen: told(pgPlain, rule("5", "host", "sameuser", "all", "::", "::", "ident"), pgRules), Want: out("::1", `5 says "host sameuser all ::/0 ident"`)},
		{Name: "a pattern", Seen: told(pgPlain, rule("5", "host", "/^ex", "/le$", "all", "", "gss"), pgRules), Want: out("::1", `5 says "host /^ex /le$ all gss"`)},
		{Name: "by TLS alone", Seen: told(pgPlain, rule("5", "hostssl", "all", "all", "all", "", "scram-sha-256"), reject6)},
		{Name: "without TLS alone", Seen: told(pgPlain, rule("5", "hostssl", "all", "all", "all", "", "cert"), rule("6", "hostnossl", "all", "all", "all", "", "md5"))},
		{Name: "by TLS alone, which the server has not", Seen: told(strings.Replace(pgPlain, `"name":"ssl","setting":"on"`, `"name":"ssl","setting":"off"`, 1), rule("5", "hostssl", "all", "all", "all", "", "trust"), reject6),
			Want: out("::1", `5 says "host all all ::1/128 reject"`)},
		{Name: "for others", Seen: told(pgPlain, rule("1", "host", "replication", "all", "all", "", "reject"), rule("2", "host", "other", "all", "all", "", "reject"), rule("3", "host", "all", "other", "all", "", "reject"),
			rule("4", "host", "all", "+others", "all", "", "reject"), rule("5", "host", "all", "all", "10.0.0.0", "255.0.0.0", "reject"), rule("6", "host", "all", "all", "db.example.com", "", "reject"),
			rule("7", "hostgssenc", "all", "all", "all", "", "reject"), pgRules)},
		{Name: "in another file, since PostgreSQL 16", Seen: told(pgPlain, strings.Replace(reject6, `"type"`, `"file_name": "/etc/postgresql/16/main/hba.d/x.conf", "type"`, 1), pgRules),
			Want: model.Refusal(strings.Replace(out("::1", `5 says "host all all ::1/128 reject"`).Detail, "15/main/pg_hba.conf", "16/main/hba.d/x.conf", 1), out("::1", "").Hint)},
		{Name: "no line", Seen: told(pgPlain), Want: model.Refusal("PostgreSQL does not let the site in: no line of /etc/postgresql/15/main/pg_hba.conf is for example from ::1",
			"put `host example example ::1/128 scram-sha-256` into it on the host, then `systemctl reload postgresql` there, then run the same command again; a site that reaches its database in another way says so by DB_HOST in its local_env.sh")},
		{Name: "a line that is none", Seen: told(pgPlain, pgRules, `{"type": null, "error": "end-of-line before role specification", "address": null, "netmask": null, "database": null, "user_name": null, "auth_method": null, "line_number": 105}`+"\n"),
			Want: model.Refusal("PostgreSQL does not understand /etc/postgresql/15/main/pg_hba.conf:105 (end-of-line before role specification): it goes by what it read before, and will not start with it",
				"mend that line on the host, then `systemctl reload postgresql` there, then run the same command again")},
	}
	for i := range cases {
		cases[i].Step, cases[i].Facts = s, both
	}
	modeltest.Run(t, append(cases,
		modeltest.Case{Name: "a host without IPv6", Step: s, Seen: told(pgPlain, rule("5", "host", "all", "all", "127.0.0.0", "255.0.0.0", "peer"), pgRules), Want: out("127.0.0.1", `5 says "host all all 127.0.0.0/8 peer"`)},
		modeltest.Case{Name: "no site, rules for each", Step: PostgresReady{}, Seen: told(pgPlain)},
		modeltest.Case{Name: "no site, listens nowhere", Step: PostgresReady{}, Seen: told(listen("")), Want: mayBe},
	))
}

func TestPostgresReadOnlyOrFull(t *testing.T) {
	s := ofExample
	told := func(text string) string { return pgRuns + text + pgRules + "over\n" }
	on := func(where string) string {
		return strings.Replace(pgPlain, `only","setting":"off","sourcefile":null,"sourceline":null`, `only","setting":"on",`+where, 1)
	}
	sites := model.Refusal("PostgreSQL takes no changes of the site's: default_transaction_read_only is on for its role or its database",
		"`sudo -u postgres psql -c '\\drds'` on the host shows it; reset it there (`alter role` or `alter database` … `reset default_transaction_read_only`), then run the same command again")
	full := model.Refusal("all of PostgreSQL's 97 connections that sites may have are taken", "`sudo -u postgres psql -c 'table pg_stat_activity'` on the host tells by whom; end some, or raise max_connections in postgresql.conf there, then run the same command again")
	full.OnlyIfActs = true
	modeltest.Run(t, []modeltest.Case{
		{Name: "standby", Step: s, Seen: told(strings.Replace(pgPlain, `"standby" : false`, `"standby" : true`, 1)), Want: model.Refusal("PostgreSQL is a standby here: it takes no changes",
			"run this for the host that it follows; where this one is to take its place, `pg_ctlcluster 15 main promote` on the host")},
		{Name: "by a file", Step: s, Seen: told(on(`"sourcefile":"/var/lib/postgresql/15/main/postgresql.auto.conf","sourceline":3`)),
			Want: model.Refusal("PostgreSQL takes no changes: default_transaction_read_only is on (/var/lib/postgresql/15/main/postgresql.auto.conf:3)", "take it out there, then `systemctl reload postgresql` there, then run the same command again")},
		{Name: "for the superuser", Step: PostgresReady{}, Seen: told(on(`"sourcefile":null,"sourceline":null`)), Want: model.Refusal("PostgreSQL takes no changes: default_transaction_read_only is on for the role or the database postgres",
			"`sudo -u postgres psql -c '\\drds'` on the host shows it; reset it there, then run the same command again")},
		{Name: "for the site's role", Step: s, Seen: told(pgPlain + `{"set" : "default_transaction_read_only=off", "of_role" : false, "of_database" : true}` + "\n" + `{"set" : "default_transaction_read_only=TRUE", "of_role" : true, "of_database" : false}` + "\n"), Want: sites},
		{Name: "for its database, not for its role there", Step: s, Seen: told(pgPlain + `{"set" : "default_transaction_read_only=on", "of_role" : false, "of_database" : true}` + "\n" + `{"set" : "default_transaction_read_only=off", "of_role" : true, "of_database" : true}` + "\n")},
		{Name: "all but the superuser's connections are taken", Step: s, Seen: told(strings.Replace(pgPlain, `"taken" : 0`, `"taken" : 97`, 1)), Want: full},
		{Name: "one is left", Step: s, Seen: told(strings.Replace(pgPlain, `"taken" : 0`, `"taken" : 96`, 1))},
	})
}

func TestPostgresThatDoesNotRun(t *testing.T) {
	s := PostgresReady{}
	const again = ", then run the same command again"
	modeltest.Run(t, []modeltest.Case{
		{Name: "not installed", Step: s, Seen: "over\n"},
		{Name: "its package is to make no cluster", Step: s, Seen: "createcluster 6:create_main_cluster = 'false'\nover\n", Want: model.Refusal("PostgreSQL's package is told to make no cluster (/etc/postgresql-common/createcluster.conf:6)", "take that line out on the host"+again)},
		{Name: "its package is to make one", Step: s, Seen: "createcluster 6:create_main_cluster = true\nover\n"},
		{Name: "no cluster", Step: s, Seen: "programs 13 installed\nprograms 15 installed\nover\n", Want: model.Refusal("PostgreSQL has no cluster on this host", "`pg_createcluster 15 main --start` on the host makes one"+again)},
		{Name: "none but one of before an upgrade of the distribution", Step: s, Seen: "programs 15 installed\nold 13/main\nover\n", Want: model.Refusal("PostgreSQL has no cluster on this host but 13/main, whose programs were removed",
			"`apt install postgresql-13 && pg_upgradecluster 13 main` on the host brings its data to PostgreSQL 15; where there is nothing to lose, `pg_createcluster 15 main --start` makes an empty one"+again)},
		{Name: "its installation was cut off", Step: s, Seen: "programs 15 unpacked\nover\n"},
		{Name: "down", Step: s, Seen: "down auto 15/main\nover\n"},
		{Name: "by hand", Step: s, Seen: "down manual 15/main\nover\n", Want: model.Refusal("PostgreSQL's cluster 15/main is down, and not to be started but by hand (manual in /etc/postgresql/15/main/start.conf)",
			"put auto into that file on the host; or, where something else starts it, have that do so (`pg_ctlcluster 15 main start`)"+again)},
		{Name: "never", Step: s, Seen: "down disabled 15/main\nover\n", Want: model.Refusal("PostgreSQL's cluster 15/main is down, and not to be started but by hand (disabled in /etc/postgresql/15/main/start.conf)",
			"put auto into that file on the host; or, where something else starts it, have that do so (`pg_ctlcluster 15 main start`)"+again)},
		{Name: "a setting that it does not know", Step: s, Seen: "down auto 15/main\nstatus installed\n" +
			`wrong 2026-11-26 15:36:32.534 GMT [1578] LOG:  unrecognized configuration parameter "nonsense" in file "/etc/postgresql/15/main/conf.d/x.conf" line 1` + "\n" +
			`wrong 2026-11-26 15:36:32.543 GMT [1578] FATAL:  configuration file "/etc/postgresql/15/main/conf.d/x.conf" contains errors` + "\nempty /var/lib/postgresql/15/main\nover\n",
			Want: model.Refusal(`PostgreSQL can't be started: LOG:  unrecognized configuration parameter "nonsense" in file "/etc/postgresql/15/main/conf.d/x.conf" line 1; `+
				`FATAL:  configuration file "/etc/postgresql/15/main/conf.d/x.conf" contains errors`, "mend on the host what it names"+again)},
		{Name: "its data are gone", Step: s, Seen: "down auto 15/main\nstatus installed\nempty /var/lib/postgresql/15/main\nover\n", Want: model.Refusal("the data of PostgreSQL's cluster 15/main are not in /var/lib/postgresql/15/main",
			"mount on the host what belongs there, or restore it; where there is nothing to lose, `pg_dropcluster 15 main && pg_createcluster 15 main --start` makes an empty one"+again)},
		{Name: "made by half", Step: s, Seen: "down auto 15/main\nstatus half-configured\nwrong FATAL:  x\nempty /var/lib/postgresql/15/main\nover\n"},
	})
}
