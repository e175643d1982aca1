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
	split bool // the shell completes only what stands behind "=" in last
}

func readCompleteOptions(in input) (completeOptions, error) {
	words := in.args
	if len(words) > 0 && words[0] == "--" {
		words = words[1:]
	}
	if len(words) == 0 {
		return completeOptions{}, nil
	}
	words, split := joined(words)
	last := len(words) - 1
	return completeOptions{words[:last], words[last], split}, nil
}

// joined are words with --flag=value as one where it is three, as in bash, which completes what stands behind "=".
// split tells whether the last word was such.
func joined(words []string) (all []string, split bool) {
	for i, word := range words {
		last := len(all) - 1
		split = last >= 0 && strings.HasPrefix(all[last], "-") && (word == "=" || i > 0 && words[i-1] == "=" && strings.HasSuffix(all[last], "="))
		if split {
			all[last] += word
		} else {
			all = append(all, word)
		}
	}
	return all, split
}

// complete prints what could stand in place of the last word.
func complete(env Env, o completeOptions) error {
	for _, candidate := range (completing{env, o.words}).offered(o.last) {
		if o.split {
			_, candidate, _ = strings.Cut(candidate, "=")
		}
		say(env.Stdout, "%s\n", candidate)
	}
	return nil
}

const (
	offerLimit  = time.Second // whoever presses TAB waits no longer
	mostOffered = 500
)

var (
	// plainName is a name that means itself in every shell.
	plainName = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._@:+-]{0,252}$`)
	// plainOffer is a word of plain names and what stands between them in a pattern.
	plainOffer = regexp.MustCompile(`^[A-Za-z0-9._@:+,!&-]+$`)
)

// completing is a line that is being typed, for the offers of commands.
type completing struct {
	env   Env
	words []string // before the one that is completed
}

// offered are the candidates that begin as last does and are plain, as many as are of use; none where
// finding them takes too long.
func (t completing) offered(last string) []string {
	flag, value, ok := strings.Cut(last, "=")
	if !ok || !strings.HasPrefix(flag, "-") {
		return t.inTime(last, completing.candidates)
	}
	all := completing{t.env, append(slices.Clone(t.words), flag)}.inTime(value, completing.ofFlag)
	for i := range all {
		all[i] = flag + "=" + all[i]
	}
	return all
}

// inTime are the candidates that offered is about.
func (t completing) inTime(last string, candidates func(t completing, last string) []string) []string {
	found := make(chan []string, 1)
	go func() { found <- candidates(t, last) }()
	var all []string
	select {
	case all = <-found:
	case <-time.After(offerLimit):
	}
	all = slices.DeleteFunc(all, func(c string) bool { return !strings.HasPrefix(c, last) || !plainOffer.MatchString(c) })
	return all[:min(len(all), mostOffered)]
}

// candidates are what could stand in place of last, in a useful order.
func (t completing) candidates(last string) []string {
	l := readLine(t.words)
	if l.lacksValue() {
		return t.ofFlag(last)
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
	if l.command.offers == nil {
		return nil
	}
	return l.command.offers(t, l, last)
}

// ofFlag are what the last flag could be set to, if it has no value yet and needs one; none stands for files.
func (t completing) ofFlag(last string) []string {
	l := readLine(t.words)
	if !l.lacksValue() {
		return nil
	}
	of := l.flags[len(l.flags)-1]
	switch name := of.flag.name; {
	case of.own && name == "limit": // one host
		return t.names(false)
	case name == "limit", name == "jump", name == "stages":
		// Terms before the last one, and the sign before it, stay as they are.
		at := strings.LastIndexAny(last, ",:!&") + 1
		var all []string
		for _, word := range t.names(name != "stages") {
			all = append(all, last[:at]+word)
		}
		return all
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
	for _, g := range readLine(t.words).flags {
		if g.flag != nil && g.flag.name == "inventory" && g.has {
			sources = append(sources, g.value)
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

// offerFirst offers words for a command's first argument, and none for further ones.
func offerFirst(words func(completing) []string) func(completing, line, string) []string {
	return func(t completing, l line, _ string) []string {
		if len(l.args) > 0 {
			return nil
		}
		return words(t)
	}
}

// offerReleases offers a project, then the releases that were pushed from here.
func (t completing) offerReleases(l line, _ string) []string {
	if len(l.args) == 0 {
		return t.projects()
	}
	if len(l.args) > 1 {
		return nil
	}
	runs, err := report.Runs(runsDir(t.env))
	if err != nil {
		return nil
	}
	var found []string
	for _, r := range runs {
		if id, args := r.Start.Release, r.Start.Args; id != "" && len(args) > 0 && args[0] == l.args[0] && !slices.Contains(found, id) {
			found = append(found, id)
		}
	}
	return found
}

// projects are those of earlier deploys.
func (t completing) projects() []string { return t.earlier(0, "") }

// offerSites offers a project, its domain and versions of Python, in this order.
func (t completing) offerSites(l line, _ string) []string {
	switch len(l.args) {
	case 0:
		return t.projects()
	case 1:
		return t.earlier(1, l.args[0])
	case 2:
		return []string{"2", "3"}
	}
	return nil
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
