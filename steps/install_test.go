package steps

import (
	"strings"
	"testing"

	"djship/remote"

	"djship/assets"
)

func TestPackages(t *testing.T) {
	s := Packages{Names: []string{"git", "nginx", "libpq-dev"}}
	install := func(detail string) Change {
		return Change{Verb: Install, Detail: detail, Redo: true, Limit: packageLimit, MayWait: true, Before: Script(assets.Text("shell/apt.sh") + "half_made")}
	}
	runPlans(t, []planCase{
		{name: "none", step: s, want: install("git nginx libpq-dev"), has: []string{"install_packages git nginx libpq-dev"}},
		{name: "all", step: s, seen: "git installed\nlibpq-dev installed\nnginx installed\n"},
		{name: "one missing", step: s, seen: "git installed\nlibpq-dev installed\n", want: install("nginx"), has: []string{"install_packages nginx"}},
		{name: "removed, not purged", step: s, seen: "git installed\nlibpq-dev installed\nnginx config-files\n", want: install("nginx"), has: []string{"install_packages nginx"}},
		{name: "half configured", step: s, seen: "git installed\nlibpq-dev half-configured\nnginx unpacked\n", want: install("nginx libpq-dev"), has: []string{"install_packages nginx libpq-dev"}},
		{name: "cut off, all installed", step: s, seen: "git installed\nlibpq-dev installed\nnginx installed\n", due: true,
			want: install("finish an interrupted installation"), has: []string{"install_packages "}},
	})
}

func TestTools(t *testing.T) {
	const right = "python\nvirtualenv\nsupervisord\nsupervisorctl\n/opt/djship/lib/python3.11/site-packages/virtualenv-20.31.dist-info\n/opt/djship/lib/python3.11/site-packages/supervisor-4.3.0.dist-info\n"
	install := Change{Verb: Install, Detail: "by pip", Redo: true, Limit: packageLimit, Ahead: "packages"}
	has := []string{"/usr/bin/python3 -Im venv --without-pip", " --require-hashes --only-binary :all: ", "\ninstall_tools <<'PINS'\n", "\nsupervisor==4.3.0 --hash=sha256:"}
	runPlans(t, []planCase{
		{name: "none", step: Tools{}, want: install, has: has},
		{name: "right", step: Tools{}, seen: right},
		{name: "cut off", step: Tools{}, seen: right, due: true, want: install, has: has},
		{name: "supervisorctl gone", step: Tools{}, seen: "python\nvirtualenv\nsupervisord\n/opt/a.dist-info\n/opt/b.dist-info\n", want: install, has: has},
		{name: "other versions, whole", step: Tools{}, seen: strings.NewReplacer("20.31", "20.0", "4.3.0", "5.0").Replace(right)},
		{name: "another Python since", step: Tools{}, seen: "virtualenv\nsupervisord\nsupervisorctl\n", want: install, has: has},
	})
}

func TestWheels(t *testing.T) {
	create := Change{Verb: Create, Detail: "compiled once for all sites", Redo: true, Limit: packageLimit, Ahead: "packages"}
	has := []string{"\nbuild_wheels djship-build /opt/djship/wheels /usr/bin/python3 --no-deps --require-hashes <<'PINS'\n", "\npsycopg2==2.9.13 ; python_version >= \"3.10\" --hash=sha256:"}
	runPlans(t, []planCase{
		{name: "no Python yet", step: Wheels{}, want: create, has: has},
		{name: "none", step: Wheels{}, seen: "python3.11\n", want: create, has: has},
		{name: "right", step: Wheels{}, seen: "python3.11\npsycopg2-2.9.13-cp311-cp311-linux_x86_64.whl\n"},
		{name: "another version", step: Wheels{}, seen: "python3.11\npsycopg2-2.9.10-cp311-cp311-linux_x86_64.whl\n"},
		{name: "cut off", step: Wheels{}, seen: "python3.11\npsycopg2-2.9.13-cp311-cp311-linux_x86_64.whl\n", due: true, want: create, has: has},
		{name: "another Python since", step: Wheels{}, seen: "python3.13\npsycopg2-2.9.13-cp311-cp311-linux_x86_64.whl\n", want: create, has: has},
		{name: "a package that begins like it", step: Wheels{}, seen: "python3.11\npsycopg2_binary-2.9.13-cp311-cp311-linux_x86_64.whl\n", want: create, has: has},
	})
}

func TestVirtualenv(t *testing.T) {
	create := func(python string) Change {
		return Change{Verb: Create, Detail: python, Redo: true, Notify: []string{"gunicorn example"},
			Script: Script("as example /usr/local/bin/virtualenv --no-periodic-update --no-vcs-ignore -p /usr/bin/" + python + " /webapps/example_project")}
	}
	runPlans(t, []planCase{
		{name: "none", step: Virtualenv{site3()}, want: create("python3")},
		{name: "none, Python 2", step: Virtualenv{site2()}, want: create("python2")},
		{name: "right", step: Virtualenv{site3()}, seen: "ok\n"},
		{name: "cut off", step: Virtualenv{site3()}, seen: "ok\n", due: true, want: create("python3")},
	})
}

func TestPythonPackages(t *testing.T) {
	const right = "Django-5.2.dist-info\ngunicorn-23.0.0.dist-info\nsetproctitle-1.3.4.dist-info\n"
	packages, driver := site3().packages(Options{}), site3().driver(Options{})
	old := site2().packages(Options{})
	whole := func(words, get string) Change {
		return Change{Verb: Install, Detail: words, Redo: true, Limit: packageLimit, Notify: []string{"gunicorn example"}, Before: hideIndex + packages.clear(),
			Script: builders() + Script(get+"pip='as example /webapps/example_project/bin/pip'\nrun_pip install --no-index --find-links \"$from\" "+words)}
	}
	fetched := func(python, words string) Change {
		return whole(words, "from=/opt/djship/packages\nrm -rf \"$from\"\ntrap 'rm -rf \"$from\"' EXIT\ntrap 'exit 143' TERM\n"+
			"build_wheels djship-fetch \"$from\" /usr/bin/"+python+" <<'PACKAGES'\n"+strings.ReplaceAll(words, " ", "\n")+"\nPACKAGES\n")
	}
	install := func(words string) Change { return fetched("python3", words) }
	// The host's wheel, or where that is gone the same one again.
	driven := whole("psycopg2", "from=/opt/djship/wheels version=$(readlink /usr/bin/python3)\nversion=${version#python}\n"+
		"set -- \"$from\"/psycopg2-*-cp\"${version%%.*}${version#*.}\"-*.whl\nif [ ! -e \"$1\" ]; then\n"+string(buildCompiled())+"fi\n")
	driven.Before = hideIndex + driver.clear()
	driven2 := fetched("python2", "psycopg2==2.8.6")
	driven2.Before = hideIndex + site2().driver(Options{}).clear()
	index := remote.NewSecret("https://name:word@pypi.example.com/simple")
	mirrored := install("django")
	mirrored.Env = map[string]remote.Secret{"PIP_INDEX_URL": index}
	runPlans(t, []planCase{
		{name: "none", step: packages, seen: "*.*-info\n", want: install("django gunicorn setproctitle")},
		{name: "none, Python 2", step: old, want: fetched("python2", "django==1.11.29 gunicorn==19.10.0 setproctitle==1.1.10")},
		{name: "right", step: packages, seen: right},
		{name: "a user's versions stay", step: old, seen: "Django-1.8.dist-info\ngunicorn-19.0.dist-info\nsetproctitle-1.1.dist-info\n"},
		{name: "one gone", step: packages, seen: "Django-5.2.dist-info\nsetproctitle-1.3.4.dist-info\n", want: install("gunicorn")},
		{name: "a name that begins like another", step: packages, seen: "django_extensions-4.0.dist-info\ngunicorn-23.0.0.dist-info\nsetproctitle-1.3.4.dist-info\n",
			want: install("django")},
		{name: "from a mirror", step: site3().packages(Options{PipIndex: index}), seen: "gunicorn-23.0.0.dist-info\nsetproctitle-1.3.4.dist-info\n", want: mirrored},
		{name: "cut off", step: packages, seen: right, due: true, want: install("django gunicorn setproctitle")},
		{name: "no driver", step: driver, seen: right, want: driven},
		{name: "no driver, Python 2", step: site2().driver(Options{}), want: driven2},
		{name: "driver", step: driver, seen: right + "psycopg2-2.9.dist-info\n"},
		{name: "another driver is none", step: driver, seen: right + "psycopg2_binary-2.9.dist-info\n", want: driven},
	})
}
