package django

import (
	"strings"
	"testing"

	"djship/secret"
	"djship/steps/model"
	"djship/steps/model/modeltest"
	"djship/steps/server"
)

func TestVirtualenv(t *testing.T) {
	create := func(python string) model.Change {
		return model.Change{Told: model.Told{Verb: model.Create, Detail: python}, Work: model.Work{
			Script: siteVenv() + model.Script("make_site_venv example "+python+" /webapps/example_project")}, Schedule: model.Schedule{Redo: true, Notify: []string{"gunicorn:example"}}}
	}
	modeltest.Run(t, []modeltest.Case{
		{Name: "none", Step: Virtualenv{site3()}, Want: create("python3")},
		{Name: "none, Python 2", Step: Virtualenv{site2()}, Want: create("python2")},
		{Name: "right", Step: Virtualenv{site3()}, Seen: "ok\n"},
		{Name: "cut off", Step: Virtualenv{site3()}, Seen: "ok\n", Due: true, Want: create("python3")},
	})
}

func TestPythonPackages(t *testing.T) {
	const right = "Django-5.2.dist-info\ngunicorn-23.0.0.dist-info\nsetproctitle-1.3.4.dist-info\n"
	packages, driver := site3().Packages(server.Options{}), site3().Driver(server.Options{})
	old := site2().Packages(server.Options{})
	whole := func(python, words, get string) model.Change {
		return model.Change{Told: model.Told{Verb: model.Install, Detail: words}, Work: model.Work{Before: server.HideIndex + packages.clear(),
			Script: server.Builders() + siteVenv() + model.Script(get+"install_in_site example "+python+" /webapps/example_project \"$from\" "+words)}, Schedule: model.Schedule{Redo: true, Limit: server.PackageLimit, Notify: []string{"gunicorn:example"}, StartsAfter: "virtualenv:example"}}
	}
	fetched := func(python, words string) model.Change {
		return whole(python, words, "from=/opt/djship/packages\nfetch_wheels djship-fetch \"$from\" /usr/bin/"+python+" <<'PACKAGES'\n"+strings.ReplaceAll(words, " ", "\n")+"\nPACKAGES\n")
	}
	install := func(words string) model.Change { return fetched("python3", words) }
	// An environment without packages unpacks what the host has of them.
	unpacked := install("django gunicorn setproctitle")
	unpacked.Script = server.Builders() + siteVenv() + packages.unpack(strings.Fields("django gunicorn setproctitle"), model.Script(strings.TrimPrefix(string(unpacked.Script), string(server.Builders()+siteVenv()))))
	// The host's wheel, or where that is gone the same one again.
	driven := whole("python3", "psycopg2", "from=/opt/djship/wheels\nif ! has_wheel \"$from\" psycopg2; then\n"+string(server.BuildCompiled())+"fi\n")
	driven.Before, driven.StartsAfter = server.HideIndex+driver.clear(), ""
	driven2 := fetched("python2", "psycopg2==2.8.6")
	driven2.Before, driven2.StartsAfter = server.HideIndex+site2().Driver(server.Options{}).clear(), ""
	index := secret.New("https://name:word@pypi.example.com/simple")
	mirrored := install("django")
	mirrored.Env = map[string]secret.Value{"PIP_INDEX_URL": index}
	modeltest.Run(t, []modeltest.Case{
		{Name: "none, in an environment that is to be made", Step: packages, Want: unpacked},
		{Name: "none but what a virtualenv comes with", Step: packages, Seen: "pip-26.3.dist-info\nsetuptools-84.2.1.dist-info\n", Want: unpacked},
		{Name: "none, but another of somebody's", Step: packages, Seen: "pip-26.3.dist-info\nrequests-2.32.dist-info\n", Want: install("django gunicorn setproctitle")},
		{Name: "cut off before the first was whole", Step: packages, Seen: "pip-26.3.dist-info\n", Due: true, Want: unpacked},
		{Name: "none, Python 2", Step: old, Want: fetched("python2", "django==1.11.29 gunicorn==19.10.0 setproctitle==1.1.10")},
		{Name: "right", Step: packages, Seen: right},
		{Name: "a user's versions stay", Step: old, Seen: "Django-1.8.dist-info\ngunicorn-19.0.dist-info\nsetproctitle-1.1.dist-info\n"},
		{Name: "one gone", Step: packages, Seen: "Django-5.2.dist-info\nsetproctitle-1.3.4.dist-info\n", Want: install("gunicorn")},
		{Name: "a name that begins like another", Step: packages, Seen: "django_extensions-4.0.dist-info\ngunicorn-23.0.0.dist-info\nsetproctitle-1.3.4.dist-info\n",
			Want: install("django")},
		{Name: "from a mirror", Step: site3().Packages(server.Options{PipIndex: index}), Seen: "gunicorn-23.0.0.dist-info\nsetproctitle-1.3.4.dist-info\n", Want: mirrored},
		{Name: "cut off", Step: packages, Seen: right, Due: true, Want: install("django gunicorn setproctitle")},
		{Name: "no driver", Step: driver, Seen: right, Want: driven},
		{Name: "no driver, Python 2", Step: site2().Driver(server.Options{}), Want: driven2},
		{Name: "driver", Step: driver, Seen: right + "psycopg2-2.9.dist-info\n"},
		{Name: "another driver is none", Step: driver, Seen: right + "psycopg2_binary-2.9.dist-info\n", Want: driven},
	})
}
