package project

import (
	"encoding/json"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"djship/plain"
)

// A Process is what a project wants to have running beside its gunicorn.
type Process struct {
	Name, Command string
	Single        bool // there may be one of it only
}

// Processes are those that the project says, or its Procfile has, sorted by name: without web and release, which are no processes of their own, and what is proposed
// alone.
func (p *Project) Processes() []Process {
	all := slices.DeleteFunc(slices.Clone(p.Settings.Processes), func(one Process) bool { return one.Name == "web" || one.Name == "release" })
	for _, c := range p.Choices {
		name, is := strings.CutPrefix(c.Key, "processes.")
		if value, text := c.Value.(string); is && text && c.State == Taken && name != "web" && name != "release" {
			all = append(all, Process{name, value, schedules.MatchString(value)})
		}
	}
	slices.SortFunc(all, func(a, b Process) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// processes are the table of them: the value of each is a command, or a table with more.
func (r *reader) processes() []Process {
	const key = "processes"
	table, is := r.document.at(slices.Concat(r.prefix, []string{key})...).(map[string]any)
	if !is {
		r.pairs(key, processName, command) // which says so
		return nil
	}
	r.known[""] = append(r.known[""], key)
	var all []Process
	for _, name := range sortedKeys(table) {
		if wrong, advice := processName(name); wrong != "" {
			r.wrongAt([]string{key, name}, fmt.Sprintf("%s has the key %s: %s", key, quoted(name), wrong), advice)
		}
		inner, is := table[name].(map[string]any)
		if !is {
			all = append(all, asProcesses([]Pair{{name, r.textOf([]string{key, name}, table[name], command)}})...)
			continue
		}
		p := Process{Name: name, Command: r.textOf([]string{key, name, "command"}, inner["command"], command)}
		if p.Command == "" && inner["command"] == nil {
			r.wrongAt([]string{key, name}, shownKey([]string{key, name})+" has no command", name+` = { command = "…", single = true }`)
		}
		p.Single = schedules.MatchString(p.Command)
		for _, other := range sortedKeys(inner) {
			switch on, is := inner[other].(bool); {
			case other == "command":
			case other != "single":
				r.wrongAt([]string{key, name, other}, "there is no key "+shownKey([]string{key, name, other}), "the keys are command, single")
			case !is:
				r.wrongAt([]string{key, name, other}, "single must be true or false, and is "+kindOf(inner[other]), "single = true, without quotes")
			default:
				p.Single = on
			}
		}
		all = append(all, p)
	}
	return all
}

func asProcesses(pairs []Pair) []Process {
	var all []Process
	for _, p := range pairs {
		all = append(all, Process{p.Name, p.Value, schedules.MatchString(p.Value)})
	}
	return all
}

// schedules are the usual commands that tell others what to do when: two of them would tell it twice.
var schedules = regexp.MustCompile(`\bcelery\b.*\sbeat\b|\brqscheduler\b|\brq cron\b`)

var (
	procLine  = regexp.MustCompile(`^([A-Za-z0-9_-]+):\s*(.+)$`)
	devServer = regexp.MustCompile(`\brunserver(_plus)?\b|\bflask run\b`)
)

// lookForProcesses reads Procfile and app.json, and sees celery where neither has it.
func (l *looker) lookForProcesses() {
	found := false
	for _, dir := range l.near() {
		if name := path.Join(dir, "Procfile"); l.f.has(name) && !found {
			found = true
			l.readProcfile(name)
		}
		if name := path.Join(dir, "app.json"); l.f.has(name) {
			l.readApp(name)
		}
	}
	if !found && l.need("celery") {
		if app := l.celery(); app != "" {
			l.take(Choice{"processes.worker", "celery -A " + app + " worker", l.fileOf(app + ".celery"), "celery is among the requirements", Proposed})
			if l.need("django-celery-beat") || l.findInSettings(regexp.MustCompile(`CELERY_?BEAT`)) != "" {
				l.take(Choice{"processes.beat", "celery -A " + app + " beat", "", "the settings have a schedule for it", Proposed})
			}
		}
	}
}

func (l *looker) readProcfile(name string) {
	for i, line := range strings.Split(l.f.text(name), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		at := place(name, i+1)
		m := procLine.FindStringSubmatch(line)
		switch {
		case m == nil:
			l.note(at, "this line is no process: "+quoted(line), "name: command")
		case m[1] == "web" && devServer.MatchString(m[2]):
			l.note(at, "web is Django's server for development", "djship runs gunicorn; the line is passed over")
		case m[1] == "web":
			l.take(Choice{"processes.web", m[2], at, "djship runs gunicorn by itself; this line is passed over", Taken})
		case m[1] == "release":
			l.take(Choice{"processes.release", m[2], at, releaseReason(m[2]), Taken})
		default:
			if wrong, advice := processName(m[1]); wrong != "" {
				l.note(at, quoted(m[1])+": "+wrong, advice)
				continue
			}
			l.take(Choice{"processes." + m[1], m[2], at, "", Taken})
		}
	}
}

func (l *looker) readApp(name string) {
	var app struct {
		Cron []struct{ Command, Schedule string } `json:"cron"`
	}
	if err := json.Unmarshal([]byte(l.f.text(name)), &app); err != nil {
		l.note(place(name, 0), "is not as app.json is written, and was not read", "")
		return
	}
	var seen []string
	for _, c := range app.Cron {
		line := plain.Line(c.Schedule + " " + c.Command)
		base := regexp.MustCompile(`[^a-z0-9]+`).ReplaceAllString(strings.ToLower(lastWord(c.Command)), "_")
		if wrong, _ := cronLine(line); wrong != "" || !processPattern.MatchString(base) || slices.Contains(seen, base) {
			l.note(place(name, 0), "this job of cron has no name or no time: "+quoted(line), "write it into "+l.own()+", below cron")
			continue
		}
		seen = append(seen, base)
		l.take(Choice{"cron." + base, line, place(name, 0), "", Taken})
	}
}

func lastWord(text string) string {
	words := strings.Fields(text)
	if len(words) == 0 {
		return ""
	}
	return strings.Trim(words[len(words)-1], "_")
}

// celery is the package with the celery application, "" where none is seen.
func (l *looker) celery() string {
	top, _, _ := strings.Cut(l.module, ".")
	for _, at := range append([]string{path.Join(l.root, top)}, l.f.sources(l.root)...) {
		module := strings.ReplaceAll(strings.TrimPrefix(strings.TrimPrefix(at, l.root), "/"), "/", ".")
		if l.f.has(path.Join(at, "celery.py")) && dottedPattern.MatchString(module) {
			return module
		}
	}
	return ""
}
