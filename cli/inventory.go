package cli

import (
	urfave "github.com/urfave/cli/v2"

	"djship/report"
)

func inventoryCommand(env Env) *urfave.Command {
	return &urfave.Command{Name: "inventory", Usage: "print the inventory as it was read; contacts nothing",
		Flags: []urfave.Flag{
			&urfave.BoolFlag{Name: "list", Usage: "JSON in the shape of ansible-inventory --list"},
			&urfave.BoolFlag{Name: "graph", Usage: "a tree of groups and hosts (default)"},
			&urfave.StringFlag{Name: "host", Usage: "the variables of `NAME`, as JSON"},
		},
		Action: func(c *urfave.Context) error {
			o, err := readOptions(c)
			if err != nil {
				return err
			}
			inv, _, err := selectHosts(env, o)
			if err != nil {
				return err
			}
			var out []byte
			switch {
			case c.IsSet("host"):
				out, err = inv.HostVars(c.String("host"))
				out = report.JSONText(out)
			case c.Bool("list"):
				out, err = inv.ListJSON()
				out = report.JSONText(out)
			default:
				out = []byte(inv.Graph())
			}
			if err != nil {
				return &usageError{err.Error(), "`djship hosts` lists the names"}
			}
			return sayText(env.Stdout, string(out))
		}}
}
