package project

import (
	"path"
	"regexp"
	"strings"
)

// A source is a file of the settings.
type source struct{ name, text string } // the text without lines that are comments

const mostSources = 8

var importsAll = regexp.MustCompile(`(?m)^\s*from\s+(\.*)([\w.]*)\s+import\s`)

// settingsText are the files of the settings: the module's, and those that it imports from beside it.
func (l *looker) settingsText() []source {
	var all []source
	seen := map[string]bool{}
	var read func(module string)
	read = func(module string) {
		name := l.fileOf(module)
		if name == "" || seen[name] || len(all) == mostSources {
			return
		}
		seen[name] = true
		text := withoutComments(l.f.text(name))
		all = append(all, source{name, text})
		top, _, _ := strings.Cut(l.module, ".")
		for _, m := range importsAll.FindAllStringSubmatch(text, -1) {
			from := m[2]
			if m[1] != "" {
				at := strings.TrimPrefix(strings.TrimPrefix(path.Dir(name), l.root), "/")
				for range len(m[1]) - 1 {
					at = path.Dir(at)
				}
				from = strings.Trim(strings.ReplaceAll(at, "/", ".")+"."+m[2], ".")
			}
			if from == top || strings.HasPrefix(from, top+".") {
				read(from)
			}
		}
	}
	if l.module != "" {
		read(l.module)
	}
	return all
}

// findInSettings is the place of the first match in the settings, "" where there is none.
func (l *looker) findInSettings(pattern *regexp.Regexp) string {
	for _, s := range l.code {
		if m := pattern.FindStringIndex(s.text); m != nil {
			return place(s.name, lineOf(s.text, m[0]))
		}
	}
	return ""
}

var (
	staticRoot   = regexp.MustCompile(`(?m)^STATIC_ROOT\s*=`)
	staticApp    = regexp.MustCompile(`django\.contrib\.staticfiles`)
	appList      = regexp.MustCompile(`(?m)^INSTALLED_APPS\s*(?::[^=\n]+)?=`)
	gis          = regexp.MustCompile(`django\.contrib\.gis`)
	compress     = regexp.MustCompile(`(?m)^COMPRESS_OFFLINE\s*=\s*True`)
	whitenoise   = regexp.MustCompile(`whitenoise\.`)
	sqlite       = regexp.MustCompile(`django\.db\.backends\.sqlite3`)
	otherDB      = regexp.MustCompile(`django\.db\.backends\.(postgresql|mysql|oracle)|django\.contrib\.gis\.db|dj_database_url|env\.(db|dj_db_url)|DATABASE_URL|["']ENGINE["']\s*:\s*(os\.|env|config)`)
	hardHosts    = regexp.MustCompile(`(?m)^ALLOWED_HOSTS\s*[:+]?=\s*\[([^\]]*)\]`)
	settingIn    = regexp.MustCompile(`environ|env|config|getenv`)
	quotedString = regexp.MustCompile(`["']([^"'\n]+)["']`)
)

// lookAtSettings looks through the settings' text for what makes a difference to a deploy.
func (l *looker) lookAtSettings() {
	l.lookAtStatic()
	if at := l.findInSettings(sqlite); at != "" && l.findInSettings(otherDB) == "" {
		l.note(at, "the database is SQLite, whatever the environment says", "read it from DATABASE_URL, so that the site's PostgreSQL is used and the data outlive a release")
	}
	l.lookAtHosts()
	if at := l.written("SECRET_KEY", `["']`); at != "" {
		l.note(at, "the secret key is written here: who has the code has it", "read it from SECRET_KEY of the environment")
	}
	if at := l.written("DEBUG", `True\b`); at != "" {
		l.note(at, "DEBUG is on, whatever the environment says: visitors see tracebacks and settings", "read it from DEBUG of the environment, or have settings for production")
	}
	l.lookForVariables()
	var packages []string
	var why []string
	for _, p := range []struct {
		there          bool
		debian, reason string
	}{
		{l.findInSettings(gis) != "", "gdal-bin", "django.contrib.gis needs GDAL"},
		{l.need("python-ldap") || l.need("django-auth-ldap"), "libldap2-dev", "python-ldap is compiled"},
		{l.need("python-ldap") || l.need("django-auth-ldap"), "libsasl2-dev", ""},
		{l.need("mysqlclient"), "default-libmysqlclient-dev", "mysqlclient is compiled"},
		{l.need("weasyprint"), "libpangoft2-1.0-0", "WeasyPrint needs Pango"},
		{l.need("python-magic"), "libmagic1", "python-magic needs libmagic"},
		{l.needsMessages(), "gettext", "compilemessages needs it"},
	} {
		if p.there {
			packages = append(packages, p.debian)
			if p.reason != "" {
				why = append(why, p.reason)
			}
		}
	}
	if packages != nil {
		l.take(Choice{"packages", packages, "", strings.Join(why, "; "), Proposed})
	}
	l.lookForRelease()
}

// lookAtStatic says who serves static files, and whether there are any to collect.
func (l *looker) lookAtStatic() {
	const key = "static"
	switch noise := l.findInSettings(whitenoise); {
	case l.findInSettings(appList) != "" && l.findInSettings(staticApp) == "":
		l.take(Choice{key, false, l.findInSettings(appList), "django.contrib.staticfiles is no app of it: nothing to collect", Taken})
	case noise != "":
		l.take(Choice{key, true, noise, "collected; WhiteNoise is among the settings", Taken})
	case l.findInSettings(staticRoot) != "":
		l.take(Choice{key, true, l.findInSettings(staticRoot), "collected, and served by nginx", Taken})
	case len(l.code) > 0:
		l.take(Choice{key, true, "", "collected, though these settings have no STATIC_ROOT", Taken})
	}
}

// written is where a setting is given a value that begins so, "" where the settings that count give it another.
func (l *looker) written(name, value string) string {
	assigned := regexp.MustCompile(`(?m)^` + name + `\s*(?::[^=\n]+)?=\s*(` + value + `)?`)
	for _, s := range l.code {
		all := assigned.FindAllStringSubmatchIndex(s.text, -1)
		if len(all) == 0 {
			continue
		}
		if last := all[len(all)-1]; last[2] >= 0 {
			return place(s.name, lineOf(s.text, last[0]))
		}
		return ""
	}
	return ""
}

// lookAtHosts tells of names that only an edit would change.
func (l *looker) lookAtHosts() {
	for _, s := range l.code {
		m := hardHosts.FindStringSubmatchIndex(s.text)
		if m == nil {
			continue
		}
		list := s.text[m[2]:m[3]]
		if strings.Contains(list, "*") || settingIn.MatchString(list) {
			return
		}
		var names []string
		for _, n := range quotedString.FindAllStringSubmatch(list, -1) {
			if n[1] != "localhost" && !strings.HasPrefix(n[1], "127.") && n[1] != "[::1]" {
				names = append(names, n[1])
			}
		}
		if names != nil {
			l.note(place(s.name, lineOf(s.text, m[0])), "the site's names are written here: "+strings.Join(names, ", "), "the domain that it is deployed for must be among them; ALLOWED_HOSTS of the environment could say it")
		}
		return
	}
}

// needsMessages tells whether there are translations that git has only the text of.
func (l *looker) needsMessages() bool {
	for _, dir := range l.near() {
		for _, at := range l.f.sources(path.Join(dir, "locale")) {
			base := path.Join(at, "LC_MESSAGES", "django")
			if l.f.has(base+".po") && (!l.f.has(base+".mo") || l.ignores(".mo")) {
				return true
			}
		}
	}
	return false
}

// lookForRelease finds commands of manage.py that each release needs after migrate.
func (l *looker) lookForRelease() {
	var commands, why []string
	if l.needsMessages() {
		commands, why = append(commands, "compilemessages"), append(why, "translations are there as .po only")
	}
	if l.findInSettings(compress) != "" {
		commands, why = append(commands, "compress"), append(why, "COMPRESS_OFFLINE is on")
	}
	if commands != nil {
		l.take(Choice{"release", commands, "", strings.Join(why, "; "), Proposed})
	}
}
