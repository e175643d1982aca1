package server

import (
	"strings"
	"time"

	"djship/assets"
	"djship/shell"
	"djship/steps/model"
)

// A Removal is a host without a part of what djship has made there: that goes, what djship has not made is named and stays.
type Removal struct {
	Key  string       // its ID
	What string       // as people call the part
	Look model.Script // prints what assets/shell/parting.sh says of found_PART
	Do   model.Script // gone_PART
	Next string       // what to do where the part can't go
}

// Name implements Step.
func (s Removal) Name() string { return s.What }

// ID implements Step.
func (s Removal) ID() string { return s.Key }

// TellsOutput implements model.Telling: what stays.
func (s Removal) TellsOutput() {}

// Probe implements Step: lines "there WHAT", "left WHAT" and "stands WHY".
func (s Removal) Probe() model.Script { return s.Look }

// Plan implements Step.
func (s Removal) Plan(_ model.Facts, seen model.Observed) model.Change {
	var there, left, stands []string
	for line := range strings.Lines(seen.Text) {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch word {
		case "stands":
			stands = append(stands, rest)
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
	case len(stands) > 0:
		return model.Refusal(strings.Join(stands, "; "), s.Next)
	case len(there) > 0:
		detail, do := strings.Join(there, ", "), s.Do
		if stays != "" {
			detail += "; " + stays
			do += model.Script("printf '%s\\n' " + shell.Quote("notice: "+stays) + "\n")
		}
		return model.Change{Told: model.Told{Verb: model.Remove, Detail: detail}, Work: model.Work{Script: do}, Schedule: model.Schedule{Limit: time.Hour}}
	case stays != "":
		return model.Change{Told: model.Told{Verb: model.Tell, Detail: stays}}
	}
	return model.Change{}
}

// Unprepared are all parts of what djship has made of a host besides sites, in the order in which they go: what it has noted last, so that a run which was cut off leaves what the next one finishes.
// A host of which djship has noted nothing has none.
func Unprepared() []model.Step {
	const next = "see to that on the host, then run the same command again; nothing of the host was touched by this one"
	var steps []model.Step
	for _, part := range [][3]string{
		{"sites", "no sites", "`djship remove PROJECT` takes a site off, after a backup; what the bash scripts have made `djship adopt PROJECT DOMAIN` takes over before, or gives back by --undo; what else needs djship is to be ended on the host. " +
			"Then run the same command again; nothing of the host was touched by this one"},
		{"timers", "timers and their programs", next}, {"nginx", "nginx without djship", next}, {"supervisord", "supervisord's service", next}, {"tools", "tools in " + model.Tools, next},
		{"accounts", "accounts of djship's", next}, {"folders", "folders of sites", next}, {"packages", "packages of the distribution", next}, {"records", "records of the host", next},
	} {
		call := func(command string) model.Script {
			return model.Script(shell.Set("tools", model.Tools, "conf", model.SupervisordConf, "webapps", model.Webapps, "backups", model.NightlyBackups) +
				assets.Code("shell/parting.sh") + assets.Code("shell/unprep.sh") + command + "\n")
		}
		steps = append(steps, Removal{Key: "unprep-" + part[0], What: part[1], Look: call("[ ! -d " + model.State + " ] || found_" + part[0]), Do: call("gone_" + part[0]), Next: part[2]})
	}
	return steps
}
