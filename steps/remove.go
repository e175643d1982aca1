package steps

import (
	"djship/steps/django"
	"djship/steps/model"
	"djship/steps/server"
)

// Remove is a host without a site.
func Remove(project string) []model.Step { return django.Removals(project) }

// Unprep is a host without what Prereq has made of it.
func Unprep() []model.Step { return server.Unprepared() }
