package release

import (
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"djship/assets"
	"djship/secret"
	"djship/shell"
	"djship/steps/django"
	"djship/steps/model"
	"djship/steps/server"
)

// A Setting is a name of a site's environment and its value.
type Setting struct {
	Name  string
	Value secret.Value
}

// Config is a change of what is set for a site by `djship config`: a file that prepare_env.sh takes in. Where something is live another process
// takes over from it with the new values, and these count only when that answers.
type Config struct {
	Release Release // which need not be on the host: of it Site, By, Health and Hold
	Set     []Setting
	Unset   []string
	Undo    bool   // the values before the last change instead
	Run     string // the ID of the run that wants it, which undoes once
	Later   bool   // what is live goes on with what it has
}

// Name implements Step.
func (s Config) Name() string { return "configuration of " + s.Release.Site.Project }

// ID implements Step.
func (s Config) ID() string { return "config:" + s.Release.Site.Project }

// slot is how what is live is started anew.
func (s Config) slot() Slot { return Slot{Release: s.Release, Stay: true, Fresh: s.Run} }

// ReadSwitched implements model.Reporting.
func (s Config) ReadSwitched(line string) (model.Switched, bool) { return s.slot().ReadSwitched(line) }

// folder has the values, and what they were.
func (s Config) folder() string { return s.Release.Site.Layout().Config }

// Probe implements Step: what is set, values by their sums, and what there is of the site's slots.
func (s Config) Probe() model.Script {
	text := shell.Set("config", s.folder(), "config_values", assets.Code("shell/configvalues.pl")) + assets.Code("shell/configfile.sh") + assets.Code("shell/config.sh") + assets.Code("shell/configprobe.sh")
	if s.Later {
		return model.Script(text)
	}
	return model.Script(text) + s.slot().Probe()
}

// A configSeen is what the probe tells, sums by names.
type configSeen struct {
	now, before map[string]string
	undoable    bool
	last        string // the run that has changed it last
}

func readConfig(text string) configSeen {
	seen := configSeen{now: map[string]string{}, before: map[string]string{}}
	for line := range strings.Lines(text) {
		switch words := append(strings.Fields(line), "", "", ""); words[0] {
		case "now":
			seen.now[words[1]] = words[2]
		case "before":
			seen.before[words[1]] = words[2]
		case "undoable":
			seen.undoable = true
		case "last":
			seen.last = words[1]
		}
	}
	return seen
}

// Plan implements Step.
func (s Config) Plan(f model.Facts, seen model.Observed) model.Change {
	is, p := readConfig(seen.Text), s.Release.Site.Project
	if f.Sites[p].Domain == "" { // Deployed refuses that
		return model.Change{}
	}
	want := maps.Clone(is.now)
	for _, v := range s.Set {
		want[v.Name] = model.Sum(v.Value.Reveal())
	}
	var lacks []string
	for _, name := range s.Unset {
		if _, has := want[name]; !has {
			lacks = append(lacks, name)
		}
		delete(want, name)
	}
	switch {
	case s.Undo && is.last == s.Run:
		return model.Change{}
	case s.Undo && !is.undoable:
		return model.Refusal("no values of "+p+" are kept from before", "`djship config list "+p+"` shows what is set")
	case s.Undo:
		want = is.before
	}
	names, detail := configNames(is.now, want)
	switch {
	case names == nil && !s.Undo && lacks != nil:
		return model.Change{Told: model.Told{Verb: model.Tell, Detail: "not set: " + strings.Join(lacks, ", ")}}
	case names == nil && !s.Undo:
		return model.Change{}
	}
	c := model.Change{Told: model.Told{Verb: model.Update, Detail: detail}, Schedule: model.Schedule{Limit: switchLimit + s.Release.Hold}}
	var end model.Script = "config_keep\n"
	if s.Later {
		c.Detail += "; what runs goes on with what it has"
	} else {
		slot := s.slot()
		if c := slot.Plan(f, seen); c.Verb == model.Refuse {
			return c
		}
		known := f.Sites[p]
		health := s.Release.Health
		if health == "" {
			health = known.Health
		}
		live := s.Release.Site.ReadSlots(seen.Text).Release()
		end = s.Release.Site.Switch(known.Domain, django.Switch{To: live, Fresh: true, Health: health, Hold: s.Release.Hold, Try: "try-" + s.Run})
		c.Detail += "; another process takes over, and no request is lost"
	}
	c.Work = s.work(names, end)
	return c
}

// work is the change, which end makes count.
func (s Config) work(names []string, end model.Script) model.Work {
	w := model.Given("change", s.change())
	w.Script = s.functions(names) + "config_new\n" + end
	return w
}

// change is what is set and unset, as configfile.sh takes it.
func (s Config) change() secret.Value {
	var change strings.Builder
	if !s.Undo {
		for _, v := range s.Set {
			fmt.Fprintf(&change, "%s %s\n", v.Name, hex.EncodeToString([]byte(v.Value.Reveal())))
		}
		for _, name := range s.Unset {
			change.WriteString(name + "\n")
		}
	}
	return secret.New(change.String())
}

// functions are those of config.sh, for a change of names.
func (s Config) functions(names []string) model.Script {
	undo := ""
	if s.Undo {
		undo = "yes"
	}
	return model.Script(shell.Set("site", s.Release.Site.Project, "config", s.folder(), "run", s.Run, "by", signed(s.Release.By), "undo", undo, "names", strings.Join(names, " "), "foot", configFoot(s.Release.Site),
		"config_values", assets.Code("shell/configvalues.pl")) + assets.Code("shell/configfile.sh") + assets.Code("shell/config.sh"))
}

// With has a restore set it, too, in the moment in which the data change places.
func (s Config) With(r django.Restored) django.Restored {
	r.Values, r.Config = s.change(), s.functions(nil)
	return r
}

// signed is who has wanted a change, as a word of the history.
func signed(by string) string { return strings.Join(strings.Fields(by), "_") }

// configFoot is the last line of what is set.
func configFoot(s django.Site) string {
	return "[ ! -e " + s.Layout().Frugal + " ] || export WEB_CONCURRENCY=1"
}

// configNames are the names of which the values differ, as the history has them: with a + where one is set, and a - where it is taken away; and that in words.
func configNames(now, want map[string]string) (names []string, detail string) {
	var set, gone []string
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if is, has := now[name]; !has || is != want[name] {
			set, names = append(set, name), append(names, "+"+name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(now)) {
		if _, has := want[name]; !has {
			gone, names = append(gone, name), append(names, "-"+name)
		}
	}
	var parts []string
	if set != nil {
		parts = append(parts, "sets "+strings.Join(set, ", "))
	}
	if gone != nil {
		parts = append(parts, "takes away "+strings.Join(gone, ", "))
	}
	return names, strings.Join(parts, "; ")
}

// ConfigScript is the site's prepare_env.sh, as what is set by `djship config` needs it: an edited one that does not take that in is refused.
func ConfigScript(s django.Site, o server.Options) model.Step {
	at := s.Layout()
	script := django.EditedFile{ManagedFile: s.Own("environment script", at.Variables, "prepare_env.sh", "0644", o), Words: "DJSHIP_CONFIG", With: true,
		Not: "does not take in what `djship config` sets",
		Hint: fmt.Sprintf(`in %s put, before the line with /bin/activate: djship_config=%[2]s/${DJSHIP_CONFIG:-env}; [ -f "$djship_config" ] || djship_config=%[2]s/env; [ ! -f "$djship_config" ] || . "$djship_config"`,
			at.Variables, at.Config)}
	script.Notify = nil // what runs goes on
	return script
}
