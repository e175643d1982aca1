package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"djship/inventory"
)

// readInventory reads what -i names. Warnings about it go to stderr, and so does the name of a script
// that makes it. It contacts nothing.
func readInventory(env Env, s selection) (*inventory.Inventory, error) {
	sources := s.inventories
	if len(sources) == 0 {
		if _, err := os.Stat("hosts.ini"); err != nil {
			return nil, &usageError{"there is no inventory: no -i, no $DJSHIP_INVENTORY, and no hosts.ini here",
				"write the hosts into hosts.ini, one a line, or name them: -i web1.example.com,"}
		}
		sources = []string{"hosts.ini"}
	}
	if s.verbose > 0 && !s.quiet {
		for _, source := range sources {
			say(env.Stderr, "inventory: reading %s\n", source)
		}
	}
	inv, err := inventory.LoadSaying(sources, env.Stdin, func(path string) {
		if !s.quiet {
			say(env.Stderr, "inventory: running %s, since it is executable\n", path)
		}
	})
	if err == nil && !s.quiet {
		warn(env.Stderr, inv.Warnings())
	}
	if errors.Is(err, fs.ErrNotExist) {
		err = withOrigin(s.inventoryOrigin, err)
	}
	return inv, err
}

// selectHosts reads the inventory and picks the hosts of this run, of which there must be some. It
// contacts nothing.
func selectHosts(env Env, s selection) (*inventory.Inventory, []*inventory.Host, error) {
	inv, err := readInventory(env, s)
	if err != nil {
		return nil, nil, err
	}
	hosts := inv.Hosts()
	if len(hosts) == 0 {
		return nil, nil, &usageError{"the inventory has no hosts", "write them into it, one a line: web1 ansible_host=192.0.2.10"}
	}
	if s.limited {
		hosts, err = inv.Select(s.limit)
	}
	return inv, hosts, withOrigin(s.limitOrigin, err)
}

func warn(w io.Writer, warnings []inventory.Warning) {
	for _, warning := range warnings {
		say(w, "warning: %s\n", paragraph{fmt.Sprint(warning), "    "})
		sayHint(w, "", warning.Hint)
	}
}
