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
