package model

// Where things lie on a host.
const (
	Webapps = "/webapps"    // the sites' homes
	Tools   = "/opt/djship" // djship's own Python programs
)

// SiteHome is the home of a site's account.
func SiteHome(project string) string { return Webapps + "/" + project + "_project" }
