package release

import (
	"strings"
	"sync"

	"djship/assets"
	"djship/shell"
	"djship/steps/django"
	"djship/steps/model"
)

// overlayFiles are djship's own programs for releases: the settings overlay, what looks at a release in its own environment, and what has code compiled.
var overlayFiles = []string{"djship_overlay.py", "djship_settings.py", "djship_wsgi.py", "djship_table.py", "djship_check.py", "djship_errors.py", "djship_logged.py", "djship_placeholder.py", "djship_migrate.py", "djship_migrating.py", "djship_database.py", "djship_defaults.py", "djship_held.py", "djship_plan.py", "djship_keep.py", "djship_back.py", "djship_later.py", "djship_models.py", "djship_catalogue.py", "djship_gate.py", "djship_copied.py", "djship_rehearse.py", "compile_code.py", "take_bytecode.py"}

// overlaySum is over all of them.
var overlaySum = sync.OnceValue(func() string {
	var all strings.Builder
	for _, name := range overlayFiles {
		all.WriteString(name + "\n" + assets.Text("release/"+name))
	}
	return model.Sum(all.String())[:12]
})

// overlay is the folder of these programs on a host, named by what they are: a release keeps those that it was made with.
func overlay(s django.Site) string { return s.Layout().Overlay + "/" + overlaySum() }

// Overlay are djship's own programs for the releases of a site, in a folder of root's that the site's account reads.
type Overlay struct{ Site django.Site }

// Name implements Step.
func (s Overlay) Name() string { return "settings overlay of " + s.Site.Project }

// ID implements Step.
func (s Overlay) ID() string { return "overlay:" + s.Site.Project }

// Probe implements Step: "there" where they are, whole.
func (s Overlay) Probe() model.Script {
	return model.Script("[ ! -d " + overlay(s.Site) + " ] || echo there")
}

// Plan implements Step.
func (s Overlay) Plan(_ model.Facts, seen model.Observed) model.Change {
	if model.HasLine(seen.Text, "there") {
		return model.Change{}
	}
	var script strings.Builder
	script.WriteString(shell.Set("overlay", overlay(s.Site)) + "new=$overlay.new\nrm -rf \"$new\"\nmkdir -p \"$new\"\n")
	for _, name := range overlayFiles {
		script.WriteString("printf %s " + shell.Quote(assets.Text("release/"+name)) + " >\"$new/" + name + "\"\n")
	}
	script.WriteString("chmod 0755 \"$new\"\nsync \"$new\"/*\nmv -T \"$new\" \"$overlay\"\n")
	return model.Change{Told: model.Told{Verb: model.Create, Detail: overlay(s.Site)}, Work: model.Work{Script: model.Script(script.String())}}
}
