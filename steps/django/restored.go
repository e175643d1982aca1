package django

import (
	"strings"
	"time"

	"djship/assets"
	"djship/secret"
	"djship/shell"
	"djship/steps/model"
)

// Restored is a site that a backup was put back onto: what package backup has laid beside it takes the place of what is there, all of it or nothing, and that is kept. Visitors
// get the maintenance page for the moment.
type Restored struct {
	Project string
	Stamp   string       // of the restore: letters, digits and "-"
	Names   []string     // what comes into the home
	What    string       // for people
	Values  secret.Value // what `djship config` is to set with it, as configfile.sh takes it
	Config  model.Script // functions of config.sh, with what they need
	Ends    bool         // only a restore that was cut off is ended, in one of its two ways
}

// Scratch is the database into which a backup is read.
func (s Restored) Scratch() string { return s.Project + ".restoring" }

// KeptDatabase is the name of what was there from then on.
func (s Restored) KeptDatabase() string { return s.Project + ".before-" + s.Stamp }

// KeptFolder has the files that were there.
func (s Restored) KeptFolder() string {
	return Site{Project: s.Project}.Layout().Home + "/djship-before-" + s.Stamp
}

// ScratchFolder has the files that are to come.
func (s Restored) ScratchFolder() string {
	return Site{Project: s.Project}.Layout().Home + "/.djship-restore"
}

// KeptWords say where that is which was there.
func (s Restored) KeptWords() string {
	return "what was there is kept on the host, until you remove it: the database " + s.KeptDatabase() + ", and " + s.KeptFolder()
}

// TellsOutput implements model.Telling: where is kept what was there, once it is.
func (Restored) TellsOutput() {}

// Name implements Step.
func (s Restored) Name() string { return "restore of " + s.Project }

// ID implements Step.
func (s Restored) ID() string { return "restored:" + s.Project }

func (s Restored) page() Maintenance {
	return Maintenance{Site: Site{Project: s.Project, Python: 3}, On: true}
}

// Probe implements Step: "restored ID" of the last one, "cut" where one has not been ended, and what Maintenance reads.
func (s Restored) Probe() model.Script {
	return model.Script(shell.Set("site", s.Project)+"[ ! -f \"$state/restored-$site\" ] || echo \"restored $(cat \"$state/restored-$site\")\"\n[ ! -f \"$state/restoring-$site\" ] || echo cut\n") + s.page().Probe()
}

// Plan implements Step.
func (s Restored) Plan(f model.Facts, seen model.Observed) model.Change {
	cut := model.HasLine(seen.Text, "cut")
	c := model.Change{Schedule: model.Schedule{Limit: 30 * time.Minute}}
	switch {
	case f.Sites[s.Project].Domain == "": // release.Deployed refuses that
		return model.Change{}
	case s.Ends && cut:
		c.Verb, c.Detail, c.Script = model.Run, "one that was cut off is ended", s.functions(f, seen)+"cut_off\n"
	case s.Ends, model.HasLine(seen.Text, "restored "+s.Stamp) && !cut:
		return model.Change{}
	default:
		c.Work = model.Given("change", s.Values)
		c.Verb, c.Detail, c.Script = model.Update, s.What, s.functions(f, seen)+"restore_site\n"
	}
	return c
}

// functions is shell that does it.
func (s Restored) functions(f model.Facts, seen model.Observed) model.Script {
	closes := ""
	if model.HasLine(seen.Text, "includes") {
		closes = "yes"
	}
	at := Site{Project: s.Project}.Layout()
	text := s.page().Functions(f) + s.Config + model.Script(shell.Set("home", at.Home, "about", at.About, "id", s.Stamp, "scratch", s.Scratch(), "kept", s.KeptDatabase(), "keeps", s.KeptFolder(), "names", strings.Join(s.Names, " "),
		"closes", closes, "content", s.page().content(f)))
	for _, name := range []string{"supervised", "supervise", "otherdatabase", "laidaway", "restored"} {
		text += model.Script(assets.Code("shell/" + name + ".sh"))
	}
	return text
}
