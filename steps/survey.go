package steps

import (
	"time"

	"djship/steps/django"
	"djship/steps/model"
	"djship/steps/server"
)

// Survey is what `djship ping` looks at: all that prereq refuses a host for, and what else would stand in
// the way of it or of deploy. Nothing of it is carried out.
func Survey(now time.Time) []model.Step {
	return list(0, requirements(django.Site{Python: 3}),
		[]part{every(server.FreeMemory{MinKB: 256 << 10}, server.Clock{Now: now}, server.Resolver{}, server.Registries{}, django.Renewals{Now: now}, django.Nights{Now: now}, django.Unfinished{})},
		hostSteps(3, server.Options{}), wheelSteps(3, server.Options{}))
}
