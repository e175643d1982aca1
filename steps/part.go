package steps

import (
	"djship/steps/model"
	"djship/steps/server"
)

// A part is steps of a list that hosts of certain roles have.
type part struct {
	of    server.Roles
	steps []model.Step
}

// of is a part of hosts that have one of some roles.
func of(roles server.Roles, steps ...model.Step) part { return part{roles, steps} }

// every is a part that each host has.
func every(steps ...model.Step) part { return of(^server.Roles(0), steps...) }

// web is a part of hosts that run sites.
func web(steps ...model.Step) part { return of(server.Web, steps...) }

// database is a part of hosts that have sites' databases.
func database(steps ...model.Step) part { return of(server.Database, steps...) }

// list is the steps of those parts that a host of some roles has, in order.
func list(roles server.Roles, parts ...[]part) []model.Step {
	var steps []model.Step
	for _, some := range parts {
		for _, p := range some {
			if roles.Any(p.of) {
				steps = append(steps, p.steps...)
			}
		}
	}
	return steps
}
