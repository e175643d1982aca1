package cli

import (
	"fmt"
	"strings"

	urfave "github.com/urfave/cli/v2"

	"djship/inventory"
)

// variablesTitle stands above the inventory's variables in help and manual.
const variablesTitle = "variables of djship's own in the inventory"

// variablesCommand is what `djship help variables` explains, or one of them by its name.
func variablesCommand(env Env) *urfave.Command {
	return &urfave.Command{Name: "variables", Aliases: variableNames(), Hidden: true, Usage: variablesTitle, CustomHelpTemplate: variablesHelp(),
		Action: func(*urfave.Context) error {
			return sayText(env.Stdout, variablesHelp())
		}}
}

func variablesHelp() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", variablesTitle)
	columns(&b, variableRows())
	b.WriteString("\nHow a host is reached is said by Ansible's: ansible_host, ansible_user, ansible_port and so on.\n")
	return b.String()
}

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
