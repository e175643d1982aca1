package release

import (
	"fmt"
	"strings"
	"time"

	"djship/assets"
	"djship/shell"
	"djship/steps/django"
	"djship/steps/model"
	"djship/steps/server"
)

// Checked is a release that was looked at in its own environment, as the site's account, before any visitor meets it: its settings and its
// application are imported, what `manage.py check` says is heard, what the database lacks is noted, and its static files are
// gathered and served beside those of the live one.
type Checked struct{ Release Release }

// checkLimit is how long that may take: collectstatic compresses, in some projects.
const checkLimit = 15 * time.Minute

// Name implements Step.
func (s Checked) Name() string { return "check of release " + s.Release.ID }

// ID implements Step.
func (s Checked) ID() string { return "checked:" + s.Release.Site.Project }

// Report is the file in which a host has what was learned of the release: lines "settings NAME", "wsgi NAME", "pending APP.NAME", "static FILES", "warn TEXT", "notice TEXT", and
// "row SETTING VALUE FROM WHAT", parted by tabs. All is words of the site's account.
func (r Release) Report() string { return r.About() + ".checked" }

// TellsOutput implements model.Telling: what each setting comes to, and why.
func (Checked) TellsOutput() {}

// Probe implements Step: what the release was looked at with, and the folder of its static files.
func (s Checked) Probe() model.Script {
	r := s.Release
	return model.Script(fmt.Sprintf("sed -n -e 's/^for /for /p' -e 's/^static /static /p' %s 2>/dev/null\n[ ! -d %s ] || echo gathered", shell.Quote(r.Report()), shell.Quote(r.Gathered())))
}

// mark is what a report is of: the same variables, looked at by the same programs.
func (s Checked) mark(f model.Facts) string {
	return "for " + model.Sum(Environ(s).Content(f) + overlaySum())[:16]
}

// Plan implements Step.
func (s Checked) Plan(f model.Facts, seen model.Observed) model.Change {
	r := s.Release
	static, _ := model.LineAfter(seen.Text, "static ")
	c := model.Change{Told: model.Told{Verb: model.Run, Detail: "settings, checks, migrations, static files"}, Work: model.Work{Script: s.script(f)},
		Schedule: model.Schedule{Limit: checkLimit}}
	switch {
	case !model.HasLine(seen.Text, s.mark(f)):
	case r.Static && static != "" && static != "0" && !model.HasLine(seen.Text, "gathered"):
		c.Detail = "its static files are gone"
	default:
		return model.Change{}
	}
	return c
}

func (s Checked) script(f model.Facts) model.Script {
	r, at := s.Release, s.Release.Site.Layout()
	var arguments []string
	add := func(name, value string) {
		if value != "" {
			arguments = append(arguments, name+"="+value)
		}
	}
	scratch := ""
	if r.Overlay {
		arguments = append(arguments, "overlay")
	}
	if r.Static {
		scratch = at.Home + "/.djship-gathered"
		add("static", scratch)
		add("file", r.HealthStatic)
	}
	add("settings", r.Settings)
	add("guessed", r.Guessed)
	add("wsgi", r.WSGI)
	if r.ASGI != "" {
		add("asgi", application(r.ASGI))
	} else if r.WSGI != "" {
		arguments[len(arguments)-1] = "wsgi=" + application(r.WSGI)
	}
	text := shell.Set("site", r.Site.Project, "release", r.ID, "variables", at.Variables, "overlay", overlay(r.Site), "arguments", shell.QuoteAll(arguments...),
		"scratch", scratch, "gathered", r.Gathered(), "live", at.Live,
		"about", r.About(), "of", s.mark(f), "code", r.Code(), "python", r.Interpreter(f)) + assets.Code("shell/bytecode.sh") + assets.Code("shell/bounded.sh") + assets.Code("shell/statictaken.sh") + assets.Code("shell/checked.sh")
	return server.Builders() + staticUnion(r.Site) + model.Script(text)
}

// staticUnion is shell that has functions for what nginx serves of a site's releases: join_static and tidy_static.
func staticUnion(s django.Site) model.Script {
	at := s.Layout()
	return model.Script(shell.Set("root", strings.TrimSuffix(at.Gathered, "/static"), "served", at.Served) + assets.Code("shell/static_union.sh"))
}
