package cli

import (
	"bufio"
	"errors"
	"fmt"
	"strings"

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
				fmt.Fprintln(out, h.Name)
			}
			return out.Flush()
		}}
}

// sayRoutes prints how each host is reached, and where each part of that was set. A host that
// cannot be reached as it stands hides no other one.
func sayRoutes(env Env, o options, hosts []*inventory.Host) error {
	config, err := inventory.OpenSSHConfig(o.login.SSHConfig)
	if err != nil {
		return err
	}
	routes, errs := inventory.ExplainEach(hosts, o.login, config)
	out := bufio.NewWriter(env.Stdout)
	for i, h := range hosts {
		fmt.Fprintln(out, h.Name)
		var rows [][]string
		if errs[i] != nil {
			rows = append(rows, []string{"   ", "problem", strings.TrimPrefix(errs[i].Error(), h.Name+": ")})
		}
		for _, origin := range routes[i].Origins {
			rows = append(rows, []string{"   ", origin.Option, origin.Value, "(" + origin.From + ")"})
		}
		table(out, rows)
		for _, note := range routes[i].Notes {
			fmt.Fprintln(env.Stderr, "warning:", h.Name+":", note)
		}
	}
	return errors.Join(append(errs, out.Flush())...)
}
