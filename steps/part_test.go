package steps

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"djship/steps/model"
	"djship/steps/server"
)

// A host of one role has no step that is another's alone, and what a host of two has is what hosts of each have, in the
// order of a host that does everything.
func TestRoles(t *testing.T) {
	const web, database, balancer = server.Web, server.Database, server.LoadBalancer
	lists := map[string]func(server.Roles) []model.Step{
		"prereq": func(r server.Roles) []model.Step { return Prereq(2, server.Options{Roles: r}) },
		"deploy": func(r server.Roles) []model.Step { return Deploy(site3(), server.Options{Roles: r}) },
		"up":     func(r server.Roles) []model.Step { return Up(site3(), server.Options{Roles: r}) },
	}
	for name, made := range lists {
		names := func(r server.Roles) []string {
			var all []string
			for _, s := range made(r) {
				all = append(all, s.Name())
			}
			return all
		}
		all := names(0)
		if diff := cmp.Diff(all, names(web|database|balancer)); diff != "" {
			t.Errorf("%s: no role is not all roles:\n%s", name, diff)
		}
		both := names(web | database)
		if diff := cmp.Diff(all, both); diff != "" {
			t.Errorf("%s: nothing is a load balancer's alone:\n%s", name, diff)
		}
		for _, n := range all {
			ofWeb, ofDatabase, ofBalancer := slices.Contains(names(web), n), slices.Contains(names(database), n), slices.Contains(names(balancer), n)
			if !ofWeb && !ofDatabase {
				t.Errorf("%s: nobody has %s", name, n)
			}
			is := func(words ...string) bool {
				return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(n, w) })
			}
			switch {
			case n == "packages", is("distribution", "disk space", "file systems", "prereq done"):
				if !ofWeb || !ofDatabase || !ofBalancer {
					t.Errorf("%s: not each host has %s", name, n)
				}
			case is("PostgreSQL driver", "database tables", "database password"):
				if !ofWeb || ofDatabase || ofBalancer {
					t.Errorf("%s: %s is a web host's", name, n)
				}
			case is("PostgreSQL", "postgresql"):
				if ofWeb || !ofDatabase || ofBalancer {
					t.Errorf("%s: %s is a database host's", name, n)
				}
			case is("service nginx", "port 80"):
				if !ofWeb || ofDatabase || !ofBalancer {
					t.Errorf("%s: %s is of hosts that visitors reach", name, n)
				}
			case is("record of"):
				if !ofWeb || !ofDatabase || ofBalancer {
					t.Errorf("%s: %s is of hosts that have something of the site", name, n)
				}
			default:
				if !ofWeb || ofDatabase || ofBalancer {
					t.Errorf("%s: %s is a web host's", name, n)
				}
			}
		}
	}
}

// What is installed, looked for and asked for on a host is what its roles need.
func TestRolesOfPackages(t *testing.T) {
	for roles, want := range map[server.Roles]struct{ packages, probe, services string }{
		0: {"git nginx postgresql",
			"/usr/local/bin/virtualenv /usr/local/bin/supervisord /etc/supervisord.conf /etc/supervisor /usr/sbin/nginx /usr/bin/psql /usr/bin/pg_config;",
			"postgresql.service supervisord.service nginx.service"},
		server.Database: {"postgresql", "for path in /usr/bin/psql;", "postgresql.service"},
		server.Web: {"git nginx",
			"/etc/supervisor /usr/sbin/nginx /usr/bin/pg_config;", "supervisord.service nginx.service"},
		server.LoadBalancer: {"nginx", "for path in /usr/sbin/nginx;", "nginx.service"},
	} {
		if got := strings.Join(packageNames(roles), " "); got != want.packages {
			t.Errorf("%b: packages %s", roles, got)
		}
		if got := string(server.PrereqDone{Roles: roles}.Probe()); !strings.Contains(got, want.probe) {
			t.Errorf("%b: %s", roles, got)
		}
		for _, list := range [][]model.Step{Prereq(3, server.Options{Roles: roles}), Deploy(site3(), server.Options{Roles: roles})} {
			if got := strings.Join(model.Services(list), " "); got != want.services {
				t.Errorf("%b: services %s", roles, got)
			}
		}
	}
}

// Each process that supervisord runs of a site has its file and its step in the list, in that order.
func TestProcessesAreInTheList(t *testing.T) {
	var names []string
	for _, s := range Deploy(site3(), server.Options{}) {
		names = append(names, s.Name())
	}
	for _, p := range site3().Processes() {
		file, step := slices.Index(names, "supervisor program "+p.Program), slices.Index(names, p.Kind+" example")
		if file < 0 || step < file {
			t.Errorf("%+v: %d, %d", p, file, step)
		}
	}
}
