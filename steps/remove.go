package steps

import (
	"djship/steps/django"
	"djship/steps/model"
)

// Remove is a host without a site.
func Remove(project string) []model.Step { return django.Removals(project) }
