package steps

import (
	"fmt"
	"strings"
)

// stat is what st of the prelude prints, and f first: "kind|owner:group|mode".
type stat struct{ kind, owner, group, mode string }

func parseStat(line string) stat {
	kind, rest, _ := strings.Cut(line, "|")
	ownership, mode, _ := strings.Cut(rest, "|")
	owner, group, _ := strings.Cut(ownership, ":")
	return stat{kind, owner, group, mode}
}

// differs says in words what is wrong with owner, group ("" is any) and mode, "" if nothing is.
func (s stat) differs(owner, group, mode string) string {
	var wrong []string
	if s.owner != owner || group != "" && s.group != group {
		if group == "" {
			group = s.group
		}
		wrong = append(wrong, fmt.Sprintf("owner %s:%s, should be %s:%s", s.owner, s.group, owner, group))
	}
	if "0"+s.mode != mode && s.mode != mode {
		wrong = append(wrong, fmt.Sprintf("mode %s, should be %s", s.mode, mode))
	}
	return strings.Join(wrong, "; ")
}

// statProbe prints the line that parseStat reads.
func statProbe(path string) Script {
	return Script("st " + Quote(path))
}

// setAttributes sets owner, group and mode of what is at path. by is the account in whose home that
// is, "" for a place where nobody but root can have laid links.
func setAttributes(path, owner, group, mode, by string) Script {
	if by != "" {
		return Script("own " + QuoteAll(path, owner, group, mode))
	}
	return Script(fmt.Sprintf("[ ! -L %[1]s ]\nchown %[2]s:%[3]s %[1]s\nchmod %[4]s %[1]s", Quote(path), owner, group, mode))
}
