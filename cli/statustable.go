package cli

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"djship/report"
	"djship/steps/django"
	"djship/steps/inspect"
	"djship/steps/release"
)

// saySites prints a row or a JSON line for each site and each host that could not be asked.
func saySites(env Env, inJSON bool, rows []siteRow, now time.Time) error {
	if inJSON {
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
	for _, line := range siteLines(rows, env.width(), now) {
		sayText(env.Stdout, line+"\n")
	}
	host := func(r siteRow) string { return r.Host }
	oncePerThing(rows, host, problemsOf, func(hosts []string, p problem) {
		say(env.Stdout, "%s on %s: %s\n", p.project, someHosts(hosts), paragraph{p.text, "    "})
		sayHint(env.Stdout, "  ", p.hint)
	})
	oncePerThing(rows, host, notesOf,
		func(hosts []string, note string) { say(env.Stdout, "! %s: %s\n", someHosts(hosts), note) })
	for _, r := range rows {
		if words := jobWords(r.Project, r.Cron, now); words != "" {
			for _, part := range report.Fold(fmt.Sprintf("%s on %s, by cron: %s", r.Project, r.Host, words), "  ", env.width()) {
				say(env.Stdout, "%s\n", part)
			}
		}
	}
	type differing struct {
		project, stage string
		difference
	}
	oncePerThing(rows, host, func(r siteRow) []differing {
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

// notesOf is what a person should know of a site on a host besides.
func notesOf(r siteRow) []string {
	notes := append([]string{r.Note}, r.ProcessNotes()...)
	if r.Waits != nil {
		commit := r.Commit
		if r.Dirty {
			commit += " dirty"
		}
		notes = append(notes, r.Project+": "+release.StillWaits(r.Project, r.Waits, commit))
	}
	return slices.DeleteFunc(notes, func(s string) bool { return s == "" })
}

// A problem is what is the matter with a site, and what to do about it.
type problem struct{ project, text, hint string }

// problemsOf are those of a site on a host: why it does not answer, and why its certificate is not renewed.
func problemsOf(r siteRow) []problem {
	var all []problem
	if r.Problem != "" {
		all = append(all, problem{r.Project, r.Problem, r.hint})
	}
	if c := r.Certificate; c != nil && c.Problem != "" {
		all = append(all, problem{r.Project, c.Problem, c.Hint})
	}
	return all
}

// stateWords are a site's state and the status that a failing one answers with, or one that is up, and whether what was before is held beside it, or visitors
// are kept from it.
func stateWords(s inspect.SiteStatus) string {
	if s.Maintenance {
		s.Maintenance = false
		return stateWords(s) + ", maintenance"
	}
	if s.Held {
		s.Held = false
		return stateWords(s) + ", held"
	}
	if s.HTTP > 0 && (s.State == inspect.SiteUp || s.State == inspect.SiteFailing && s.HTTP >= 400) {
		return fmt.Sprintf("%s %d", s.State, s.HTTP)
	}
	return s.State
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
