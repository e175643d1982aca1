package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"djship/inventory"
	"djship/rollout"
	"djship/runner"
	"djship/secret"
	"djship/steps/django"
	"djship/steps/inspect"
)

func statusCommand() *command {
	return &command{
		name: "status", args: "[PROJECT]", brief: "list the sites on each host, and whether they answer",
		examples: []string{"djship status", "djship status example -l production"},
		explains: []string{"json"}, accepts: accessFlags,
		offers: offerFirst(completing.projects),
		run:    parseThenRun(readStatusOptions, listSites),
	}
}

// statusOptions are what `djship status` is asked for.
type statusOptions struct {
	selection
	access
	project string // "" for all
	json    bool
}

func readStatusOptions(in input) (statusOptions, error) {
	a, err := readAccess(in)
	return statusOptions{readSelection(in), a, in.arg(0), in.on("json")}, err
}

// listSites asks the hosts what sites they have and each site whether it answers, and lists them.
func listSites(env Env, o statusOptions) error {
	n, ctx, done, err := reach(env, o.selection, o.access, func(h *inventory.Host) error {
		_, err := healthPath(h, "/")
		return err
	})
	if err != nil {
		return err
	}
	defer done()
	sites, hints := make([][]inspect.SiteStatus, len(n.hosts)), make([]map[string]string, len(n.hosts))
	others := &otherSites{}
	errs := n.each(ctx, func(ctx context.Context, i int, s runner.Session) error {
		found, err := inspect.Sites(ctx, s)
		if err != nil {
			return err
		}
		path, err := healthPath(n.hosts[i].Host, "")
		if err != nil {
			return err
		}
		hints[i] = askSites(ctx, s.(rollout.Connection), found.Own, path, o.project, found.Sites)
		sites[i] = append([]inspect.SiteStatus{}, found.Sites...)
		others.add(n.hosts[i].Name, projectsOf(found.Sites), found.Scripted)
		return nil
	})
	if err := context.Cause(ctx); err != nil {
		return err
	}
	rows := siteRows(n.hosts, sites)
	at := map[string]int{}
	for i, h := range n.hosts {
		at[h.Name] = i
	}
	for i, r := range rows {
		if err := errs[at[r.Host]]; err != nil {
			rows[i].Error, rows[i].cause = secret.Masked(err.Error()), notReached(err)
		} else {
			rows[i].hint = hints[at[r.Host]][r.Project]
		}
	}
	return n.sayStatus(env, o, rows, others, errs)
}

// projectsOf are the names of sites.
func projectsOf(sites []inspect.SiteStatus) (names []string) {
	for _, s := range sites {
		names = append(names, s.Project)
	}
	return names
}

// sayStatus says what was found, and what went wrong with hosts.
func (n *network) sayStatus(env Env, o statusOptions, all []siteRow, others *otherSites, errs []error) error {
	project := o.project
	rows := slices.DeleteFunc(slices.Clone(all), func(r siteRow) bool { return project != "" && r.Project != project && r.Error == "" })
	if project != "" && len(rows) == 0 {
		return noSite(env, project, others.hint(project, "there are: "+others.listed()))
	}
	if err := saySites(env, o.json, rows, time.Now()); err != nil {
		return err
	}
	if project == "" {
		others.sayScripted(env.Stderr)
	}
	err := n.sayFailed(env.Stderr, errs)
	if anyUnwell(rows) && !errors.Is(err, context.Canceled) {
		err = statusError(1)
	}
	return err
}

// anyUnwell tells whether a site is not as it should be, or will not be since its certificate is not renewed.
func anyUnwell(rows []siteRow) bool {
	return slices.ContainsFunc(rows, func(r siteRow) bool {
		return r.State != inspect.SiteUp && r.State != siteUnreachable || r.Certificate != nil && r.Certificate.Problem != ""
	})
}

// allLogs is how long the logs of a host's sites that are down are read.
const allLogs = 30 * time.Second

// askSites asks those sites of a host that run, of one project where that is not "", and notes what they answer.
// It returns what to do about those that do not answer as they should, by project.
func askSites(ctx context.Context, s rollout.Connection, own []netip.Addr, path, project string, sites []inspect.SiteStatus) map[string]string {
	hints := map[string]string{}
	var ask []rollout.Health
	var of []*inspect.SiteStatus
	limited, enough := context.WithTimeout(ctx, allLogs)
	defer enough()
	for i := range sites {
		site := &sites[i]
		switch {
		case project != "" && site.Project != project:
		case site.Removing:
			site.State, site.Problem, hints[site.Project] = beingRemoved(*site)
		case site.State == inspect.SiteDown && site.Domain != "":
			var log inspect.SiteLog
			if !site.Unsupervised {
				log, _ = inspect.LastLogEnd(limited, s, site.Project)
			}
			site.Problem, hints[site.Project] = whyDown(*site, log)
		case site.State != inspect.SiteUp:
		case site.Domain == "":
			site.State, site.Problem = inspect.SiteFailing, "the host has no domain of it on record"
		default:
			ask, of = append(ask, rollout.Health{Project: site.Project, Domain: site.Domain, Path: cmp.Or(path, site.Health, "/")}), append(of, site)
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

// beingRemoved says of a site whose removal has begun how it is, and what to do about it.
func beingRemoved(site inspect.SiteStatus) (state, problem, hint string) {
	state = site.State
	if state == inspect.SiteUp {
		state = inspect.SiteFailing
	}
	return state, "its removal has begun, and is at work, or was cut off", django.EndsRemoval(site.Project, cmp.Or(site.Domain, "DOMAIN"))
}

// whyDown says why a site is down, by its log, and what to do about it.
func whyDown(site inspect.SiteStatus, log inspect.SiteLog) (problem, hint string) {
	const down = "its gunicorn does not run"
	if site.Unsupervised {
		return "supervisord does not run", fmt.Sprintf("`systemctl status supervisord` on the host tells why; `djship deploy %s %s` starts it, as `djship prereq` does", site.Project, site.Domain)
	}
	starts := fmt.Sprintf("`djship deploy %s %s` starts it", site.Project, site.Domain)
	if why := log.Boot(); why != "" {
		return down + "\n" + why, "mend what its log says, which is logs/gunicorn.log in its home; then " + starts
	}
	return down, fmt.Sprintf("`sudo supervisorctl status %s` on the host tells whether somebody has stopped it, logs/gunicorn.log in its home why it ends; %s", cmp.Or(site.Program, site.Project), starts)
}
