package cli

import (
	"fmt"
	"io"
	"os"

	"djship/inventory"
)

// selectHosts reads the inventory and picks the hosts of this run. Warnings about the inventory go
// to stderr, and so does the name of a script that makes it. It contacts nothing.
func selectHosts(env Env, o options) (*inventory.Inventory, []*inventory.Host, error) {
	sources := o.inventory
	if len(sources) == 0 {
		if _, err := os.Stat("hosts.ini"); err != nil {
			return nil, nil, &usageError{"there is no inventory: no -i, no $DJSHIP_INVENTORY, and no hosts.ini here",
				"write the hosts into hosts.ini, one a line, or name them: -i web1.example.com,"}
		}
		sources = []string{"hosts.ini"}
	}
	inv, err := inventory.LoadSaying(sources, env.Stdin, func(path string) {
		if !o.quiet {
			say(env.Stderr, "inventory: running %s, since it is executable\n", path)
		}
	})
	if err != nil {
		return nil, nil, err
	}
	if !o.quiet {
		warn(env.Stderr, inv.Warnings())
	}
	hosts := inv.Hosts()
	if o.hasLimit {
		if hosts, err = inv.Select(o.limit); err != nil {
			return nil, nil, err
		}
	}
	if len(hosts) == 0 {
		return nil, nil, &usageError{"the inventory has no hosts", "write them into it, one a line: web1 ansible_host=192.0.2.10"}
	}
	return inv, hosts, nil
}

func warn(w io.Writer, warnings []inventory.Warning) {
	for _, warning := range warnings {
		say(w, "warning: %s\n", paragraph{fmt.Sprint(warning), "    "})
		if warning.Hint != "" {
			say(w, "hint: %s\n", paragraph{warning.Hint, "      "})
		}
	}
}
