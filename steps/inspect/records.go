package inspect

import (
	"context"
	"strings"
	"sync"

	"djship/assets"
	"djship/plain"
	"djship/remote"
	"djship/runner"
	"djship/steps/django"
	"djship/steps/model"
)

// A Record is what a host has noted of a site that djship has made there, as it stands: nobody has looked whether it makes sense.
type Record struct {
	Project, Domain, Python string
	Kept                    map[string]string // what else it has, by its keys
}

var recordsBody = sync.OnceValue(func() *remote.Body { return runner.Tethered(assets.Text("shell/records.sh")) })

// Records returns the sites that a host has on record, in the order of their names, by one exec. It is far cheaper than Sites.
func Records(ctx context.Context, s runner.Session) ([]Record, error) {
	out, err := runner.Ask(ctx, s, "", recordsBody())
	return parseRecords(out), err
}

// Names returns the projects of the sites that a host has on record with a domain, and of those that the bash scripts have made there, by one exec.
func Names(ctx context.Context, s runner.Session) (there, scripted []string, err error) {
	out, err := runner.Ask(ctx, s, "", recordsBody())
	there, scripted = parseNames(out)
	return there, scripted, err
}

// parseNames reads the same for the names alone.
func parseNames(text string) (there, scripted []string) {
	known := map[string]bool{}
	for _, r := range parseRecords(text) {
		if known[r.Project] = true; r.Domain != "" {
			there = append(there, r.Project)
		}
	}
	return there, scriptedIn(text, known)
}

// scriptedIn are the projects of homes that a host tells of, "home PATH" a line, but for those that are known.
func scriptedIn(text string, known map[string]bool) (projects []string) {
	for line := range strings.Lines(text) {
		path, is := strings.CutPrefix(strings.TrimSpace(line), "home ")
		if name := model.ProjectOfHome(path); is && name != "" && !known[name] && len(projects) < mostSites {
			projects = append(projects, name)
		}
	}
	return projects
}

// parseRecords reads what records.sh prints.
func parseRecords(text string) []Record {
	var all []Record
	for line := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(line, "kept "); ok && len(all) > 0 {
			all[len(all)-1].keep(strings.Fields(rest))
			continue
		}
		words := strings.Fields(plain.Line(strings.TrimSpace(line)))
		last := len(words) - 1
		if last < 3 || words[0] != "site" || !django.ProjectPattern.MatchString(words[1]) || len(all) == mostSites {
			continue
		}
		all = append(all, Record{Project: words[1], Domain: strings.TrimPrefix(strings.Join(words[2:last], " "), "-"), Python: strings.TrimPrefix(words[last], "0")})
	}
	return all
}

// keep notes a line "NAME KEY VALUE" where it is about the site.
func (r *Record) keep(words []string) {
	if len(words) < 2 || words[0] != r.Project {
		return
	}
	if r.Kept == nil {
		r.Kept = map[string]string{}
	}
	r.Kept[words[1]] = strings.Join(words[2:], " ")
}
