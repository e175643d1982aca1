package release

import (
	"net/url"
	"regexp"
	"strings"

	"djship/steps/django"
)

// shellNames are variables that bash, Python or prepare_env.sh itself lives by.
var shellNames = regexp.MustCompile(`^(?:PATH|HOME|USER|LOGNAME|SHELL|PWD|OLDPWD|IFS|ENV|_|UID|EUID|PPID|GROUPS|BASH.*|SHELLOPTS|FUNCNAME|DIRSTACK|PIPESTATUS|RANDOM|SRANDOM|SECONDS|LINENO|EPOCH.*|HISTCMD|OPTIND|OPTARG|COMP_.*|COPROC|` +
	`VIRTUAL_ENV|PYTHONPATH|PYTHONHOME|LISTEN_.*|LD_PRELOAD|code|environment)$`)

// NotToSet says why a variable of a site is not `djship config`'s to set, and what to do instead; "" where it is.
func NotToSet(s django.Site, name string) (why, instead string) {
	at := s.Layout()
	switch {
	case strings.HasPrefix(strings.ToUpper(name), "DJSHIP_"):
		return "it is djship's own", "take another name"
	case shellNames.MatchString(name):
		return "shells and Python go by it", "local_env.sh in the site's home has the last word on such variables"
	case name == gunicornArgs:
		return "a release adds its own to it", "set it in [env] of djship.toml, or WEB_CONCURRENCY for the number of workers alone"
	case name == "SECRET_KEY" || name == "DJANGO_SECRET_KEY":
		return "djship has made one", "to bring another, put it into " + at.SecretKey + " on the host, then: djship restart " + s.Project
	case name == "DB_PASSWORD" || name == "DB_PORT":
		return "it is that of the database which djship has made", databaseElsewhere
	}
	for _, v := range usual() {
		switch {
		case v.Name != name || name == "DATABASE_URL":
		case strings.Contains(v.Value, "$DJSHIP_DB_") || v.Value == "localhost":
			return "it is that of the database which djship has made", databaseElsewhere
		case strings.Contains(v.Value, "$djship_static") || strings.Contains(v.Value, "$DJSHIP_MEDIA_ROOT"):
			return "nginx serves the folder that djship sets", "take another name, or set it in [env] of djship.toml"
		}
	}
	return "", ""
}

// IsHere tells whether the address of a database, as DATABASE_URL has it, is on the host that reads it: settings would be put right by
// djship's, and the address be without effect.
func IsHere(address string) bool {
	if lower := strings.ToLower(address); strings.HasPrefix(lower, "sqlite") || strings.Contains(lower, "@%2f") { // a file, or a socket
		return true
	}
	at, err := url.Parse(address)
	if err != nil {
		return false // a password may have what belongs into no URL, and who reads it goes by rules of its own
	}
	host := at.Hostname()
	return host == "" || host == "localhost" || host == "127.0.0.1" || host == "::1"
}

const databaseElsewhere = "a database elsewhere is set by DATABASE_URL, in one"
