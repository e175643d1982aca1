package release

import (
	"fmt"
	"regexp"
	"strings"
	"sync"

	"djship/assets"
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
	head, own, foot := s.parts(f)
	content := head + own + foot
	stat, sum, _ := strings.Cut(seen.Text, "\n")
	now := model.ParseStat(stat)
	// A value of the project's own may be a secret, and logs have the scripts.
	c := model.Change{Told: model.Told{Verb: model.Create, Detail: r.Environ()}, Work: model.Given("variables", secret.New(own))}
	c.Script = model.Script("{\n" + printed(head) + "printf %s \"$variables\"\n" + printed(foot) + "} | put_for " + shell.QuoteAll(r.Site.Project, r.Environ()) + "\n")
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

// printed is a command that prints lines, in which a host finds those of texts that it keeps.
func printed(lines string) string { return "cat <<'djship_lines'\n" + lines + "djship_lines\n" }

// usual are the variables of each release, which projects read by these names, with what bash makes their values of.
var usual = sync.OnceValue(func() []Variable {
	var all []Variable
	for line := range strings.Lines(assets.Code("shell/variables.sh")) {
		if exports, ok := strings.CutPrefix(strings.TrimLeft(line, "\t"), "export "); ok {
			for _, m := range assigned.FindAllStringSubmatch(exports, -1) {
				all = append(all, Variable{m[1], m[2]})
			}
		}
	}
	return all
})

var assigned = regexp.MustCompile(`([A-Z_]+)=("[^"]*"|\S+)`)

// braced is what is filled in.
var braced = regexp.MustCompile(`\{[a-z_]+\}`)

// Content is the file's text, for bash.
func (s Environ) Content(f model.Facts) string {
	head, own, foot := s.parts(f)
	return head + own + foot
}

// parts are the file's text: what djship says, what the project does, and what is said behind that.
func (s Environ) parts(f model.Facts) (head, own, foot string) {
	r, at := s.Release, s.Release.Site.Layout()
	var b strings.Builder
	set := func(name, value string) { fmt.Fprintf(&b, "export %s=%s\n", name, shell.Quote(value)) }
	fmt.Fprintf(&b, "# The variables of release %s of %s, which prepare_env.sh takes in. Written by djship; what is yours\n# belongs into local_env.sh.\n", r.ID, r.Site.Project)
	fmt.Fprintf(&b, "code=%s environment=%s djship_static=%s\n", shell.Quote(r.Work()), shell.Quote(r.Virtualenv(f)), shell.Quote(r.Gathered()))
	b.WriteString("export DJSHIP_SECRET_KEY=\"$SECRET_KEY\" DJSHIP_DB_PASSWORD=\"$DB_PASSWORD\" DJSHIP_DB_PORT=\"${DB_PORT:-5432}\"\n")
	set("DJSHIP_DB_NAME", r.Site.Project)
	set("DJSHIP_CODE", r.Code())
	set("DJSHIP_MEDIA_ROOT", at.Media)
	set("DJSHIP_LOGS", at.Logs)
	if r.Static {
		b.WriteString("export DJSHIP_STATIC_ROOT=\"$djship_static\"\n")
	}
	if f.Sites[r.Site.Project].Domain != "" {
		fmt.Fprintf(&b, "%s || return\n", r.Site.TakesNamesIn()) // which may change while the release is live
	}
	fmt.Fprintf(&b, "[ ! -e %s ] || export DJSHIP_HTTPS=yes\n", at.HTTPSConf()) // which may come when the release is long live
	b.WriteString(assets.Code("shell/variables.sh"))
	if r.Redis {
		fmt.Fprintf(&b, ". %s\n", at.Redis)
	}
	s.modules(&b, set)
	return b.String(), s.own(), fmt.Sprintf("[ ! -e %s ] || export WEB_CONCURRENCY=1\n", at.Frugal)
}

// own is what the project sets. What is between braces there stands for what djship knows.
func (s Environ) own() string {
	r, at := s.Release, s.Release.Site.Layout()
	filled := map[string]string{
		"{domain}": `"$DJSHIP_DOMAIN"`, "{project}": shell.Quote(r.Site.Project), "{media}": shell.Quote(at.Media), "{static}": shell.Quote(r.Gathered()),
		"{secret_key}": `"$DJSHIP_SECRET_KEY"`, "{database_url}": `"$djship_url"`, "{db_password}": `"$DJSHIP_DB_PASSWORD"`, "{db_port}": `"$DJSHIP_DB_PORT"`,
		"{db_name}": r.Site.Project, "{db_user}": r.Site.Project, "{db_host}": "localhost",
	}
	var b strings.Builder
	for _, v := range r.Env {
		before := ""
		if v.Name == gunicornArgs && r.ASGI != "" {
			before = `"$` + gunicornArgs + ` "` // behind which worker it is
		}
		fmt.Fprintf(&b, "export %s=%s%s\n", v.Name, before, fill(v.Value, filled))
	}
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
