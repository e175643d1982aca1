package steps

import (
	"slices"
	"strings"
	"testing"

	"djship/runner"
	"djship/runner/scratch"
	"djship/steps/django"
	"djship/steps/model"
	"djship/steps/model/modeltest"
	"djship/steps/server"
)

func recorded(projects ...string) []django.Site {
	var sites []django.Site
	for _, p := range projects {
		sites = append(sites, django.Site{Project: p, Domain: p + ".org", Python: 3})
	}
	return sites
}

// The list of several sites has what is common to them once, and each step of a site's that it would have alone; one of a single site is
// that of a deploy.
func TestDeployAll(t *testing.T) {
	ids := func(list []model.Step) []string {
		var all []string
		for _, s := range list {
			all = append(all, s.ID())
		}
		return all
	}
	if got, want := ids(DeployAll(recorded("one"), server.Options{})), ids(Deploy(recorded("one")[0], server.Options{})); !slices.Equal(got, want) {
		t.Errorf("of one: %q, want %q", got, want)
	}
	list := DeployAll(recorded("one", "two", "three"), server.Options{})
	all := ids(list)
	for _, id := range all {
		if n := strings.Count(strings.Join(all, "\n")+"\n", id+"\n"); n != 1 && !strings.Contains(id, "/webapps") {
			t.Errorf("%s is there %d times", id, n)
		}
	}
	for _, id := range []string{"service:nginx", "prereq-done", "disk", "postgresql-usable", "postgresql-usable:two", "sshd:three", "gunicorn:two", "database:three", "postgresql-databases:two"} {
		if !slices.Contains(all, id) {
			t.Errorf("%s is missing", id)
		}
	}
	for _, it := range model.NewPlan(list, modeltest.Debian12, make([]model.Observed, len(list))).Items {
		for _, id := range append(it.Change.Notify, it.Change.StartsAfter) {
			if id != "" && !slices.Contains(all, id) {
				t.Errorf("%s names %s, which is not there", it.Step.ID(), id)
			}
		}
	}
	if got := model.Databases(list); !slices.Equal(got, []string{"one", "two", "three"}) {
		t.Errorf("asked about in PostgreSQL: %q", got)
	}
}

// PostgreSQL is asked once for all sites of a list, and each is told what is of it.
func TestDatabasesOfAllSites(t *testing.T) {
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		s.Run("grep -q ^postgres: /etc/passwd || { groupadd -r postgres && useradd -r -g postgres -d /var/lib/postgresql postgres; }")
		s.Run("rm -rf /usr/lib/postgresql /etc/postgresql; mkdir -p /usr/lib/postgresql/15/bin /etc/postgresql/15/main; ln -s /bin/true /usr/lib/postgresql/15/bin/postgres")
		s.Write("/etc/postgresql/15/main/postgresql.conf", "port = 5433\n", 0o644)
		postmaster(s, "15/main", "#runs 5433")
		s.Write("/usr/lib/postgresql/15/bin/psql", "#!/bin/sh\ncat >>/tmp/asked\n"+
			"printf '%s\\n' '{\"all\": 1}' 'one|{\"of\": \"one\"}' 'two|{\"of\": \"two\"}' 'one|role|t|f|x' 'two|role|f|t|x' 'two|database|two|f' 'three|database|three|f'\n", 0o755)
		s.Run("rm -f /tmp/asked; umask 0; : >/tmp/asked")
		var list []model.Step
		for _, site := range recorded("one", "two") {
			list = append(list, rooted{site.PostgresReady()}, rooted{django.Role{Site: site}}, rooted{django.Database{Site: site}})
		}
		_, seen, err := runner.ParseProbe(list, "MARK", "SIGN", []byte(s.Run(runner.Probe(list, "MARK", "SIGN"))))
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range []string{"{\"all\": 1}\n{\"of\": \"one\"}\nover\n", "role t f\n", "", "{\"all\": 1}\n{\"of\": \"two\"}\nover\n", "role f t\n", "database two f\n"} {
			if got := seen[i].Text; !strings.HasSuffix(got, want) || want == "" && got != "" {
				t.Errorf("%s: %q, want its end %q", list[i].ID(), got, want)
			}
		}
		asked := s.Run("cat /tmp/asked")
		if n := strings.Count(asked, "pg_hba_file_rules"); n != 1 || strings.Count(asked, `rolname = any ('{"one","two"}'`) < 2 {
			t.Errorf("asked %d times: %s", n, asked)
		}
	})
}

// rooted is a step without what the site's account is asked for it.
type rooted struct{ model.Step }

func (s rooted) Database() string { return s.Step.(model.Stored).Database() }
