package steps

import (
	"strings"
	"testing"

	"djship/runner"
	"djship/runner/scratch"
)

// The probe tells what there is, for real: of a server that answers, and of one that lets nobody in.
func TestPostgresReadyProbe(t *testing.T) {
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		s.Run("rm -rf /etc/postgresql /etc/postgresql-common /usr/lib/postgresql /var/lib/postgresql; grep -q ^postgres: /etc/passwd || { groupadd -r postgres && useradd -r -g postgres -d /var/lib/postgresql postgres; }")
		probe := func() string { return s.Run(prelude(string(site3().PostgresReady().Probe()))) }
		says := func(want string) {
			t.Helper()
			if got := probe(); got != want+"over\n" {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		}
		says("")
		s.Write("/etc/postgresql-common/createcluster.conf", "# Create a cluster\ncreate_main_cluster = false\n", 0o644)
		says("createcluster 2:create_main_cluster = false\n")
		s.Write("/etc/postgresql/9.6/main/postgresql.conf", "port = 5432\n", 0o644)
		s.Run("rm /etc/postgresql-common/createcluster.conf")
		says("old 9.6/main\n")
		if f, _, err := runner.ParseProbe(nil, "MARK", "SIGN", []byte(s.Run(runner.Probe(nil, "MARK", "SIGN")))); err != nil || f.PGPort <= 5432 {
			t.Errorf("the port of the cluster that is to be made: %d %v", f.PGPort, err)
		}
		s.Write("/usr/lib/postgresql/15/bin/postgres", "#!/bin/sh\ncase $4 in hba_file) echo /etc/hba ;; *) echo 5433 ;; esac\n", 0o755)
		if got := probe(); !strings.HasPrefix(got, "programs 15 ") || !strings.Contains(got, "\nold 9.6/main\nover\n") {
			t.Errorf("no cluster: %s", got)
		}

		s.Write("/etc/postgresql/15/main/postgresql.conf", "port = 1\n", 0o644)
		s.Write("/etc/postgresql/15/main/start.conf", "manual\n", 0o644)
		if got := probe(); !strings.HasPrefix(got, "down manual 15/main\nstatus ") || !strings.Contains(got, "\nempty 5433\nover\n") {
			t.Errorf("down: %s", got)
		}
		postmaster(s, "15/main", "#runs 5433")
		s.Write("/etc/hosts", "127.0.0.1\tlocalhost\n::1\tip6-localhost\tip6-loopback\n", 0o644)
		s.Write("/usr/lib/postgresql/15/bin/psql", "#!/bin/sh\ncat >/dev/null\nprintf '%s\\n' '{\"a\": \"told|\"}' '{}' 'example|role|t|f|x' 'example|database|example|f'\n", 0o755)
		const told = "{\"a\": \"told|\"}\n{}\n"
		says("runs 15/main 5433 /var/run/postgresql\n" + told)
		s.Write("/etc/hosts", "127.0.0.1\tlocalhost\n::1\tip6-localhost localhost\tip6-loopback", 0o644)
		says("runs 15/main 5433 /var/run/postgresql\nsix\n" + told)
		if got := s.Run(prelude(string(site3().PostgresReady().Probe()) + "\npg_site role; pg_site database")); !strings.HasSuffix(got, "over\nrole t f\ndatabase example f\n") {
			t.Errorf("what the steps after it see: %s", got)
		}

		s.Write("/etc/hosts", "", 0o644)
		s.Write("/etc/hba", "# local\nlocal all all md5\nhost all all all trust\n\tinclude x\nlocalx\n", 0o644)
		s.Write("/usr/lib/postgresql/15/bin/psql", "#!/bin/sh\ncat >/dev/null\necho 'psql: error: no'\nexit 2\n", 0o755)
		says("runs 15/main 5433 /var/run/postgresql\nsaid psql: error: no\nsaid unreadable\nhba /etc/hba\nline 2:local all all md5\nline 4:\tinclude x\n")
		s.Run("chmod 0600 /etc/hba") // what PostgreSQL's account may not read root does not read for it
		says("runs 15/main 5433 /var/run/postgresql\nsaid psql: error: no\nsaid unreadable\nhba /etc/hba\ngrep: /etc/hba: Permission denied\n")

		// One that is coming up is waited for.
		s.Write("/usr/lib/postgresql/15/bin/psql", "#!/bin/sh\ncat >/dev/null\n[ ! -e /tmp/up ] || { echo 'told|'; exit; }\n(umask 0; : >/tmp/up)\necho 'FATAL:  the database system is starting up'\nexit 2\n", 0o755)
		if got := probe(); strings.Contains(got, "unreadable") || !strings.HasSuffix(got, "over\n") {
			t.Errorf("coming up: %s", got)
		}
	})
}
