package release

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"djship/shell"
	"djship/steps/django"
	"djship/steps/model"
)

// Note is what a host notes of a release that it is to have: what it is, and who has pushed it.
type Note struct {
	Release Release
	Now     time.Time
}

// Name implements Step.
func (s Note) Name() string { return "note of release " + s.Release.ID }

// ID implements Step.
func (s Note) ID() string { return "release-note:" + s.Release.Site.Project }

// Probe implements Step: the note.
func (s Note) Probe() model.Script {
	return model.Script("cat -- " + shell.Quote(s.Release.About()) + " 2>/dev/null")
}

// content is the note. At is when the release was first made ready.
func (s Note) content(at string) string {
	r := s.Release
	commit := r.Commit
	if r.Dirty && commit != "" {
		commit += " dirty"
	}
	return fmt.Sprintf("release %s\ntree %s\ncommit %s\nby %s\nat %s\nroot %s\nsettings %s\nhealth %s\n", r.ID, r.Tree, strings.TrimSpace(commit), r.By, at, r.Root, r.Settings, cmp.Or(r.Health, "/"))
}

// Plan implements Step.
func (s Note) Plan(_ model.Facts, seen model.Observed) model.Change {
	at, noted := model.LineAfter(seen.Text, "at ")
	by, _ := model.LineAfter(seen.Text, "by ")
	if noted {
		s.Release.By = by
	} else {
		at = s.Now.UTC().Format(time.RFC3339)
	}
	want := s.content(at)
	if seen.Text == want {
		return model.Change{}
	}
	r := s.Release
	return model.Change{Told: model.Told{Verb: model.Create, Detail: r.About()}, Work: model.Work{
		Script: model.Script(putFor(r.Site, r.About(), want))}}
}

// putFor is a line of shell by which root writes a file for the group of a site.
func putFor(s django.Site, path, text string) string {
	return "printf %s " + shell.Quote(text) + " | put_for " + shell.QuoteAll(s.Project, path) + "\n"
}

// trying is a script after which the host knows why the release could not be made ready, where it was not.
func (r Release) trying(why string, script model.Script) model.Script {
	failed := shell.Quote(r.About() + ".failed")
	return model.Script(fmt.Sprintf("echo %s >%s\n", shell.Quote(why), failed)) + script + model.Script("rm -f "+failed+"\n")
}
