package steps

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"djship/steps/django"
	"djship/steps/model"
	"djship/steps/model/modeltest"
	"djship/steps/server"
)

// lists are all that a run can be made of.
func lists() map[string][]model.Step {
	return map[string][]model.Step{
		"prereq": Prereq(3, server.Options{}), "prereq 2": Prereq(2, server.Options{}), "prereq overwrite": Prereq(3, server.Options{Overwrite: "*"}),
		"deploy": Deploy(site3(), server.Options{}), "deploy 2": Deploy(site2(), server.Options{}), "deploy overwrite": Deploy(site3(), server.Options{Overwrite: "*"}),
		"up": Up(site3(), server.Options{}), "up 2": Up(site2(), server.Options{}),
		"deploy by https": Deploy(byHTTPS(django.TLSACME), server.Options{}), "deploy by http again": Deploy(byHTTPS(django.TLSOff), server.Options{}),
	}
}

// byHTTPS is a site with what the inventory says of https.
func byHTTPS(mode string) django.Site {
	s := site3()
	s.TLS = django.TLS{Mode: mode, Aliases: "example.net"}
	return s
}

func TestStepNames(t *testing.T) {
	for name, list := range lists() {
		names, ids := map[string]bool{}, map[string]bool{}
		for _, s := range list {
			n := s.Name()
			if len(n) > 60 || n == "" || strings.ContainsAny(n, "\n\t") {
				t.Errorf("%s: %q is no name", name, n)
			}
			if names[n] {
				t.Errorf("%s: two steps are called %q", name, n)
			}
			names[n], ids[s.ID()] = true, true
		}
		for _, it := range model.NewPlan(list, modeltest.Debian12, make([]model.Observed, len(list))).Items {
			if after := it.Change.StartsAfter; after != "" && (!ids[after] || len(it.Change.Files) > 0) {
				t.Errorf("%s: %s may not be made ahead, after %q", name, it.Step.Name(), after)
			}
			for _, id := range it.Change.Notify {
				if !ids[id] {
					t.Errorf("%s: %s notifies %q, which is not in the list", name, it.Step.Name(), id)
				}
			}
		}
	}
}

// The list of a deploy is what people read in logs and write in issues; this is where it is looked at.
func TestDeployReadsLikeADescription(t *testing.T) {
	want := []string{"distribution", "disk space", "file systems", "folders of packages", "port 80", "sshd", "nginx reads sites-enabled", "supervisord's configuration", "PostgreSQL usable", "prereq done",
		"folder /webapps", "folder /webapps/.sockets", "service postgresql", "service supervisord", "service nginx",
		"domain example.com", "taking over of example", "record of example", "group webapps", "account example",
		"sshd rule for example", "sshd reload for example", "folder /webapps/example_project",
		"virtualenv of example",
		"folder /webapps/example_project/logs", "folder /webapps/example_project/run",
		"folder /webapps/example_project/static", "folder /webapps/example_project/media",
		"secret key of example", "database password of example", "environment script of example", "gunicorn script of example",
		"PostgreSQL's own databases", "PostgreSQL role example", "PostgreSQL database example",
		"Python packages of example", "Django project example", "production settings of example",
		"PostgreSQL driver of example",
		"log rotation of example", "supervisor program example", "names for releases of example", "gunicorn example", "socket link of example",
		"database tables of example", "static files of example",
		"access log of example.com", "timing log of example.com", "error log of example.com",
		"nginx site example.com", "nginx file of before of example", "nginx site example.com enabled", "nginx reload for example.com", "removals that wait of example", "redirects to example.com"}
	var got []string
	for _, s := range Deploy(site3(), server.Options{}) {
		got = append(got, s.Name())
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestUpIsPrereqThenDeploy(t *testing.T) {
	all := map[string]bool{}
	for _, s := range slices.Concat(Prereq(2, server.Options{}), Deploy(site2(), server.Options{})) {
		all[s.Name()] = true
	}
	delete(all, "prereq done")
	for _, s := range Up(site2(), server.Options{}) {
		if !all[s.Name()] {
			t.Errorf("%s is in up alone, or twice", s.Name())
		}
		delete(all, s.Name())
	}
	if len(all) > 0 {
		t.Errorf("up lacks %v", slices.Sorted(maps.Keys(all)))
	}
}

// A ready host gets an empty plan, whatever it is; and each of its aspects alone, gone, is mended.
func TestReadyHost(t *testing.T) {
	for name, list := range lists() {
		f := modeltest.Debian12
		f.Python2 = true
		seen := make([]model.Observed, len(list))
		for i, s := range list {
			seen[i].Text = ready(t, s, f)
		}
		if c := model.NewPlan(list, f, seen).Changes(); len(c) > 0 {
			t.Errorf("%s: a ready host gets %v", name, modeltest.Names(c))
		}
	}
}

// On a fresh host everything is planned in one go: what a later step finds absent now is made by
// then.
func TestFreshHost(t *testing.T) {
	fresh := modeltest.Debian12
	fresh.Python3, fresh.PGPort = "", 0
	list := Up(site3(), server.Options{})
	p := model.NewPlan(list, fresh, nothing(list))
	if len(p.Refused) > 0 {
		t.Fatalf("refused: %v", modeltest.Names(p.Refused))
	}
	quiet := []string{"distribution", "disk space", "file systems", "folders of packages", "port 80", "sshd", "nginx reads sites-enabled", "supervisord's configuration", "PostgreSQL usable", "domain example.com", "taking over of example", "names for releases of example", "nginx file of before of example", "redirects to example.com", "removals that wait of example"}
	for _, it := range p.Items {
		if it.Change.Acts() == slices.Contains(quiet, it.Step.Name()) {
			t.Errorf("%s: %q", it.Step.Name(), it.Change.Verb)
		}
		modeltest.Check(t, it.Change)
	}
	deploy := Deploy(site3(), server.Options{})
	refused := model.NewPlan(deploy, fresh, nothing(deploy)).Refused
	if diff := cmp.Diff([]string{"prereq done"}, modeltest.Names(refused)); diff != "" {
		t.Fatalf("deploy without prereq (-want +got):\n%s", diff)
	}
}

// nothing is what the probes of a list print on a host where there is nothing.
func nothing(list []model.Step) []model.Observed {
	seen := make([]model.Observed, len(list))
	for i, s := range list {
		switch s.(type) {
		case server.ManagedFile, django.EditedFile, server.Folder, server.LogFile, django.SecretFile, django.Record:
			seen[i].Text = "absent\n"
		case django.Settings:
			seen[i].Text = "none\nabsent\n"
		case django.HTTPS, django.Nobody:
			seen[i].Text = "site absent\nconf\nabsent\n"
			if h, ok := s.(django.HTTPS); ok && !h.Site.TLS.On() {
				seen[i].Text = "absent\n"
			}
		case django.Role, django.Database, django.OwnDatabases:
			seen[i].Text = "unreadable\n"
		case server.PrereqDone:
			seen[i].Text = "/usr/sbin/nginx\n/usr/bin/psql\n"
		}
	}
	return seen
}

func TestPackagesOfEachPython(t *testing.T) {
	if got := strings.Join(packageNames(0), " "); got != "git nginx postgresql" {
		t.Errorf("both: %s", got)
	}
	want := "build-essential libpq-dev postgresql-common python3-dev python3-pip python3-setuptools python3-wheel"
	if got := strings.Join(buildingNames(3), " "); got != want {
		t.Errorf("3: %s", got)
	}
	if got := strings.Join(buildingNames(2), " "); got != want+" python2 python2-dev" {
		t.Errorf("2: %s", got)
	}
}

func site3() django.Site { return django.Site{Project: "example", Domain: "example.com", Python: 3} }
func site2() django.Site { return django.Site{Project: "example", Domain: "example.com", Python: 2} }
