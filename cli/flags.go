package cli

import "slices"

// The global flags by what they are for, as commands take them.
var (
	whichFlags  = []string{"inventory", "limit"}
	loginFlags  = []string{"user", "private-key", "port", "jump", "ssh-config", "timeout", "accept-new"}
	secretFlags = []string{"ask-pass", "ask-become-pass", connection.flag, become.flag}
	accessFlags = slices.Concat(whichFlags, loginFlags, secretFlags, []string{"forks", "verbose", "quiet"}) // of whoever logs in to hosts
	changeFlags = []string{"check", "diff", "exit-code", "overwrite", "stages", "batch", "max-fail", "canary", "wait", "yes", "no-wait", "log-dir", "json"}
	rolloutAlso = append(slices.Clone(accessFlags), "no-color") // of whoever takes changeFlags
)

// changeFlagsBut are those of whoever changes hosts, without some.
func changeFlagsBut(names ...string) []string {
	return slices.DeleteFunc(slices.Concat(changeFlags, rolloutAlso), func(name string) bool { return slices.Contains(names, name) })
}

// globalFlags are those that several commands have; a command names those that it has a use for. Each
// has a variable in the environment too.
func globalFlags() []flag {
	const which, what, in, how, out = "which hosts", "what to do", "how to get in", "rolling", "what to say"
	return []flag{
		{"inventory", "i", "hosts from `FILE`, a folder, or a list with a comma (web1,); repeatable (default: ./hosts.ini)", which, flagTexts},
		{"limit", "l", "only the hosts that `PATTERN` picks, as in Ansible", which, flagText},
		{"check", "C", "say what would change, change nothing", what, flagOnOff},
		{"diff", "D", "show the text of changes", what, flagOnOff},
		{"exit-code", "", "with --check: status 5 where something would change", what, flagOnOff},
		{"overwrite", "", "replace edited files (or `[PATH]`); old ones are kept", what, flagPaths},
		{"user", "u", "log in as `NAME`", in, flagText},
		{"private-key", "", "log in with the private key in `FILE`", in, flagText},
		{"port", "p", "connect to `PORT`", in, flagNumber},
		{"jump", "J", "go through `HOST`", in, flagText},
		{"ssh-config", "F", "read `FILE` instead of ~/.ssh/config", in, flagText},
		{"ask-pass", "k", "ask for the SSH password", in, flagOnOff},
		{"ask-become-pass", "K", "ask for the password that sudo wants", in, flagOnOff},
		{connection.flag, "", "the SSH password is in `FILE`", in, flagText},
		{become.flag, "", "the password that sudo wants is in `FILE`", in, flagText},
		{"timeout", "T", "give a connection `SECONDS` (default: 10)", in, flagNumber},
		{"accept-new", "", "take unknown host keys unasked, never changed ones", in, flagOnOff},
		{"forks", "f", "`N` hosts at once (default: 100)", how, flagNumber},
		{"no-wait", "", "stop where another run is at work, don't wait for it", how, flagOnOff},
		{"log-dir", "", "write logs to `DIR`", out, flagText},
		{"json", "", "print JSON, one object a line", out, flagOnOff},
		{"verbose", "v", "say more; -vv also what steps print", out, flagCounted},
		{"quiet", "q", "say only failures and the summary", out, flagOnOff},
		{"no-color", "", "no colour", out, flagOnOff},
		{"stages", "", "groups `A,B` in turn (default: staging,production)", how, flagText},
		{"batch", "", "so many at once: `1,25%,100%`, as Ansible's serial", how, flagText},
		{"max-fail", "", "go on while at most `N` (or N%) of a stage have failed", how, flagText},
		{"canary", "", "one host of each stage alone first", how, flagOnOff},
		{"wait", "", "between batches wait `DURATION`, as in 30s or 5m", how, flagText},
		{"yes", "", "say yes beforehand to each question between stages", how, flagOnOff},
	}
}

// takes tells whether a command has a use for a global flag.
func (c *command) takes(name string) bool {
	return slices.Contains(c.explains, name) || slices.Contains(c.accepts, name)
}

// allFlags are the global flags that a command takes, and its own.
func (c *command) allFlags() []flag {
	all := slices.DeleteFunc(globalFlags(), func(f flag) bool { return !c.takes(f.name) })
	return append(all, c.flags...)
}
