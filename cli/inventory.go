package cli

import (
	urfave "github.com/urfave/cli/v2"

	"djship/report"
)

func inventoryCommand(env Env) *urfave.Command {
	return &urfave.Command{Name: "inventory", Usage: "print the inventory as it was read",
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
			inv, err := readInventory(env, o)
			if err != nil {
				return err
			}
			hosts := inv.Hosts()
			if o.hasLimit {
				if hosts, err = inv.Select(o.limit); err != nil {
					return o.blame("limit", err)
				}
			}
			var out []byte
			switch list, graph, host := c.Bool("list"), c.Bool("graph"), c.IsSet("host"); {
			case list && graph || list && host || graph && host:
				return &usageError{"--list, --graph and --host are three different things", "name one of them"}
			case host:
				out, err = inv.HostVars(c.String("host"))
				out = report.JSONText(out)
			case list:
				out, err = inv.ListJSON(hosts)
				out = report.JSONText(out)
			default:
				out = []byte(inv.Graph(hosts))
			}
			if err != nil {
				return err
			}
			return sayText(env.Stdout, string(out))
		}}
}
