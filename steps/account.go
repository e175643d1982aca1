package steps

import (
	"fmt"
	"strings"
)

// Group is a system group.
type Group struct{ Group string }

// Name implements Step.
func (s Group) Name() string { return "group " + s.Group }

// Probe implements Step.
func (s Group) Probe() Script { return Script("getent group " + s.Group) }

// Plan implements Step.
func (s Group) Plan(_ Facts, seen Observed) Change {
	if seen.Text != "" {
		return Change{}
	}
	return Change{Verb: Create, Detail: "system group", Script: Script("groupadd -r " + s.Group)}
}

// Account is a site's automation account: no password, no SSH login, a shell for sudo.
type Account struct{ User, Group, Home string }

// Name implements Step.
func (s Account) Name() string { return "account " + s.User }

// Probe implements Step: the entry of passwd, the name of its group, the state of its password.
func (s Account) Probe() Script {
	return Script(fmt.Sprintf("getent passwd %[1]s && id -gn %[1]s && passwd -S %[1]s", s.User))
}

// Plan implements Step. An account that is not a site's is refused: it may be a person's.
func (s Account) Plan(_ Facts, seen Observed) Change {
	lines := strings.Split(strings.TrimSpace(seen.Text), "\n")
	if lines[0] == "" {
		return Change{Verb: Create, Detail: s.Home + ", no password", Script: Script(fmt.Sprintf(
			"useradd -r -M -g %s -d %s -s /bin/bash -c 'djship site' -p '!' %s", s.Group, s.Home, s.User))}
	}
	fields := strings.Split(lines[0], ":")
	if len(fields) < 7 || len(lines) < 3 {
		return Change{Verb: Refuse, Detail: "can't read the account " + s.User, Hint: "look at `getent passwd " + s.User + "` on the host"}
	}
	if fields[5] != s.Home {
		return Change{Verb: Refuse, Detail: fmt.Sprintf("the host has an account %s that is not a site's (its home is %s)", s.User, fields[5]),
			Hint: "choose another project name, or rename that account"}
	}
	var wrong []string
	var fix []string
	if fields[6] != "/bin/bash" {
		wrong, fix = append(wrong, "shell "+fields[6]), append(fix, "usermod -s /bin/bash "+s.User)
	}
	if lines[1] != s.Group {
		wrong, fix = append(wrong, "group "+lines[1]), append(fix, fmt.Sprintf("usermod -g %s %s", s.Group, s.User))
	}
	if password := strings.Fields(lines[2]); len(password) < 2 || password[1] != "L" {
		wrong, fix = append(wrong, "a password"), append(fix, "usermod -p '!' "+s.User)
	}
	if wrong == nil {
		return Change{}
	}
	return Change{Verb: Update, Detail: "has " + strings.Join(wrong, ", "), Script: Script(strings.Join(fix, "\n"))}
}
