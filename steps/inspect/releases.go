package inspect

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"sync"

	"djship/assets"
	"djship/plain"
	"djship/remote"
	"djship/runner"
	"djship/secret"
	"djship/shell"
	"djship/steps/django"
)

// A Release is one that a host has of a site.
type Release struct {
	Project string   `json:"project"`
	ID      string   `json:"id"`
	Commit  string   `json:"commit"` // "" for code of no commit
	Dirty   bool     `json:"dirty"`  // the work tree was pushed, not what is committed
	Tree    string   `json:"tree"`
	Who     string   `json:"who"`             // pushed it
	When    string   `json:"when"`            // as in RFC 3339, it was brought to the host first
	Live    bool     `json:"live"`            // is what answers
	Since   string   `json:"since"`           // when it last went live and stayed so; "" for never
	Healthy bool     `json:"healthy"`         // it went live and stayed so
	Failed  string   `json:"failed"`          // why it did not; "" where it did, or was never tried
	Ready   bool     `json:"-"`               // all of it is there
	Waits   []string `json:"waits,omitempty"` // migrations that only remove, and were not run when it had gone live
}

// SiteReleases are a site's releases on a host, the newest first.
type SiteReleases struct {
	Project  string
	Live     string // the ID of the one that is live; "" for what is in the site's home
	Releases []Release
	History  []string // the IDs of those that went live and stayed so, in order, as often as they did, django.Zero among them; of many the last
}

var releasesBody = sync.OnceValue(func() *remote.Body { return runner.Tethered(assets.Text("shell/releasesof.sh")) })

// Releases returns the releases of the sites that djship has made on a host, or of one of them, by one exec.
func Releases(ctx context.Context, s runner.Session, project string) ([]SiteReleases, error) {
	out, err := runner.Ask(ctx, s, "project="+shell.Quote(project), releasesBody())
	return parseReleases(out), err
}

const (
	releaseID = `[0-9]{8}-[0-9]{6}-[0-9a-f]{7}`
	timeForm  = `[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z`
	hashForm  = `[0-9a-f]{40}(?:[0-9a-f]{24})?`
)

// releaseForms are what the values of releasesof.sh look like.
var releaseForms = map[string]*regexp.Regexp{
	"site":    django.ProjectPattern,
	"live":    regexp.MustCompile(`^` + releaseID + `$`),
	"was":     regexp.MustCompile(`^(?:` + releaseID + `|` + django.Zero + `) ` + timeForm + `$`),
	"release": regexp.MustCompile(`^` + releaseID + `$`),
	"tree":    regexp.MustCompile(`^` + hashForm + `$`),
	"commit":  regexp.MustCompile(`^` + hashForm + `(?: dirty)?$`),
	"by":      regexp.MustCompile(`^[[:print:]]+$`),
	"at":      regexp.MustCompile(`^` + timeForm + `$`),
	"waits":   regexp.MustCompile(`^\w[\w.-]*$`),
	"ready":   regexp.MustCompile(`^$`),
	"state":   regexp.MustCompile(`^(?:healthy|failed)$`),
	"why":     regexp.MustCompile(`^.+$`),
	"failed":  regexp.MustCompile(`^.+$`),
}

// parseReleases reads what releasesof.sh prints.
func parseReleases(text string) []SiteReleases {
	var sites []SiteReleases
	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		form := releaseForms[key]
		value = plain.Line(value[:min(len(value), 4*longestValue)])
		if form == nil || !form.MatchString(value) || key != "site" && sites == nil {
			continue
		}
		if key == "site" {
			if len(sites) == mostSites {
				break
			}
			sites = append(sites, SiteReleases{Project: value})
			continue
		}
		sites[len(sites)-1].read(key, value)
	}
	for i := range sites {
		sites[i].finish()
	}
	return sites
}

// read takes a line in.
func (s *SiteReleases) read(key, value string) {
	switch key {
	case "live":
		s.Live = value
		return
	case "was":
		s.History = append(s.History, value)
		return
	case "release":
		s.Releases = append(s.Releases, Release{Project: s.Project, ID: value})
		return
	}
	if len(s.Releases) == 0 {
		return
	}
	r := &s.Releases[len(s.Releases)-1]
	switch key {
	case "tree":
		r.Tree = value
	case "commit":
		r.Commit, _, r.Dirty = strings.Cut(value, " ")
	case "by":
		r.Who = value
	case "at":
		r.When = value
	case "waits":
		r.Waits = append(r.Waits, value)
	case "ready":
		r.Ready = true
	case "state":
		r.Healthy = value == "healthy"
		if !r.Healthy && r.Failed == "" {
			r.Failed = "it did not answer as it should"
		}
	case "why", "failed":
		r.Failed = secret.Masked(value)
	}
}

// finish puts together what several lines tell.
func (s *SiteReleases) finish() {
	since := map[string]string{}
	for i, line := range s.History {
		id, at, _ := strings.Cut(line, " ")
		s.History[i], since[id] = id, at
	}
	for i := range s.Releases {
		r := &s.Releases[i]
		r.Live, r.Since = r.ID == s.Live, since[r.ID]
		if r.Healthy = r.Healthy || r.Since != "" && r.Failed == ""; r.Healthy {
			r.Failed = ""
		}
	}
	slices.SortStableFunc(s.Releases, func(a, b Release) int {
		if (a.When == "") != (b.When == "") { // what was not finished is what was pushed last
			return len(a.When) - len(b.When)
		}
		return strings.Compare(b.When+b.ID, a.When+a.ID)
	})
}
