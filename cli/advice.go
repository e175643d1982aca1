package cli

import (
	"slices"
	"strings"
)

// An advice is what to do instead of a command or flag that people try, as they know it from other
// programs, and that djship does not have.
type advice struct {
	words []string
	text  string
}

const (
	onHost = "on the host: "
)

// commandAdvices are written for the site example, example.com, as all examples are.
var commandAdvices = []advice{
	{[]string{"rm", "delete", "destroy", "uninstall", "undeploy", "drop", "purge"},
		"`djship remove example` takes a site off its hosts, after a backup; with --check it says what would go"},
	{[]string{"tail", "journal"},
		"`djship logs example -f` is what a site and its nginx say, of all hosts; `djship log HOST` is a host's log of a run"},
	{[]string{"reload", "stop", "start", "reboot"},
		"`djship restart example` starts a site anew; " + onHost + "sudo supervisorctl stop example (or start); of a site with releases the program is example-a or example-b"},
	{[]string{"env", "environment", "config:set", "configure", "set", "unset", "secret", "secrets", "settings", "vars"},
		"`djship config set example NAME=VALUE` sets a variable of a site, `djship config list example` lists them. `djship help variables` and `djship help environment` tell of djship's"},
	{[]string{"ssl", "tls", "https", "cert", "certs", "certificate", "certbot", "letsencrypt", "acme"},
		"`djship_tls=acme` beside the host in the inventory, and `djship deploy example example.com` once its names lead there: the host gets a certificate and renews it. `djship help variables` has the others of https; what certbot's nginx plugin has written is kept"},
	{[]string{"publish", "ship", "upload", "sync", "build", "release"},
		"`djship push PROJECT` puts the code of the project in this folder on its hosts"},
	{[]string{"revert", "undo"}, "`djship rollback PROJECT` makes the release before live again"},
	{[]string{"manage.py", "migrate", "collectstatic", "createsuperuser", "superuser", "shell", "console"},
		"`djship manage example createsuperuser` runs manage.py of a site"},
	{[]string{"bash", "python"}, "`djship run example -- bash` is a shell as the site, in its environment"},
	{[]string{"ssh", "login", "connect", "sh", "cmd", "command"},
		"`djship exec -- uptime` runs a command on all hosts. For one: ssh HOST; `djship hosts -v -l HOST` shows address, port and user, and `djship ping` logs in and looks"},
	{[]string{"dump", "export", "pg_dump"}, "`djship backup example` writes a site's database, files and secrets into one file here"},
	{[]string{"import", "pg_restore"}, "`djship restore example example.tar` puts a backup back; `On a bad day` in docs/backup.md tells how its parts are used without djship"},
	{[]string{"db", "database", "psql", "dbshell"},
		"`djship manage example dbshell` is the site's database, as the site; " + onHost + "sudo -u postgres psql example"},
	{[]string{"new", "create"},
		"`djship init` looks at a Django project and writes a hosts.ini to start from; then djship ping, djship up PROJECT DOMAIN"},
	{[]string{"setup", "provision", "install", "bootstrap", "prepare", "server"},
		"`djship prereq` makes hosts ready, once a host; `djship up PROJECT DOMAIN` is that and a site"},
	{[]string{"add", "site", "app", "apply", "converge"},
		"`djship deploy PROJECT DOMAIN` makes a site, or brings one of djship's up to date; sites that it did not make are left alone"},
	{[]string{"list", "ls", "sites", "apps", "info", "show", "ps"},
		"`djship status` lists the sites, `djship hosts` the hosts, `djship runs` earlier runs"},
	{[]string{"check", "plan", "diff", "dry-run", "preview", "lint", "validate"},
		"`djship deploy PROJECT DOMAIN --check --diff` says what would change and changes nothing"},
	{[]string{"test", "doctor", "health", "verify", "facts", "setup-check"},
		"`djship ping` logs in and says what would stand in the way, `djship status` how the sites are"},
	{[]string{"update", "upgrade"},
		"a newer djship's `djship prereq` and `djship deploy PROJECT DOMAIN` bring hosts and sites up to date; Debian's packages are apt's"},
	{[]string{"scale", "workers"},
		"export WEB_CONCURRENCY=8 in /webapps/example_project/local_env.sh on the host; then djship restart example"},
	{[]string{"down", "offline"},
		"`djship maintenance example on` shows visitors a page that says to come back; " + onHost + "sudo supervisorctl stop example takes a site down, sudo supervisorctl start example brings it back"},
	{[]string{"lock", "kill", "abort", "cancel"},
		"Ctrl-C ends a run; `djship unlock PROJECT` one that holds a host's lock from elsewhere"},
	{[]string{"history", "last"}, "`djship runs` lists earlier runs, `djship log HOST` is a host's log of the last one"},
	{[]string{"graph", "groups", "tree"}, "`djship inventory --graph` is the tree of groups and hosts"},
	{[]string{"html", "timeline"}, "`djship report` makes a page of the last run"},
	{[]string{"manual", "docs"}, "`djship man | man -l -` is the manual, `djship help` a page"},
	{[]string{"commands", "usage"}, "`djship help` lists the commands"},
	{[]string{"variables"}, "`djship help variables` lists what the inventory can say to djship"},
	{[]string{"flags", "options"}, "`djship help flags` lists them"},
}

// flagAdvices are the same for flags.
var flagAdvices = []advice{
	{[]string{"dry-run", "dryrun", "noop", "n", "plan", "pretend", "simulate"}, "--check says what would change and changes nothing; --diff shows the text of it"},
	{[]string{"force"}, "--overwrite replaces files that were edited on a server, --yes says yes to questions"},
	{[]string{"y", "assume-yes", "no-input", "noinput"}, "--yes says yes beforehand"},
	{[]string{"b", "become", "sudo"}, "djship becomes root by sudo where the login is not root; -K asks for the password"},
	{[]string{"key", "key-file", "identity", "identity-file"}, "--private-key FILE names a key"},
	{[]string{"host", "hosts", "H", "only", "server", "target"}, "-l PATTERN picks hosts of the inventory; -i root@192.0.2.10, names one without"},
	{[]string{"password", "pass"}, "-k asks for the SSH password, -K for sudo's; `djship help environment` has ways without a terminal"},
	{[]string{"parallel", "concurrency", "jobs", "j"}, "--forks N hosts at once"},
	{[]string{"debug", "trace"}, "-v says more, -vv also what steps print"},
	{[]string{"silent"}, "-q says only failures and the summary"},
	{[]string{"e", "extra-vars", "set", "env", "var"}, "variables stand in the inventory: `djship help variables`"},
	{[]string{"t", "tags", "skip-tags", "start-at-task"}, "a run does all steps: those that find nothing to do cost nothing"},
	{[]string{"o"}, "options of ssh stand in ~/.ssh/config, or in ansible_ssh_common_args of the inventory"},
	{[]string{"serial"}, "--batch 1,25%,100% is that"},
}

// commandAdvice is what to do in place of a command, by the word that was typed.
func commandAdvice(word string) (string, bool) {
	return adviceOn(strings.ToLower(word), commandAdvices)
}

func flagAdvice(word string) (string, bool) { return adviceOn(word, flagAdvices) }

func adviceOn(word string, all []advice) (string, bool) {
	for _, a := range all {
		if slices.Contains(a.words, word) {
			return a.text, true
		}
	}
	return "", false
}
