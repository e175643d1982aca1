package cli

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"djship/report"
	"djship/runner"
	"djship/secret"
	"djship/steps/django"
	"djship/steps/inspect"
)

func releasesCommand() *command {
	return &command{
		name: "releases", args: "[PROJECT]", brief: "list the releases that hosts have of a site, the newest first",
		more: "Without PROJECT it is the one that djship.toml names, else all sites.\n" +
			"`djship rollback PROJECT RELEASE` makes one of them live again.",
		examples: []string{"djship releases example", "djship releases example -l production --json"},
		explains: []string{"json"}, accepts: accessFlags,
		offers: offerFirst(completing.projects),
		run:    parseThenRun(readReleasesOptions, listReleases),
	}
}

// releasesOptions are what `djship releases` is asked for.
type releasesOptions struct {
	selection
	access
	project string // "" for what the folder says
	json    bool
}

func readReleasesOptions(in input) (releasesOptions, error) {
	a, err := readAccess(in)
	return releasesOptions{readSelection(in), a, in.arg(0), in.on("json")}, err
}

// A releaseRow is a release on a host, as `djship releases` lists it, or a host that could not be asked.
type releaseRow struct {
	Host  string `json:"host"`
	Stage string `json:"stage,omitempty"` // "" where the inventory has no stages
	*inspect.Release
	Error string `json:"error,omitempty"` // why the host could not be asked

	cause  string // the same in a word or two
	atHome bool   // of the first of a site of which no release is live
}

// listReleases asks the hosts for their releases and lists them.
func listReleases(env Env, o releasesOptions) error {
	project, err := ownWord(o.project, &o.selection)
	if err != nil {
		return err
	}
	n, ctx, done, err := reach(env, o.selection, o.access)
	if err != nil {
		return err
	}
	defer done()
	others := &otherSites{}
	found, errs := n.askReleases(ctx, project, others)
	if err := context.Cause(ctx); err != nil {
		return err
	}
	var rows []releaseRow
	sites := false
	for i, h := range n.hosts {
		if errs[i] != nil {
			rows = append(rows, releaseRow{Host: h.Name, Stage: h.stage, Error: secret.Masked(errs[i].Error()), cause: notReached(errs[i])})
		}
		for _, site := range found[i] {
			sites = true
			for j := range site.Releases {
				rows = append(rows, releaseRow{Host: h.Name, Stage: h.stage, Release: &site.Releases[j], atHome: j == 0 && site.Live == ""})
			}
		}
	}
	err = n.sayFailed(env.Stderr, errs)
	switch {
	case err == nil && !sites && project != "":
		return noSite(env, project, others.hint(project, statusLists))
	case o.json:
		for _, r := range rows {
			if err := sayJSON(env.Stdout, r); err != nil {
				return err
			}
		}
	case len(rows) == 0:
		say(env.Stderr, "no releases\n")
		sayHint(env.Stderr, "", "`djship push "+cmp.Or(project, "PROJECT")+"` brings the first")
	default:
		sayReleases(env, rows, time.Now())
	}
	return err
}

// askReleases asks each host for the releases of a project, or of all for "", and hosts that have no such site which they have.
func (n *network) askReleases(ctx context.Context, project string, others *otherSites) ([][]inspect.SiteReleases, []error) {
	found := make([][]inspect.SiteReleases, len(n.hosts))
	return found, n.each(ctx, func(ctx context.Context, i int, s runner.Session) error {
		var err error
		found[i], err = inspect.Releases(ctx, s, project)
		if err == nil && len(found[i]) == 0 && project != "" {
			others.ask(ctx, n.hosts[i].Name, s)
		}
		return err
	})
}

// sayReleases prints rows for a person, and why releases have failed.
func sayReleases(env Env, rows []releaseRow, now time.Time) {
	table(env.Stdout, releaseTable(rows, env.width(), now))
	host := func(r releaseRow) string { return r.Host }
	type failure struct{ project, id, why string }
	oncePerThing(rows, host, func(r releaseRow) []failure {
		if r.Release == nil || r.Failed == "" {
			return nil
		}
		return []failure{{r.Project, r.ID, r.Failed}}
	}, func(hosts []string, f failure) {
		say(env.Stdout, "%s of %s on %s: %s\n", f.id, f.project, someHosts(hosts), paragraph{f.why, "    "})
	})
	oncePerThing(rows, host, func(r releaseRow) [][2]string {
		if r.Release == nil || !r.Live || r.Waits == nil {
			return nil
		}
		return [][2]string{{r.Project, strings.Join(r.Waits, ", ")}}
	}, func(hosts []string, w [2]string) {
		say(env.Stdout, "! %s on %s: what %s only removes is still there; the next push to all hosts removes it\n", w[0], someHosts(hosts), w[1])
	})
	oncePerThing(rows, host, func(r releaseRow) []string {
		if !r.atHome {
			return nil
		}
		return []string{r.Project}
	}, func(hosts []string, project string) {
		say(env.Stdout, "! %s on %s: no release is live, but what is in the site's home\n", project, someHosts(hosts))
	})
}

// releaseTable are the rows for a person, as narrow as width where that is not 0.
func releaseTable(rows []releaseRow, width int, now time.Time) [][]string {
	cells := [][]string{{"HOST", "PROJECT", "RELEASE", "COMMIT", "STATE", "PUSHED", "BY"}}
	for _, r := range rows {
		if r.Release == nil {
			cells = append(cells, []string{r.Host, "-", cmp.Or(r.cause, siteUnreachable)})
			continue
		}
		cells = append(cells, []string{r.Host, r.Project, r.ID, shortCommit(r.Commit, r.Dirty), releaseState(*r.Release, now), ago(r.When, now), cmp.Or(r.Who, "-")})
	}
	return report.Fit(cells, width, []string{"COMMIT", "BY"}, []string{"HOST", "PROJECT", "BY"})
}

// releaseState is what there is to know of a release in a few words.
func releaseState(r inspect.Release, now time.Time) string {
	switch {
	case r.Live && r.Since != "":
		return "live, since " + strings.TrimSuffix(ago(r.Since, now), " ago")
	case r.Live:
		return "live"
	case r.Failed != "":
		return "failed"
	case r.Healthy:
		return "healthy"
	case !r.Ready:
		return "unfinished"
	}
	return "ready"
}

// shortCommit is a commit as people name it, with a plus where more than it was pushed.
func shortCommit(commit string, dirty bool) string {
	if commit == "" {
		return "-"
	}
	if commit = commit[:min(len(commit), 10)]; dirty {
		commit += "+"
	}
	return commit
}

// ago is how long a time as in RFC 3339 is past, "2m ago"; "-" for none.
func ago(at string, now time.Time) string {
	t, err := time.Parse(time.RFC3339, at)
	if err != nil {
		return "-"
	}
	return fmt.Sprintf("%s ago", django.Roughly(now.Sub(t)))
}
