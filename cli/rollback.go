package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"djship/inventory"
	"djship/rollout"
	"djship/runner"
	"djship/steps"
	"djship/steps/django"
	"djship/steps/inspect"
	"djship/steps/model"
	"djship/steps/release"
	"djship/steps/server"
)

func rollbackCommand() *command {
	return &command{
		name: "rollback", args: "[PROJECT [RELEASE]]", brief: "make the release before live again, or RELEASE",
		more: "RELEASE is an ID of `djship releases`, a commit, or how one of them begins; 0 is\n" +
			"what is in the site's home, as before the first push.",
		examples: []string{"djship rollback example", "djship rollback example 20261126-101500-1a2b3c4", "djship rollback example 0 --check"},
		flags: []flag{holdFlag, {name: "allow-break", usage: "go back though the release may not run on the database as it is", kind: flagOnOff},
			{name: "migrate-back", usage: "take back what was migrated since, with the data that was kept", kind: flagOnOff}},
		explains: switchExplains, accepts: switchAccepts(),
		offers: completing.offerReleases,
		run:    parseThenRun(readSwitchOptions, rollback),
	}
}

// rollback makes another release the live one: of those that hosts have, as they say when they are asked.
func rollback(env Env, o switchOptions) error {
	if err := o.settle(); err != nil {
		return err
	}
	var way wayBack
	ask := func(ctx context.Context, n *network) error {
		var found []hostReleases
		asked := make([]hostReleases, len(n.hosts))
		errs := n.eachKept(ctx, func(ctx context.Context, i int, s runner.Session) error {
			sites, err := inspect.Releases(ctx, s, o.project)
			if len(sites) == 1 {
				asked[i] = hostReleases{n.hosts[i].Name, sites[0]}
			}
			return err
		})
		for i, h := range asked {
			if errs[i] == nil && h.host != "" { // the rollout tells of the others
				found = append(found, h)
			}
		}
		if hint := o.meantRelease(); hint != "" && found == nil && errors.Join(errs...) == nil {
			return &refusal{"no host has a site " + o.project, hint}
		}
		var err error
		way, err = findWayBack(o.project, o.release, found)
		if err == nil && o.migrateBack && way.to == django.Zero {
			return &refusal{"what is in the site's home has no state of the database to which --migrate-back could lead", "nothing was changed. `djship releases " + o.project + "` lists releases, of which one can be named"}
		}
		if err == nil && way.to != "" {
			o.typed.args = []string{o.project, way.to}
		}
		return err
	}
	from := func(h *inventory.Host) string { return way.from[h.Name] }
	return rollOutAsked(env, &o.rolloutOptions, ask, switchTarget(o, from, func(r release.Release, from string, options server.Options) *rollout.Turns {
		r.ID, r.AllowBreak = way.to, o.allowBreak
		list := steps.WayBack(r, from, options)
		if o.migrateBack {
			return migrateBackTurns(r, from, list, options)
		}
		return switchTurns(r, list, steps.Back(steps.Push{Release: r, Options: options}))
	}))
}

// migrateBackTurns keep visitors out on all hosts, before one of them takes migrations back. Nobody goes back to the release whose migrations these were.
func migrateBackTurns(r release.Release, from string, list []model.Step, options server.Options) *rollout.Turns {
	return rollout.NewTurns(
		rollout.Turn{Name: "close", List: runner.NewList(steps.MigrateBack(r, from, true, options)...)},
		rollout.Turn{Name: "migrate", List: runner.NewList(steps.MigrateBack(r, from, false, options)...)},
		switchTurn(r, list, nil),
		rollout.Turn{Name: "tidy", List: runner.NewList(steps.Open(r, options)...)})
}

// hostReleases are the releases that a host has of the site.
type hostReleases struct {
	host string
	site inspect.SiteReleases
}

// has tells whether the host could switch to a release.
func (h hostReleases) has(id string) bool {
	return id == django.Zero || slices.ContainsFunc(h.site.Releases, func(r inspect.Release) bool { return r.ID == id && (r.Ready || r.Healthy) })
}

// failed is why a release has failed there; "" where it has not, or that is not known.
func (h hostReleases) failed(id string) string {
	for _, r := range h.site.Releases {
		if r.ID == id {
			return r.Failed
		}
	}
	return ""
}

// live is the release that is live there.
func (h hostReleases) live() string {
	if h.site.Live == "" {
		return django.Zero
	}
	return h.site.Live
}

// A wayBack is to one release, from those that are live by host.
type wayBack struct {
	to   string
	from map[string]string
}

// findWayBack finds the release that is meant. Where hosts do not agree on that, or one lacks it, it is a *refusal.
func findWayBack(project, typed string, hosts []hostReleases) (wayBack, error) {
	way := wayBack{to: typed, from: map[string]string{}}
	for _, h := range hosts {
		way.from[h.host] = h.live()
	}
	if len(hosts) == 0 { // none can be reached, or has the site, which the rollout tells
		return way, nil
	}
	var err error
	if typed == "" {
		way.to, err = oneBefore(project, hosts)
	} else {
		way.to, err = namedRelease(project, typed, hosts)
	}
	if err != nil {
		return way, err
	}
	if lack := lacking(project, way.to, hosts); lack != "" {
		return way, &refusal{lack, "nothing was changed. `djship releases " + project + "` lists those that each host has; -l PATTERN picks hosts, and push --ref brings a commit"}
	}
	return way, nil
}

// lacking says which hosts could not switch to a release, and why where they know; "" where all could.
func lacking(project, id string, hosts []hostReleases) string {
	var order []string
	by := map[string][]string{}
	for _, h := range hosts {
		if h.has(id) {
			continue
		}
		why := h.failed(id)
		if by[why] == nil {
			order = append(order, why)
		}
		by[why] = append(by[why], h.host)
	}
	for i, why := range order {
		order[i] = "is not on " + someHosts(by[why]) + ", or not whole"
		if why != "" {
			order[i] = "could not be made ready on " + someHosts(by[why]) + ": " + why
		}
	}
	if order == nil {
		return ""
	}
	return fmt.Sprintf("release %s of %s %s", id, project, strings.Join(order, "; it "))
}

// oneBefore is the release before the live one, of all hosts.
func oneBefore(project string, hosts []hostReleases) (string, error) {
	var order []string
	of := map[string][]string{}
	for _, h := range hosts {
		if h.live() == django.Zero {
			return "", &refusal{fmt.Sprintf("no release of %s is live on %s: what is in the site's home answers, and nothing was before that", project, h.host),
				"name the one that is to be live, as in: djship rollback " + project + " RELEASE; `djship releases " + project + "` lists them"}
		}
		id := release.Before(h.site.History, h.live())
		if id == django.Zero && isFirstOfSeveral(h) {
			return "", &refusal{fmt.Sprintf("release %s of %s is the first that was live on %s: before it, what is in the site's home answered", h.live(), project, h.host),
				"to have that answer, name it: djship rollback " + project + " 0; `djship releases " + project + "` lists the releases, of which any can be named"}
		}
		if of[id] == nil {
			order = append(order, id)
		}
		of[id] = append(of[id], h.host)
	}
	if len(order) == 1 {
		return order[0], nil
	}
	var ways []string
	for _, id := range order {
		ways = append(ways, fmt.Sprintf("%s to %s", someHosts(of[id]), id))
	}
	return "", &refusal{"hosts would go back to different releases: " + strings.Join(ways, ", "), "nothing was changed. Name one: djship rollback " + project + " RELEASE; or pick hosts by -l PATTERN"}
}

// isFirstOfSeveral tells whether the live release was there before all others, and nobody has chosen what is in the site's home since: another step back is
// out of all that was pushed, which few mean who type it.
func isFirstOfSeveral(h hostReleases) bool {
	return !slices.Contains(h.site.History, django.Zero) && slices.ContainsFunc(h.site.History, func(id string) bool { return id != h.live() })
}

// namedRelease is the release that a typed word stands for: an ID, a commit, or how one of them begins.
func namedRelease(project, typed string, hosts []hostReleases) (string, error) {
	var all, meant []string
	add := func(to *[]string, id string) {
		if !slices.Contains(*to, id) {
			*to = append(*to, id)
		}
	}
	for _, h := range hosts {
		for _, r := range h.site.Releases {
			add(&all, r.ID)
			if r.ID == typed {
				return typed, nil
			}
			if strings.HasPrefix(r.ID, typed) || strings.HasSuffix(r.ID, "-"+typed) || strings.HasPrefix(r.Commit, strings.ToLower(typed)) {
				add(&meant, r.ID)
			}
		}
	}
	if typed == django.Zero {
		return typed, nil
	}
	slices.Sort(all)
	slices.Reverse(all)
	switch {
	case len(meant) == 1:
		return meant[0], nil
	case meant != nil:
		return "", &refusal{fmt.Sprintf("%.100q can be any of these releases of %s: %s", typed, project, firstFew(meant)), "nothing was changed. Type more of the one that is meant"}
	case all == nil:
		return "", &refusal{"no host has a release of " + project, "nothing was changed. `djship push " + project + "` brings the first"}
	}
	return "", &refusal{fmt.Sprintf("there is no release %.100q of %s", typed, project), "nothing was changed. There are " + strings.Join(append(all[:min(len(all), 12)], "0 for what is in the site's home"), ", ")}
}
