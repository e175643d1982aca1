package adopt

import (
	"cmp"
	"strings"

	"djship/assets"
	"djship/nearest"
	"djship/steps/django"
	"djship/steps/model"
)

// Undone brings back what was there before a site was taken over.
type Undone struct{ look }

// NewUndone makes the step for a site.
func NewUndone(s django.Site) Undone { return Undone{look{s}} }

// Name implements model.Step.
func (s Undone) Name() string { return "what was before " + s.Site.Project }

// ID implements model.Step.
func (s Undone) ID() string { return "adopt-undone:" + s.Site.Project }

// TellsOutput implements model.Telling.
func (Undone) TellsOutput() {}

// Probe implements model.Step: what a look sees behind "over PROJECT" for each site that is taken over, and "back" where this one was given back.
func (s Undone) Probe() model.Script {
	return model.Script(s.set()+`for note in "${adopted%/*}"/*; do case ${note##*/} in *[!a-z0-9_]*) ;; *) [ ! -f "$note" ] || echo "over ${note##*/}" ;; esac; done
for note in "${adopted%/*}/$site"-2*/undone; do [ ! -f "$note" ] || { echo back; break; }; done
`) + s.look.Probe()
}

// noneTaken is said where the site is none that was taken over.
func (s Undone) noneTaken(at seen, o model.Observed) model.Change {
	p := s.Site.Project
	var over []string
	root, _, _ := strings.Cut(o.Text, "\nhome\n")
	for line := range strings.Lines(root) {
		if name, ok := strings.CutPrefix(strings.TrimSpace(line), "over "); ok {
			over = append(over, model.Shown(name))
		}
	}
	hint := "there is nothing to go back to"
	if over != nil {
		hint = cmp.Or(nearest.Question(nearest.Names(p, over, 1)), "taken over are: "+strings.Join(over, ", "))
	}
	switch {
	case at.recorded:
		return model.Refusal("djship has not taken "+p+" over on this host, it has made it", hint)
	case model.HasLine(root, "back"):
		return model.Change{Told: model.Told{Verb: model.Tell, Detail: "it has been given back"}}
	}
	return model.Refusal("djship has not taken a site "+p+" over on this host", hint)
}

// Plan implements model.Step. What came after it would be in the way is refused.
func (s Undone) Plan(f model.Facts, o model.Observed) model.Change {
	at, p := s.read(o.Text), s.Site.Project
	if at.kept == "" {
		return s.noneTaken(at, o)
	}
	if domain := cmp.Or(at.domain, f.Sites[p].Domain, s.Site.Domain); domain != s.Site.Domain {
		return model.Refusal(model.Shown(p+" was taken over as "+domain), model.Shown("djship adopt "+p+" "+domain+" --undo"))
	}
	if f.Sites[p].Live != "" {
		return model.Refusal("a release of "+p+" is live", "djship rollback "+p+" 0 has what was there before answer"+model.Again)
	}
	for name := range f.Sites {
		if name != p {
			return model.Refusal("the host has another site of djship's, "+model.Shown(name)+", which its supervisord runs", "a site can be given back while it is the only one; what was replaced is in "+model.Shown(at.kept)+" on the host")
		}
	}
	var beside []string
	for _, b := range s.programs(at).beside {
		beside = append(beside, b.program())
	}
	return model.Change{Told: model.Told{Verb: model.Update, Detail: "its files, its role's password and its supervisord, from " + model.Shown(at.kept)},
		Work: model.Work{Script: model.Script(s.set("beside", strings.Join(beside, " ")) + assets.Text("shell/supervise.sh") + assets.Text("shell/adoptold.sh") + assets.Text("shell/nginx.sh") + assets.Text("shell/adoptundo.sh"))}, Schedule: model.Schedule{Redo: true}}
}
