package django

import (
	"strings"
	"time"

	"djship/assets"
	"djship/shell"
	"djship/steps/model"
)

// A Removal is a host without a part of a site: what djship has made of it goes, what it has not made is named and stays. assets/shell/remove.sh has the parts.
type Removal struct {
	Project string
	Part    string // as remove.sh calls it
	What    string // as people do
}

// Removals are all parts of a site, in the order in which they go: visitors first, its record last, so that a run which was cut off leaves what the next one finishes.
func Removals(project string) []model.Step {
	var steps []model.Step
	for _, part := range [][2]string{
		{"begin", "removal of " + project}, {"nginx", "nginx site of " + project}, {"jobs", "jobs of " + project}, {"programs", "programs of " + project}, {"redis", "redis of " + project},
		{"certificate", "certificate of " + project}, {"releases", "releases of " + project}, {"account", "account and home of " + project}, {"files", "rules for " + project},
		{"database", "PostgreSQL database and role " + project}, {"record", "record of " + project},
	} {
		steps = append(steps, Removal{project, part[0], part[1]})
	}
	return steps
}

// Name implements Step.
func (s Removal) Name() string { return s.What }

// ID implements Step.
func (s Removal) ID() string { return "remove-" + s.Part + ":" + s.Project }

// call is remove.sh, and a command behind it.
func (s Removal) call(command string) model.Script {
	return model.Script(shell.Set("site", s.Project) + assets.Code("shell/remove.sh") + command + "\n")
}

// Probe implements Step: lines "there WHAT", "left WHAT" and "stands WHY"; none on a host that has no record of the site, which djship has made nothing of then.
func (s Removal) Probe() model.Script {
	if s.Part == "begin" {
		return s.call("found_begin")
	}
	return s.call("[ ! -f " + model.SiteRecord(s.Project) + " ] || found_" + s.Part)
}

// Plan implements Step.
func (s Removal) Plan(_ model.Facts, seen model.Observed) model.Change {
	var there, left []string
	for line := range strings.Lines(seen.Text) {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch word {
		case "stands":
			return model.Refusal(rest, "see to that on the host, then run the same command again; nothing of the site was touched by this one")
		case "there":
			there = append(there, rest)
		case "left":
			left = append(left, rest)
		}
	}
	stays := ""
	if len(left) > 0 {
		stays = "stays: " + strings.Join(left, ", ")
	}
	switch {
	case len(there) > 0:
		detail := strings.Join(there, ", ")
		if stays != "" {
			detail += "; " + stays
		}
		return model.Change{Told: model.Told{Verb: model.Remove, Detail: detail}, Work: model.Work{Script: s.call("gone_" + s.Part)}, Schedule: model.Schedule{Limit: time.Hour}}
	case stays != "":
		return model.Change{Told: model.Told{Verb: model.Tell, Detail: stays}}
	}
	return model.Change{}
}
