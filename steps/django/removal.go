package django

import (
	"djship/assets"
	"djship/shell"
	"djship/steps/model"
	"djship/steps/server"
)

// Removals are all parts of a site, in the order in which they go: visitors first, its record last, so that a run which was cut off leaves what the next one finishes. A host that has no record of the site
// has none of them: djship has made nothing of it then.
func Removals(project string) []model.Step {
	call := func(command string) model.Script {
		return model.Script(shell.Set("site", project) + assets.Code("shell/parting.sh") + assets.Code("shell/remove.sh") + command + "\n")
	}
	var steps []model.Step
	for _, part := range [][2]string{
		{"begin", "removal of " + project}, {"nginx", "nginx site of " + project}, {"jobs", "jobs of " + project}, {"programs", "programs of " + project}, {"redis", "redis of " + project},
		{"certificate", "certificate of " + project}, {"releases", "releases of " + project}, {"account", "account and home of " + project}, {"files", "rules for " + project},
		{"database", "PostgreSQL database and role " + project}, {"record", "record of " + project},
	} {
		look := "[ ! -f " + model.SiteRecord(project) + " ] || found_" + part[0]
		if part[0] == "begin" {
			look = "found_begin"
		}
		steps = append(steps, server.Removal{Key: "remove-" + part[0] + ":" + project, What: part[1], Look: call(look), Do: call("gone_" + part[0]),
			Next: "see to that on the host, then run the same command again; nothing of the site was touched by this one"})
	}
	return steps
}
