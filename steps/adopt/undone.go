package adopt

import (
	"djship/assets"
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

// Plan implements model.Step. What came after it would be in the way is refused.
func (s Undone) Plan(f model.Facts, o model.Observed) model.Change {
	at, p := s.read(o.Text), s.Site.Project
	if at.kept == "" {
		if at.recorded {
			return model.Refusal("djship has not taken "+p+" over on this host, it has made it", "there is nothing to go back to")
		}
		return model.Change{}
	}
	if f.Sites[p].Live != "" {
		return model.Refusal("a release of "+p+" is live", "djship rollback "+p+" 0 has what was there before answer"+model.Again)
	}
	for name := range f.Sites {
		if name != p {
			return model.Refusal("the host has another site of djship's, "+model.Shown(name)+", which its supervisord runs", "a site can be given back while it is the only one; what was replaced is in "+model.Shown(at.kept)+" on the host")
		}
	}
	return model.Change{Told: model.Told{Verb: model.Update, Detail: "its files, its role's password and its supervisord, from " + model.Shown(at.kept)},
		Work: model.Work{Script: model.Script(s.set() + assets.Text("shell/supervise.sh") + assets.Text("shell/adoptold.sh") + assets.Text("shell/nginx.sh") + assets.Text("shell/adoptundo.sh"))}, Schedule: model.Schedule{Redo: true}}
}
