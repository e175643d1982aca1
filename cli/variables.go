package cli

import (
	"djship/inventory"
)

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
