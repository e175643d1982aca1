package steps

import (
	"fmt"
	"strings"
	"testing"

	"djship/runner"
	"djship/runner/scratch"
	"djship/steps/django"
	"djship/steps/model"
	"djship/steps/model/modeltest"
	"djship/steps/server"
)

// Every probe reads only, and prints what its step can read: on this machine, whatever it is.
func TestProbesWriteNothing(t *testing.T) {
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		for name, list := range lists() {
			out := s.Run(runner.Probe(list, "MARK", "SIGN"))
			facts, seen, err := runner.ParseProbe(list, "MARK", "SIGN", []byte(out))
			if err != nil {
				t.Fatalf("%s: %v\n%s", name, err, out)
			}
			if facts.ID == "" || facts.CPUs < 1 || facts.MemoryKB < 1<<10 || facts.AvailableKB == 0 || facts.FreeKB["/"] == 0 {
				t.Errorf("%s: the facts lack something: %+v", name, facts)
			}
			for i, it := range model.NewPlan(list, facts, seen).Items {
				modeltest.Check(t, it.Change)
				if strings.Contains(seen[i].Text, "not found") || strings.Contains(seen[i].Text, "yntax error") {
					t.Errorf("%s: %s: %s", name, it.Step.Name(), seen[i].Text)
				}
			}
		}
		if all := s.Written(); len(all) > 0 {
			t.Errorf("the probes wrote %q", all)
		}
	})
}

// A text goes to each host of a run.
func TestTextsAreSmall(t *testing.T) {
	for name, list := range lists() {
		most := 40 << 10
		switch name {
		case "deploy by https":
			most = 44 << 10
		case "up", "up 2":
			most = 42 << 10
		}
		if n := len(runner.Probe(list, runner.NewMark(), runner.NewMark())); n > most {
			t.Errorf("the probe of %s has %d bytes", name, n)
		}
	}
	if n := len(runner.Guard(runner.NewMark(), runner.NewMark(), "20261123-114501-a1b2", "deploy", strings.Repeat("x", 200), true).String()); n > 17<<10 {
		t.Errorf("the guard has %d bytes", n)
	}
}

// osReleases are from the releases' packages base-files.
var osReleases = []struct{ text, facts, python2 string }{
	{"PRETTY_NAME=\"Debian GNU/Linux 11 (bullseye)\"\nNAME=\"Debian GNU/Linux\"\nVERSION_ID=\"11\"\nVERSION=\"11 (bullseye)\"\nVERSION_CODENAME=bullseye\nID=debian\n",
		"Debian 11 bullseye", "yes"},
	{"PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\nVERSION=\"12 (bookworm)\"\nVERSION_CODENAME=bookworm\nID=debian\n",
		"Debian 12 bookworm", "no"},
	{"PRETTY_NAME=\"Debian GNU/Linux 13 (trixie)\"\nNAME=\"Debian GNU/Linux\"\nVERSION_ID=\"13\"\nVERSION=\"13 (trixie)\"\nVERSION_CODENAME=trixie\nDEBIAN_VERSION_FULL=13.1\nID=debian\n",
		"Debian 13 trixie", "no"},
	{"NAME=\"Ubuntu\"\nVERSION=\"20.04.6 LTS (Focal Fossa)\"\nID=ubuntu\nID_LIKE=debian\nPRETTY_NAME=\"Ubuntu 20.04.6 LTS\"\nVERSION_ID=\"20.04\"\nVERSION_CODENAME=focal\nUBUNTU_CODENAME=focal\n",
		"Ubuntu 20.04 focal", "yes"},
	{"PRETTY_NAME=\"Ubuntu 22.04.5 LTS\"\nNAME=\"Ubuntu\"\nVERSION_ID=\"22.04\"\nVERSION=\"22.04.5 LTS (Jammy Jellyfish)\"\nVERSION_CODENAME=jammy\nID=ubuntu\nID_LIKE=debian\nUBUNTU_CODENAME=jammy\n",
		"Ubuntu 22.04 jammy", "yes"},
	{"PRETTY_NAME=\"Ubuntu 24.04.3 LTS\"\nNAME=\"Ubuntu\"\nVERSION_ID=\"24.04\"\nVERSION=\"24.04.3 LTS (Noble Numbat)\"\nVERSION_CODENAME=noble\nID=ubuntu\nID_LIKE=debian\nUBUNTU_CODENAME=noble\nLOGO=ubuntu-logo\n",
		"Ubuntu 24.04 noble", "no"},
	{"PRETTY_NAME=\"Ubuntu 26.04 LTS\"\nNAME=\"Ubuntu\"\nVERSION_ID=\"26.04\"\nVERSION=\"26.04 LTS\"\nID=ubuntu\nID_LIKE=debian\nUBUNTU_CODENAME=resolute\nVERSION_CODENAME=resolute\n",
		"Ubuntu 26.04 resolute", "no"},
	{"NAME=\"Alpine Linux\"\nID=alpine\nVERSION_ID=3.20.1\nPRETTY_NAME=\"Alpine Linux v3.20\"\n", "unknown", ""},
	{"PRETTY_NAME=\"Debian GNU/Linux forky/sid\"\nNAME=\"Debian GNU/Linux\"\nVERSION_CODENAME=forky\nID=debian\n", "unknown", ""},
	{"", "unknown", ""},
}

func TestFactsOfEachRelease(t *testing.T) {
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		s.Run("rm -f /etc/os-release /usr/bin/python2")
		for _, c := range osReleases {
			s.Write("/etc/os-release", c.text, 0o644)
			if c.text == "" {
				s.Run("rm /etc/os-release")
			}
			f, _, err := runner.ParseProbe(nil, "MARK", "SIGN", []byte(s.Run(runner.Probe(nil, "MARK", "SIGN"))))
			if err != nil {
				t.Fatal(err)
			}
			change := server.KnownRelease{}.Plan(f, model.Observed{})
			if c.facts == "unknown" {
				if change.Verb != model.Refuse {
					t.Errorf("%q is taken as known", c.text)
				}
				continue
			}
			if !change.IsZero() {
				t.Errorf("%s: %s", c.facts, change.Detail)
			}
			if got := fmt.Sprintf("%s %s %s", model.ReleaseNames[f.ID], f.Version, f.Codename); got != c.facts {
				t.Errorf("%s, want %s", got, c.facts)
			}
			if !strings.HasPrefix(f.String(), strings.Join(strings.Fields(c.facts)[:2], " ")+", ") {
				t.Errorf("%s is shown as %s", c.facts, f)
			}
			if change := (server.HasPython2{}).Plan(f, model.Observed{}); change.IsZero() != (c.python2 == "yes") {
				t.Errorf("%s: Python 2: %+v", c.facts, change)
			}
		}
	})
}

func TestPostgreSQLCluster(t *testing.T) {
	conf := func(port string) string {
		return "#listen_addresses = 'localhost'\n#port = 1111\n" + port + "\t\t\t# (change requires restart)\nunix_socket_directories = '/run'\n"
	}
	for _, c := range []struct {
		name     string
		clusters map[string]string
		want     string
	}{
		{"none", nil, " "},
		{"one", map[string]string{"15/main": "port = 5432"}, "5432 15/main"},
		{"elsewhere", map[string]string{"15/main": "port = 5433"}, "5433 15/main"},
		{"quoted", map[string]string{"15/main": "  port='5434'"}, "5434 15/main"},
		{"two", map[string]string{"13/main": "port = 5433", "15/main": "port = 5432"}, "5432 15/main"},
		{"two, the older one first", map[string]string{"13/main": "port = 5432", "15/main": "port = 5433"}, "5432 13/main"},
		{"two elsewhere", map[string]string{"13/main": "port = 5440", "15/main": "port = 5433"}, "5433 15/main"},
		{"a lower port than the usual one", map[string]string{"13/main": "port = 5400", "15/main": "port = 5432"}, "5432 15/main"},
		{"the last setting counts", map[string]string{"15/main": "port = 1\nport = 5435"}, "5435 15/main"},
		{"the port that PostgreSQL comes with", map[string]string{"15/main": "x = 1"}, "5432 15/main"},
		{"set beside the file", map[string]string{"15/main": "port = 5432\n#told 5439"}, "5439 15/main"},
		{"one that is not to be started", map[string]string{"13/main": "port = 5432\n#manual", "15/main": "port = 5433"}, "5433 15/main"},
		{"one alone that is not to be started", map[string]string{"15/main": "port = 5433\n#disabled"}, "5433 15/main"},
		{"one runs on the usual port", map[string]string{"13/main": "port = 5400", "15/main": "port = 1\n#runs 5432"}, "5432 15/main"},
		{"one runs elsewhere", map[string]string{"13/main": "port = 5432", "15/main": "port = 1\n#runs 5433"}, "5432 13/main"},
		{"one runs elsewhere, the other is not to be started", map[string]string{"13/main": "port = 5432\n#manual", "15/main": "port = 1\n#runs 5433"}, "5433 15/main"},
		{"one ran before the power cut", map[string]string{"13/main": "port = 5434\n#ran 5432", "15/main": "port = 1\n#runs 5433"}, "5433 15/main"},
		{"one runs with its data elsewhere", map[string]string{"15/main": "port = 1\n#away 5440"}, "5440 15/main"},
		{"one left by an upgrade of the distribution", map[string]string{"9.6/main": "port = 5432", "15/main": "port = 5433"}, "5433 15/main"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := scratch.New(t, "dash")
			s.Run("rm -rf /etc/postgresql /usr/lib/postgresql /var/lib/postgresql")
			s.Run("grep -q ^postgres: /etc/passwd || { groupadd -r postgres && useradd -r -g postgres -d /var/lib/postgresql postgres; }")
			// The program says what it makes of all its files, or nothing where it can't read one.
			const postgres = "#!/bin/sh\nsed -n 's/^#told \\([0-9]*\\).*/\\1/p' \"$2/postgresql.conf\"\n"
			s.Write("/usr/lib/postgresql/13/bin/postgres", postgres, 0o755)
			s.Write("/usr/lib/postgresql/15/bin/postgres", postgres, 0o755)
			for name, port := range c.clusters {
				s.Write("/etc/postgresql/"+name+"/postgresql.conf", conf(port), 0o644)
				s.Write("/etc/postgresql/"+name+"/start.conf", "# Automatic startup configuration\n#   auto: to start\n\n"+bootOf(port)+"\n", 0o644)
				postmaster(s, name, port)
			}
			if got := s.Run(prelude(`pg_find; echo "$pg_port $pg_cluster"`)); got != c.want+"\n" {
				t.Errorf("%q", got)
			}
		})
	}
}

// bootOf is what a cluster's start.conf says.
func bootOf(conf string) string {
	for _, boot := range []string{"manual", "disabled"} {
		if strings.Contains(conf, "#"+boot) {
			return boot
		}
	}
	return "auto"
}

// postmaster leaves what a server that runs, or ran once, has noted of itself.
func postmaster(s *scratch.Root, cluster, conf string) {
	for how, data := range map[string]string{"runs": "/var/lib/postgresql/" + cluster, "ran": "/var/lib/postgresql/" + cluster, "away": "/srv/data"} {
		_, port, ok := strings.Cut(conf, "#"+how+" ")
		if !ok {
			continue
		}
		cwd := data
		if how == "ran" {
			cwd = "/"
		}
		note := fmt.Sprintf("$!\n%s\n1795707026\n%s\n/var/run/postgresql\n", data, port)
		s.Run(fmt.Sprintf("mkdir -p %[1]s /run/postgresql; (cd %[2]s && exec sleep 100) >/dev/null 2>&1 &\n"+
			"if [ %[3]s = away ]; then printf '%%s' \"%[4]s\" >/run/postgresql/.s.PGSQL.%[5]s.lock; echo $! >/run/postgresql/%[6]s.pid\n"+
			"else printf '%%s' \"%[4]slocalhost\n  4957260         0\nready   \n\" >%[1]s/postmaster.pid; fi\nuntil [ /proc/$!/cwd -ef %[2]s ]; do sleep 0.01; done",
			data, cwd, how, note, port, strings.Replace(cluster, "/", "-", 1)))
	}
}

func TestDomainFreeForReal(t *testing.T) {
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		s.Run("rm -rf /etc/nginx /var/lib/djship/sites")
		taken := func() bool {
			out, _ := s.Try(prelude(string(django.DomainFree{Site: site3()}.Probe())))
			return django.DomainFree{Site: site3()}.Plan(model.Facts{}, model.Observed{Text: out}).Verb == model.Refuse
		}
		if taken() {
			t.Error("taken where there is no nginx")
		}
		s.Write("/etc/nginx/sites-available/x", "server {\n\tserver_name other.org www.example.com;\n}\n", 0o644)
		if taken() {
			t.Error("taken by a site that is not enabled")
		}
		s.Run("mkdir /etc/nginx/sites-enabled; ln -s ../sites-available/x /etc/nginx/sites-enabled/example.com")
		if !taken() {
			t.Error("free where somebody else's site has the file's name")
		}
		s.Write("/var/lib/djship/sites/example", "domain example.com\n", 0o600)
		if taken() {
			t.Error("taken by itself")
		}
		s.Run("rm /var/lib/djship/sites/example; cp /etc/nginx/sites-available/x /tmp/x; echo '# /webapps/example_project/static' >>/etc/nginx/sites-available/x")
		if taken() {
			t.Error("taken by itself, its record lost")
		}
		s.Run("mv /tmp/x /etc/nginx/sites-available/x; mv /etc/nginx/sites-enabled/example.com /etc/nginx/sites-enabled/x")
		if !taken() {
			t.Error("free where another site serves it")
		}
		s.Run("rm /etc/nginx/sites-enabled/*; mkdir /etc/nginx/conf.d")
		for text, want := range map[string]bool{
			"server { listen 80; server_name www.example.com; }\n":                          true,
			"server {\n\tserver_name\n\t\tother.org # the old one\n\t\texample.com\n\t;\n}": true,
			"server { server_name a.org; } server {server_name\texample.com;}":              true,
			"server {\n\tserver_name shop.example.com; # not example.com;\n}\n":             false,
			"#server { server_name example.com; }\n":                                        false,
			"server { add_header server_name example.com; }\n":                              false,
		} {
			s.Write("/etc/nginx/conf.d/theirs.conf", text, 0o644)
			if taken() != want {
				t.Errorf("taken is %v: %s", !want, text)
			}
		}
	})
}

// prelude is what precedes every text.
func prelude(text string) string {
	return "mark=MARK sign=SIGN\n" + runner.Prelude() + "\n" + text
}
