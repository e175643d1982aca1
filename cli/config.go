package cli

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"djship/steps/django"
	"djship/steps/inspect"
	"djship/steps/release"
)

func configCommand() *command {
	return &command{
		name: "config", args: "VERB [PROJECT] ...", brief: "a site's variables: list, get, set, unset, undo",
		more: "set takes KEY=VALUE..., or KEY with the value on stdin or typed unseen. Another\nprocess with the new values takes over without losing a request; where it does\n" +
			"not come up, those before stay. undo brings these back later.",
		examples: []string{"djship config set example SENTRY_DSN <dsn.txt", "djship config set example --from production.env", "djship config list example --show",
			"djship config unset example OLD_KEY --no-restart", "djship config undo example"},
		many: true,
		flags: []flag{
			{name: "from", usage: "set what `FILE` here has, lines as in a .env; - is stdin", kind: flagText},
			{name: "show", usage: "with list: the values, too", kind: flagOnOff},
			{name: "allow-empty", usage: "with set: an empty value is meant", kind: flagOnOff},
			{name: "no-restart", usage: "what runs goes on with what it has", kind: flagOnOff},
			holdFlag,
		},
		explains: []string{"check", "json", "yes"},
		accepts:  changeFlagsBut("check", "json", "yes", "diff"),
		offers:   offerConfig,
		run: func(env Env, in input) error {
			o, err := readConfigOptions(in)
			switch {
			case err != nil:
				return err
			case o.reads():
				return showConfig(env, o)
			}
			return changeConfig(env, o)
		},
	}
}

// configVerbs are what can be done, with the flags that only some take.
var configVerbs = map[string][]string{
	"list": {"show"}, "get": nil, "set": {"from", "allow-empty", "no-restart", "hold"}, "unset": {"no-restart", "hold"}, "undo": {"no-restart", "hold"},
}

// configSet is the command that sets values, which its line does not have.
const configSet = "config set"

// offerConfig offers what can be done, then a project.
func offerConfig(t completing, l line, _ string) []string {
	switch len(l.args) {
	case 0:
		return []string{"list", "get", "set", "unset", "undo"}
	case 1:
		return t.projects()
	}
	return nil
}

// configOptions are what `djship config` is asked for. typed has no values.
type configOptions struct {
	rolloutOptions
	verb       string
	project    string            // "" for what the folder says
	keys       []string          // without a value
	settings   []release.Setting // typed as KEY=VALUE
	from       string            // a local file; "" for none
	show       bool
	allowEmpty bool
	later      bool // without a restart
	hold       time.Duration
}

// reads tells whether nothing is to be changed.
func (o configOptions) reads() bool { return o.verb == "list" || o.verb == "get" }

const configUsage = "djship config list|get|set|unset|undo PROJECT [KEY[=VALUE]...]"

func readConfigOptions(in input) (configOptions, error) {
	o := configOptions{verb: in.arg(0), from: in.text("from"), show: in.on("show"), allowEmpty: in.on("allow-empty"), later: in.on("no-restart")}
	takes, known := configVerbs[o.verb]
	switch {
	case o.verb == "":
		return o, &usageError{"what is to be done with the configuration?", configUsage}
	case !known:
		typed, _, _ := strings.Cut(o.verb, "=") // a value is nothing to show
		return o, &usageError{fmt.Sprintf("djship config can't %.40q", typed), configUsage}
	}
	for _, f := range in.command.flags {
		if in.set(f.name) && !slices.Contains(takes, f.name) {
			return o, &usageError{"djship config " + o.verb + " takes no --" + f.name, configUsage}
		}
	}
	var err error
	if in.set("hold") {
		if o.hold, err = parseHold(in); err != nil {
			return o, err
		}
	}
	if o.rolloutOptions, err = readRolloutOptions(in); err != nil {
		return o, err
	}
	words := in.args[1:]
	if len(words) > 0 && !strings.Contains(words[0], "=") && django.ProjectPattern.MatchString(words[0]) {
		o.project, words = words[0], words[1:]
	}
	o.typed = typedLine{command: "config " + o.verb, args: []string{}, flags: o.typed.flags}
	if o.project != "" {
		o.typed.args = append(o.typed.args, o.project)
	}
	return o, o.takeKeys(words)
}

// takeKeys reads the words behind the project.
func (o *configOptions) takeKeys(words []string) error {
	for _, word := range words {
		name, value, has := strings.Cut(word, "=")
		switch {
		case !inspect.VariableForm.MatchString(name):
			return &usageError{fmt.Sprintf("%.60q is no name of a variable", name), "letters, digits and _, as in SENTRY_DSN; a project stands before all of them, in small letters"}
		case has && o.verb != "set":
			return &usageError{"djship config " + o.verb + " takes names alone", "djship config " + o.verb + " PROJECT " + name}
		case slices.Contains(o.typed.args[min(len(o.typed.args), 1):], name):
			return &usageError{name + " is named twice", "once is enough"}
		case has:
			o.settings = append(o.settings, setting(name, value))
		default:
			o.keys = append(o.keys, name)
		}
		o.typed.args = append(o.typed.args, name)
	}
	n := len(o.keys) + len(o.settings)
	switch {
	case o.verb == "list" || o.verb == "undo":
		if n > 0 {
			return &usageError{"djship config " + o.verb + " takes no names", "djship config " + o.verb + " PROJECT"}
		}
	case o.verb == "get" && n != 1:
		return &usageError{"djship config get takes one name", "djship config get PROJECT KEY; `djship config list PROJECT --show` has all"}
	case n == 0 && o.from == "":
		return &usageError{"which variable?", "djship config " + o.verb + " PROJECT KEY"}
	}
	return nil
}

// reserved says which of names are not to be set, nil where all are.
func reserved(project string, names []string) error {
	for _, name := range names {
		if why, instead := release.NotToSet(django.Site{Project: project}, name); why != "" {
			return &usageError{name + " can't be set: " + why, instead}
		}
	}
	return nil
}

// oneLine is a text of one line and its end.
var oneLine = regexp.MustCompile(`\A([^\r\n]*)\r?\n\z`)
