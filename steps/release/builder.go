package release

import (
	"strings"

	"djship/steps/model"
	"djship/steps/server"
)

// Builder is uv, on a host that has to make the virtualenv itself, or to get a Python: one that is given its virtualenv asks no
// index for anything.
type Builder struct {
	server.UV
	Environment Environment
}

// builderEnd parts what the two probes print.
const builderEnd = "virtualenvs\n"

// Probe implements Step: what both print.
func (s Builder) Probe() model.Script {
	return s.UV.Probe() + "\nprintf " + `'\nvirtualenvs\n'` + "\n" + s.Environment.Probe()
}

// Plan implements Step.
func (s Builder) Plan(f model.Facts, seen model.Observed) model.Change {
	uv, environments, _ := strings.Cut(seen.Text, "\n"+builderEnd)
	_, given := s.Environment.given(f)
	if own := s.Environment.Release.own(f); own && given || own && s.Environment.Plan(f, model.Observed{Text: environments}).IsZero() {
		return model.Change{}
	}
	seen.Text = uv
	return s.UV.Plan(f, seen)
}
