package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	urfave "github.com/urfave/cli/v2"

	"djship/inventory"
	"djship/rollout"
	"djship/runner"
	"djship/secret"
	"djship/steps/django"
	"djship/steps/inspect"
)

func statusCommand(env Env) *urfave.Command {
	return &urfave.Command{Name: "status", ArgsUsage: "[PROJECT]", Usage: "list the sites on each host, and whether they answer",
		Action: func(c *urfave.Context) error {
			o, err := readOptions(c)
			if err != nil {
				return err
			}
			if err := atMost(c, 1, "djship status [PROJECT]"); err != nil {
				return err
			}
			n, ctx, done, err := reach(env, o, func(h *inventory.Host) error {
				_, err := healthPath(h)
				return err
			})
			if err != nil {
				return err
			}
			defer done()
			project := c.Args().First()
			sites, hints := make([][]inspect.SiteStatus, len(n.targets)), make([]map[string]string, len(n.targets))
			errs := n.each(ctx, o.forks, func(ctx context.Context, i int, s runner.Session) error {
				found, own, err := inspect.Sites(ctx, s)
				if err != nil {
					return err
				}
				path, err := healthPath(n.targets[i].Host)
				if err != nil {
					return err
				}
				hints[i] = askSites(ctx, s.(rollout.Session), own, path, project, found)
				sites[i] = append([]inspect.SiteStatus{}, found...)
				return nil
			})
			if err := context.Cause(ctx); err != nil {
				return err
			}
			rows := siteRows(n.targets, sites)
			at := map[string]int{}
			for i, t := range n.targets {
				at[t.Name] = i
			}
			for i, r := range rows {
				if err := errs[at[r.Host]]; err != nil {
					rows[i].Error, rows[i].cause = secret.Masked(err.Error()), notReached(err)
				} else {
					rows[i].hint = hints[at[r.Host]][r.Project]
				}
			}
			return n.sayStatus(env, o, project, rows, errs)
		}}
}

// sayStatus says what was found, of one project where that is not "", and what went wrong with hosts.
func (n *network) sayStatus(env Env, o options, project string, all []siteRow, errs []error) error {
	rows := slices.DeleteFunc(slices.Clone(all), func(r siteRow) bool { return project != "" && r.Project != project && r.Error == "" })
	if project != "" && len(rows) == 0 {
		var names []string
		for _, r := range all {
			names = append(names, r.Project)
		}
		slices.Sort(names)
		say(env.Stderr, "djship: no host has a site %s\nhint: there are: %s\n", project, cmp.Or(strings.Join(slices.Compact(names), ", "), "none"))
		return statusError(1)
	}
	if err := saySites(env, o, rows, time.Now()); err != nil {
		return err
	}
	err := n.sayFailed(env.Stderr, errs)
	if ill(rows) && !errors.Is(err, context.Canceled) {
		err = statusError(1)
	}
	return err
}

// ill tells whether a site is not as it should be.
func ill(rows []siteRow) bool {
	return slices.ContainsFunc(rows, func(r siteRow) bool { return r.State != inspect.SiteUp && r.State != siteUnreachable })
}

// askSites asks those sites of a host that run, of one project where that is not "", and notes what they answer.
// It returns what to do about those that do not answer as they should, by project.
func askSites(ctx context.Context, s rollout.Session, own []netip.Addr, path, project string, sites []inspect.SiteStatus) map[string]string {
	hints := map[string]string{}
	var ask []rollout.Health
	var of []*inspect.SiteStatus
	for i := range sites {
		site := &sites[i]
		switch {
		case site.State == inspect.SiteDown && site.Domain != "":
			site.Problem = "its gunicorn does not run"
			hints[site.Project] = fmt.Sprintf("`sudo supervisorctl status %[1]s` on the host tells whether somebody has stopped it, logs/gunicorn.log in its home why it ends; `djship deploy %[1]s %[2]s` starts it", site.Project, site.Domain)
		case site.State != inspect.SiteUp || project != "" && site.Project != project:
		case site.Domain == "":
			site.State, site.Problem = inspect.SiteFailing, "the host has no domain of it on record"
		default:
			ask, of = append(ask, rollout.Health{Project: site.Project, Domain: site.Domain, Path: path}), append(of, site)
		}
	}
	var addresses []string
	for _, addr := range own {
		addresses = append(addresses, addr.String())
	}
	for i, found := range rollout.Ask(ctx, s, addresses, ask) {
		of[i].HTTP, of[i].Problem = found.Status, found.Problem
		if found.Problem != "" {
			of[i].State = inspect.SiteFailing
			hints[of[i].Project] = found.Hint
		}
	}
	return hints
}

// saySites prints a row or a JSON line for each site and each host that could not be asked.
func saySites(env Env, o options, rows []siteRow, now time.Time) error {
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
	table(env.Stdout, siteTable(rows, env.width(), now))
	type problem struct{ project, text, hint string }
	folded(rows, func(r siteRow) []problem {
		if r.Problem == "" {
			return nil
		}
		return []problem{{r.Project, r.Problem, r.hint}}
	}, func(hosts []string, p problem) {
		say(env.Stdout, "%s on %s: %s\n", p.project, someHosts(hosts), paragraph{p.text, "    "})
		if p.hint != "" {
			say(env.Stdout, "  hint: %s\n", paragraph{p.hint, "        "})
		}
	})
	folded(rows, func(r siteRow) []string {
		return slices.DeleteFunc([]string{r.Note}, func(s string) bool { return s == "" })
	},
		func(hosts []string, note string) { say(env.Stdout, "! %s: %s\n", someHosts(hosts), note) })
	type differing struct {
		project, stage string
		difference
	}
	folded(rows, func(r siteRow) []differing {
		var all []differing
		for _, d := range r.differences {
			all = append(all, differing{r.Project, r.Stage, d})
		}
		return all
	}, func(hosts []string, d differing) {
		switch {
		case d.among:
			say(env.Stdout, "! %s differs between %s: %s\n", d.project, someHosts(hosts), d.text)
		case d.stage == "":
			say(env.Stdout, "! %s on %s differs from the others: %s\n", d.project, someHosts(hosts), d.text)
		default:
			say(env.Stdout, "! %s on %s differs from %s: %s\n", d.project, someHosts(hosts), d.stage, d.text)
		}
	})
	return nil
}

// siteTable are the rows for a person, as narrow as width where that is not 0.
func siteTable(rows []siteRow, width int, now time.Time) [][]string {
	const who = "LAST DEPLOY"
	cells := [][]string{{"HOST", "PROJECT", "DOMAIN", "STATE", "SINCE", "DJANGO", "PYTHON", "WORKERS", who}}
	for _, r := range rows {
		mark := ""
		if r.Differs != "" {
			mark = "!"
		}
		if r.State == siteUnreachable {
			cells = append(cells, []string{r.Host, "-", "-", cmp.Or(r.cause, r.State)})
			continue
		}
		cells = append(cells, []string{r.Host + mark, r.Project, r.Domain, stateWords(r.SiteStatus), since(r.SiteStatus), r.Django, r.Python, fmt.Sprint(r.Workers), lastDeploy(r.Deployed, now)})
	}
	return fit(cells, width, []string{"PYTHON", "WORKERS", "DJANGO", "SINCE"}, []string{"HOST", "PROJECT", "DOMAIN", who})
}

// stateWords are a site's state and the status that a failing one answers with, or one that is up.
func stateWords(s inspect.SiteStatus) string {
	if s.HTTP > 0 && (s.State == inspect.SiteUp || s.State == inspect.SiteFailing && s.HTTP >= 400) {
		return fmt.Sprintf("%s %d", s.State, s.HTTP)
	}
	return s.State
}

// since is how long a site's gunicorn has been running.
func since(s inspect.SiteStatus) string {
	if s.State == inspect.SiteUp || s.State == inspect.SiteFailing {
		return django.Roughly(time.Duration(s.Seconds) * time.Second)
	}
	return "-"
}

// lastDeploy is a run as the host has noted it, "ann@laptop, deploy example example.com, 2026-11-23T11:45:01Z", in
// few words: "2m ago, ann@laptop".
func lastDeploy(noted string, now time.Time) string {
	who, _, _ := strings.Cut(noted, ", ")
	at, err := time.Parse(time.RFC3339, noted[strings.LastIndex(noted, " ")+1:])
	if err != nil {
		return noted
	}
	return django.Roughly(now.Sub(at)) + " ago, " + who
}
