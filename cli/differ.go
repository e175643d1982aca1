package cli

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"djship/steps"
)

// A siteRow is a site on a host, as djship status lists it.
type siteRow struct {
	Host  string `json:"host"`
	Stage string `json:"stage,omitempty"` // "" where the inventory has no stages
	steps.SiteStatus
	Differs string `json:"differs,omitempty"` // in what from the other hosts of its stage
}

// missing is the state of a site that a host does not have and most of its stage do.
const missing = "missing"

// siteRows lists the sites of hosts, given in order with what each has, nil for a host that did not
// answer. A site that differs from most of its stage in domain, state or version says in what; where
// there is no most, all of them do.
func siteRows(names, stages []string, sites [][]steps.SiteStatus) []siteRow {
	var rows []siteRow
	hosts := map[string]int{} // of each stage, those that answered
	type place struct{ stage, project string }
	has := map[place][]steps.SiteStatus{}
	for i := range names {
		if sites[i] == nil {
			continue
		}
		hosts[stages[i]]++
		for _, s := range sites[i] {
			at := place{stages[i], s.Project}
			has[at] = append(has[at], s)
		}
	}
	places := slices.SortedFunc(maps.Keys(has), func(a, b place) int { return strings.Compare(a.project, b.project) })
	for i, host := range names {
		if sites[i] == nil {
			continue
		}
		for _, s := range sites[i] {
			rows = append(rows, siteRow{host, stages[i], s, differs(s, has[place{stages[i], s.Project}])})
		}
		for _, at := range places {
			of := func(s steps.SiteStatus) bool { return s.Project == at.project }
			if at.stage == stages[i] && 2*len(has[at]) > hosts[at.stage] && !slices.ContainsFunc(sites[i], of) {
				rows = append(rows, siteRow{host, at.stage, steps.SiteStatus{Project: at.project, State: missing},
					fmt.Sprintf("%d others have it", len(has[at]))})
			}
		}
	}
	return rows
}

// differs says in what a site is not as most of all are, s among them.
func differs(s steps.SiteStatus, all []steps.SiteStatus) string {
	var said []string
	for _, by := range []struct {
		what string
		of   func(steps.SiteStatus) string
	}{
		{"domain", func(s steps.SiteStatus) string { return s.Domain }},
		{"state", func(s steps.SiteStatus) string { return s.State }},
		{"Django", func(s steps.SiteStatus) string { return s.Django }},
		{"Python", func(s steps.SiteStatus) string { return s.Python }},
	} {
		count := map[string]int{}
		for _, other := range all {
			count[by.of(other)]++
		}
		most := slices.SortedFunc(maps.Keys(count), func(a, b string) int { return count[b] - count[a] })[0]
		majority := 2*count[most] > len(all)
		switch {
		case majority && by.of(s) == most:
		case majority:
			said = append(said, fmt.Sprintf("%s: most have %s", by.what, most))
		default:
			said = append(said, fmt.Sprintf("%s: %s", by.what, strings.Join(slices.Sorted(maps.Keys(count)), " and ")))
		}
	}
	return strings.Join(said, "; ")
}
