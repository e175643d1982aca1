package steps

import (
	"fmt"
	"path/filepath"
	"strings"
)

// stat is what st of look.sh prints, and f first: "kind|owner:group|mode|version".
type stat struct {
	kind, owner, group, mode string
	version                  string // another one after each change of the file
}

// parseStat reads that line; of a path that could not be looked at there is none, and nothing is there.
func parseStat(line string) stat {
	if line == "" {
		line = absent
	}
	kind, rest, _ := strings.Cut(line, "|")
	ownership, rest, _ := strings.Cut(rest, "|")
	mode, version, _ := strings.Cut(rest, "|")
	owner, group, _ := strings.Cut(ownership, ":")
	return stat{kind, owner, group, mode, version}
}

// over is the version for File.Over.
func (s stat) over() string {
	if s.kind == absent {
		return absent
	}
	return s.version
}

// absent is the kind of what is not there.
const absent = "absent"

// foreign refuses what lies in the home of an account and belongs to another: the account may have
// moved it there to have it given to it. The zero Change says that it is the account's.
func (s stat) foreign(path, account string) Change {
	if s.kind == absent || s.owner == account {
		return Change{}
	}
	give := fmt.Sprintf("sudo chown -h %s: %s", account, Quote(path))
	if home := siteHome(account); filepath.Dir(path) != home {
		// A folder of the site's may be a link to anywhere by then; find follows none.
		give = fmt.Sprintf("sudo find %s -path %s -execdir chown -h %s: {} +", home, Quote(path), account)
	}
	return Change{Verb: Refuse, Detail: fmt.Sprintf("%s belongs to %s, not to %s", path, s.owner, account),
		Hint: "look at it on the host; where it is the site's, run there: " + give}
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
