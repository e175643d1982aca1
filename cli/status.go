package cli

import (
	"context"
	"fmt"
	"slices"
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
				found, err := steps.Sites(ctx, s)
				if err == nil {
					sites[i] = append([]steps.SiteStatus{}, found...)
				}
				return err
			})
			if err := saySites(env, o, siteRows(n.names, n.stages, sites), c.Args().First()); err != nil {
				return err
			}
			return n.sayFailed(env.Stderr, errs)
		}}
}

// saySites prints a row or a JSON line for each site, of one project where that is not "".
func saySites(env Env, o options, rows []siteRow, project string) error {
	rows = slices.DeleteFunc(rows, func(r siteRow) bool { return project != "" && r.Project != project })
	if o.json {
		for _, r := range rows {
			if err := sayJSON(env.Stdout, r); err != nil {
				return err
			}
		}
		return nil
	}
	if len(rows) == 0 {
		return say(env.Stderr, "no sites\n")
	}
	cells := [][]string{{"HOST", "PROJECT", "DOMAIN", "STATE", "SINCE", "DJANGO", "PYTHON", "WORKERS", "LAST DEPLOY"}}
	for _, r := range rows {
		mark := ""
		if r.Differs != "" {
			mark = "!"
		}
		cells = append(cells, []string{r.Host + mark, r.Project, r.Domain, r.State, ago(r.SiteStatus), r.Django, r.Python, fmt.Sprint(r.Workers), r.Deployed})
	}
	table(env.Stdout, cells)
	for _, r := range rows {
		if r.Differs == "" {
			continue
		}
		others := r.Stage
		if others == "" {
			others = "the others"
		}
		say(env.Stdout, "! %s %s differs from %s: %s\n", r.Host, r.Project, others, r.Differs)
	}
	return nil
}

// ago is how long a site has been up, in the one unit that matters.
func ago(s steps.SiteStatus) string {
	switch d := time.Duration(s.Seconds) * time.Second; {
	case s.State == "down", s.State == missing:
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
