package release

import (
	"fmt"
	"regexp"
	"strings"

	"djship/shell"
	"djship/steps/model"
)

// A Process is what runs beside gunicorn while a release is live, as a worker of a queue: so many times on a host.
type Process struct {
	Name    string // letters, digits, _ and -
	Command string // a line of bash
	Count   int
	Single  bool // a new one begins when the old one has ended: two of it would do things twice
}

// Processes is the note of what supervisord is to run beside a release's gunicorn. Nothing runs by it before the release is switched to: processes.sh makes a group of it then.
type Processes struct{ Release Release }

// Name implements Step.
func (s Processes) Name() string { return "processes of release " + s.Release.ID }

// ID implements Step.
func (s Processes) ID() string { return "processes:" + s.Release.Site.Project }

// note is the text of supervisord's, script what it starts for a process.
func (s Processes) note() string              { return s.Release.About() + ".programs" }
func (s Processes) script(name string) string { return s.Release.About() + ".run." + name }

// running are those of which there is at least one.
func (s Processes) running() []Process {
	var all []Process
	for _, p := range s.Release.Processes {
		if p.Count > 0 {
			all = append(all, p)
		}
	}
	return all
}

// Probe implements Step: the note.
func (s Processes) Probe() model.Script {
	return model.Script("cat -- " + shell.Quote(s.note()) + " 2>/dev/null")
}

// Plan implements Step.
func (s Processes) Plan(_ model.Facts, seen model.Observed) model.Change {
	want, site := s.Content(), s.Release.Site
	if seen.Text == want {
		return model.Change{}
	}
	var script strings.Builder
	put := func(path, text string) { script.WriteString(putFor(site, path, text)) }
	var all []string
	for _, p := range s.running() {
		all = append(all, fmt.Sprintf("%s=%d", p.Name, p.Count))
		put(s.script(p.Name), s.starts(p))
	}
	if want == "" {
		return model.Change{Told: model.Told{Verb: model.Update, Detail: "none"}, Work: model.Work{Script: model.Script("rm -f -- " + shell.Quote(s.note()) + "\n")}}
	}
	put(s.note(), want)
	return model.Change{Told: model.Told{Verb: model.Create, Detail: strings.Join(all, " ")}, Work: model.Work{Script: model.Script(script.String())}}
}

// starts is the text by which bash starts a process, as the site's account: the last command of its line takes bash's place, so that a signal reaches that.
func (s Processes) starts(p Process) string {
	at := s.Release.Site.Layout()
	return fmt.Sprintf("exec >>%s/%s.log 2>&1 </dev/null\nsource %s || exit\nexec bash -c %s\n", at.Logs, p.Name, at.Variables, shell.Quote(p.Command))
}

const (
	// stopSeconds is how long a process has for what it still does when another release has taken over.
	stopSeconds = 600
	// singleSeconds is the same for one that the next waits for.
	singleSeconds = 60
)

// huey is the command of a worker that drops what it does when it is told TERM, and ends it first when it is told INT.
var huey = regexp.MustCompile(`\brun_huey\b|\bhuey_consumer\b`)

// stopSignal is supervisord's line for what tells a process to do no more than what it does; "" where that is TERM.
func (p Process) stopSignal() string {
	if huey.MatchString(p.Command) {
		return "stopsignal=INT\n"
	}
	return ""
}

// Content is the note: supervisord's text for a group of the name @GROUP@, "" for none.
func (s Processes) Content() string {
	r, at := s.Release, s.Release.Site.Layout()
	var members, single, programs []string
	var text, scripts strings.Builder
	for _, p := range s.running() {
		seconds := stopSeconds
		for n := range p.Count {
			members = append(members, fmt.Sprintf("%s-%d", p.Name, n+1))
		}
		if p.Single {
			single, seconds = append(single, members[len(members)-p.Count:]...), singleSeconds
		}
		programs = append(programs, "@GROUP@-"+p.Name)
		scripts.WriteString(s.starts(p))
		fmt.Fprintf(&text, `
[program:@GROUP@-%[1]s]
process_name=%[1]s-%%(process_num)d
numprocs=%[2]d
numprocs_start=1
command=/bin/bash %[3]s
directory=%[4]s
user=%[5]s
environment=DJSHIP_RELEASE="%[6]s",DJSHIP_PROCESS="%[1]s-%%(process_num)d",HOME="%[4]s",USER="%[5]s",LOGNAME="%[5]s",LANG="C.UTF-8"
autostart=true
autorestart=true
startsecs=5
startretries=10
%[8]sstopwaitsecs=%[7]d
stopasgroup=false
killasgroup=true
stdout_logfile=NONE
stderr_logfile=NONE
`, p.Name, p.Count, s.script(p.Name), at.Home, r.Site.Project, r.ID, seconds, p.stopSignal())
	}
	if members == nil {
		return ""
	}
	head := fmt.Sprintf("; What runs beside the gunicorn of release %s, written by djship; their lines are in %s.\n; processes %s\n", r.ID, at.Logs, strings.Join(members, " "))
	if single != nil {
		head += "; single " + strings.Join(single, " ") + "\n"
	}
	return head + fmt.Sprintf("; release %s\n; sum %s\n\n[group:@GROUP@]\nprograms=%s\n", r.ID, model.Sum(scripts.String()), strings.Join(programs, ",")) + text.String()
}
