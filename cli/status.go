package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	urfave "github.com/urfave/cli/v2"

	"djship/steps"
)

func statusCommand(env Env) *urfave.Command {
	return &urfave.Command{Name: "status", ArgsUsage: "[PROJECT]", Usage: "list the sites on each host",
		Action: func(c *urfave.Context) error {
			o, err := readOptions(c)
			if err != nil {
				return err
			}
			if err := atMost(c, 1, "djship status [PROJECT]"); err != nil {
				return err
			}
			n, ctx, done, err := reach(env, o)
			if err != nil {
				return err
			}
			defer done()
			sites := make([][]steps.SiteStatus, len(n.names))
			errs := n.each(ctx, o.forks, func(ctx context.Context, i int, s steps.Session) error {
				var err error
				sites[i], err = steps.Sites(ctx, s)
				return err
			})
			if err := saySites(env, o, n, c.Args().First(), sites); err != nil {
				return err
			}
			return n.sayFailed(env.Stderr, errs)
		}}
}

func saySites(env Env, o options, n *network, project string, sites [][]steps.SiteStatus) error {
	rows := [][]string{{"HOST", "PROJECT", "DOMAIN", "STATE", "SINCE", "DJANGO", "PYTHON", "WORKERS", "LAST DEPLOY"}}
	lines := json.NewEncoder(env.Stdout)
	for i, host := range n.names {
		for _, s := range sites[i] {
			if project != "" && s.Project != project {
				continue
			}
			if o.json {
				if err := lines.Encode(struct {
					Host string `json:"host"`
					steps.SiteStatus
				}{host, s}); err != nil {
					return err
				}
				continue
			}
			rows = append(rows, []string{host, s.Project, s.Domain, s.State, ago(s), s.Django, s.Python, fmt.Sprint(s.Workers), s.Deployed})
		}
	}
	switch {
	case o.json:
	case len(rows) == 1:
		fmt.Fprintln(env.Stderr, "no sites")
	default:
		table(env.Stdout, rows)
	}
	return nil
}

// ago is how long a site has been up, in the one unit that matters.
func ago(s steps.SiteStatus) string {
	switch d := time.Duration(s.Seconds) * time.Second; {
	case s.State == "down":
		return "-"
	case d < 2*time.Minute:
		return fmt.Sprintf("%.0fs", d.Seconds())
	case d < 2*time.Hour:
		return fmt.Sprintf("%.0fm", d.Minutes())
	case d < 48*time.Hour:
		return fmt.Sprintf("%.0fh", d.Hours())
	default:
		return fmt.Sprintf("%.0fd", d.Hours()/24)
	}
}
