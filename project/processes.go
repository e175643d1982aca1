package project

import (
	"encoding/json"
	"path"
	"regexp"
	"slices"
	"strings"

	"djship/plain"
)

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
			l.take(Choice{"processes.release", m[2], at, "run at each release, after migrate", Taken})
		default:
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
