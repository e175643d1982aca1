package cli

import (
	"bufio"

	urfave "github.com/urfave/cli/v2"

	"djship/inventory"
)

func hostsCommand(env Env) *urfave.Command {
	return &urfave.Command{Name: "hosts", Usage: "list the hosts that would be touched; contacts nothing",
		Action: func(c *urfave.Context) error {
			o, err := readOptions(c)
			if err != nil {
				return err
			}
			if err := atMost(c, 0, "djship hosts -l PATTERN"); err != nil {
				return err
			}
			_, hosts, err := selectHosts(env, o)
			if err != nil {
				return err
			}
			if o.verbose > 0 {
				return sayRoutes(env, o, hosts)
			}
			out := bufio.NewWriter(env.Stdout)
			for _, h := range hosts {
				say(out, "%s\n", h.Name)
			}
			return out.Flush()
		}}
}

// sayRoutes prints how each host is reached, and where each part of that was set.
func sayRoutes(env Env, o options, hosts []*inventory.Host) error {
	config, err := inventory.OpenSSHConfig(o.login.SSHConfig)
	if err != nil {
		return err
	}
	routes, err := inventory.ExplainAll(hosts, o.login, config)
	if err != nil {
		return err
	}
	for i, h := range hosts {
		say(env.Stdout, "%s\n", h.Name)
		var rows [][]string
		for _, origin := range routes[i].Origins {
			rows = append(rows, []string{"   ", origin.Option, origin.Value, "(" + origin.From + ")"})
		}
		table(env.Stdout, rows)
		for _, note := range routes[i].Notes {
			say(env.Stderr, "warning: %s: %s\n", h.Name, note)
		}
	}
	return nil
}
