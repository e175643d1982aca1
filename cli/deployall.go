package cli

import (
	"context"
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
	"djship/steps/server"
)

// readDeployAll reads `djship deploy --all`.
func readDeployAll(in input) (deployOptions, error) {
	if len(in.args) > 0 {
		return deployOptions{}, &usageError{"--all is every site on record, and " + strings.Join(in.args, " ") + " is one",
			"leave one of the two out; -l PATTERN picks hosts"}
	}
	if in.on("move-domain") {
		return deployOptions{}, &usageError{"--move-domain is for one site, and --all is every site as it is on record", "djship deploy PROJECT DOMAIN --move-domain moves one"}
	}
	rolling, err := readRolloutOptions(in)
	rolling.typed.args = []string{"--all"} // as hosts note it, and people read it
	rolling.typed.flags = slices.DeleteFunc(rolling.typed.flags, func(word string) bool { return word == "--all" })
	return deployOptions{rolloutOptions: rolling, all: true}, err
}

// deployAll deploys all sites of each host, as the host has them on record when it is asked. steps.DeployAll lists what it
// should have then.
func deployAll(env Env, o deployOptions) error {
	records := map[string][]inspect.Record{} // by host
	c := newCertifying()
	ask := func(ctx context.Context, n *network) error {
		asked := make([][]inspect.Record, len(n.hosts))
		errs := n.eachKept(ctx, func(ctx context.Context, i int, s runner.Session) (err error) {
			asked[i], err = inspect.Records(ctx, s)
			return err
		})
		for i, h := range n.hosts {
			if records[h.Name] = asked[i]; errs[i] != nil {
				n.askedInVain(h.Name, errs[i])
			}
			for _, r := range asked[i] {
				c.count(django.Site{Domain: r.Domain, TLS: django.ReadTLS(r.Kept)})
			}
		}
		return nil
	}
	return rollOutAsked(env, &o.rolloutOptions, ask, func(h *inventory.Host) (rollout.Target, error) {
		path, options, err := askedOf(h, o.overwrite, "")
		return rollout.Target{Turns: recordedTurns(records[h.Name], path, options, c)}, err
	})
}

// recordedSite is a site as a host has it on record.
func recordedSite(r inspect.Record) (django.Site, error) {
	site, err := django.NewSite(r.Project, r.Domain, r.Python)
	site.TLS = django.ReadTLS(r.Kept)
	return site, err
}

// recordedTurns are those of a host that has these sites on record.
func recordedTurns(records []inspect.Record, path string, options server.Options, c *certifying) *rollout.Turns {
	var sites []django.Site
	var bad []model.Step
	var must []rollout.Health
	for _, r := range records {
		site, err := recordedSite(r)
		switch {
		case r.Domain == "":
			bad = append(bad, django.BadRecord{Project: r.Project})
		case err != nil:
			bad = append(bad, django.BadRecord{Project: r.Project, Why: fmt.Sprint(err)})
		default:
			sites, must = append(sites, site), append(must, rollout.Health{Project: site.Project, Domain: site.Domain, Path: path, Aliases: site.TLS.Aliases, HTTPS: site.TLS.On()})
		}
	}
	var turn rollout.Turn
	if must != nil {
		turn.Health, turn.Others = &must[0], must[1:]
	}
	return c.turns(turn, append(bad, steps.DeployAll(sites, options)...), sites, options)
}
