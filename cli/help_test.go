package cli

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"djship/inventory"
)

// typed runs a command line and returns its status and what it printed.
func typed(t *testing.T, words ...string) (status int, stdout, stderr string) {
	t.Helper()
	out, messages := stream(t), stream(t)
	status = Main(append([]string{"djship"}, words...), Env{Stdout: out, Stderr: messages, Getenv: os.Getenv})
	return status, written(t, out), written(t, messages)
}

// seen are all commands that people see, help among them.
func seen() []string { return commandNames() }

// What people see first fits a terminal: a command's help one of 24 lines, the prompt among them; nothing is wider than 80.
func TestHelpFitsATerminal(t *testing.T) {
	pages := map[string]int{"": 34, "help": 34, "help flags": 60, "help variables": 50, "help environment": 60, "help exit-status": 24}
	for _, c := range seen() {
		pages["help "+c] = 24
	}
	pages["help push"] = 30 // for all that can be said of migrations
	for call, most := range pages {
		status, out, messages := typed(t, strings.Fields(call)...)
		if status != 0 || messages != "" || !strings.HasSuffix(out, "\n") {
			t.Errorf("djship %s: status %d, %s", call, status, messages)
		}
		if n := strings.Count(out, "\n"); n > most || n < 3 {
			t.Errorf("djship %s has %d lines, want at most %d:\n%s", call, n, most, out)
		}
		for l := range strings.Lines(out) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(l, "\n")); n > 80 {
				t.Errorf("djship %s: %d columns: %s", call, n, l)
			}
		}
	}
}

// A command's help has an example and its own flags, and all other flags in one line.
func TestHelpOfACommandIsAboutIt(t *testing.T) {
	for _, name := range seen() {
		page, err := helpPage(name)
		if err != nil {
			t.Fatal(err)
		}
		c := findCommand(name)
		if len(c.examples) == 0 || !strings.HasPrefix(page, "djship "+name) {
			t.Errorf("%s has no example, or its page begins otherwise:\n%s", name, page)
		}
		for _, e := range c.examples {
			if !strings.Contains(page, "\n  "+e+"\n") {
				t.Errorf("%s: %q is missing in:\n%s", name, e, page)
			}
		}
		explained := regexp.MustCompile(`(?m)^  .{4}--([a-z-]+)`).FindAllStringSubmatch(page, -1)
		var flags, want []string
		for _, f := range explained {
			flags = append(flags, f[1])
		}
		for _, f := range c.flags {
			want = append(want, f.name)
		}
		want = append(want, c.explains...)
		slices.Sort(flags)
		slices.Sort(want)
		if !slices.Equal(flags, want) {
			t.Errorf("%s explains %v, want %v", name, flags, want)
		}
		if n := strings.Count(page, "\nalso: "); n > 1 || n == 0 && len(c.accepts) > 0 {
			t.Errorf("%s: %d lines of other flags:\n%s", name, n, page)
		}
	}
	for _, c := range commands() {
		for _, f := range slices.Concat(c.explains, c.accepts, slices.Collect(maps.Keys(c.meanings))) {
			if named(globalFlags(), f) == nil {
				t.Errorf("%s takes --%s, which is no flag", c.name, f)
			}
		}
	}
	for _, f := range globalFlags() {
		if whereFlagGoes(given{flag: &f}) == "--"+f.name+" goes with " {
			t.Errorf("no command takes --%s", f.name)
		}
	}
}

// Each example works: with an inventory whose hosts are away it gets as far as trying to reach them.
func TestExamplesWork(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	t.Setenv("HOME", dir)
	t.Setenv("XDG_STATE_HOME", filepath.Join(dir, "state"))
	t.Setenv("DJSHIP_TIMEOUT", "1")
	hosts := "[staging]\nweb1\n[production]\nweb2\nweb3\n[all:vars]\nansible_host=127.0.0.1\nansible_port=1\n"
	if err := os.WriteFile("hosts.ini", []byte(hosts), 0o600); err != nil {
		t.Fatal(err)
	}
	earlierRun(t, filepath.Join(dir, "state"), "web1") // for log and report
	ownProject(t)
	for _, c := range []string{"hosts", "inventory", "runs", "log", "report", "completion", "man", "version", "help", "init", "prereq", "deploy", "up", "push", "rollback", "restart", "maintenance", "backup", "remove", "ping", "status", "releases", "unlock"} {
		for _, e := range findCommand(c).examples {
			want := 0
			if slices.Contains([]string{"prereq", "deploy", "up", "push", "rollback", "restart", "maintenance", "backup", "remove", "ping", "status", "releases", "unlock"}, c) {
				want = statusUnreachable
			}
			if e == "djship log" { // the last run was on one host only before prereq was tried
				want = 0
			}
			words := strings.Fields(strings.ReplaceAll(e, "'", ""))
			if !slices.Contains(words, c) {
				t.Errorf("%s is no example of %s", e, c)
			}
			if status, out, messages := typed(t, words[1:]...); status != want || out+messages == "" {
				t.Errorf("%s: status %d, want %d\n%s%s", e, status, want, out, messages)
			}
		}
	}
	if missing := slices.DeleteFunc(seen(), func(c string) bool { return len(findCommand(c).examples) > 0 }); len(missing) > 0 {
		t.Errorf("no example of %v", missing)
	}
	for _, e := range []string{"-i hosts.ini up example example.com", "-i hosts.ini push example --check"} { // the front page's
		if status, _, messages := typed(t, strings.Fields(e)...); status != statusUnreachable || !strings.Contains(frontPage(), "djship "+e) {
			t.Errorf("%s: status %d\n%s", e, status, messages)
		}
	}
}

// ownProject makes the folder that the test is in a project, and a checkout with the tag v1.2; below it is another.
func ownProject(t *testing.T) {
	t.Helper()
	for name, text := range map[string]string{"manage.py": "", "shop/manage.py": "", "requirements.txt": "Django\n", "djship.toml": "project = \"example\"\n",
		"example/settings.py": "STATIC_ROOT = 'static'\n", "example/wsgi.py": "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'example.settings')\n"} {
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o700), os.WriteFile(name, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	for _, line := range []string{"init -q", "add .", "-c user.name=ann -c user.email=ann@example.com commit -qm first", "tag v1.2"} {
		if out, err := exec.Command("git", strings.Fields(line)...).CombinedOutput(); err != nil {
			t.Fatalf("git %s: %v\n%s", line, err, out)
		}
	}
}

// What is asked for wrongly is refused with what would be right; whatever asks for help gets the page about it.
func TestRefusalsSayWhatIsRight(t *testing.T) {
	for call, want := range map[string]string{
		"help nosuch":                       "djship: there is no help on \"nosuch\"\nhint: `djship help` lists the commands\n",
		"help deplyo":                       "djship: there is no help on \"deplyo\"\nhint: did you mean: djship help deploy\n",
		"help flgs":                         "djship: there is no help on \"flgs\"\nhint: did you mean: djship help flags\n",
		"help djship_domian":                "djship: there is no help on \"djship_domian\"\nhint: did you mean: djship help djship_domain\n",
		"help __complete":                   "djship: there is no help on \"__complete\"\nhint: `djship help` lists the commands\n",
		"help deploy up":                    "djship: too many arguments: up\nhint: djship help COMMAND\n",
		"nosuch":                            "djship: there is no command \"nosuch\"\nhint: `djship help` lists the commands\n",
		"nosuch --help":                     "djship: there is no command \"nosuch\"\nhint: `djship help` lists the commands\n",
		"statsu":                            "djship: there is no command \"statsu\"\nhint: did you mean: djship status\n",
		"deploy --nosuch":                   "djship: there is no flag --nosuch\nhint: `djship help deploy` lists its flags\n",
		"deploy x y.z --nosuch=a":           "djship: there is no flag --nosuch\nhint: `djship help deploy` lists its flags\n",
		"hosts --limt web1":                 "djship: there is no flag --limt\nhint: did you mean --limit?\n",
		"hosts -x":                          "djship: there is no flag -x\nhint: `djship help hosts` lists its flags\n",
		"prereq -Cx":                        "djship: there is no flag -x\nhint: `djship help prereq` lists its flags\n",
		"--generate-bash-completion":        "djship: there is no flag --generate-bash-completion\nhint: `djship help flags` lists them\n",
		"deploy --generate-bash-completion": "djship: there is no flag --generate-bash-completion\nhint: `djship help deploy` lists its flags\n",
		"--nosuch":                          "djship: there is no flag --nosuch\nhint: `djship help flags` lists them\n",
		"--check":                           "djship: a command is needed\nhint: `djship help` lists them\n",
		"hosts -l":                          "djship: -l needs a value\nhint: --limit PATTERN\n",
		"hosts --limit":                     "djship: --limit needs a value\nhint: --limit PATTERN\n",
		"hosts -p ssh":                      "djship: invalid value \"ssh\" for --port: expected a number\nhint: `djship help flags` lists the flags\n",
		"prereq -C=maybe":                   "djship: invalid value \"maybe\" for --check: expected true or false\nhint: `djship help flags` lists the flags\n",
		"hosts --version":                   "djship: djship hosts takes no --version\nhint: `djship version` prints it\n",
	} {
		status, out, messages := typed(t, strings.Fields(call)...)
		if status != statusUsage || out != "" || messages != want {
			t.Errorf("djship %s: status %d, %s%s, want %s", call, status, out, messages, want)
		}
	}
	for call, about := range map[string]string{"--help": "", "help": "", "-h": "", "help -h": "help", "help help --help": "help", "deploy -?": "deploy",
		"deploy example --help": "deploy", "-h deploy": "deploy", "deploy help": "deploy"} {
		page, err := helpPage(about)
		if err != nil {
			t.Fatal(err)
		}
		if status, out, messages := typed(t, strings.Fields(call)...); status != 0 || out != page || messages != "" {
			t.Errorf("djship %s: status %d, %s%s, want %s", call, status, out, messages, page)
		}
	}
}

// Each variable that is read is explained, and each that is explained is there.
func TestEnvironmentIsTold(t *testing.T) {
	page, manual := environmentPage(), strings.ReplaceAll(manPage(), `\-`, "-")
	var names []string
	reads := regexp.MustCompile(`(?:etenv|LookupEnv)\("([A-Z_]+)"\)`)
	for _, folder := range []string{"cli", "report", "inventory", "remote", "steps", "rollout"} {
		files, err := filepath.Glob("../" + folder + "/*.go")
		if err != nil || len(files) == 0 {
			t.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasSuffix(file, "_test.go") {
				for _, m := range reads.FindAllStringSubmatch(string(text), -1) {
					names = append(names, m[1])
				}
			}
		}
	}
	if len(names) < 5 {
		t.Errorf("only %v are read", names)
	}
	for _, f := range globalFlags() {
		names = append(names, f.variable())
	}
	for _, name := range append(names, "DJSHIP_CONNECTION_PASSWORD", "DJSHIP_BECOME_PASSWORD", "HOME") {
		if !strings.Contains(page, "\n  "+name+" ") || !strings.Contains(manual, "\n.B "+name+"\n") {
			t.Errorf("%s is told of neither in help environment nor in the manual", name)
		}
	}
}

// The manual has what a manual is looked into for, and groff has nothing to say about it.
func TestManual(t *testing.T) {
	page := manPage()
	for _, s := range []string{"NAME", "SYNOPSIS", "DESCRIPTION", "COMMANDS", "OPTIONS", "EXAMPLES", "INVENTORY VARIABLES", "ENVIRONMENT", "EXIT STATUS", "FILES", "SEE ALSO"} {
		if strings.Count(page, "\n.SH "+s+"\n") != 1 {
			t.Errorf("no section %s", s)
		}
	}
	if _, err := exec.LookPath("groff"); err != nil {
		cannot(t, "groff is not installed")
	}
	groff := exec.Command("groff", "-man", "-ww", "-z", "-Tutf8")
	groff.Stdin = strings.NewReader(page)
	if out, err := groff.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("%v: %s", err, out)
	}
	groff = exec.Command("groff", "-man", "-Tascii", "-P-cbou", "-rLL=200n")
	groff.Stdin = strings.NewReader(page)
	out, err := groff.CombinedOutput()
	shown := string(out)
	if err != nil {
		t.Fatalf("%v: %s", err, shown)
	}
	for _, v := range inventory.Variables {
		if !strings.Contains(shown, v.Name) {
			t.Errorf("%s is not in the manual", v.Name)
		}
	}
	for _, s := range statuses {
		if !strings.Contains(shown, s.means) {
			t.Errorf("status %d is not in the manual", s.status)
		}
	}
	for _, want := range []string{"-p, --port PORT", "djship hosts -l 'web*:!web3'", "~/.ssh/config", "$XDG_STATE_HOME/djship/runs/RUN/", "djship deploy shop shop.example.com --canary --batch 2,25%,100%"} {
		if !strings.Contains(shown, want) {
			t.Errorf("%q does not come out of groff as it is", want)
		}
	}
}

// The README names each command and flag, and no other, and each exit status.
func TestReferenceIsTrue(t *testing.T) {
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	section := func(title string) string {
		_, rest, _ := strings.Cut(string(text), "\n## "+title+"\n")
		rest, _, _ = strings.Cut(rest, "\n## ")
		return rest
	}
	flags := section("Flags")
	for _, f := range globalFlags() {
		if !strings.Contains(flags, "--"+f.name) || f.short != "" && !strings.Contains(flags, "`-"+f.short) {
			t.Errorf("the README's flags lack -%s, --%s", f.short, f.name)
		}
	}
	for _, m := range regexp.MustCompile(`--([a-z][a-z-]+)`).FindAllStringSubmatch(flags, -1) {
		if named(globalFlags(), m[1]) == nil {
			t.Errorf("the README has the flag --%s, which there is not", m[1])
		}
	}
	for _, s := range statuses {
		if !strings.Contains(section("Exit status"), fmt.Sprintf("\n| %d | ", s.status)) {
			t.Errorf("the README lacks status %d", s.status)
		}
	}
	commands := section("Commands")
	for _, c := range seen() {
		if !strings.Contains(commands, "`djship "+c) {
			t.Errorf("the README's commands lack %s", c)
		}
	}
	for _, m := range regexp.MustCompile("`djship ([a-z]+)").FindAllStringSubmatch(string(text), -1) {
		if !slices.Contains(seen(), m[1]) {
			t.Errorf("the README has the command %s, which there is not", m[1])
		}
	}
}
