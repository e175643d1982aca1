package django

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"djship/assets"
	"djship/shell"
	"djship/steps/model"
)

// Placeholder's code, or what has been put into its place by hand, is a site's release Zero.
const Zero = "0"

// HomeSlot is the slot of release zero alone.
const HomeSlot = "0"

// SlotNames are what a site's slots are called.
var SlotNames = []string{HomeSlot, "a", "b"}

// SlotProgram is what supervisord calls a slot of the site.
func (s Site) SlotProgram(slot string) string {
	if slot == HomeSlot {
		return s.Project
	}
	return s.Project + "-" + slot
}

// Slots are what a host has of a site's slots, as the function slots of slotprobe.sh prints it.
type Slots struct {
	Live     string                  // the slot that nginx is led to; "" for none
	Link     string                  // where the link leads that nginx follows; "" where that is none
	Running  map[string]ProcessState // by slot
	Releases map[string]string       // by slot that has a file: the release that it names; "" for none, which is Zero
	Sockets  map[string]bool         // by slot
	Current  string                  // the release that is live for shells; "" for none
	Frugal   bool                    // it was begun with one worker, and has not got its others yet
	Wrong    string                  // with the processes of the live release: "changed", or one that does not run; "" for nothing that is known
}

// releaseForm is what the ID of a release may be.
var releaseForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$`)

// ReadSlots reads the lines of slots.
func (s Site) ReadSlots(text string) Slots {
	all := Slots{Running: map[string]ProcessState{}, Releases: map[string]string{}, Sockets: map[string]bool{}}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		switch words := append(strings.Split(line, " "), "", ""); words[0] {
		case "running":
			for _, slot := range SlotNames {
				var p ProcessState
				if p.ReadRunning(s.SlotProgram(slot), line); p.Running {
					all.Running[slot] = p
				}
			}
		case "link":
			all.Link = words[1]
			for _, slot := range SlotNames {
				if words[1] == s.Project+"-"+slot+".sock" {
					all.Live = slot
				}
			}
		case "slot":
			if slices.Contains(SlotNames, words[1]) {
				all.Releases[words[1]] = words[2]
			}
		case "socket":
			all.Sockets[words[1]] = true
		case "frugal":
			all.Frugal = true
		case "processes":
			all.Wrong = words[1]
		case "current":
			if releaseForm.MatchString(words[1]) {
				all.Current = words[1]
			}
		}
	}
	return all
}

// Release is the release that answers: what the live slot's file names.
func (s Slots) Release() string {
	switch {
	case s.Live == "":
		return s.Current
	case s.Live == HomeSlot || s.Releases[s.Live] == "":
		return Zero
	}
	return s.Releases[s.Live]
}

// Others are the slots that are not live and of which there is something, in order.
func (s Slots) Others() []string {
	var names []string
	for _, slot := range SlotNames {
		_, file := s.Releases[slot]
		if _, runs := s.Running[slot]; slot != s.Live && (file || runs || s.Sockets[slot]) {
			names = append(names, slot)
		}
	}
	return names
}

// Left says what a run that was cut off has left, or else is not as the live release has it; "" for nothing.
func (s Site) Left(now Slots) string {
	others := now.Others()
	switch {
	case len(others) > 0:
		return "a run that was cut off has left " + s.SlotProgram(others[0])
	case now.Current != now.Release() && (now.Release() != Zero || now.Current != ""):
		return "shells had another release than visitors"
	case now.Frugal:
		return "a run that was cut off has left it with few workers"
	case now.Wrong == "changed":
		return "its processes begin as they are asked for now"
	case now.Wrong != "":
		return "its process " + model.Shown(now.Wrong) + " does not run"
	}
	return ""
}

// A Switch is how a release comes to answer in the place of another one.
type Switch struct {
	As     string // the domain by which the new process is asked itself, where nginx is yet to know it; "" for the one that nginx knows
	To     string // the ID of a release that is made ready on the host, or Zero
	Fresh  bool   // a new process takes over where To answers already
	Health string // the path that must answer; "" is "/"
	Static string // a static file that must; "" for none
	Hold   time.Duration
	Try    string // the file with the values that it is tried with; "" for those that count
	Keep   string // the function of shell by which these count then; "" is that of `djship config`
	Held   bool   // visitors wait for the time in which the password of its database changes, which Keep is about
}

// Switch is what makes a release answer. No request is lost by it; where the release is not fit what answered before does so again, and it fails. It prints
// "switch before=ID requests=N errors=N slowest=SECONDS".
func (s Site) Switch(domain string, to Switch) model.Script {
	fresh, held := "", ""
	if to.Fresh {
		fresh = "yes"
	}
	if to.Held {
		held = "yes"
	}
	health, keep := cmp.Or(to.Health, "/"), cmp.Or(to.Keep, "config_keep")
	text := shell.Set("known_as", cmp.Or(to.As, domain), "keep", keep, "held", held, "site", s.Project, "id", to.To, "domain", domain, "health", health, "health_static", to.Static,
		"hold", fmt.Sprint(int(to.Hold.Round(time.Second).Seconds())), "fresh", fresh,
		"root", s.Layout().Root, "served", s.Layout().Served, "frugal_note", s.Layout().Frugal, "maintenance", s.Layout().MaintenanceConf(), "try", to.Try)
	for _, name := range []string{"static_union", "supervised", "supervise", "processprobe", "processes", "releasein", "slotconf", "slotask", "slotwatch", "traced", "slot"} {
		text += assets.Code("shell/" + name + ".sh")
	}
	return model.Script(text)
}

// slotFunctions are those by which a probe reads a site's slots.
func slotFunctions() model.Script {
	return model.Script(assets.Code("shell/supervised.sh") + assets.Code("shell/releasein.sh") + assets.Code("shell/slotprobe.sh"))
}

// SlotsProbe prints what ReadSlots reads.
func (s Site) SlotsProbe() model.Script {
	return slotFunctions() + model.Script("slots "+s.Project+"\n")
}

// ProcessesProbe prints what is wrong with the processes of the release that is live, for ReadSlots. It goes behind SlotsProbe.
func (s Site) ProcessesProbe() model.Script {
	return model.Script(assets.Code("shell/processprobe.sh") + "processes_of " + s.Project + "\n")
}

// live tells whether a release of the site is live.
func (s Site) live(f model.Facts) bool { return f.Sites[s.Project].Live != "" }
