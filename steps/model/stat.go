package model

import (
	"fmt"
	"path/filepath"
	"strings"

	"djship/shell"
)

// Stat is what st of look.sh prints, and f first: "kind|owner:group|mode|version".
type Stat struct {
	Kind, Owner, group, mode string
	version                  string // another one after each change of the file
}

// ParseStat reads that line; of a path that could not be looked at there is none, and nothing is there.
func ParseStat(line string) Stat {
	if line == "" {
		line = Absent
	}
	kind, rest, _ := strings.Cut(line, "|")
	ownership, rest, _ := strings.Cut(rest, "|")
	mode, version, _ := strings.Cut(rest, "|")
	owner, group, _ := strings.Cut(ownership, ":")
	return Stat{kind, owner, group, mode, version}
}

// Over is the version for File.Over.
func (s Stat) Over() string {
	if s.Kind == Absent {
		return Absent
	}
	return s.version
}

// OpenToOthers tells whether the mode lets more than owner and group do anything.
func (s Stat) OpenToOthers() bool { return !strings.HasSuffix(s.mode, "0") }

// Absent is the kind of what is not there.
const Absent = "absent"

// Foreign refuses what lies in the home of an account and belongs to another: the account may have
// moved it there to have it given to it. The zero Change says that it is the account's.
func (s Stat) Foreign(path, account string) Change {
	if s.Kind == Absent || s.Owner == account {
		return Change{}
	}
	give := fmt.Sprintf("sudo chown -h %s: %s", account, shell.Quote(path))
	if home := SiteHome(account); filepath.Dir(path) != home {
		// A folder of the site's may be a link to anywhere by then; find follows none.
		give = fmt.Sprintf("sudo find %s -path %s -execdir chown -h %s: {} +", home, shell.Quote(path), account)
	}
	return Refusal(fmt.Sprintf("%s belongs to %s, not to %s", path, s.Owner, account), "look at it on the host; where it is the site's, run there: "+give)
}

// Differs says in words what is wrong with owner, group ("" is any) and mode, "" if nothing is.
func (s Stat) Differs(owner, group, mode string) string {
	var wrong []string
	if s.Owner != owner || group != "" && s.group != group {
		if group == "" {
			group = s.group
		}
		wrong = append(wrong, fmt.Sprintf("owner %s:%s, should be %s:%s", s.Owner, s.group, owner, group))
	}
	if "0"+s.mode != mode && s.mode != mode {
		wrong = append(wrong, fmt.Sprintf("mode %s, should be %s", s.mode, mode))
	}
	return strings.Join(wrong, "; ")
}

// StatProbe prints the line that ParseStat reads.
func StatProbe(path string) Script {
	return Script("st " + shell.Quote(path))
}

// SetAttributes sets owner, group and mode of what is at path. by is the account in whose home that
// is, "" for a place where nobody but root can have laid links.
func SetAttributes(path, owner, group, mode, by string) Script {
	if by != "" {
		return Script("set_attributes " + shell.QuoteAll(path, owner, group, mode))
	}
	return Script(fmt.Sprintf("[ ! -L %[1]s ]\nchown %[2]s:%[3]s %[1]s\nchmod %[4]s %[1]s", shell.Quote(path), owner, group, mode))
}
