package runner

import (
	"strings"
	"testing"

	"djship/runner/scratch"
)

// asRecorder stands in for psql: it prints its environment, its words and the SQL that it is given.
const asRecorder = "#!/bin/sh\nenv | grep -v -e ^PWD= -e ^_= -e ^OLDPWD= -e ^SHLVL= | sort\necho \"$*\"\ncat\n"

// The superuser's psql takes nothing from its surroundings, and searches names in the catalogue alone.
func TestSQLOfTheSuperuser(t *testing.T) {
	t.Parallel()
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		s.Run("grep -q ^postgres: /etc/passwd || { groupadd -r postgres && useradd -r -g postgres -d /var/lib/postgresql postgres; }")
		s.Run("rm -rf /usr/lib/postgresql /etc/postgresql; mkdir -p /usr/lib/postgresql/15/bin /etc/postgresql/15/main; ln -s /bin/true /usr/lib/postgresql/15/bin/postgres")
		s.Write("/etc/postgresql/15/main/postgresql.conf", "port = 5433\n", 0o644)
		s.Write("/usr/lib/postgresql/15/bin/psql", asRecorder, 0o755)
		hostile := "export HOME=/tmp PGHOST=/tmp PGSERVICEFILE=/tmp/service PGOPTIONS='-c search_path=public' PSQLRC=/tmp/rc PERL5OPT=-Mevil ENV=/tmp/env a=b\n"
		out := s.Run(hostile + prelude("echo 'select 1;' | sql"))
		home := strings.TrimSpace(s.Run("echo ~postgres"))
		want := "HOME=" + home + "\nLC_ALL=C\nPATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\nPGOPTIONS=-c search_path=pg_catalog,pg_temp -c lock_timeout=30s\n" +
			"-wXAtq -v ON_ERROR_STOP=1 -p 5433 -d postgres -f -\nselect 1;\n"
		if out != want {
			t.Errorf("psql got\n%s\nwant\n%s", out, want)
		}
	})
}

// PostgreSQL is asked for a list that is about no site as well, and once for all of a list.
func TestPostgreSQLIsAskedOnce(t *testing.T) {
	t.Parallel()
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		s.Run("rm -rf /etc/postgresql")
		for _, sites := range []string{"", "one two"} {
			for _, site := range []string{"", "one", "three"} {
				out := s.Run(prelude("sites='" + sites + "' site='" + site + `'
pg_find() { pg_cluster=15/main pg_state=ready pg_port=5432; }
sql() { cat >/dev/null; echo asked >>/tmp/asked; echo '{"of":"all"}'; for name in $pg_names 'x y' '$(id)'; do echo "${name#-}|role|$name"; echo "${name#-}|{\"of\":\"$name\"}"; done; }
pg_look; pg_look
printf '%s;%s' "$pg_seen" "$pg_told"; cat /tmp/asked; rm /tmp/asked`))
				name := site
				if name == "" {
					name = "-"
				}
				if want := "seen\nrole|" + name + ";{\"of\":\"all\"}\n{\"of\":\"" + name + "\"}asked\n"; out != want {
					t.Errorf("site %q of %q: %q, want %q", site, sites, out, want)
				}
			}
		}
	})
}
