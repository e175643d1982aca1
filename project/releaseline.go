package project

import (
	"regexp"
	"strings"
)

// ReleaseLine is the line of bash that a project wants to have run at each release, as its own word or its Procfile has it: the process release. Commands in it that a push
// makes by itself are left out. "" is none.
func (p *Project) ReleaseLine() string {
	line := ""
	if c, ok := p.Choice("processes.release"); ok && c.State == Taken {
		line, _ = c.Value.(string)
	}
	for _, one := range p.Settings.Processes {
		if one.Name == "release" {
			line = one.Command
		}
	}
	return withoutOwn(line)
}

// ownCommands are those of manage.py that a push has run before, where the project has not told it otherwise.
var ownCommands = regexp.MustCompile(`^(?:(?:\S*/)?python[0-9.]* +)?(?:\S*/)?manage\.py +(?:migrate|collectstatic|check)(?: +--?[\w=.-]+)*$`)

// withoutOwn is a line of commands with && between them without those that a push makes by itself.
func withoutOwn(line string) string {
	if strings.ContainsAny(line, "|;'\"`\\(){}<>#\n") || strings.Contains(strings.ReplaceAll(line, "&&", ""), "&") {
		return line // its && may be another's
	}
	var left []string
	for part := range strings.SplitSeq(line, "&&") {
		if part = strings.TrimSpace(part); !ownCommands.MatchString(part) {
			left = append(left, part)
		}
	}
	return strings.Join(left, " && ")
}

// releaseReason says what becomes of the line.
func releaseReason(line string) string {
	switch left := withoutOwn(line); left {
	case "":
		return "a push does that by itself; this line is passed over"
	case line:
		return "run at each release, after migrate"
	default:
		return "what a push does not do by itself is run at each release, after migrate: " + left
	}
}
