package release

import (
	"fmt"
	"regexp"
	"strings"

	"djship/secret"
	"djship/shell"
	"djship/steps/model"
)

// Environ is the file with the variables of a release, which prepare_env.sh takes in. No secret is in it: what holds one is
// put together by the shell that reads it, of what prepare_env.sh has from the site's files.
type Environ struct{ Release Release }

// Name implements Step.
func (s Environ) Name() string { return "variables of release " + s.Release.ID }

// ID implements Step.
func (s Environ) ID() string { return "environ:" + s.Release.Site.Project }

// LookedAt implements model.Located.
func (s Environ) LookedAt() string { return s.Release.Environ() }

// Probe implements Step: owner and mode of the file, and its sum.
func (s Environ) Probe() model.Script {
	return model.Script(fmt.Sprintf("%s\nsha256sum <%s 2>/dev/null", model.StatProbe(s.Release.Environ()), shell.Quote(s.Release.Environ())))
}

// Plan implements Step.
func (s Environ) Plan(f model.Facts, seen model.Observed) model.Change {
	r := s.Release
	content := s.Content(f)
	head, sum, _ := strings.Cut(seen.Text, "\n")
	now := model.ParseStat(head)
	// A value of the project's own may be a secret, and logs have the scripts.
	c := model.Change{Told: model.Told{Verb: model.Create, Detail: r.Environ()}, Work: model.Given("variables", secret.New(content))}
	c.Script = model.Script("printf %s \"$variables\" | put_for " + shell.QuoteAll(r.Site.Project, r.Environ()) + "\n")
	switch {
	case now.Kind == model.Absent:
	case now.Kind != "regular file":
		return model.Refusal(r.Environ()+" is a "+now.Kind, model.OutOfTheWay)
	case !strings.HasPrefix(sum, model.Sum(content)+" "):
		// A process that runs has read what was there: another takes over.
		c.Verb, c.Detail, c.Notify = model.Update, r.Environ()+": another virtualenv or version of djship", []string{Slot{Release: r}.ID()}
	case now.Differs("root", r.Site.Project, "0640") != "":
		c.Verb, c.Detail = model.Update, r.Environ()+": "+now.Differs("root", r.Site.Project, "0640")
	default:
		return model.Change{}
	}
	return c
}

// usual are variables that projects read by these names, with their values; in these and in those of Release.Env the names between braces stand for
// what is in filled.
var usual = []Variable{
	{"DJANGO_SECRET_KEY", "{secret_key}"},
	{"DATABASE_URL", "{database_url}"},
	{"DB_NAME", "{db_name}"}, {"DB_USER", "{db_user}"}, {"DB_PASSWORD", "{db_password}"}, {"DB_HOST", "{db_host}"}, {"DB_PORT", "{db_port}"},
	{"PGDATABASE", "{db_name}"}, {"PGUSER", "{db_user}"}, {"PGPASSWORD", "{db_password}"}, {"PGHOST", "{db_host}"}, {"PGPORT", "{db_port}"},
	{"POSTGRES_DB", "{db_name}"}, {"POSTGRES_USER", "{db_user}"}, {"POSTGRES_PASSWORD", "{db_password}"}, {"POSTGRES_HOST", "{db_host}"}, {"POSTGRES_PORT", "{db_port}"},
	{"ALLOWED_HOSTS", "{domain},www.{domain}{more_hosts}"}, {"DJANGO_ALLOWED_HOSTS", "{domain},www.{domain}{more_hosts}"},
	{"CSRF_TRUSTED_ORIGINS", "https://{domain},https://www.{domain}{more_origins}"},
	{"DEBUG", "0"}, // int() takes no word, and what reads this one as true is put right by the overlay
	{"STATIC_ROOT", "{static}"}, {"MEDIA_ROOT", "{media}"},
	{"PORT", "8000"},
}

// braced is what is filled in.
var braced = regexp.MustCompile(`\{[a-z_]+\}`)

// Content is the file's text, for bash.
func (s Environ) Content(f model.Facts) string {
	r, at := s.Release, s.Release.Site.Layout()
	site := f.Sites[r.Site.Project]
	filled := map[string]string{
		"{domain}": `"$DJSHIP_DOMAIN"`, "{more_hosts}": `"$djship_hosts"`, "{more_origins}": `"$djship_origins"`,
		"{project}": shell.Quote(r.Site.Project), "{media}": shell.Quote(at.Media), "{static}": shell.Quote(r.Gathered()),
		"{secret_key}": `"$DJSHIP_SECRET_KEY"`, "{database_url}": `"$djship_url"`, "{db_password}": `"$DJSHIP_DB_PASSWORD"`, "{db_port}": `"$DJSHIP_DB_PORT"`,
		"{db_name}": r.Site.Project, "{db_user}": r.Site.Project, "{db_host}": "localhost",
	}
	var b strings.Builder
	set := func(name, value string) { fmt.Fprintf(&b, "export %s=%s\n", name, fill(value, filled)) }
	fmt.Fprintf(&b, "# The variables of release %s of %s, which prepare_env.sh takes in. Written by djship; what is yours\n# belongs into local_env.sh.\n", r.ID, r.Site.Project)
	fmt.Fprintf(&b, "code=%s environment=%s\n", shell.Quote(r.Work()), shell.Quote(r.Virtualenv(f)))
	b.WriteString("export DJSHIP_SECRET_KEY=\"$SECRET_KEY\" DJSHIP_DB_PASSWORD=\"$DB_PASSWORD\" DJSHIP_DB_PORT=\"${DB_PORT:-5432}\"\n")
	set("DJSHIP_DB_NAME", r.Site.Project)
	set("DJSHIP_CODE", r.Code())
	set("DJSHIP_MEDIA_ROOT", at.Media)
	set("DJSHIP_LOGS", at.Logs)
	if r.Static {
		set("DJSHIP_STATIC_ROOT", r.Gathered())
	}
	b.WriteString(encode + "djship_url=postgres://" + r.Site.Project + ":$(djship_encode \"$DJSHIP_DB_PASSWORD\")@localhost:$DJSHIP_DB_PORT/" + r.Site.Project + "\n")
	if site.Domain != "" {
		fmt.Fprintf(&b, "%s || return\n", r.Site.TakesNamesIn()) // which may change while the release is live
	}
	fmt.Fprintf(&b, "[ ! -e %s ] || export DJSHIP_HTTPS=yes\n", at.HTTPSConf()) // which may come when the release is long live
	for _, v := range usual {
		if site.Domain != "" || !strings.Contains(v.Value, "{domain}") {
			set(v.Name, v.Value)
		}
	}
	if r.Redis {
		fmt.Fprintf(&b, ". %s\n", at.Redis)
	}
	s.modules(&b, set)
	for _, v := range r.Env {
		if v.Name == gunicornArgs && r.ASGI != "" {
			fmt.Fprintf(&b, "export %[1]s=\"$%[1]s \"%[2]s\n", v.Name, fill(v.Value, filled)) // behind which worker it is
			continue
		}
		set(v.Name, v.Value)
	}
	fmt.Fprintf(&b, "[ ! -e %s ] || export WEB_CONCURRENCY=1\n", at.Frugal)
	return b.String()
}

const (
	gunicornArgs = "GUNICORN_CMD_ARGS"
	asgiWorker   = "--worker-class asgi"
)

// modules sets which settings and which application there are: what was found when the release was looked at, where nothing was said.
func (s Environ) modules(b *strings.Builder, set func(name, value string)) {
	r := s.Release
	path := r.Work()
	if r.Code() != path {
		path += ":" + r.Code()
	}
	found := shell.Quote(r.About() + ".found")
	b.WriteString("unset DJSHIP_OVERLAY DJSHIP_SETTINGS_MODULE DJANGO_SETTINGS_MODULE WSGI_APPLICATION GUNICORN_CMD_ARGS\n")
	if r.Settings != "" {
		set("DJSHIP_SETTINGS_MODULE", r.Settings)
	}
	switch {
	case r.ASGI != "":
		set("WSGI_APPLICATION", application(r.ASGI))
		set(gunicornArgs, asgiWorker)
	case r.WSGI != "":
		set("WSGI_APPLICATION", application(r.WSGI))
	}
	fmt.Fprintf(b, "[ ! -f %[1]s ] || . %[1]s\n", found)
	if r.Overlay {
		path = overlay(r.Site) + ":" + path
		set("DJSHIP_OVERLAY", "yes")
		set("DJANGO_SETTINGS_MODULE", "djship_settings")
	} else {
		b.WriteString("[ ! \"${DJSHIP_SETTINGS_MODULE-}\" ] || export DJANGO_SETTINGS_MODULE=\"$DJSHIP_SETTINGS_MODULE\"\n")
	}
	fmt.Fprintf(b, "export PYTHONPATH=%s\n", shell.Quote(path))
}

// application is what gunicorn calls an application: "config.wsgi:application". Django's own settings have it with a dot.
func application(dotted string) string {
	module, has := strings.CutSuffix(dotted, ".application")
	if has || !strings.Contains(dotted, ":") {
		return module + ":application"
	}
	return dotted
}

// fill is a value as words of bash: what is between braces and known is filled in, all else stands as it is.
func fill(value string, filled map[string]string) string {
	var b strings.Builder
	end := 0
	for _, m := range braced.FindAllStringIndex(value, -1) {
		if with, ok := filled[value[m[0]:m[1]]]; ok {
			if m[0] > end {
				b.WriteString(shell.Quote(value[end:m[0]]))
			}
			b.WriteString(with)
			end = m[1]
		}
	}
	if end < len(value) || value == "" {
		b.WriteString(shell.Quote(value[end:]))
	}
	return b.String()
}

// encode is a function of bash that writes a text as a part of a URL.
const encode = `djship_encode() {
	local LC_ALL=C text=$1 i c
	for ((i = 0; i < ${#text}; i++)); do
		c=${text:i:1}
		case $c in [A-Za-z0-9._~-]) printf %s "$c" ;; *) printf %%%02X $(($(printf %d "'$c") & 255)) ;; esac
	done
}
`
