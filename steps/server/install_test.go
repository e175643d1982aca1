package server

import (
	"strings"
	"testing"

	"djship/assets"
	"djship/steps/model"
	"djship/steps/model/modeltest"
)

func TestPackages(t *testing.T) {
	s := Packages{Names: []string{"git", "nginx", "libpq-dev"}}
	install := func(detail string) model.Change {
		return model.Change{Told: model.Told{Verb: model.Install, Detail: detail}, Work: model.Work{Before: model.Script(assets.Text("shell/apt.sh") + "half_made")}, Schedule: model.Schedule{Redo: true, Limit: PackageLimit}}
	}
	modeltest.Run(t, []modeltest.Case{
		{Name: "none", Step: s, Want: install("git nginx libpq-dev"), Has: []string{"install_packages git nginx libpq-dev"}},
		{Name: "all", Step: s, Seen: "git installed\nlibpq-dev installed\nnginx installed\n"},
		{Name: "one missing", Step: s, Seen: "git installed\nlibpq-dev installed\n", Want: install("nginx"), Has: []string{"install_packages nginx"}},
		{Name: "removed, not purged", Step: s, Seen: "git installed\nlibpq-dev installed\nnginx config-files\n", Want: install("nginx"), Has: []string{"install_packages nginx"}},
		{Name: "half configured", Step: s, Seen: "git installed\nlibpq-dev half-configured\nnginx unpacked\n", Want: install("nginx libpq-dev"), Has: []string{"install_packages nginx libpq-dev"}},
		{Name: "cut off, all installed", Step: s, Seen: "git installed\nlibpq-dev installed\nnginx installed\n", Due: true,
			Want: install("finish an interrupted installation"), Has: []string{"install_packages "}},
	})
}

func TestTools(t *testing.T) {
	const right = "python\nvirtualenv\nsupervisord\nsupervisorctl\n/opt/djship/lib/python3.11/site-packages/virtualenv-20.31.dist-info\n/opt/djship/lib/python3.11/site-packages/supervisor-4.3.0.dist-info\n"
	install := model.Change{Told: model.Told{Verb: model.Install, Detail: "by pip"}, Schedule: model.Schedule{Redo: true, Limit: PackageLimit, StartsAfter: "packages:building"}}
	has := []string{"/usr/bin/python3 -Im venv --without-pip", " --require-hashes --only-binary :all: ", "\ninstall_tools /opt/djship <<'PINS'\n", "\nsupervisor==4.3.0 --hash=sha256:",
		"\ninstall_uv /opt/djship <<'PINS'\n", "\ntry_uv || echo "}
	modeltest.Run(t, []modeltest.Case{
		{Name: "none", Step: Tools{}, Want: install, Has: has},
		{Name: "right", Step: Tools{}, Seen: right},
		{Name: "cut off", Step: Tools{}, Seen: right, Due: true, Want: install, Has: has},
		{Name: "supervisorctl gone", Step: Tools{}, Seen: "python\nvirtualenv\nsupervisord\n/opt/a.dist-info\n/opt/b.dist-info\n", Want: install, Has: has},
		{Name: "other versions, whole", Step: Tools{}, Seen: strings.NewReplacer("20.31", "20.0", "4.3.0", "5.0").Replace(right)},
		{Name: "another Python since", Step: Tools{}, Seen: "virtualenv\nsupervisord\nsupervisorctl\n", Want: install, Has: has},
	})
}

func TestWheels(t *testing.T) {
	create := model.Change{Told: model.Told{Verb: model.Create, Detail: "compiled once for all sites"}, Schedule: model.Schedule{Redo: true, Limit: PackageLimit, StartsAfter: "packages:building"}}
	has := []string{"\nbuild_wheels djship-build /opt/djship/wheels /usr/bin/python3 --no-deps --require-hashes <<'PINS'\n", "\npsycopg2==2.9.13 ; python_version >= \"3.10\" --hash=sha256:"}
	modeltest.Run(t, []modeltest.Case{
		{Name: "no Python yet", Step: Wheels{}, Want: create, Has: has},
		{Name: "none", Step: Wheels{}, Seen: "python3.11\n", Want: create, Has: has},
		{Name: "right", Step: Wheels{}, Seen: "python3.11\npsycopg2-2.9.13-cp311-cp311-linux_x86_64.whl\n"},
		{Name: "another version", Step: Wheels{}, Seen: "python3.11\npsycopg2-2.9.10-cp311-cp311-linux_x86_64.whl\n"},
		{Name: "cut off", Step: Wheels{}, Seen: "python3.11\npsycopg2-2.9.13-cp311-cp311-linux_x86_64.whl\n", Due: true, Want: create, Has: has},
		{Name: "another Python since", Step: Wheels{}, Seen: "python3.13\npsycopg2-2.9.13-cp311-cp311-linux_x86_64.whl\n", Want: create, Has: has},
		{Name: "a package that begins like it", Step: Wheels{}, Seen: "python3.11\npsycopg2_binary-2.9.13-cp311-cp311-linux_x86_64.whl\n", Want: create, Has: has},
	})
}
