package server

import (
	"fmt"
	"strings"

	"djship/secret"
	"djship/shell"
	"djship/steps/model"
)

// ManagedFile is a file that djship writes and that a person may edit on the server: an edited one
// is kept, until Overwrite.
type ManagedFile struct {
	What      string // "nginx site example.com"
	Path      string
	Content   func(model.Facts) string
	Mode      string // "0644"
	Owner     string // "" is root
	Group     string // "" is the owner's own; changed by root where a file has another
	Overwrite bool
	// Needs tells whether another file in its place, that djship never wrote, is no edit but something else's,
	// which the host must not have there; nil is no.
	Needs  func(model.Facts) bool
	Before model.Script // see Change.Before
	Notify []string     // see Change.Notify
}

// Name implements Step.
func (s ManagedFile) Name() string { return s.What }

// ID implements Step.
func (s ManagedFile) ID() string { return "file:" + s.Path }

// LookedAt implements model.Located.
func (s ManagedFile) LookedAt() string { return s.Path }

// Managed implements model.Editable.
func (s ManagedFile) Managed() string { return s.Path }

// Probe implements Step.
func (s ManagedFile) Probe() model.Script {
	if s.Owner != "" {
		return ""
	}
	return model.Script("f " + shell.Quote(s.Path))
}

// HomeProbe implements model.Resident.
func (s ManagedFile) HomeProbe() (string, model.Perl) {
	return s.Owner, model.Call("f", s.Path)
}

// Plan implements Step: a missing or outdated file is put, a file that somebody else has changed
// is kept, and owner and mode are put right in either.
func (s ManagedFile) Plan(f model.Facts, seen model.Observed) model.Change {
	head, content, _ := strings.Cut(seen.Text, "\n")
	content, want := strings.TrimSuffix(content, "\n"), s.Content(f)
	now := model.ParseStat(head)
	if s.Owner != "" {
		if c := now.Foreign(s.Path, s.Owner); !c.IsZero() {
			return c
		}
	}
	file := model.File{Path: s.Path, Content: want, Mode: s.Mode, Owner: s.Owner, Over: now.Over()}
	put := model.Change{Told: model.Told{Verb: model.Update}, Work: model.Work{Files: []model.File{file}, Before: s.Before}, Schedule: model.Schedule{Notify: s.Notify}}
	if s.Owner != "" {
		put.Script = s.own()
	}
	ours := f.Written[s.Path][model.Sum(content+"\n")] || f.Written[s.Path][model.Sum(content)]
	plain := now.Kind == "regular file" || now.Kind == "regular empty file"
	switch {
	case now.Kind == model.Absent:
		put.Verb, put.Detail, put.Diff = model.Create, s.Path, secret.Diff("/dev/null", s.Path, "", want)
		return put
	case plain && content == strings.TrimSuffix(want, "\n"):
		return s.attributes(now)
	}
	if now.Kind == "directory" {
		return model.Refusal(s.Path+" is a directory, not a file", model.OutOfTheWay)
	}
	put.Diff = secret.Diff(s.Path, s.Path, strings.TrimPrefix(content+"\n", "\n"), want)
	if !plain {
		put.Diff = fmt.Sprintf("%s is a %s\n", s.Path, now.Kind)
	}
	if plain && ours {
		put.Detail = s.Path + ": a newer version"
		return put
	}
	if s.Needs != nil && s.Needs(f) && f.Written[s.Path] == nil && !s.Overwrite {
		return model.Change{Told: model.Told{Verb: model.Refuse, Detail: s.Path + " is there already, and not djship's", Hint: f.ElseAdopt("", fmt.Sprintf(
			"move it out of the way on the host where nothing needs it, or run the same command with --overwrite %s, which keeps it beside djship's own", s.Path)), Diff: put.Diff}}
	}
	if s.Overwrite {
		put.Detail, put.Files[0].Backup = s.Path+": changed on the server, overwritten; the old one is kept beside it", true
		return put
	}
	c := s.attributes(now)
	if c.IsZero() || !plain {
		return s.keep(f.Written[s.Path][model.Sum(want)], put.Diff)
	}
	c.Detail += "; its content was changed on the server and is left alone"
	return c
}

// keep leaves an edited file alone. wrote tells that what djship would put there was there once, before the edit:
// else the edit knows nothing of it.
func (s ManagedFile) keep(wrote bool, diff string) model.Change {
	if wrote {
		return model.Change{Told: model.Told{Verb: model.Keep, Detail: s.Path + ": yours, left alone; --diff shows how it differs", Diff: diff}}
	}
	return model.Change{Told: model.Told{Verb: model.Keep, Warn: true, Diff: diff, Detail: fmt.Sprintf("%[1]s: yours, left alone; djship's own has changed since you edited it: --diff shows how they differ, "+
		"--overwrite %[1]s takes djship's and keeps yours beside it", s.Path)}}
}

// attributes is the change that puts owner and mode right, zero where they are.
func (s ManagedFile) attributes(now model.Stat) model.Change {
	wrong := now.Differs(s.OwnedBy(), s.Group, s.Mode)
	if wrong == "" {
		return model.Change{}
	}
	return model.Change{Told: model.Told{Verb: model.Update, Detail: s.Path + ": " + wrong}, Work: model.Work{
		Script: s.own()}}
}

// own puts owner and mode right; nothing is to be done about the group where none is given.
func (s ManagedFile) own() model.Script {
	return model.SetAttributes(s.Path, s.OwnedBy(), s.Group, s.Mode, s.Owner)
}

// OwnedBy is the account that the file belongs to.
func (s ManagedFile) OwnedBy() string {
	if s.Owner == "" {
		return "root"
	}
	return s.Owner
}
