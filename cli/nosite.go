package cli

import (
	"context"
	"io"
	"slices"
	"strings"
	"sync"

	"djship/runner"
	"djship/steps/inspect"
	"djship/steps/model"
	"djship/steps/release"
)

// otherSites are those of hosts that have no site of the name that was typed. Its methods may be called at once.
type otherSites struct {
	mu       sync.Mutex
	there    []string            // in no order, each as often as a host has it
	scripted map[string][]string // of the bash scripts: their hosts by project
}

// add takes in what a host has.
func (o *otherSites) add(host string, there, scripted []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.there = append(o.there, there...)
	for _, project := range scripted {
		if o.scripted == nil {
			o.scripted = map[string][]string{}
		}
		o.scripted[project] = append(o.scripted[project], host)
	}
}

// ask asks a host. Where it does not say, there is one name less to guess by.
func (o *otherSites) ask(ctx context.Context, host string, s runner.Session) {
	if there, scripted, err := inspect.Names(ctx, s); err == nil {
		o.add(host, there, scripted)
	}
}

// names are all of djship's, and all of the bash scripts', in order.
func (o *otherSites) names() (there, scripted []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for project := range o.scripted {
		scripted = append(scripted, project)
	}
	slices.Sort(scripted)
	there = slices.Clone(o.there)
	slices.Sort(there)
	return slices.Compact(there), scripted
}

// statusLists is what to do where nothing better is known.
const statusLists = "`djship status` lists those that there are"

// hint says what to do where a project is none of them: otherwise, where nothing tells more.
func (o *otherSites) hint(project, otherwise string) string {
	there, scripted := o.names()
	if len(there) == 0 && len(scripted) > 0 {
		otherwise = model.HowAdopted(scripted, o.at(scripted...))
	}
	return release.HintOfNone(project, there, scripted, o.at(project), otherwise)
}

// sayScripted tells of those of the bash scripts, which no table of djship's sites has.
func (o *otherSites) sayScripted(w io.Writer) {
	if _, scripted := o.names(); len(scripted) > 0 {
		say(w, "%s\n", model.HowAdopted(scripted, o.at(scripted...)))
	}
}

// at names the hosts on which the bash scripts have made projects: "on web1".
func (o *otherSites) at(projects ...string) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	var hosts []string
	for _, project := range projects {
		for _, host := range o.scripted[project] {
			if !slices.Contains(hosts, host) {
				hosts = append(hosts, host)
			}
		}
	}
	slices.Sort(hosts)
	return "on " + someHosts(hosts)
}

// listed are the names of all.
func (o *otherSites) listed() string {
	there, scripted := o.names()
	all := slices.Concat(there, scripted)
	slices.Sort(all)
	if all = slices.Compact(all); len(all) == 0 {
		return "none"
	}
	return strings.Join(all, ", ")
}
