package model

// Where things lie on a host: absolute paths that a shell reads as they stand.
const (
	Webapps         = "/webapps"           // the sites' homes
	Releases        = Webapps + "/.sites"  // root's: a folder a site for its releases
	Statics         = Webapps + "/.static" // root's: a folder a site for static files of all its releases, which nginx serves
	Tools           = "/opt/djship"        // djship's own Python programs
	State           = "/var/lib/djship"    // what djship notes on the host; $state in its shell texts
	NginxParts      = "/etc/nginx/djship"  // a folder a site for what djship adds to its server block of nginx for a time
	Supervisor      = "/etc/supervisor"    // one file for each site that supervisord runs
	SupervisordConf = "/etc/supervisord.conf"
	Certificates    = State + "/certificates"                 // root's: a folder a site for its account with a CA, and what is known of its certificate
	CertificatesBy  = "/usr/local/lib/djship/certificates.py" // the program that orders and renews certificates
	BackupsBy       = "/usr/local/lib/djship/backups.py"      // the program that makes backups in the night
	NightlyBackups  = "/var/backups/djship"                   // root's: a folder a site for those
)

// SiteHome is the home of a site's account.
func SiteHome(project string) string { return Webapps + "/" + project + "_project" }

// ProgramConf is the file by which supervisord knows a program.
func ProgramConf(program string) string { return Supervisor + "/" + program + ".conf" }

// SiteRecord is the file of State in which djship notes that it made a site.
func SiteRecord(project string) string { return State + "/sites/" + project }

// NightlyWish is the file of State that says how many backups a host keeps of a site of which it makes one each night.
func NightlyWish(project string) string { return State + "/backups/" + project }
