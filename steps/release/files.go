package release

import (
	"fmt"
	"io"
	"strings"

	"djship/assets"
	"djship/shell"
	"djship/steps/model"
)

// Files are those that are put into a release from the workstation: what they have between braces, as {secret_key}, is filled in on
// the host by the site's account. The account's group reads them, nobody else.
type Files struct{ Release Release }

// Name implements Step.
func (s Files) Name() string { return "files of release " + s.Release.ID }

// ID implements Step.
func (s Files) ID() string { return "release-files:" + s.Release.Site.Project }

// note is where the host has which files were put.
func (s Files) note() string { return s.Release.About() + ".files" }

// Probe implements Step: that note.
func (s Files) Probe() model.Script {
	return model.Script("cat -- " + shell.Quote(s.note()) + " 2>/dev/null")
}

// Plan implements Step.
func (s Files) Plan(_ model.Facts, seen model.Observed) model.Change {
	r := s.Release
	var want, script strings.Builder
	var names []string
	var blobs []model.Blob
	for _, f := range r.Files {
		sum := model.Sum(f.Content)
		names = append(names, model.Shown(f.Path))
		blobs = append(blobs, model.Blob{Sum: sum, Size: int64(len(f.Content)), Open: func(offset int64) (io.ReadCloser, error) {
			return io.NopCloser(strings.NewReader(f.Content[min(offset, int64(len(f.Content))):])), nil
		}})
		fmt.Fprintf(&want, "%s %s\n", sum, f.Path)
		fmt.Fprintf(&script, "fill %s\n", shell.QuoteAll(sum, f.Path))
	}
	if seen.Text == want.String() && (!seen.Due || names == nil) {
		return model.Change{}
	}
	return model.Change{Told: model.Told{Verb: model.Create, Detail: strings.Join(names, ", ")}, Work: model.Work{Blobs: blobs, Script: model.Script(
		shell.Set("site", r.Site.Project, "code", r.Code(), "release", r.ID, "about", r.About(), "variables", r.Site.Layout().Variables) + assets.Code("shell/files.sh") + script.String() +
			fmt.Sprintf("printf %%s %s >%[2]s.new && chmod 0600 %[2]s.new && mv -f %[2]s.new %[2]s\n", shell.Quote(want.String()), shell.Quote(s.note())))}}
}
