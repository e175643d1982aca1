package steps

import (
	"djship/steps/django"
	"djship/steps/model"
	"djship/steps/release"
	"djship/steps/server"
)

// Maintenance is what shows the visitors of a site a page that says to come back, or the site again.
func Maintenance(m django.Maintenance, o server.Options) []model.Step {
	return list(o.Roles, []part{web(release.Deployed{Site: m.Site, Any: true}, m)})
}
