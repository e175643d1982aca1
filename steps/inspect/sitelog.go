package inspect

import (
	"context"
	"fmt"
	"strings"

	"djship/runner"
	"djship/secret"
	"djship/shell"
	"djship/steps/django"
	"djship/steps/model"
)

// A SiteLog is the end of what a site's gunicorn has logged, 64 KiB.
type SiteLog string

// LogEnd reads a site's log by one exec, as the site's account. It is empty where nothing was logged for a minute.
func LogEnd(ctx context.Context, s runner.Session, project string) (SiteLog, error) {
	return readLog(ctx, s, project, unlessOld)
}

// LastLogEnd is LogEnd of a site that does not run, which may have logged last long ago.
func LastLogEnd(ctx context.Context, s runner.Session, project string) (SiteLog, error) {
	return readLog(ctx, s, project, "")
}

// unlessOld lets pass a log in which something was written within the last minute.
const unlessOld = `[ $(($(date +%s) - $(stat -L -c %Y "$log"))) -gt 60 ] || `

// readLog reads the end of a site's log, unless what precedes that in the shell says otherwise.
func readLog(ctx context.Context, s runner.Session, project, unless string) (SiteLog, error) {
	out, err := runner.Ask(ctx, s, "", runner.Tethered(logText(project, unless)))
	if err != nil {
		return "", err
	}
	return SiteLog(model.Quoted(out)), nil
}

// logText prints it as the site's account, each line behind a colon.
func logText(project, unless string) string {
	read := fmt.Sprintf("PATH=/usr/bin:/bin\nlog=%s\n%stail -c 65536 \"$log\"", django.Site{Project: project}.Layout().GunicornLog(), unless)
	return fmt.Sprintf("read_as %s %s\nm end", project, shell.Quote(read))
}

// logLines are how many lines of a log are shown.
const logLines = 7

// traceback is how Python begins one.
const traceback = "Traceback (most recent call last)"

// Tail is the end of the last traceback, secrets masked, without what gunicorn says of itself; nothing where there
// is none. Where the site itself has answered, that is one since gunicorn has started last; else it may be why it
// ends each time that it is started.
func (l SiteLog) Tail(answered bool) string {
	text := string(l)
	if answered {
		text = l.sinceStart()
	}
	var last string
	for i, part := range strings.Split(text, traceback) {
		if i == 0 {
			continue
		}
		var lines []string
		for line := range strings.Lines(traceback + part) {
			line = strings.TrimRight(line, "\r\n")
			if strings.HasPrefix(line, "[") && strings.Contains(line, "] [") { // gunicorn's own
				break
			}
			if strings.TrimSpace(line) != "" && len(line) <= 2000 {
				lines = append(lines, line)
			}
		}
		if !ofHalt(lines) {
			last = strings.Join(lines[max(0, len(lines)-logLines):], "\n")
		}
	}
	return secret.Masked(last)
}

// Boot is the end of the traceback for which gunicorn has ended, secrets masked; nothing where its workers could begin
// when it was started last.
func (l SiteLog) Boot() string {
	if !strings.Contains(l.sinceStart(), "Worker failed to boot") {
		return ""
	}
	return l.Tail(true)
}

// sinceStart is what was logged since gunicorn has started last, as far as the log's end has that.
func (l SiteLog) sinceStart() string {
	return string(l[max(0, strings.LastIndex(string(l), "] Starting gunicorn ")):])
}

// ofHalt tells whether a traceback is of how gunicorn itself ends when its workers could not begin, which says nothing
// of why. Behind the exception, which is the first line that is not indented, may stand that another comes of it.
func ofHalt(lines []string) bool {
	for i, line := range lines {
		if i > 0 && !strings.HasPrefix(line, " ") {
			return strings.Contains(line, "HaltServer")
		}
	}
	return false
}

// Disallowed tells whether Django has refused a request because its settings do not allow the name.
func (l SiteLog) Disallowed(name string) bool {
	return strings.Contains(string(l), "Invalid HTTP_HOST header: '"+name+"'")
}
