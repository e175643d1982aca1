package steps

import (
	"djship/steps/django"
	"djship/steps/model"
	"djship/steps/release"
	"djship/steps/server"
)

// Restore has a backup, which lies beside a site, take the place of what is there, with what c sets for the site.
func Restore(r django.Restored, c release.Config, o server.Options) []model.Step {
	first := web(release.Deployed{Site: django.Site{Project: r.Project}, Any: true})
	if c.Set != nil {
		first = tries(c.Release.Site, o)
	}
	return list(o.Roles, []part{first, web(c.With(r))})
}
