package release

import (
	"fmt"
	"strings"

	"djship/shell"
	"djship/steps/django"
	"djship/steps/model"
)

// OwnGroup is a unix group that the site's account alone is in: what root makes for the site is read by it, and by no other site.
type OwnGroup struct{ Site django.Site }

// Name implements Step.
func (s OwnGroup) Name() string { return "group " + s.Site.Project }

// ID implements Step.
func (s OwnGroup) ID() string { return "group:" + s.Site.Project }

// Probe implements Step: the group's entry, and the accounts whose own group it is.
func (s OwnGroup) Probe() model.Script {
	return model.Script(fmt.Sprintf("getent group %[1]s && getent passwd | awk -F: -v gid=\"$(getent group %[1]s | cut -d: -f3)\" '$4 == gid { print $1 }'", s.Site.Project))
}

// Plan implements Step. A group that others are in is refused: they would read what is the site's.
func (s OwnGroup) Plan(_ model.Facts, seen model.Observed) model.Change {
	p := s.Site.Project
	entry, of, _ := strings.Cut(seen.Text, "\n")
	fields := strings.Split(entry, ":")
	switch {
	case entry == "":
		return model.Change{Told: model.Told{Verb: model.Create, Detail: "for " + p + " alone"},
			Work: model.Work{Script: model.Script(fmt.Sprintf("groupadd -r %[1]s\nusermod -aG %[1]s %[1]s", p))}}
	case len(fields) < 4:
		return model.Refusal("can't read the group "+p, "look at `getent group "+p+"` on the host")
	case strings.TrimSpace(of) != "" || fields[3] != "" && fields[3] != p:
		return model.Refusal(fmt.Sprintf("the host has a group %s that others are in: %s", p, model.Shown(strings.TrimSpace(fields[3]+" "+of))),
			"take them out of the group on the host, since it will read the site's code"+model.Again)
	case fields[3] == "":
		return model.Change{Told: model.Told{Verb: model.Update, Detail: p + " is not in it"},
			Work: model.Work{Script: model.Script(fmt.Sprintf("usermod -aG %[1]s %[1]s", p))}}
	}
	return model.Change{}
}

// Folders are those of root's for the releases of a site.
type Folders struct{ Site django.Site }

// Name implements Step.
func (s Folders) Name() string { return "folders for releases of " + s.Site.Project }

// ID implements Step.
func (s Folders) ID() string { return "release-folders:" + s.Site.Project }

// A folder has an owner, a group and a mode.
type folder struct{ path, group, mode string }

// all are the folders, those above before those in them. Nobody but root can write to any.
func (s Folders) all() []folder {
	at := s.Site.Layout()
	return []folder{
		{model.Releases, "root", "0711"},
		{at.Root, s.Site.Project, "0750"},
		{at.Releases, "root", "0755"}, {at.Environments, "root", "0755"}, {at.Environs, "root", "0755"},
		{at.About, "root", "0755"}, {at.Config, s.Site.Project, "0750"}, {at.Gathered, "root", "0755"}, {at.Overlay, "root", "0755"},
		{model.Statics, "root", "0711"},
		{at.Served, "www-data", "0750"},
	}
}

// Probe implements Step: "PATH|" and the line of st of each folder that is there.
func (s Folders) Probe() model.Script {
	var paths []string
	for _, f := range s.all() {
		paths = append(paths, f.path)
	}
	return model.Script("stat -c '%n|%F|%U:%G|%a' -- " + shell.QuoteAll(paths...) + " 2>/dev/null || :\n")
}

// Plan implements Step.
func (s Folders) Plan(_ model.Facts, seen model.Observed) model.Change {
	var wrong []string
	var script strings.Builder
	for _, f := range s.all() {
		line, _ := model.LineAfter(seen.Text, f.path+"|")
		now := model.ParseStat(line)
		differs := now.Differs("root", f.group, f.mode)
		switch {
		case now.Kind == model.Absent:
			differs = "is not there"
			fmt.Fprintf(&script, "mkdir -m 0700 %s\n", f.path)
		case now.Kind != "directory":
			return model.Refusal(f.path+" is a "+now.Kind+", not a folder", model.OutOfTheWay)
		}
		if differs != "" {
			wrong = append(wrong, f.path+": "+differs)
			fmt.Fprintf(&script, "chown root:%s %[2]s\nchmod %[3]s %[2]s\n", f.group, f.path, f.mode)
		}
	}
	if wrong == nil {
		return model.Change{}
	}
	c := model.Change{Told: model.Told{Verb: model.Update, Detail: strings.Join(wrong, "; ")}, Work: model.Work{Script: model.Script(script.String())}}
	if len(wrong) > 2 {
		c.Verb, c.Detail = model.Create, "in "+s.Site.Layout().Root
	}
	return c
}

// CurrentLink is a link in the home of a site's account to the release that is live, for people and their shells.
type CurrentLink struct{ Site django.Site }

// Name implements Step.
func (s CurrentLink) Name() string { return "link current of " + s.Site.Project }

// ID implements Step.
func (s CurrentLink) ID() string { return "current-link:" + s.Site.Project }

// Probe implements Step; the site's account looks.
func (s CurrentLink) Probe() model.Script { return "" }

// HomeProbe puts where the link leads.
func (s CurrentLink) HomeProbe() (string, model.Perl) {
	return s.Site.Project, model.Call("leads", s.Site.Layout().Current)
}

// Plan implements Step. What stands there and is no link is somebody's, and told of.
func (s CurrentLink) Plan(_ model.Facts, seen model.Observed) model.Change {
	at := s.Site.Layout()
	switch now := model.FirstLine(seen.Text); now {
	case at.Live:
		return model.Change{}
	case "other":
		return model.Change{Told: model.Told{Verb: model.Tell, Detail: at.Current + " is no link, and left alone; the release that is live is at " + at.Live}}
	default:
		return model.Change{Told: model.Told{Verb: model.Create, Detail: at.Current + " -> " + at.Live},
			Work: model.Work{Script: model.Script(fmt.Sprintf("as %s ln -sfnT -- %s %s", s.Site.Project, at.Live, at.Current))}}
	}
}
