package release

import (
	"fmt"
	"slices"
	"strings"

	"djship/assets"
	"djship/shell"
	"djship/steps/django"
	"djship/steps/model"
)

// Tidied is a host without releases that nobody needs any more. The live one and the one before it stay, beside them so many
// healthy ones as asked for, and of those that never went live the last, and any whose processes are ending. What has no note was never begun in earnest.
type Tidied struct{ Release Release }

// Name implements Step.
func (s Tidied) Name() string { return "old releases of " + s.Release.Site.Project }

// ID implements Step.
func (s Tidied) ID() string { return "tidied:" + s.Release.Site.Project }

// History is the file that has a line for each time that a release went live and stayed so: its ID first.
func (r Release) History() string { return r.Site.Layout().About + "/.history" }

// Probe implements Step: "live ID", "was ID" for each time that a release went live, and "has ID AT" for each that is noted, with the time when
// it was made ready; "has ID" for what was never finished.
func (s Tidied) Probe() model.Script {
	at := s.Release.Site.Layout()
	return model.Script(shell.Set("live", at.Live, "about", at.About, "releases", at.Releases, "history", s.Release.History(), "ending", at.Ending) + assets.Code("shell/releases.sh"))
}

// A kept release is one that a host has.
type kept struct{ id, at string }

// inventory is what the probe of Tidied prints.
type inventory struct {
	live string
	was  []string // in the order in which they went live, each once: for the last time
	all  []string // the same, as often as they did, and django.Zero among them
	has  []kept
	busy []string // those with processes that are not known to have ended
}

// readInventory reads it.
func readInventory(text string) inventory {
	var i inventory
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) < 2 || !IsID(words[1]) {
			if len(words) > 1 && words[0] == "was" && words[1] == django.Zero {
				i.all = append(i.all, django.Zero)
			}
			continue
		}
		switch words[0] {
		case "live":
			i.live = words[1]
		case "busy":
			i.busy = append(i.busy, words[1])
		case "was":
			i.all = append(i.all, words[1])
			i.was = append(slices.DeleteFunc(i.was, func(id string) bool { return id == words[1] }), words[1])
		case "has":
			k := kept{id: words[1]}
			if len(words) > 2 {
				k.at = words[2]
			}
			i.has = append(i.has, k)
		}
	}
	return i
}

// spare are the releases that a host need not have.
func (i inventory) spare(keep int) []string {
	needed := map[string]bool{i.live: true, Before(i.all, i.live): true}
	for _, id := range i.busy {
		needed[id] = true
	}
	healthy := slices.DeleteFunc(slices.Clone(i.was), func(id string) bool { return id == i.live })
	for _, id := range healthy[max(0, len(healthy)-keep-1):] { // the one before, and so many more
		needed[id] = true
	}
	var never []kept
	for _, k := range i.has {
		if k.at != "" && k.id != i.live && !slices.Contains(i.was, k.id) {
			never = append(never, k)
		}
	}
	slices.SortStableFunc(never, func(a, b kept) int { return strings.Compare(a.at, b.at) })
	if len(never) > 0 {
		needed[never[len(never)-1].id] = true
	}
	var spare []string
	for _, k := range i.has {
		if !needed[k.id] {
			spare = append(spare, k.id)
		}
	}
	return spare
}

// Plan implements Step.
func (s Tidied) Plan(_ model.Facts, seen model.Observed) model.Change {
	spare := readInventory(seen.Text).spare(s.Release.Keep)
	if spare == nil {
		return model.Change{}
	}
	at := s.Release.Site.Layout()
	return model.Change{Told: model.Told{Verb: model.Update, Detail: "removes " + strings.Join(spare, ", ")},
		Work: model.Work{Script: model.Script(shell.Set("site", s.Release.Site.Project, "root", at.Root, "served", at.Served, "overlay", overlay(s.Release.Site)) +
			assets.Code("shell/static_union.sh") + assets.Code("shell/owngit.sh") + assets.Code("shell/tidy.sh") + fmt.Sprintf("tidy %s\n", shell.QuoteAll(spare...)))}}
}

// IsID tells whether a word can be a release's ID.
func IsID(s string) bool {
	return len(s) == len("20261126-101500-1a2b3c4") && s[8] == '-' && s[15] == '-' && strings.Trim(s[:8]+s[9:15], "0123456789") == "" && strings.Trim(s[16:], "0123456789abcdef") == ""
}
