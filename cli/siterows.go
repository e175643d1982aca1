package cli

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"djship/steps/inspect"
)

// A siteRow is a site on a host, as djship status lists it, or a host that could not be asked.
type siteRow struct {
	Host  string `json:"host"`
	Stage string `json:"stage,omitempty"` // "" where the inventory has no stages
	inspect.SiteStatus
	Differs string `json:"differs,omitempty"` // in what from the other hosts of its stage
	Error   string `json:"error,omitempty"`   // why the host could not be asked

	differences []difference
	cause       string // why the host could not be asked, in a word or two
	hint        string // where the site is failing
}

// States beside those that a host tells of its sites.
const (
	siteMissing     = "missing"     // a host does not have what most of its stage do
	siteUnreachable = "unreachable" // the host could not be asked; there may be any sites
)

// A difference is one aspect in which a site is not the same on all hosts of its stage.
type difference struct {
	text  string
	among bool // there is no most: all of them differ
}

// siteRows lists the sites of hosts, given with what each has, nil for a host that did not
// answer. A site that differs from most of its stage in domain, state or version says in what; where
// there is no most, all of them do.
func siteRows(asked []networkHost, sites [][]inspect.SiteStatus) []siteRow {
	var rows []siteRow
	add := func(r siteRow) {
		var said []string
		for _, d := range r.differences {
			said = append(said, d.text)
		}
		r.Differs = strings.Join(said, "; ")
		rows = append(rows, r)
	}
	hosts := map[string]int{} // of each stage, those that answered
	type place struct{ stage, project string }
	has := map[place][]inspect.SiteStatus{}
	for i, h := range asked {
		if sites[i] == nil {
			continue
		}
		hosts[h.stage]++
		for _, s := range sites[i] {
			at := place{h.stage, s.Project}
			has[at] = append(has[at], s)
		}
	}
	places := slices.SortedFunc(maps.Keys(has), func(a, b place) int { return strings.Compare(a.project, b.project) })
	for i, h := range asked {
		if sites[i] == nil {
			add(siteRow{Host: h.Name, Stage: h.stage, SiteStatus: inspect.SiteStatus{State: siteUnreachable}})
			continue
		}
		for _, s := range sites[i] {
			add(siteRow{Host: h.Name, Stage: h.stage, SiteStatus: s, differences: differs(s, has[place{h.stage, s.Project}])})
		}
		for _, at := range places {
			of := func(s inspect.SiteStatus) bool { return s.Project == at.project }
			if at.stage == h.stage && 2*len(has[at]) > hosts[at.stage] && !slices.ContainsFunc(sites[i], of) {
				add(siteRow{Host: h.Name, Stage: at.stage, SiteStatus: inspect.SiteStatus{Project: at.project, State: siteMissing},
					differences: []difference{{text: fmt.Sprintf("%d others have it", len(has[at]))}}})
			}
		}
	}
	return rows
}

// differs says in what a site is not as most of all are, s among them. Versions are compared where the
// system is the same: each release of it has its own Python, and the newest Django for that.
func differs(s inspect.SiteStatus, all []inspect.SiteStatus) []difference {
	alike := slices.DeleteFunc(slices.Clone(all), func(other inspect.SiteStatus) bool { return other.OS != s.OS })
	var found []difference
	for _, by := range []struct {
		what string
		all  []inspect.SiteStatus
		of   func(inspect.SiteStatus) string
	}{
		{"domain", all, func(s inspect.SiteStatus) string { return s.Domain }},
		{"release", all, func(s inspect.SiteStatus) string { return s.Release }},
		{"state", all, func(s inspect.SiteStatus) string { return s.State }},
		{"Django", alike, func(s inspect.SiteStatus) string { return s.Django }},
		{"Python", alike, pythonOf(alike)},
	} {
		count := map[string]int{}
		for _, other := range by.all {
			count[by.of(other)]++
		}
		most := slices.SortedFunc(maps.Keys(count), func(a, b string) int { return count[b] - count[a] })[0]
		majority := 2*count[most] > len(by.all)
		switch {
		case majority && by.of(s) == most:
		case majority:
			found = append(found, difference{text: fmt.Sprintf("%s: most have %s", by.what, orNone(most))})
		default:
			values := slices.Sorted(maps.Keys(count))
			for i := range values {
				values[i] = orNone(values[i])
			}
			found = append(found, difference{text: by.what + ": " + enumerated(values), among: true})
		}
	}
	return found
}

// pythonOf is what the Pythons of sites are compared by: their first number alone where that is all that is known of one, as of a placeholder's.
func pythonOf(all []inspect.SiteStatus) func(inspect.SiteStatus) string {
	brief := slices.ContainsFunc(all, func(s inspect.SiteStatus) bool { return !strings.Contains(s.Python, ".") })
	return func(s inspect.SiteStatus) string {
		if major, _, _ := strings.Cut(s.Python, "."); brief {
			return major
		}
		return s.Python
	}
}

func orNone(value string) string {
	if value == "" {
		return "none"
	}
	return value
}

// enumerated is words as a sentence has them: a, b and c.
func enumerated(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

// noSite says that none of the hosts has a site, and what there is to do about it.
func noSite(env Env, project, hint string) error {
	say(env.Stderr, "djship: no host has a site %s\n", project)
	sayHint(env.Stderr, "", hint)
	return statusError(1)
}

// someHosts are the names of hosts, of many only the first.
func someHosts(names []string) string {
	const most = 6
	if len(names) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most-1], ", "), len(names)-most+1)
	}
	return enumerated(names)
}

// oncePerThing calls say once for each thing that is to be said of rows, with the hosts that it is said of, in
// the order in which they come first. of gives what is to be said of a row, and host whose it is.
func oncePerThing[R any, K comparable](rows []R, host func(R) string, of func(R) []K, say func(hosts []string, thing K)) {
	var order []K
	hosts := map[K][]string{}
	for _, r := range rows {
		for _, thing := range of(r) {
			if hosts[thing] == nil {
				order = append(order, thing)
			}
			if h := host(r); !slices.Contains(hosts[thing], h) {
				hosts[thing] = append(hosts[thing], h)
			}
		}
	}
	for _, thing := range order {
		say(hosts[thing], thing)
	}
}
