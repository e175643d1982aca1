package cli

import (
	"fmt"
	"strings"
	"time"

	"djship/inventory"
	"djship/steps/django"
	"djship/steps/inspect"
)

// runsCron tells whether a host runs the jobs of what is pushed: as its variable djship_cron says, else on the first host of its stage. Where there are none no
// host does.
func runsCron(h *inventory.Host, code *pushedCode) (bool, error) {
	said, err := hostVariable(h, "djship_cron", "")
	switch {
	case err != nil:
		return false, err
	case said != "" && said != "yes" && said != "no":
		return false, &usageError{fmt.Sprintf("djship_cron of %s is %.100q", h.Name, said), "yes or no, or leave it out: then the first host of its stage runs the jobs"}
	case said == "":
		return code.firsts[h] && code.release.Jobs != nil, nil
	}
	return said == "yes" && code.release.Jobs != nil, nil
}

// jobWords are how a site's jobs went last, of those that have failed with where to look; "" where there are none.
func jobWords(project string, jobs []inspect.Job, now time.Time) string {
	var all []string
	for _, j := range jobs {
		began, err := time.Parse(time.RFC3339, j.Began)
		ago := django.Roughly(now.Sub(began))
		words := j.Name
		switch {
		case err != nil:
			words += " not run yet"
		case j.Running:
			words += " at work for " + ago
		case j.Cut():
			words += " cut off, begun " + ago + " ago"
		case j.Failed():
			words += fmt.Sprintf(" failed with status %d %s ago", *j.Status, ago)
		default:
			words += " ok " + ago + " ago"
		}
		if j.Failed() {
			words += fmt.Sprintf(" (djship logs %s --process cron-%s)", project, j.Name)
		}
		all = append(all, words)
	}
	return strings.Join(all, ", ")
}
