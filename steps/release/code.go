package release

import (
	"cmp"
	"fmt"
	"strings"

	"djship/assets"
	"djship/shell"
	"djship/steps/model"
	"djship/steps/server"
)

// A Source has a release's code on the workstation. It may be asked for several hosts at once.
type Source interface {
	// Pack is what a host lacks of the tree, for `git index-pack --fix-thin`, that has the trees and commits named. For the
	// same names it is the same.
	Pack(have []string) (model.Blob, error)
	// Diff is how the tree differs from one of which the names are given, as text, secrets masked; "" where nobody asked for that, or nobody knows.
	Diff(from []string) string
	// Attributes is what the host's repository has in info/attributes, so that files come out as they went in.
	Attributes() string
	// Format is that of hashes: "sha1" or "sha256".
	Format() string
}

// Code is the code of a release: what the host lacks of its tree is sent, and laid out in a folder of root's.
type Code struct {
	Release Release
	Source  Source
}

// Name implements Step.
func (s Code) Name() string { return "code of " + s.Release.Site.Project }

// ID implements Step.
func (s Code) ID() string { return "code:" + s.Release.Site.Project }

// Probe implements Step: "there" where the release is laid out, "changed PATH" for what was changed in it since, and "have TREE COMMIT ID" for each whose objects the host has.
func (s Code) Probe() model.Script {
	at := s.Release.Site.Layout()
	return model.Script(shell.Set("releases", at.Releases, "release", s.Release.ID, "about", at.About, "repo", at.Repository) + assets.Code("shell/releasecodeprobe.sh"))
}

// Plan implements Step. Code that somebody has changed on the host is laid out anew.
func (s Code) Plan(f model.Facts, seen model.Observed) model.Change {
	var have, changed, live []string
	for line := range strings.Lines(seen.Text) {
		line = strings.TrimSuffix(line, "\n")
		if names, ok := strings.CutPrefix(line, "have "); ok {
			words := strings.Fields(names)
			have = append(have, words[:min(len(words), 2)]...)
			if len(words) == 3 && words[2] == f.Sites[s.Release.Site.Project].Live {
				live = words[:2]
			}
		}
		if path, ok := strings.CutPrefix(line, "changed "); ok {
			changed = append(changed, cmp.Or(model.Shown(path), "its folder"))
		}
	}
	if changed == nil && model.HasLine(seen.Text, "there") {
		return model.Change{}
	}
	pack, err := s.Source.Pack(have)
	if err != nil {
		return model.Refusal("the code can't be packed: "+model.FirstLine(err.Error()), "look at the checkout with `git fsck`"+model.Again)
	}
	r, at := s.Release, s.Release.Site.Layout()
	script := shell.Set("site", r.Site.Project, "home", at.Home, "shared", at.Shared, "repo", at.Repository, "releases", at.Releases, "release", r.ID, "about", at.About, "live", at.Live, "changed", yes(changed != nil), "tree", r.Tree,
		"format", s.Source.Format(), "attributes", s.Source.Attributes(), "pack", pack.Sum, "whole", yes(have == nil)) + assets.Code("shell/owngit.sh") + assets.Code("shell/releasecode.sh")
	for _, path := range r.Shared {
		script += "share " + shell.Quote(path) + "\n"
	}
	script += "lay_out\n"
	if changed != nil { // what is laid out for the first time is compiled when its Python is there
		script = string(server.Builders()) + assets.Code("shell/bytecode.sh") + script + shell.Set("code", r.Code(), "python", r.Interpreter(f), "overlay", overlay(r.Site)) + "about=$about/$release\ncompile_code\n"
	}
	c := model.Change{Told: model.Told{Verb: model.Create, Detail: fmt.Sprintf("%s, %s sent", r.ID, bytes(pack.Size))},
		Work: model.Work{Blobs: []model.Blob{pack}, Script: r.trying("its code could not be laid out", model.Script(script))}}
	if live != nil {
		c.Diff = s.Source.Diff(live)
	}
	if r.Files != nil { // they went with what was there
		c.Notify = []string{Files{r}.ID()}
	}
	if changed != nil {
		c.Verb, c.Detail = model.Update, "was changed by hand: "+strings.Join(changed, ", ")+"; it is laid out anew"
	}
	return c
}

// bytes is a size for a person.
func bytes(n int64) string {
	switch {
	case n < 1000:
		return fmt.Sprintf("%d bytes", n)
	case n < 1000*1000:
		return fmt.Sprintf("%.1f KB", float64(n)/1000)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}
