package project

import (
	"regexp"
	"slices"
	"strings"
)

var (
	// usual are the variables that a site's environment has in any case.
	usual = regexp.MustCompile(`^(SECRET_KEY|DJANGO_SECRET_KEY|DATABASE_URL|DB_(NAME|USER|PASSWORD|HOST|PORT)|PG(DATABASE|USER|PASSWORD|HOST|PORT)|` +
		`POSTGRES_(DB|USER|PASSWORD|HOST|PORT)|(DJANGO_)?ALLOWED_HOSTS|CSRF_TRUSTED_ORIGINS|DEBUG|STATIC_ROOT|MEDIA_ROOT|WEB_CONCURRENCY|DJANGO_SETTINGS_MODULE|` +
		`PATH|HOME|USER|LANG|TZ|PORT)$`)

	// reads matches what reads a variable: the call is in the first group, the name in the second.
	reads = regexp.MustCompile(`\b(environ\[|environ\.get\(|environ\.setdefault\(|getenv\(|env(?:\.\w+)?\(|config\(|get_env\w*\(|require_env\w*\(|dj_database_url\.config\(\s*env=)\s*["']([A-Z][A-Z0-9_]*)["']`)

	assigns   = regexp.MustCompile(`^(?:[A-Z][A-Z0-9_]*\s*(?::[^=\n]*=|[=+])|\s+[A-Z][A-Z0-9_]*\s+\+?=\s)`)
	hasKey    = regexp.MustCompile(`^\s*["']([A-Z][A-Z0-9_]*)["']\s*:`)
	turnsOn   = regexp.MustCompile(`(?i)\btrue\b|["'\s=]1\b|["'](on|yes)["']`)
	secretive = regexp.MustCompile(`KEY|TOKEN|SECRET|PASSWORD|DSN|CREDENTIAL`)
	domainish = regexp.MustCompile(`(^|_)(DOMAIN|DOMAIN_NAME|HOSTNAME|FQDN)$`)
	elsewhere = regexp.MustCompile(`COOKIE|MAIL|SMTP|AWS|S3|CDN|SENTRY|REDIS|CACHE|AUTH0|OAUTH|LDAP|ELASTIC|RABBIT|BROKER`)
	urlish    = regexp.MustCompile(`^(SITE|BASE|APP|PUBLIC|ROOT)_URL$`)
)

// debugOff is off for most ways of reading a variable.
const debugOff = "False"

// fills are the values of settings, by the setting that a variable goes into.
var fills = map[string]string{
	"SECRET_KEY": "{secret_key}", "ALLOWED_HOSTS": "{domain}", "CSRF_TRUSTED_ORIGINS": "https://{domain}", "MEDIA_ROOT": "{media}", "STATIC_ROOT": "{static}",
	"DEBUG": debugOff, "DATABASES": "{database_url}",
}

// fillsDatabase are the same within DATABASES.
var fillsDatabase = map[string]string{"ENGINE": "django.db.backends.postgresql", "NAME": "{db_name}", "USER": "{db_user}", "PASSWORD": "{db_password}", "HOST": "{db_host}", "PORT": "{db_port}"}

// A variable is one that the settings read.
type variable struct {
	name, place string
	into        string // the placeholder that fits what it is read for, "" where that is not known
	optional    bool
}

// lookForVariables proposes values for variables that the usual names do not give.
func (l *looker) lookForVariables() {
	seen := map[string]bool{}
	for _, s := range l.code {
		for _, v := range variablesIn(s) {
			if seen[v.name] || usual.MatchString(v.name) {
				continue
			}
			seen[v.name] = true
			l.proposeVariable(v)
		}
	}
}

func (l *looker) proposeVariable(v variable) {
	key := "env." + v.name
	switch {
	case v.into == "" && domainish.MatchString(v.name) && !elsewhere.MatchString(v.name):
		v.into = "{domain}"
	case v.into == "" && urlish.MatchString(v.name):
		v.into = "https://{domain}"
	}
	switch {
	case v.into != "":
		l.take(Choice{key, v.into, v.place, "the settings read it", Proposed})
	case v.optional:
	case secretive.MatchString(v.name):
		l.take(Choice{key, nil, v.place, "the settings need it; a secret belongs on the host, in local_env.sh, and not into this file", Open})
	default:
		l.take(Choice{key, nil, v.place, "the settings need it, and nothing tells its value", Open})
	}
}

// variablesIn are the variables that a file reads, in its order.
func variablesIn(s source) []variable {
	var all []variable
	targets := targetsOf(s.text)
	for _, m := range reads.FindAllStringSubmatchIndex(s.text, -1) {
		call, name, rest := s.text[m[2]:m[3]], s.text[m[4]:m[5]], restOfCall(s.text[m[1]:])
		line := lineOf(s.text, m[0])
		v := variable{name: name, place: place(s.name, line), into: targets[line-1].fill(), optional: isOptional(call, rest) || strings.Contains(s.text, name+"=(")}
		if v.into == debugOff {
			switch before := s.text[strings.LastIndexByte(s.text[:m[0]], '\n')+1 : m[0]]; {
			case v.optional && !turnsOn.MatchString(rest) && !strings.HasPrefix(s.text[m[1]+len(rest):], ") !="): // off without it, too
				v.into = ""
			case strings.Contains(before, "int("):
				v.into = "0"
			}
		}
		at := slices.IndexFunc(all, func(o variable) bool { return o.name == v.name })
		if at < 0 {
			all = append(all, v)
			continue
		}
		all[at].optional = all[at].optional && v.optional
		if all[at].into == "" {
			all[at].into = v.into
		}
	}
	return all
}

// A targeted line gives a value to a setting, or to a key in it.
type targeted struct{ setting, key string } // the same where there is no key

// targetsOf are what the lines of a text give values to.
func targetsOf(text string) []targeted {
	var all []targeted
	var now targeted
	for line := range strings.SplitSeq(text, "\n") {
		if m := hasKey.FindStringSubmatch(line); m != nil {
			now.key = m[1]
		} else if name := strings.TrimSpace(assigns.FindString(line)); name != "" {
			name = name[:strings.IndexFunc(name, func(r rune) bool { return !(r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_') })]
			now = targeted{name, name}
		} else if line != "" && !strings.ContainsAny(line[:1], " \t)]}#") {
			now = targeted{}
		}
		all = append(all, now)
	}
	return all
}

// fill is the placeholder that fits, "" where none is known to.
func (t targeted) fill() string {
	switch {
	case t.setting == t.key && t.setting != "":
		return fills[t.setting]
	case t.setting == "DATABASES":
		return fillsDatabase[t.key]
	}
	return ""
}

// longestCall is how far a call that reads a variable is looked through.
const longestCall = 400

// restOfCall is what stands before the end of a call that is open.
func restOfCall(text string) string {
	depth := 1
	for i, r := range text[:min(len(text), longestCall)] {
		switch r {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			if depth--; depth == 0 {
				return text[:i]
			}
		}
	}
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// isOptional tells whether a call gives a value where the variable is not set. rest is what stands behind its name.
func isOptional(call, rest string) bool {
	switch {
	case strings.HasSuffix(call, "["):
		return false
	case strings.Contains(call, "environ.") || strings.HasPrefix(call, "getenv"):
		return true
	}
	rest = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(rest), ","))
	if rest == "" {
		return false
	}
	return strings.Contains(rest, "default") || !strings.HasPrefix(rest, "cast")
}
