package cli

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"djship/inventory"
	"djship/report"
)

func completeCommand() *command {
	return &command{name: "__complete", hidden: true, raw: true, run: parseThenRun(readCompleteOptions, complete)}
}

// completeOptions are what a shell's script asks for: the words of a line behind the program's name, of
// which the last is being typed.
type completeOptions struct {
	words []string
	last  string
}

func readCompleteOptions(in input) (completeOptions, error) {
	words := in.args
	if len(words) > 0 && words[0] == "--" {
		words = words[1:]
	}
	if len(words) == 0 {
		return completeOptions{}, nil
	}
	last := len(words) - 1
	return completeOptions{words[:last], words[last]}, nil
}

// complete prints what could stand in place of the last word.
func complete(env Env, o completeOptions) error {
	for _, candidate := range (completing{env, o.words}).offers(o.last) {
		say(env.Stdout, "%s\n", candidate)
	}
	return nil
}

const (
	offersLimit = time.Second // whoever presses TAB waits no longer
	mostOffers  = 500
)

var (
	// plainName is a name that means itself in every shell.
	plainName = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._@:+-]{0,252}$`)
	// plainOffer is a word of plain names and what stands between them in a pattern.
	plainOffer = regexp.MustCompile(`^[A-Za-z0-9._@:+,!&-]+$`)
)

// completing is a line that is being typed.
type completing struct {
	env   Env
	words []string // before the one that is completed
}

// offers are the candidates that begin as last does and are plain, as many as are of use; none where
// finding them takes too long.
func (t completing) offers(last string) []string {
	found := make(chan []string, 1)
	go func() { found <- t.candidates(last) }()
	var all []string
	select {
	case all = <-found:
	case <-time.After(offersLimit):
	}
	all = slices.DeleteFunc(all, func(c string) bool { return !strings.HasPrefix(c, last) || !plainOffer.MatchString(c) })
	return all[:min(len(all), mostOffers)]
}

// candidates are what could stand in place of last, in a useful order.
func (t completing) candidates(last string) []string {
	l := readLine(t.words)
	if n := len(l.flags); n > 0 && l.flags[n-1].needsValue() {
		if l.flags[n-1].own && l.command.name == "log" {
			return t.names(false)
		}
		return t.values(l.flags[n-1].flag.name, last)
	}
	if strings.HasPrefix(last, "-") {
		names, flags := []string{"--help"}, globalFlags()
		if l.command != nil {
			flags = l.command.allFlags()
		}
		for _, f := range flags {
			names = append(names, "--"+f.name)
		}
		return names
	}
	if l.command == nil {
		return commandNames()
	}
	return t.arguments(l, last)
}

// values are what a flag could be set to; none stands for files.
func (t completing) values(flag, last string) []string {
	switch flag {
	case "limit", "jump", "stages":
		// Terms before the last one, and the sign before it, stay as they are.
		at := strings.LastIndexAny(last, ",:!&") + 1
		var all []string
		for _, name := range t.names(flag != "stages") {
			all = append(all, last[:at]+name)
		}
		return all
	}
	return nil
}

// arguments are what could be a command's next argument.
func (t completing) arguments(l line, last string) []string {
	n := len(l.args)
	switch command := l.command.name; {
	case command == "help" && n == 0:
		return slices.Concat(commandNames(), topicNames(), variableNames())
	case command == "completion" && n == 0:
		return []string{"bash", "zsh", "fish"}
	case command == "prereq" && n == 0, (command == "deploy" || command == "up") && n == 2:
		return []string{"2", "3"}
	case slices.Contains([]string{"deploy", "up", "status", "unlock"}, command) && n == 0:
		return t.earlier(0, "")
	case (command == "deploy" || command == "up") && n == 1:
		return t.earlier(1, l.args[0])
	case command == "log":
		return t.logs(l, last)
	case command == "report" && n == 0:
		return t.runs("")
	}
	return nil
}

// logs are what log's next argument could be: a host, of which there is a log or not yet, or a run.
func (t completing) logs(l line, last string) []string {
	host := ""
	for _, g := range l.flags {
		if g.flag != nil && g.flag.name == "limit" {
			host = g.value
		}
	}
	switch n := len(l.args); {
	case host != "" && n == 0:
		return t.runs(host)
	case host == "" && n == 1:
		return t.runs(l.args[0])
	case host == "" && n == 0:
		runs := t.runs("")
		if last == "" {
			runs = runs[:min(len(runs), 10)] // names of hosts are what is asked for first
		}
		return append(t.names(false), runs...)
	}
	return nil
}

// runs are the ids of earlier runs, the newest first, of those that had a host where that is given.
func (t completing) runs(host string) []string {
	runs, err := report.Runs(runsDir(t.env))
	if err != nil {
		return nil
	}
	var ids []string
	for _, r := range runs {
		if host == "" || slices.Contains(r.Start.Hosts, host) {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

// names are the hosts of the inventory that the line names, and its groups where wanted.
func (t completing) names(groups bool) []string {
	var sources []string
	for i, w := range t.words {
		if i > 0 && (t.words[i-1] == "-i" || t.words[i-1] == "--inventory") {
			sources = append(sources, w)
		}
	}
	if sources == nil {
		sources = []string{"hosts.ini"}
		if file := t.env.Getenv("DJSHIP_INVENTORY"); file != "" {
			sources = []string{file}
		}
	}
	inGroups, names := inventory.Names(sources)
	if groups {
		names = append(inGroups, names...)
	}
	return slices.DeleteFunc(names, func(name string) bool { return !plainName.MatchString(name) })
}

// earlier is the argument at position i of earlier deploys, of one project where that is given.
func (t completing) earlier(i int, project string) []string {
	runs, err := report.Runs(runsDir(t.env))
	if err != nil {
		return nil
	}
	var found []string
	for _, r := range runs {
		args := r.Start.Args
		if r.Start.Command == "prereq" || len(args) <= i || project != "" && args[0] != project || slices.Contains(found, args[i]) ||
			!plainName.MatchString(args[i]) {
			continue
		}
		found = append(found, args[i])
	}
	return found
}
