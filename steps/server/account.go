package server

import (
	"fmt"
	"strings"

	"djship/steps/model"
)

// Group is a system group.
type Group struct{ Group string }

// Name implements Step.
func (s Group) Name() string { return "group " + s.Group }

// ID implements Step.
func (s Group) ID() string { return "group:" + s.Group }

// Probe implements Step.
func (s Group) Probe() model.Script { return model.Script("getent group " + s.Group) }

// Plan implements Step.
func (s Group) Plan(_ model.Facts, seen model.Observed) model.Change {
	if seen.Text != "" {
		return model.Change{}
	}
	return model.Change{Told: model.Told{Verb: model.Create, Detail: "system group"}, Work: model.Work{Script: model.Script("groupadd -r " + s.Group)}}
}

// Account is a site's automation account: no password, no SSH login, a shell for sudo.
type Account struct{ User, Group, Home string }

// Name implements Step.
func (s Account) Name() string { return "account " + s.User }

// ID implements Step.
func (s Account) ID() string { return "account:" + s.User }

// Probe implements Step: the entry of passwd, the name of its group, the state of its password.
func (s Account) Probe() model.Script {
	return model.Script("account " + s.User)
}

// Plan implements Step. An account that is not a site's is refused: it may be a person's.
func (s Account) Plan(_ model.Facts, seen model.Observed) model.Change {
	lines := strings.Split(strings.TrimSpace(seen.Text), "\n")
	if lines[0] == "" {
		return model.Change{Told: model.Told{Verb: model.Create, Detail: s.Home + ", no password"}, Work: model.Work{Script: model.Script(fmt.Sprintf(
			"useradd -r -M -g %s -d %s -s /bin/bash -c 'djship site' -p '!' %s", s.Group, s.Home, s.User))}}
	}
	fields := strings.Split(lines[0], ":")
	if len(fields) < 7 || len(lines) < 3 {
		return model.Refusal("can't read the account "+s.User, "look at `getent passwd "+s.User+"` on the host")
	}
	if fields[5] != s.Home {
		return model.Refusal(fmt.Sprintf("the host has an account %s that is not a site's (its home is %s)", s.User, fields[5]), "choose another project name, or rename that account")
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
		return model.Change{}
	}
	return model.Change{Told: model.Told{Verb: model.Update, Detail: "has " + strings.Join(wrong, ", ")}, Work: model.Work{Script: model.Script(strings.Join(fix, "\n"))}}
}
