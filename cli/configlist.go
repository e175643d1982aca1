package cli

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"golang.org/x/term"

	"djship/report"
	"djship/runner"
	"djship/secret"
	"djship/steps/inspect"
)

// A hostConfig is what is set for a site on a host.
type hostConfig struct {
	host string
	inspect.SiteConfig
}

// A configRow is what `djship config list --json` prints of a host. It has no values.
type configRow struct {
	Host    string                 `json:"host"`
	Names   []string               `json:"names"`
	Differ  []string               `json:"differ"` // names whose values are not the same on all hosts
	Lacks   []string               `json:"lacks"`  // names of .env.example that the environment does not have
	Changes []inspect.ConfigChange `json:"changes"`
	Error   string                 `json:"error,omitempty"` // why the host could not be asked
}

// showConfig prints what is set for a site, or the value of one variable.
func showConfig(env Env, o configOptions) error {
	project, err := ownSite(o.project, &o.selection, configUsage)
	if err != nil {
		return err
	}
	if o.show && o.json {
		return &usageError{"values are for people: --json has names alone", "leave out --show or --json; djship config get PROJECT KEY prints one value"}
	}
	n, ctx, done, err := reach(env, o.selection, o.access)
	if err != nil {
		return err
	}
	defer done()
	asked, others := make([]hostConfig, len(n.hosts)), &otherSites{}
	errs := n.each(ctx, func(ctx context.Context, i int, s runner.Session) error {
		c, err := inspect.Config(ctx, s, project, o.verb == "list")
		asked[i] = hostConfig{n.hosts[i].Name, c}
		if err == nil && !c.Known {
			others.ask(ctx, n.hosts[i].Name, s)
		}
		return err
	})
	if err := context.Cause(ctx); err != nil {
		return err
	}
	var found []hostConfig
	for i, c := range asked {
		if errs[i] == nil && c.Known {
			found = append(found, c)
		}
	}
	if o.json {
		for i, c := range asked {
			if errs[i] != nil || c.Known {
				if err := sayJSON(env.Stdout, c.row(n.hosts[i].Name, found, errs[i])); err != nil {
					return err
				}
			}
		}
	}
	err = n.sayFailed(env.Stderr, errs)
	switch {
	case found == nil && err == nil:
		return noSite(env, project, others.hint(project, statusLists))
	case found == nil || o.json:
		return err
	case o.verb == "get":
		return cmp.Or(err, env.sayValue(project, o.keys[0], found))
	}
	env.sayConfig(project, o.show, found)
	return err
}

// sayValue prints the value of one variable as it is; at a terminal on a line of its own. Hosts have to agree on it.
func (env Env) sayValue(project, name string, hosts []hostConfig) error {
	values := valuesOf(name, hosts)
	if len(values) > 1 {
		var ways []string
		for _, v := range values {
			way := someHosts(v.hosts)
			if !v.set {
				way += " (not set)"
			}
			ways = append(ways, way)
		}
		return &refusal{name + " of " + project + " is not the same on all hosts: " + strings.Join(ways, " | "), "say which one: -l " + values[0].hosts[0]}
	}
	if !values[0].set {
		return &refusal{name + " of " + project + " is not set", "`djship config list " + project + "` lists what is"}
	}
	out := env.Stdout
	end := "\n"
	if file := env.Screen.Out; file != nil && !term.IsTerminal(int(file.Fd())) {
		out, end = file, ""
	}
	return sayText(out, values[0].value.Reveal()+end)
}

// A sameValue is a value of one variable, and the hosts that have it.
type sameValue struct {
	set   bool
	value secret.Value
	hosts []string
}

// valuesOf are the values that hosts have of a variable, in the order of hosts.
func valuesOf(name string, hosts []hostConfig) []sameValue {
	var all []sameValue
	for _, h := range hosts {
		value, set := h.Values[name]
		at := slices.IndexFunc(all, func(v sameValue) bool { return v.set == set && v.value.Reveal() == value.Reveal() })
		if at < 0 {
			at, all = len(all), append(all, sameValue{set: set, value: value})
		}
		all[at].hosts = append(all[at].hosts, h.host)
	}
	return all
}

// configNamesOf are the names that are set on any host, in order.
func configNamesOf(hosts []hostConfig) []string {
	names := map[string]bool{}
	for _, h := range hosts {
		for name := range h.Values {
			names[name] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// row is the host's, or that of one that could not be asked.
func (c hostConfig) row(host string, hosts []hostConfig, err error) configRow {
	row := configRow{Host: host, Names: []string{}, Differ: []string{}, Lacks: append([]string{}, c.Lacks...), Changes: append([]inspect.ConfigChange{}, c.Changes...)}
	if err != nil {
		row.Error = secret.Masked(err.Error())
		return row
	}
	for _, name := range configNamesOf(hosts) {
		if _, has := c.Values[name]; has {
			row.Names = append(row.Names, name)
		}
		if len(valuesOf(name, hosts)) > 1 {
			row.Differ = append(row.Differ, name)
		}
	}
	return row
}

// sayConfig prints what hosts have for a person: a row a variable, or one for each value of it where hosts differ.
func (env Env) sayConfig(project string, show bool, hosts []hostConfig) {
	rows := configTable(show, hosts)
	if rows != nil && !show { // else each value is wanted whole
		rows = report.Fit(rows, env.width(), nil, []string{"NAME", "HOSTS"})
	}
	table(env.Stdout, rows)
	host := func(h hostConfig) string { return h.host }
	oncePerThing(hosts, host, func(h hostConfig) []string {
		if h.Lacks == nil {
			return nil
		}
		return []string{strings.Join(h.Lacks, ", ")}
	}, func(on []string, names string) {
		say(env.Stdout, "! %s: .env.example names what is not set: %s\n", someHosts(on), paragraph{names, "    "})
	})
	now := time.Now()
	oncePerThing(hosts, host, func(h hostConfig) []string {
		if len(h.Changes) == 0 {
			return nil
		}
		return []string{changeTold(h.Changes[len(h.Changes)-1], now)}
	}, func(on []string, change string) {
		say(env.Stdout, "%s: %s\n", someHosts(on), paragraph{change, "    "})
	})
	if len(configNamesOf(hosts)) == 0 {
		say(env.Stderr, "nothing is set for %s\n", project)
		sayHint(env.Stderr, "", "djship config set "+project+" NAME=VALUE")
	}
}

// changeTold says when values were changed, by whom, and which.
func changeTold(c inspect.ConfigChange, now time.Time) string {
	did := "set "
	if c.Undo {
		did = "brought back "
	}
	var parts, rotated, set []string
	for _, name := range c.Set {
		if name == "SECRET_KEY" || name == "DB_PASSWORD" { // which rotate alone changes
			rotated = append(rotated, name)
		} else {
			set = append(set, name)
		}
	}
	if rotated != nil {
		parts = append(parts, "rotated "+strings.Join(rotated, ", "))
	}
	if set != nil {
		parts = append(parts, did+strings.Join(set, ", "))
	}
	if len(c.Unset) > 0 {
		parts = append(parts, "took away "+strings.Join(c.Unset, ", "))
	}
	return fmt.Sprintf("last changed %s by %s, who %s", ago(c.Time, now), c.Who, strings.Join(parts, " and "))
}

// oneLineOf is a value on one line; a backslash of its own is doubled.
func oneLineOf(value string) string { return strings.NewReplacer(`\`, `\\`, "\n", `\n`).Replace(value) }

// configTable are the rows for a person.
func configTable(show bool, hosts []hostConfig) [][]string {
	var cells [][]string
	differ := false
	for _, name := range configNamesOf(hosts) {
		values := valuesOf(name, hosts)
		for _, v := range values {
			row := []string{name, "-"}
			switch {
			case v.set && show:
				row[1] = report.Spell(oneLineOf(v.value.Reveal())) // get has it as it is
			case v.set:
				row[1] = secret.Mask
			}
			if len(values) > 1 {
				where := "! only on "
				if !v.set {
					where = "! not set on "
				}
				differ, row = true, append(row, where+strings.Join(v.hosts, ", "))
			}
			cells = append(cells, row)
		}
	}
	switch {
	case cells == nil:
		return nil
	case differ:
		return append([][]string{{"NAME", "VALUE", "HOSTS"}}, cells...)
	}
	return append([][]string{{"NAME", "VALUE"}}, cells...)
}
