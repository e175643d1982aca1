package django

import (
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"djship/runner/scratch"
	"djship/shell"
	"djship/steps/server"
)

const (
	projectAdvice = "a project is one word of lower-case letters, digits and _ that begins with a letter, 32 bytes at most: example, my_shop"
	bareName      = "type the bare name, as in example.com"
	labelAdvice   = "a label is 1 to 63 letters, digits and hyphens, with no hyphen at its ends"
)

func TestNewSiteRefuses(t *testing.T) {
	long := strings.Repeat("a", 63) + "."
	for _, c := range []struct{ project, domain, python, problem, advice string }{
		{"", "example.com", "", `project "" is empty`, projectAdvice},
		{"Example", "example.com", "", `project "Example" has upper-case letters`, projectAdvice},
		{"ÉCLAIR", "example.com", "", `project "ÉCLAIR" has upper-case letters`, projectAdvice},
		{"éclair", "example.com", "", `project "éclair" has a "é" in it`, projectAdvice},
		{"2shop", "example.com", "", `project "2shop" begins with a digit`, projectAdvice},
		{"_shop", "example.com", "", `project "_shop" begins with _`, projectAdvice},
		{"-shop", "example.com", "", `project "-shop" has a "-" in it`, projectAdvice},
		{"my-shop", "example.com", "", `project "my-shop" has a "-" in it`, projectAdvice},
		{"my shop", "example.com", "", `project "my shop" has a " " in it`, projectAdvice},
		{"shop;reboot", "example.com", "", `project "shop;reboot" has a ";" in it`, projectAdvice},
		{"shop\n", "example.com", "", `project "shop\n" has a "\n" in it`, projectAdvice},
		{"../shop", "example.com", "", `project "../shop" has a "." in it`, projectAdvice},
		{strings.Repeat("a", 33), "example.com", "", `project "` + strings.Repeat("a", 33) + `" has 33 bytes`, projectAdvice},
		{"root", "example.com", "", `project "root" is the name of a system account`, projectAdvice},
		{"postgres", "example.com", "", `project "postgres" is the name of a system account`, projectAdvice},
		{"www-data", "example.com", "", `project "www-data" has a "-" in it`, projectAdvice},
		{"webapps", "example.com", "", `project "webapps" is the name of a system account`, projectAdvice},
		{"pg_shop", "example.com", "", `project "pg_shop" is a name that PostgreSQL or supervisor keeps for itself`, projectAdvice},
		{"template1", "example.com", "", `project "template1" is a name that PostgreSQL or supervisor keeps for itself`, projectAdvice},
		{"all", "example.com", "", `project "all" is a name that PostgreSQL or supervisor keeps for itself`, projectAdvice},
		{"django", "example.com", "", `project "django" is a name that Python or Django needs itself`, projectAdvice},
		{"test", "example.com", "", `project "test" is a name that Python or Django needs itself`, projectAdvice},
		{"site", "example.com", "", `project "site" is a name that Python or Django needs itself`, projectAdvice},
		{"class", "example.com", "", `project "class" is a name that Python or Django needs itself`, projectAdvice},
		{"calendar", "example.com", "", `project "calendar" is a name that Python or Django needs itself`, projectAdvice},
		{"user", "example.com", "2", `project "user" is a name that Python or Django needs itself`, projectAdvice},
		{"static", "example.com", "", `project "static" is the name of a folder of every site`, projectAdvice},
		{"current", "example.com", "", `project "current" is the name of a folder of every site`, projectAdvice},

		{"example", "", "", `domain "" is empty`, bareName},
		{"example", "https://example.com", "", `domain "https://example.com" has a scheme`, bareName},
		{"example", "example.com/shop", "", `domain "example.com/shop" has a path`, bareName},
		{"example", "example.com/", "", `domain "example.com/" has a path`, bareName},
		{"example", "example.com:8000", "", `domain "example.com:8000" has a port`, bareName},
		{"example", "www.example.com", "", `domain "www.example.com" begins with www.`, "type example.com; the site answers for www.example.com as well"},
		{"example", "WWW.example.com", "", `domain "WWW.example.com" begins with www.`, "type example.com; the site answers for www.example.com as well"},
		{"example", "example.com.", "", `domain "example.com." ends with a dot`, "type example.com"},
		{"example", "my_shop.com", "", `domain "my_shop.com" has the label "my_shop"`, labelAdvice},
		{"example", "localhost", "", `domain "localhost" is one label only`, "type a whole domain, as in example.com"},
		{"example", long + long + long + strings.Repeat("a", 36) + ".com", "", `domain "` + long + long + long + strings.Repeat("a", 36) + `.com" has 232 bytes`, "files on the host are named after it, which leaves 230"},
		{"example", long + long + long + long + "com", "", `domain "` + long + long + long + long + `com" has 259 bytes`, "DNS allows 253, of which www. takes 4"},
		{"example", strings.Repeat("a", 64) + ".com", "", `domain "` + strings.Repeat("a", 64) + `.com" has the label "` + strings.Repeat("a", 64) + `"`, labelAdvice},
		{"example", "a\u0000é.jp", "", `domain "a\x00é.jp" has letters that no domain has`, "type it as its registry has it, or its punycode form"},
		{"example", "192.0.2.1", "", `domain "192.0.2.1" is an IP address`, bareName},
		{"example", "2001:db8::1", "", `domain "2001:db8::1" is an IP address`, bareName},
		{"example", "192.0.2", "", `domain "192.0.2" ends with the number 2`, bareName},
		{"example", "-example.com", "", `domain "-example.com" has the label "-example"`, labelAdvice},
		{"example", "example-.com", "", `domain "example-.com" has the label "example-"`, labelAdvice},
		{"example", "example..com", "", `domain "example..com" has the label ""`, labelAdvice},
		{"example", "*.example.com", "", `domain "*.example.com" has the label "*"`, labelAdvice},
		{"example", "exam ple.com", "", `domain "exam ple.com" has the label "exam ple"`, labelAdvice},
		{"example", "example.com;reboot", "", `domain "example.com;reboot" has the label "com;reboot"`, labelAdvice},
		{"example", "example.com\n", "", `domain "example.com\n" has the label "com\n"`, labelAdvice},

		{"example.com", "example", "", `"example.com" looks like a domain and "example" like a project: the two are swapped`, "the project comes first: example example.com"},
		{"example", "example.com", "4", `"4" is not a Python version that djship deploys`, "type 2 or 3, or leave it out for 3"},
		{"example", "example.com", "3.12", `"3.12" is not a Python version that djship deploys`, "type 2 or 3, or leave it out for 3"},
	} {
		s, err := NewSite(c.project, c.domain, c.python)
		var wrong *NameError
		if !errors.As(err, &wrong) {
			t.Errorf("%q %q %q: %v, %+v", c.project, c.domain, c.python, err, s)
			continue
		}
		if wrong.Error() != c.problem || wrong.Hint() != c.advice {
			t.Errorf("%q %q %q:\n got %s\n     %s\nwant %s\n     %s", c.project, c.domain, c.python, wrong.Error(), wrong.Hint(), c.problem, c.advice)
		}
	}
}

func TestNewSiteTakes(t *testing.T) {
	for _, c := range []struct {
		project, domain, python string
		want                    Site
	}{
		{"example", "example.com", "", Site{Project: "example", Domain: "example.com", Python: 3}},
		{"example", "example.com", "3", Site{Project: "example", Domain: "example.com", Python: 3}},
		{"example", "example.com", "2", Site{Project: "example", Domain: "example.com", Python: 2}},
		{"my_shop2", "Shop.Example.CO.UK", "", Site{Project: "my_shop2", Domain: "shop.example.co.uk", Python: 3}},
		{"a", "xn--bcher-kva.example", "", Site{Project: "a", Domain: "xn--bcher-kva.example", Python: 3}},
		{strings.Repeat("a", 32), "0.example", "", Site{Project: strings.Repeat("a", 32), Domain: "0.example", Python: 3}},
		{"wwww", "wwwexample.com", "", Site{Project: "wwww", Domain: "wwwexample.com", Python: 3}},
		{"user", "example.com", "3", Site{Project: "user", Domain: "example.com", Python: 3}},
		{"page", "a.b-c.d", "", Site{Project: "page", Domain: "a.b-c.d", Python: 3}},
	} {
		got, err := NewSite(c.project, c.domain, c.python)
		if err != nil || got != c.want {
			t.Errorf("%q %q %q: %+v, %v", c.project, c.domain, c.python, got, err)
		}
	}
}

// A package that is installed later must not take a site's account for its own.
func TestSystemAccountsAreRefused(t *testing.T) {
	for _, name := range strings.Fields(`www opendkim tomcat grafana prometheus mongodb elasticsearch kibana influxdb telegraf jenkins
		gitlab caddy haproxy varnish squid unbound powerdns pdns knot bird asterisk minecraft clamav amavis spamassassin rspamd
		dovecot dovenull vmail cassandra zookeeper kafka consul vault nomad etcd kube mattermost zabbix icinga nagios logstash
		fluentd loki node_exporter tor i2p transmission deluge plex jellyfin mumble redis mysql netplan ceph djship`) {
		_, err := NewSite(name, "example.com", "3")
		if want := fmt.Sprintf("project %q is the name of a system account", name); err == nil || err.Error() != want {
			t.Errorf("%s: %v", name, err)
		}
	}
	seen := map[string]bool{}
	for _, name := range server.SystemAccounts {
		if !ProjectPattern.MatchString(name) || seen[name] {
			t.Errorf("%q is there twice, or could be no project anyway", name)
		}
		seen[name] = true
	}
}

func TestWordsOfPeopleAreTaken(t *testing.T) {
	for _, name := range strings.Fields(`shop my_shop store blog example demo forum wiki portal intranet crm cms app api web website
		landing booking events tickets gallery photos music school courses clinic acme hotel travel food recipes bank jobs
		newsletter magazine press library archive museum city weather maps cloud support helpdesk dashboard reports billing
		invoices inventory orders community club team garden fitness cinema`) {
		if _, err := NewSite(name, "example.com", "3"); err != nil {
			t.Error(err)
		}
	}
}

// An accepted project is a name everywhere it is put, and so is an accepted domain.
var (
	unixName      = regexp.MustCompile(`^[a-z_][a-z0-9_-]{0,31}$`) // as useradd's default
	packageName   = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	hostName      = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)
	shellHarmless = regexp.MustCompile(`^[a-zA-Z0-9_.-]+$`)
)

func FuzzNewSite(f *testing.F) {
	for _, seed := range [][3]string{{"example", "example.com", "3"}, {"my-shop", "www.example.com", "2"}, {"pg_x", "EXAMPLE.com", ""},
		{"example\n", "example.com\n", "3"}, {"ａ", "ｅxample.com", "3"}, {"a", "xn--a.com", "3"}, {"a", "bücher.example", "3"}, {"a", "0.\xfe", "2"}, {"a\x00", "a.b\x00", "2"}} {
		f.Add(seed[0], seed[1], seed[2])
	}
	f.Fuzz(func(t *testing.T, project, domain, python string) {
		s, err := NewSite(project, domain, python)
		if err != nil {
			var wrong *NameError
			if !errors.As(err, &wrong) || wrong.Problem == "" || wrong.Advice == "" {
				t.Fatalf("%q %q %q is refused with %v and no advice", project, domain, python, err)
			}
			if utf8.ValidString(project+domain+python) && strings.ContainsAny(wrong.Problem, "\n\r\x00\x1b") {
				t.Fatalf("%q is no line", wrong.Problem)
			}
			return
		}
		if s.Project != project || isASCII(domain) && s.Domain != strings.ToLower(domain) || !utf8.ValidString(domain) {
			t.Fatalf("%q %q became %+v", project, domain, s)
		}
		switch {
		case !unixName.MatchString(s.Project), !packageName.MatchString(s.Project), strings.HasPrefix(s.Project, "pg_"):
			t.Fatalf("project %q", s.Project)
		case !hostName.MatchString(s.Domain), len("www."+s.Domain) > 253:
			t.Fatalf("domain %q", s.Domain)
		case !shellHarmless.MatchString(s.Project), !shellHarmless.MatchString(s.Domain), s.Project[0] == '-', s.Domain[0] == '-':
			t.Fatalf("%q %q must not stand unquoted in a shell", s.Project, s.Domain)
		case shell.Quote(s.Project) != s.Project, shell.Quote(s.Domain) != s.Domain, shell.Quote(s.Layout().Home) != s.Layout().Home:
			t.Fatalf("%+v needs quotes", s)
		case len(s.Layout().OwnSocket) > 107:
			t.Fatalf("the path of the socket is too long for the kernel")
		}
	})
}

// startproject refuses the name of any module that can be imported.
func TestStandardLibraryIsRefused(t *testing.T) {
	out, err := exec.Command(scratch.Program(t, "python3"), "-c", "import sys, keyword; print(*sys.stdlib_module_names, *keyword.kwlist)").Output()
	if err != nil {
		t.Fatal(err)
	}
	modules := strings.Fields(string(out))
	if len(modules) < 200 {
		t.Fatalf("Python names only %d modules", len(modules))
	}
	for _, name := range modules {
		if _, err := NewSite(name, "example.com", "3"); err == nil {
			t.Errorf("%s is Python's and is taken as a project", name)
		}
	}
}
