package inspect

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"djship/steps/django"
)

// A ProcessStatus is a process of a site beside its gunicorn.
type ProcessStatus struct {
	Name    string `json:"name"`              // "worker-2"
	Running bool   `json:"running"`           //
	Seconds int    `json:"seconds"`           // since it has started
	Release string `json:"release,omitempty"` // of one that is ending: what it runs
}

var (
	groupForm   = `[a-z0-9_]{1,40}-[ab][0-9]{1,9}`
	runningForm = regexp.MustCompile(`^(` + groupForm + `):([A-Za-z0-9_-]{1,80}) [0-9]{1,6} ([0-9]{1,10}) `)
)

// processReader takes in what status.sh tells of processes: those of all sites that run, by group, and of the last site's groups what they should run.
type processReader struct {
	running map[string][]ProcessStatus
	live    map[string][]string // names, by group
	ending  [][2]string         // group and release
}

// readRunning takes in a line of supervised, without its first word.
func (r *processReader) readRunning(value string) {
	if m := runningForm.FindStringSubmatch(value); m != nil {
		seconds, _ := strconv.Atoi(m[3])
		r.running[m[1]] = append(r.running[m[1]], ProcessStatus{Name: m[2], Running: true, Seconds: seconds})
	}
}

// finish fills in the processes of the last site.
func (r *processReader) finish(s *SiteStatus) {
	for group, names := range r.live {
		for _, name := range names {
			p := ProcessStatus{Name: name}
			if i := slices.IndexFunc(r.running[group], func(p ProcessStatus) bool { return p.Name == name }); i >= 0 {
				p = r.running[group][i]
			}
			s.Processes = append(s.Processes, p)
		}
	}
	slices.SortFunc(s.Processes, func(a, b ProcessStatus) int { return strings.Compare(a.Name, b.Name) })
	for _, of := range r.ending {
		for _, p := range r.running[of[0]] {
			p.Release = of[1]
			s.Ending = append(s.Ending, p)
		}
	}
	r.live, r.ending = map[string][]string{}, nil
}

// ProcessNotes is what a person should know of a site's processes.
func (s SiteStatus) ProcessNotes() []string {
	var notes, down, ending []string
	for _, p := range s.Processes {
		if !p.Running {
			down = append(down, p.Name)
		}
	}
	for _, p := range s.Ending {
		ending = append(ending, fmt.Sprintf("%s of %s (started %s ago)", p.Name, p.Release, django.Roughly(time.Duration(p.Seconds)*time.Second)))
	}
	if down != nil {
		notes = append(notes, fmt.Sprintf("%s: not running beside gunicorn: %s; `djship logs %[1]s --process %[3]s` tells why", s.Project, strings.Join(down, ", "), logOf(down)))
	}
	if ending != nil {
		notes = append(notes, fmt.Sprintf("%s: told to end, and still at work: %s", s.Project, strings.Join(ending, ", ")))
	}
	return notes
}

// logOf is the log that processes write to, as worker of worker-1 and worker-2; NAME where they have several.
func logOf(processes []string) string {
	var names []string
	for _, p := range processes {
		names = append(names, strings.TrimSuffix(strings.TrimRight(p, "0123456789"), "-"))
	}
	if names = slices.Compact(names); len(names) > 1 {
		return "NAME"
	}
	return names[0]
}
