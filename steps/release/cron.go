package release

import (
	"fmt"
	"strings"

	"djship/assets"
	"djship/shell"
	"djship/steps/django"
	"djship/steps/model"
)

// A Job is a command of a release that cron runs as the site's account.
type Job struct {
	Name     string // letters, digits, _ and -
	Schedule string // a time as a crontab has it, and nothing else
	Command  string // a line of bash
}

// Jobs is what a host has noted of a release's jobs, and the program that runs one. cron is told of them when the release is live, see Scheduled.
type Jobs struct{ Release Release }

// Name implements Step.
func (s Jobs) Name() string { return "jobs of release " + s.Release.ID }

// ID implements Step.
func (s Jobs) ID() string { return "release-jobs:" + s.Release.Site.Project }

// note is a line a job: name, time and command, with tabs between.
func (s Jobs) note() string {
	var b strings.Builder
	for _, j := range s.Release.Jobs {
		fmt.Fprintf(&b, "%s\t%s\t%s\n", j.Name, j.Schedule, j.Command)
	}
	return b.String()
}

func (s Jobs) program() string {
	at := s.Release.Site.Layout()
	return shell.Set("own", at.Root, "home", at.Home, "variables", at.Variables) + assets.Code("shell/job.sh")
}

// files are the paths of both.
func (s Jobs) files() (note, program string) {
	dir := s.Release.Site.Layout().Jobs
	return dir + "/" + s.Release.ID, dir + "/run"
}

// Probe implements Step: "note SUM" and "program SUM" of those that are there.
func (s Jobs) Probe() model.Script {
	note, program := s.files()
	return model.Script(fmt.Sprintf("[ ! -f %[1]s ] || echo \"note $(sha256sum <%[1]s)\"\n[ ! -f %[2]s ] || echo \"program $(sha256sum <%[2]s)\"\n", shell.Quote(note), shell.Quote(program)))
}

// Plan implements Step.
func (s Jobs) Plan(_ model.Facts, seen model.Observed) model.Change {
	note, program := s.files()
	has := func(what, text string) bool { return model.HasLine(seen.Text, what+" "+model.Sum(text)+"  -") }
	if s.Release.Jobs == nil {
		if _, noted := model.LineAfter(seen.Text, "note "); !noted {
			return model.Change{}
		}
		return model.Change{Told: model.Told{Verb: model.Update, Detail: "it has none on this host"}, Work: model.Work{Script: model.Script("rm -f -- " + shell.Quote(note) + "\n")}}
	}
	if has("note", s.note()) && has("program", s.program()) {
		return model.Change{}
	}
	var names []string
	for _, j := range s.Release.Jobs {
		names = append(names, j.Name)
	}
	script := "mkdir -p -m 0755 " + shell.Quote(s.Release.Site.Layout().Jobs) + "\n"
	for _, file := range [][2]string{{program, s.program()}, {note, s.note()}} {
		script += putFor(s.Release.Site, file[0], file[1])
	}
	return model.Change{Told: model.Told{Verb: model.Create, Detail: strings.Join(names, ", ")}, Work: model.Work{Script: model.Script(script)}}
}

// Scheduled is what cron has of a site: the jobs of the release that is live, and of no other.
type Scheduled struct {
	Site django.Site
	To   string // the ID of the release that is live by then, or django.Zero; "" where nobody knows before
}

// Name implements Step.
func (s Scheduled) Name() string { return "cron of " + s.Site.Project }

// ID implements Step.
func (s Scheduled) ID() string { return "cron:" + s.Site.Project }

// table is the file that cron reads.
func (s Scheduled) table() string { return "/etc/cron.d/djship-" + s.Site.Project }

func (s Scheduled) functions() string {
	return shell.Set("site", s.Site.Project, "own", s.Site.Layout().Root, "table", s.table()) + assets.Code("shell/cron.sh")
}

// release are words of shell for the one whose jobs cron is to have.
func (s Scheduled) release() string {
	if s.To == "" {
		return `"$(live_release)"`
	}
	return shell.Quote(s.To)
}

// Probe implements Step: "differs" where cron has others, and "has" where there were jobs at all.
func (s Scheduled) Probe() model.Script {
	return model.Script(s.functions() + "told " + s.release() + " || echo differs\n[ ! -d \"$own/cron\" ] || echo has\n")
}

// Plan implements Step.
func (s Scheduled) Plan(_ model.Facts, seen model.Observed) model.Change {
	if !model.HasLine(seen.Text, "differs") && !(seen.Due && model.HasLine(seen.Text, "has")) {
		return model.Change{}
	}
	return model.Change{Told: model.Told{Verb: model.Update, Detail: s.table()}, Work: model.Work{Script: model.Script(s.functions() + "tell " + s.release() + "\n")}}
}
