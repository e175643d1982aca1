package steps

import (
	"fmt"
	"regexp"
	"slices"
	"testing"
	"time"

	"djship/runner"
	"djship/steps/model"
	"djship/steps/server"
)

// marksOfNames has the IDs of all steps that there were when steps got IDs, and the mark by which djship had noted
// each on hosts until then. Neither changes: a host may have a mark of any age. A new step needs no row.
var marksOfNames = map[string]string{
	"distribution":                      "distribution",
	"disk":                              "disk-space",
	"file-systems":                      "file-systems",
	"package-folders":                   "folders-of-packages",
	"port:80":                           "port-80",
	"sshd":                              "sshd",
	"nginx-reads-sites":                 "nginx-reads-sites-enabled",
	"supervision":                       "supervisord-s-configuration",
	"postgresql-usable":                 "PostgreSQL-usable",
	"memory":                            "memory",
	"clock":                             "clock",
	"dns":                               "DNS",
	"registries":                        "package-registries",
	"python2":                           "Python-2-available",
	"prereq-done":                       "prereq-done",
	"folder:/webapps":                   "folder--webapps",
	"folder:/webapps/.sockets":          "folder--webapps-.sockets",
	"packages":                          "packages",
	"tools":                             "virtualenv-and-supervisor-in--opt-djship",
	"poller":                            "supervisord-s-poller",
	"link:/usr/local/bin/virtualenv":    "virtualenv-on-the-PATH",
	"link:/usr/local/bin/supervisord":   "supervisord-on-the-PATH",
	"link:/usr/local/bin/supervisorctl": "supervisorctl-on-the-PATH",
	"folder:/etc/supervisor":            "folder--etc-supervisor",
	"folder:/var/log/supervisor":        "folder--var-log-supervisor",
	"file:/etc/supervisord.conf":        "-etc-supervisord.conf",
	"file:/etc/init.d/supervisord":      "-etc-init.d-supervisord",
	"file:/etc/systemd/system/supervisord.service": "-etc-systemd-system-supervisord.service",
	"service:postgresql":                           "service-postgresql",
	"service:supervisord":                          "service-supervisord",
	"service:nginx":                                "service-nginx",
	"wheel:psycopg2":                               "wheel-of-psycopg2",

	"domain:example.com": "domain-example.com",
	"record:example":     "record-of-example",
	"group:webapps":      "group-webapps",
	"account:example":    "account-example",
	"file:/etc/ssh/sshd_config.d/djship-example.conf":                      "sshd-rule-for-example",
	"sshd-reload:example":                                                  "sshd-reload-for-example",
	"folder:/webapps/example_project":                                      "folder--webapps-example_project",
	"virtualenv:example":                                                   "virtualenv-of-example",
	"python-packages:example":                                              "Python-packages-of-example",
	"folder:/webapps/example_project/logs":                                 "folder--webapps-example_project-logs",
	"folder:/webapps/example_project/run":                                  "folder--webapps-example_project-run",
	"folder:/webapps/example_project/static":                               "folder--webapps-example_project-static",
	"folder:/webapps/example_project/media":                                "folder--webapps-example_project-media",
	"secret:/webapps/example_project/.django_secret_key":                   "secret-key-of-example",
	"secret:/webapps/example_project/.django_db_password":                  "database-password-of-example",
	"file:/webapps/example_project/prepare_env.sh":                         "environment-script-of-example",
	"file:/webapps/example_project/gunicorn_start.sh":                      "gunicorn-script-of-example",
	"file:/webapps/example_project/example/example/settings/production.py": "production-settings-of-example",
	"postgresql-databases":                                                 "PostgreSQL-s-own-databases",
	"role:example":                                                         "PostgreSQL-role-example",
	"database:example":                                                     "PostgreSQL-database-example",
	"project:example":                                                      "Django-project-example",
	"postgresql-driver:example":                                            "PostgreSQL-driver-of-example",
	"tables:example":                                                       "database-tables-of-example",
	"static:example":                                                       "static-files-of-example",
	"file:/etc/logrotate.d/djship-example":                                 "log-rotation-of-example",
	"file:/etc/supervisor/example.conf":                                    "supervisor-program-example",
	"gunicorn:example":                                                     "gunicorn-example",
	"socket-link:example":                                                  "socket-link-of-example",
	"log:/var/log/nginx/example.com.access.log":                            "access-log-of-example.com",
	"log:/var/log/nginx/example.com.error.log":                             "error-log-of-example.com",
	"file:/etc/nginx/sites-available/example.com":                          "nginx-site-example.com",
	"link:/etc/nginx/sites-enabled/example.com":                            "nginx-site-example.com-enabled",
	"nginx-reload:example.com":                                             "nginx-reload-for-example.com",
}

// A mark on a host, by a step's ID or as it was by its name, makes that step due and no other; each has one ID, of
// which the name of a file can be made.
func TestStepIDs(t *testing.T) {
	word := regexp.MustCompile(`^[A-Za-z0-9_.:/-]+$`)
	all := lists()
	all["survey"] = Survey(time.Unix(0, 0))
	found := map[string]bool{}
	for name, list := range all {
		whose := map[string]string{} // mark to ID
		for _, s := range list {
			id := s.ID()
			if !word.MatchString(id) {
				t.Errorf("%s: %q is no ID", name, id)
			}
			marks := model.DueMarks(s)
			if old, known := marksOfNames[id]; marks[0] != model.Slug(id) || known && !slices.Contains(marks, old) {
				t.Errorf("%s: %s has marks %v, not %s", name, id, marks, old)
			}
			found[id] = true
			for _, mark := range marks {
				if other, taken := whose[mark]; taken {
					t.Errorf("%s: %s and %s are both noted as %s", name, id, other, mark)
				}
				whose[mark] = id
			}
		}
		for mark, id := range whose {
			out := fmt.Sprintf("\nMARK facts\ndue %s\n", mark)
			for i := range list {
				out += fmt.Sprintf("\nMARK %d\n", i)
			}
			for i, o := range observed(t, list, out) {
				if o.Due != (list[i].ID() == id) {
					t.Errorf("%s: with the mark %s %s is due: %v", name, mark, list[i].ID(), o.Due)
				}
			}
		}
	}
	for id, mark := range marksOfNames {
		if !found[id] {
			t.Errorf("no step is %s any more, though hosts may have its mark %s", id, mark)
		}
	}
	// What is asked of the host's marks in a change's own script.
	if packages := (server.Packages{}); model.Slug(packages.ID()) != "packages" {
		t.Errorf("half_made of apt.sh looks for another mark than %s", packages.ID())
	}
}

// observed is what an answer of a host says of each step; accounts have nothing to say.
func observed(t *testing.T, list []model.Step, out string) []model.Observed {
	t.Helper()
	homes := map[string]bool{}
	for _, s := range list {
		if r, ok := s.(model.Resident); ok {
			if account, _ := r.HomeProbe(); account != "" && !homes[account] {
				homes[account] = true
				out += fmt.Sprintf("\nMARK home %s\n", account)
			}
		}
	}
	_, seen, err := runner.ParseProbe(list, "MARK", "SIGN", []byte(out+"\nMARK end\n"))
	if err != nil {
		t.Fatal(err)
	}
	return seen
}
