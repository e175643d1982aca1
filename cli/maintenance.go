package cli

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"djship/inventory"
	"djship/rollout"
	"djship/steps"
	"djship/steps/django"
	"djship/steps/server"
)

func maintenanceCommand() *command {
	return &command{
		name: "maintenance", args: "[PROJECT] on|off", brief: "show visitors a page that says to come back, or the site",
		more: "They get status 503, and templates/503.html of the live release or djship's own\npage. What is pushed or deployed meanwhile stays behind it.",
		examples: []string{"djship maintenance example on", "djship maintenance example on --allow 203.0.113.7 -l production",
			"djship maintenance example off"},
		flags:    []flag{{name: "allow", usage: "with on: who comes from `ADDRESS` meets the site; repeatable", kind: flagTexts}},
		explains: []string{"check", "diff", "stages", "yes"}, accepts: changeFlagsBut("check", "diff", "stages", "yes", "overwrite"),
		offers: completing.offerMaintenance,
		run:    parseThenRun(readMaintenanceOptions, maintenance),
	}
}

// maintenanceOptions are what `djship maintenance` is asked for.
type maintenanceOptions struct {
	rolloutOptions
	project string // "" for what the folder says
	on      bool
	allow   string // addresses with blanks between
}

// maintenanceUsage is what can be typed.
const maintenanceUsage = "djship maintenance PROJECT on, or off"

func readMaintenanceOptions(in input) (maintenanceOptions, error) {
	o := maintenanceOptions{project: in.arg(0)}
	word := in.arg(1)
	if len(in.args) == 1 && (o.project == "on" || o.project == "off") {
		o.project, word = "", o.project
	}
	if o.on = word == "on"; !o.on && word != "off" {
		return o, &usageError{"on or off?", maintenanceUsage}
	}
	if !o.on && in.set("allow") {
		return o, &usageError{"--allow goes with on", "`off` lets everybody in"}
	}
	var allow []string
	for _, typed := range in.values["allow"] {
		addr, err := netip.ParseAddr(typed)
		if err != nil || addr.Zone() != "" {
			return o, &usageError{fmt.Sprintf("--allow: %.100q is no IP address", typed), "give one, as in 203.0.113.7 or 2001:db8::7; of several, each with an --allow of its own"}
		}
		allow = append(allow, addr.Unmap().String())
	}
	slices.Sort(allow)
	o.allow = strings.Join(slices.Compact(allow), " ")
	var err error
	o.rolloutOptions, err = readRolloutOptions(in)
	return o, err
}

// maintenance turns a site's maintenance on or off.
func maintenance(env Env, o maintenanceOptions) error {
	project, err := ownSite(o.project, &o.selection, maintenanceUsage)
	if err != nil {
		return err
	}
	if err := fitsSite(project); err != nil {
		return err
	}
	if o.project == "" {
		o.typed.args = slices.Insert(o.typed.args, 0, project)
	}
	m := django.Maintenance{Site: django.Site{Project: project, Python: 3}, On: o.on, Allow: o.allow}
	turns := shared(func(options server.Options) *rollout.Turns { return oneTurn(steps.Maintenance(m, options), nil) })
	return rollOut(env, o.rolloutOptions, func(h *inventory.Host) (rollout.Target, error) {
		options, err := stepOptions(h, o.overwrite)
		return rollout.Target{Turns: turns(options)}, err
	})
}

// offerMaintenance offers a project, and then on and off.
func (t completing) offerMaintenance(l line, _ string) []string {
	switch {
	case len(l.args) == 0:
		return t.projects()
	case len(l.args) == 1 && l.args[0] != "on" && l.args[0] != "off":
		return []string{"on", "off"}
	}
	return nil
}
