package server

import (
	"fmt"

	"djship/shell"
	"djship/steps/model"
)

// Folder is a folder with an owner, a group and a mode.
type Folder struct {
	Path         string
	Owner, Group string
	Mode         string // "0755"
	// By is the account that makes it, "" for root. In a site's home it is the site's own, so that
	// root follows no link there.
	By string
}

// Name implements Step.
func (s Folder) Name() string { return "folder " + s.Path }

// ID implements Step.
func (s Folder) ID() string { return "folder:" + s.Path }

// LookedAt implements model.Located.
func (s Folder) LookedAt() string { return s.Path }

// Probe implements Step.
func (s Folder) Probe() model.Script {
	if s.By != "" {
		return ""
	}
	return model.StatProbe(s.Path)
}

// HomeProbe implements model.Resident.
func (s Folder) HomeProbe() (string, model.Perl) { return s.By, model.Call("st", s.Path) }

// Plan implements Step. What is there and is no folder is refused, not removed.
func (s Folder) Plan(_ model.Facts, seen model.Observed) model.Change {
	now := model.ParseStat(model.FirstLine(seen.Text))
	make := fmt.Sprintf("mkdir -m %s %s", s.Mode, shell.Quote(s.Path))
	if s.By != "" {
		make = "as " + s.By + " " + make
	}
	right := model.SetAttributes(s.Path, s.Owner, s.Group, s.Mode, s.By)
	if s.By == "" { // a folder keeps bits that its mode does not name
		right += model.Script("\nchmod ug-s,-t " + shell.Quote(s.Path))
	}
	if s.By != "" {
		if c := now.Foreign(s.Path, s.By); !c.IsZero() {
			return c
		}
	}
	switch {
	case now.Kind == model.Absent:
		return model.Change{Told: model.Told{Verb: model.Create, Detail: fmt.Sprintf("%s:%s %s", s.Owner, s.Group, s.Mode)}, Work: model.Work{Script: model.Script(make+"\n") + right}}
	case now.Kind != "directory":
		return model.Refusal(s.Path+" is a "+now.Kind+", not a folder", inTheWay(s, now.Kind))
	}
	if wrong := now.Differs(s.Owner, s.Group, s.Mode); wrong != "" {
		return model.Change{Told: model.Told{Verb: model.Update, Detail: wrong}, Work: model.Work{Script: right}}
	}
	return model.Change{}
}

// inTheWay is what to do about what stands in a folder's place. Where a link of root's leads to what
// sites live of, moving it away would take them down; one that an account has made may lead anywhere.
func inTheWay(s Folder, kind string) string {
	switch {
	case kind != "symbolic link":
		return model.OutOfTheWay
	case s.By != "":
		return "take the link away on the host; where the folder is to lie on another disk, mount that disk's folder there (mount --bind), then run the same command again"
	}
	q := shell.Quote(s.Path)
	return "no link may lead there; mount in its place what it leads to: to=$(readlink -f " + q + ") && rm " + q + " && mkdir " + q +
		" && mount --bind \"$to\" " + q + " && echo \"$to " + s.Path + " none bind 0 0\" >>/etc/fstab - then run the same command again"
}
