package steps

import (
	"djship/steps/django"
	"djship/steps/model"
	"djship/steps/release"
	"djship/steps/server"
)

// Restore has a backup, which lies beside a site, take the place of what is there.
func Restore(r django.Restored, o server.Options) []model.Step {
	return list(o.Roles, []part{web(release.Deployed{Site: django.Site{Project: r.Project}, Any: true}, r)})
}
