package steps

import (
	"slices"
	"time"
)

// Survey is what `djship ping` looks at: all that prereq refuses a host for, and what else would stand in
// the way of it or of deploy. Nothing of it is carried out.
func Survey(now time.Time) []Step {
	return slices.Concat(requirements(Site{Python: 3}),
		[]Step{FreeMemory{MinKB: 256 << 10}, Clock{now}, Resolver{}, Registries{}},
		host(3, Options{}), wheels(3, Options{}))
}
