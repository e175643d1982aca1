package cli

import (
	"fmt"
	"slices"
	"strings"

	"djship/inventory"
)

// A topic is a page of help that is not about one command.
type topic struct {
	name    string
	aliases []string
	page    func() string
}

var topics = []topic{
	{"flags", []string{"options"}, flagsPage},
	{"variables", []string{"vars"}, variablesPage},
	{"environment", []string{"env"}, environmentPage},
	{"exit-status", []string{"statuses", "status-codes", "exit-codes", "exit"}, statusPage},
}

func topicNames() []string {
	var names []string
	for _, t := range topics {
		names = append(names, t.name)
	}
	return names
}

// flagsPage has the flags under their categories, in the order of the list.
func flagsPage() string {
	var b strings.Builder
	b.WriteString("Flags stand anywhere in a line. A command refuses those that do nothing for it.\n")
	var names []string
	of := map[string][]flag{}
	for _, f := range globalFlags() {
		if of[f.category] == nil {
			names = append(names, f.category)
		}
		of[f.category] = append(of[f.category], f)
	}
	for _, name := range names {
		fmt.Fprintf(&b, "\n%s\n", name)
		definitions(&b, flagRows(of[name]))
	}
	b.WriteString("\nEach can be set by the environment too: --private-key by DJSHIP_PRIVATE_KEY.\n")
	return b.String()
}

func variablesPage() string {
	var b strings.Builder
	b.WriteString("variables of djship's own in the inventory\n\n")
	definitions(&b, variableRows())
	b.WriteString("\nHow a host is reached is said by Ansible's: ansible_host, ansible_user,\nansible_port and so on. A template, {{ … }}, is filled in nowhere, and refused.\n")
	return b.String()
}

func statusPage() string {
	var b strings.Builder
	b.WriteString("exit status\n\n")
	definitions(&b, statusRows())
	return b.String()
}

func statusRows() [][2]string {
	var rows [][2]string
	for _, s := range statuses {
		rows = append(rows, [2]string{fmt.Sprintf("%3d", s.status), s.means})
	}
	return rows
}

func briefStatuses() string {
	var all []string
	for _, s := range statuses {
		if s.brief != "" {
			all = append(all, fmt.Sprintf("%d %s", s.status, s.brief))
		}
	}
	return "exit status: " + strings.Join(all, ", ") + "\n"
}

// otherVariables are the variables of the environment that djship reads besides those that stand for flags.
var otherVariables = [][2]string{
	{connection.variable, "the SSH password; no child of djship sees it"},
	{become.variable, "the password that sudo wants; no child of djship sees it"},
	{"XDG_STATE_HOME", "logs of runs are in its folder djship/runs; ~/.local/state where it is not set"},
	{"HOME", "what ~ is"},
	{"NO_COLOR", "no colour, where it is not empty"},
	{"TERM", "dumb, or not set: nothing is drawn and nothing has a colour"},
	{"PAGER", "what shows a plan between two stages; less -R where it is not set"},
	{"LESS", "what less is told; FR where it is not set"},
	{"SSH_AUTH_SOCK", "the socket of the SSH agent"},
	{"SUDO_USER", "who is noted as having begun a run, under sudo"},
}

// allVariables are those, and those that djship sets for commands of a project's own.
func allVariables() [][2]string { return slices.Concat(otherVariables, hookVariables) }

func environmentPage() string {
	var b strings.Builder
	b.WriteString("environment\n\n")
	definitions(&b, allVariables())
	b.WriteString("\nEach flag has a variable, and beats it. A command passes over those of flags\nthat do nothing for it.\n\n")
	definitions(&b, flagVariables())
	return b.String()
}

// flagVariables are the variables that stand for flags.
func flagVariables() [][2]string {
	var rows [][2]string
	for _, f := range globalFlags() {
		rows = append(rows, [2]string{f.variable(), f.withValue()})
	}
	return rows
}

// variableRows are the inventory's variables that are djship's own, and what they mean.
func variableRows() [][2]string {
	var rows [][2]string
	for _, v := range inventory.Variables {
		rows = append(rows, [2]string{v.Name, v.Means})
	}
	return rows
}

func variableNames() []string {
	var names []string
	for _, v := range inventory.Variables {
		names = append(names, v.Name)
	}
	return names
}
