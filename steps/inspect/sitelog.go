package inspect

import (
	"context"
	"fmt"
	"strings"

	"djship/remote"
	"djship/runner"
	"djship/secret"
	"djship/shell"
	"djship/steps/django"
)

// A SiteLog is the end of what a site's gunicorn has logged, 64 KiB; nothing where it has logged nothing for a minute.
type SiteLog string

// LogEnd reads a site's log by one exec, as the site's account.
func LogEnd(ctx context.Context, s runner.Session, project string) (SiteLog, error) {
	mark := runner.NewMark()
	read := fmt.Sprintf(`PATH=/usr/bin:/bin
log=%s
[ $(($(date +%%s) - $(stat -L -c %%Y "$log"))) -gt 60 ] || tail -c 65536 "$log"`, django.Site{Project: project}.Layout().GunicornLog())
	out, err := runner.AskHost(ctx, s, mark, remote.Script{First: fmt.Sprintf("mark=%s sign=%ss", mark, mark), Body: runner.Tethered(fmt.Sprintf("m log\nread_as %s %s\nm end", project, shell.Quote(read)))})
	if err != nil {
		return "", err
	}
	_, said, _ := strings.Cut(string(out), "\n"+mark+" log\n")
	var text strings.Builder
	for line := range strings.Lines(said) {
		if line, ok := strings.CutPrefix(line, ":"); ok {
			text.WriteString(line)
		}
	}
	return SiteLog(text.String()), nil
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
	if at := strings.LastIndex(text, "] Starting gunicorn "); at >= 0 && answered {
		text = text[at:]
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
