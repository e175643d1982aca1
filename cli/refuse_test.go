package cli

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Who types a flag expects something of it: a command refuses those that do nothing for it, wherever
// they stand, and arguments that it has no place for.
func TestWhatACommandTakes(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("XDG_STATE_HOME", "state")
	for call, want := range map[string]string{
		"status --wait 5":            "djship: djship status takes no --wait\nhint: --wait goes with prereq, deploy, up, adopt, push, rollback, restart, maintenance, config, rotate, restore, remove\n",
		"--wait 5 status":            "djship: djship status takes no --wait\nhint: --wait goes with prereq, deploy, up, adopt, push, rollback, restart, maintenance, config, rotate, restore, remove\n",
		"ping --check":               "djship: djship ping takes no --check\nhint: --check goes with init, prereq, deploy, up, adopt, push, rollback, restart, maintenance, config, rotate, restore, remove\n",
		"ping -C":                    "djship: djship ping takes no -C\nhint: --check goes with init, prereq, deploy, up, adopt, push, rollback, restart, maintenance, config, rotate, restore, remove\n",
		"ping --overwrite /etc/x":    "djship: djship ping takes no --overwrite\nhint: --overwrite goes with prereq, deploy, up, push, config\n",
		"status --yes":               "djship: djship status takes no --yes\nhint: --yes goes with prereq, deploy, up, adopt, push, rollback, restart, maintenance, config, rotate, restore, remove, unlock\n",
		"unlock example --json":      "djship: djship unlock takes no --json\nhint: --json goes with prereq, deploy, up, adopt, push, rollback, restart, maintenance, releases, config, rotate, backup, restore, remove, logs, exec, hosts, ping, status, runs\n",
		"hosts -K":                   "djship: djship hosts takes no -K\nhint: --ask-become-pass goes with prereq, deploy, up, adopt, push, rollback, restart, maintenance, releases, config, rotate, backup, restore, remove, run, manage, logs, exec, ping, status, unlock\n",
		"hosts --canary":             "djship: djship hosts takes no --canary\nhint: --canary goes with prereq, deploy, up, adopt, push, rollback, restart, maintenance, config, rotate, restore, remove\n",
		"-u root inventory":          "djship: djship inventory takes no -u\nhint: --user goes with prereq, deploy, up, adopt, push, rollback, restart, maintenance, releases, config, rotate, backup, restore, remove, run, manage, logs, exec, hosts, ping, status, unlock\n",
		"-i hosts.ini runs":          "djship: djship runs takes no -i\nhint: --inventory goes with prereq, deploy, up, adopt, push, rollback, restart, maintenance, releases, config, rotate, backup, restore, remove, run, manage, logs, exec, hosts, inventory, ping, status, unlock\n",
		"-i hosts.ini log":           "djship: djship log takes no -i\nhint: --inventory goes with prereq, deploy, up, adopt, push, rollback, restart, maintenance, releases, config, rotate, backup, restore, remove, run, manage, logs, exec, hosts, inventory, ping, status, unlock\n",
		"report -l web1":             "djship: djship report takes no -l\nhint: --limit goes with prereq, deploy, up, adopt, push, rollback, restart, maintenance, releases, config, rotate, backup, restore, remove, run, manage, logs, exec, hosts, inventory, ping, status, unlock, log\n",
		"version --json":             "djship: djship version takes no --json\nhint: --json goes with prereq, deploy, up, adopt, push, rollback, restart, maintenance, releases, config, rotate, backup, restore, remove, logs, exec, hosts, ping, status, runs\n",
		"man -q":                     "djship: djship man takes no -q\nhint: --quiet goes with init, prereq, deploy, up, adopt, push, rollback, restart, maintenance, releases, config, rotate, backup, restore, remove, run, manage, logs, exec, hosts, inventory, ping, status, unlock\n",
		"config":                     "djship: what is to be done with the configuration?\nhint: djship config list|get|set|unset|undo PROJECT [KEY[=VALUE]...]\n",
		"config SECRET=word":         "djship: djship config can't \"SECRET\"\nhint: djship config list|get|set|unset|undo PROJECT [KEY[=VALUE]...]\n",
		"config get example A B":     "djship: djship config get takes one name\nhint: djship config get PROJECT KEY; `djship config list PROJECT --show` has all\n",
		"config unset example A=1":   "djship: djship config unset takes names alone\nhint: djship config unset PROJECT A\n",
		"config set example A=1 A=2": "djship: A is named twice\nhint: once is enough\n",
		"config set example a-b=1":   "djship: \"a-b\" is no name of a variable\nhint: letters, digits and _, as in SENTRY_DSN; a project stands before all of them, in small letters\n",
		"config set example DATABASE_URL=sqlite:///db": "djship: DATABASE_URL names no other server, and on a site's own the database is the one that djship has made\nhint: postgres://USER:PASSWORD@HOST/NAME; without it settings have the site's own\n",
		"config set example PATH=/x":                   "djship: PATH can't be set: shells and Python go by it\nhint: local_env.sh in the site's home has the last word on such variables\n",
		"config set example A=":                        "djship: the value of A is empty\nhint: where that is meant add --allow-empty; `djship config unset example A` takes a variable away\n",
		"config list example --from x":                 "djship: djship config list takes no --from\nhint: djship config list|get|set|unset|undo PROJECT [KEY[=VALUE]...]\n",
		"config list example --json --show":            "djship: values are for people: --json has names alone\nhint: leave out --show or --json; djship config get PROJECT KEY prints one value\n",
		"deploy example a.b --list":                    "djship: djship deploy takes no --list\nhint: --list goes with inventory\n",
		"deploy x y.z -o page":                         "djship: djship deploy takes no -o\nhint: options of ssh stand in ~/.ssh/config, or in ansible_ssh_common_args of the inventory\n",
		"deploy x y.z --output p":                      "djship: djship deploy takes no --output\nhint: --output goes with report\n",
		"deploy x y.z --host web1":                     "djship: djship deploy takes no --host\nhint: -l PATTERN picks hosts of the inventory; -i root@192.0.2.10, names one without\n",
		"ping a b":                                     "djship: too many arguments: a b\nhint: djship ping -l PATTERN\n",
		"hosts web1":                                   "djship: too many arguments: web1\nhint: djship hosts -l PATTERN\n",
		"inventory web1":                               "djship: too many arguments: web1\nhint: djship inventory --host NAME\n",
		"status a b":                                   "djship: too many arguments: b\nhint: djship status [PROJECT]\n",
		"unlock a b":                                   "djship: too many arguments: b\nhint: djship unlock PROJECT\n",
		"deploy a b.c 3 d":                             "djship: too many arguments: d\nhint: djship deploy PROJECT DOMAIN [2|3]\n",
		"deploy --all --move-domain":                   "djship: --move-domain is for one site, and --all is every site as it is on record\nhint: djship deploy PROJECT DOMAIN --move-domain moves one\n",
		"deploy --all shop":                            "djship: --all is every site on record, and shop is one\nhint: leave one of the two out; -l PATTERN picks hosts\n",
		"up --all":                                     "djship: djship up takes no --all\nhint: --all goes with deploy\n",
		"prereq 3 web1":                                "djship: too many arguments: web1\nhint: djship prereq [2|3]\n",
		"runs 5":                                       "djship: too many arguments: 5\nhint: djship runs\n",
		"log a b c":                                    "djship: too many arguments: c\nhint: djship log [HOST [RUN]]; `djship runs` lists the runs\n",
		"report a b":                                   "djship: too many arguments: b\nhint: djship report [RUN]; `djship runs` lists the runs\n",
		"version x":                                    "djship: too many arguments: x\nhint: djship version\n",
		"man deploy":                                   "djship: too many arguments: deploy\nhint: djship man\n",
		"logs example -n -1":                           "djship: --lines must be between 0 and 100000\nhint: leave it out for 100\n",
		"logs example --since yesterday":               "djship: --since: \"yesterday\" is no time\nhint: give how long ago, as in 10m, 2h or 3d; or when: 2026-11-28T10:15:00Z, or in this machine's zone \"2026-11-28 10:15\"\n",
		"logs example --process ..x/y":                 "djship: \"..x/y\" is no process\nhint: access, error, nginx, gunicorn, run, or NAME of a logs/NAME.log in the site's home\n",
		"exec":                                         "djship: which command is to be run?\nhint: djship exec -- COMMAND\n",
		"exec --live --json -- ls":                     "djship: --live prints lines, --json an object a host\nhint: leave out one of the two\n",
		"run example":                                  "djship: which command is to be run?\nhint: djship run PROJECT -- COMMAND\n",
		"run -- ls":                                    "djship: which site?\nhint: djship run PROJECT -- COMMAND; a djship.toml in this folder can name it\n",
		"run -i a,b, example -- ls":                    "djship: it runs on one host, and these are selected: a and b\nhint: say which: -l a\n",
		"manage -C example shell":                      "djship: djship manage takes no -C\nhint: --check goes with init, prereq, deploy, up, adopt, push, rollback, restart, maintenance, config, rotate, restore, remove\n",
		"backup example - --json":                      "djship: stdout is for the backup or for --json\nhint: leave out one of the two\n",
		"prereq 2 --remove":                            "djship: --remove is of sites of any Python\nhint: leave out 2\n",
		"prereq --remove --overwrite":                  "djship: --remove leaves alone what you have changed\nhint: leave out --overwrite\n",
		"remove":                                       "djship: which site?\nhint: djship remove PROJECT: it is named on the line, whatever the folder says\n",
		"backup example a b":                           "djship: too many arguments: b\nhint: djship backup [PROJECT [FILE]]\n",
		"backup":                                       "djship: which site?\nhint: djship backup PROJECT [FILE]; a djship.toml in this folder can name it\n",
		"maintenance example":                          "djship: on or off?\nhint: djship maintenance PROJECT on, or off\n",
		"maintenance on":                               "djship: which site?\nhint: djship maintenance PROJECT on, or off; a djship.toml in this folder can name it\n",
		"maintenance x off --allow ::1":                "djship: --allow goes with on\nhint: `off` lets everybody in\n",
		"maintenance x on --allow 10.0.0.0/8":          "djship: --allow: \"10.0.0.0/8\" is no IP address\nhint: give one, as in 203.0.113.7 or 2001:db8::7; of several, each with an --allow of its own\n",
		"completion bash x":                            "djship: too many arguments: x\nhint: djship completion bash|zsh|fish\n",
	} {
		status, out, messages := typed(t, strings.Fields(call)...)
		if status != statusUsage || out != "" || messages != want {
			t.Errorf("djship %s: status %d, %s%q, want %q", call, status, out, messages, want)
		}
	}
	if _, err := os.Stat("state"); err == nil {
		t.Error("what is refused leaves a log")
	}
}

// The variable of a flag that a command has no use for is nobody's mistake.
func TestVariablesThatACommandDoesNotUse(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	t.Setenv("XDG_STATE_HOME", filepath.Join(dir, "state"))
	run := earlierRun(t, filepath.Join(dir, "state"), "web1")
	for _, f := range globalFlags() {
		t.Setenv(f.variable(), "nonsense")
	}
	for call, want := range map[string]string{"version": "djship ", "runs": run, "log": "the log of web1", "log web1 " + run: "the log of web1", "report": "report.html", "help": "prereq", "man": ".TH"} {
		if call == "runs" {
			t.Setenv("DJSHIP_JSON", "")
			t.Setenv("DJSHIP_NO_COLOR", "")
		}
		if status, out, messages := typed(t, strings.Fields(call)...); status != 0 || !strings.Contains(out, want) {
			t.Errorf("djship %s: status %d, %s%s", call, status, out, messages)
		}
	}
}

// Words that people try lead to what there is: nothing that is named there is missing.
func TestWordsThatPeopleTry(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	words := map[string]bool{}
	for _, e := range slices.Concat(commandAdvices, flagAdvices) {
		for _, call := range regexp.MustCompile("`(djship [^`]*)`|(?:then |, )(djship [a-z]+)").FindAllStringSubmatch(e.text, -1) {
			fields := strings.Fields(strings.Split(call[1]+call[2], " |")[0])
			if l := readLine(fields[1:]); l.command == nil || l.refuse() != nil {
				t.Errorf("%v: %q: %v", e.words, fields, l.refuse())
			} else if l.command.name == "help" {
				if _, err := helpPage(strings.Join(l.args, " ")); err != nil {
					t.Errorf("%v: %v", e.words, err)
				}
			}
		}
		for _, flag := range regexp.MustCompile(`(?:^|[ ,])(--?[A-Za-z][a-z-]*)`).FindAllStringSubmatch(e.text, -1) {
			if name := strings.TrimLeft(flag[1], "-"); named(globalFlags(), name) == nil && !strings.Contains(e.text, "ssh HOST") && !strings.Contains(e.text, "sudo") && !slices.Contains([]string{"vv", "graph"}, name) {
				t.Errorf("%v: there is no flag %s", e.words, flag[1])
			}
		}
		for _, m := range regexp.MustCompile("`([A-Z][a-zA-Z ]*)` in the README").FindAllStringSubmatch(e.text, -1) {
			if !strings.Contains(string(readme), "\n## "+m[1]+"\n") && !strings.Contains(string(readme), "\n**"+m[1]+".**") {
				t.Errorf("%v: the README has nothing that is called %q", e.words, m[1])
			}
		}
		for _, path := range regexp.MustCompile(`/[a-z_/.]*example[a-z_/.]*[a-z]`).FindAllString(e.text, -1) {
			base := strings.TrimPrefix(path, "/webapps/example_project/")
			if !strings.Contains(string(readme), base) && !strings.Contains(string(readme), strings.Replace(base, "error", "{access,error}", 1)) {
				t.Errorf("%v: the README does not know %s", e.words, path)
			}
		}
	}
	for _, e := range commandAdvices {
		for _, word := range e.words {
			if words[word] || findCommand(word) != nil {
				t.Errorf("%s is there twice, or a command", word)
			}
			words[word] = true
			status, out, messages := typed(t, word)
			if want := "djship: there is no command \"" + word + "\"\nhint: " + e.text + "\n"; status != statusUsage || out != "" || messages != want {
				t.Errorf("djship %s: status %d, %s%s, want %s", word, status, out, messages, want)
			}
		}
	}
	for _, e := range flagAdvices {
		for _, word := range e.words {
			if named(globalFlags(), word) != nil {
				t.Errorf("--%s is a flag", word)
			}
		}
	}
	for word := range strings.FieldsSeq(`rm tail reload env ssl https undo config:set dump psql shell destroy delete new setup
		provision install list ls sites check plan diff test doctor publish ssh offline import Tail`) {
		if _, ok := commandAdvice(word); !ok {
			t.Errorf("djship %s leads nowhere", word)
		}
	}
	if _, _, messages := typed(t, "prereq", "--dry-run"); messages != "djship: there is no flag --dry-run\nhint: --check says what would change and changes nothing; --diff shows the text of it\n" {
		t.Error(messages)
	}
}
