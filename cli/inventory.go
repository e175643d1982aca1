package cli

import "djship/report"

func inventoryCommand() *command {
	return &command{
		name: "inventory", brief: "print the inventory as it was read",
		examples: []string{"djship inventory -i hosts.ini", "djship inventory --list -l staging", "djship inventory --host web1"},
		tooMany:  "djship inventory --host NAME",
		flags: []flag{
			{name: "list", usage: "JSON in the shape of ansible-inventory --list"},
			{name: "graph", usage: "a tree of groups and hosts (default)"},
			{name: "host", usage: "the variables of `NAME`, as JSON", kind: flagText},
		},
		accepts: []string{"inventory", "limit", "verbose", "quiet"},
		run:     parseThenRun(readInventoryOptions, printInventory),
	}
}

// inventoryOptions are what `djship inventory` is asked for: a list, one host, or else the graph.
type inventoryOptions struct {
	selection
	list, graph, oneHost bool
	host                 string // where it is oneHost
}

func readInventoryOptions(in input) (inventoryOptions, error) {
	return inventoryOptions{readSelection(in), in.on("list"), in.on("graph"), in.set("host"), in.text("host")}, nil
}

// printInventory prints what was read.
func printInventory(env Env, o inventoryOptions) error {
	inv, err := readInventory(env, o.selection)
	if err != nil {
		return err
	}
	hosts := inv.Hosts()
	if o.limited {
		if hosts, err = inv.Select(o.limit); err != nil {
			return withOrigin(o.limitOrigin, err)
		}
	}
	var out []byte
	switch {
	case o.list && o.graph || o.list && o.oneHost || o.graph && o.oneHost:
		return &usageError{"--list, --graph and --host are three different things", "name one of them"}
	case o.oneHost:
		out, err = inv.HostVars(o.host)
		out = report.JSONText(out)
	case o.list:
		out, err = inv.ListJSON(hosts)
		out = report.JSONText(out)
	default:
		out = []byte(inv.Graph(hosts))
	}
	if err != nil {
		return err
	}
	return sayText(env.Stdout, string(out))
}
