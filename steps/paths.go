package steps

// Where things lie on a host.
const (
	webappsHome = "/webapps"    // the sites' homes
	toolsHome   = "/opt/djship" // djship's own Python programs
)

// siteHome is the home of a site's account.
func siteHome(project string) string { return webappsHome + "/" + project + "_project" }
