package steps

import (
	"slices"
	"time"

	"djship/steps/django"
	"djship/steps/model"
	"djship/steps/server"
)

// Survey is what `djship ping` looks at: all that prereq refuses a host for, and what else would stand in
// the way of it or of deploy. Nothing of it is carried out.
func Survey(now time.Time) []model.Step {
	return slices.Concat(requirements(django.Site{Python: 3}),
		[]model.Step{server.FreeMemory{MinKB: 256 << 10}, server.Clock{Now: now}, server.Resolver{}, server.Registries{}},
		host(3, server.Options{}), wheels(3, server.Options{}))
}
