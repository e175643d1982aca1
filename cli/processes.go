package cli

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"djship/inventory"
	"djship/nearest"
	"djship/project"
	"djship/steps/release"
)

const workersVar = "djship_workers"

// mostProcesses of a name are what a host may be asked for.
const mostProcesses = 100

// processCounts is how many of each process a host runs, in their order: as its variable djship_workers says, "worker=2 beat=0", else one of each, of those that
// are single on the first host of a stage alone.
func processCounts(h *inventory.Host, processes []project.Process, first bool) (string, error) {
	said, err := hostVariable(h, workersVar, "")
	if err != nil {
		return "", err
	}
	wrong := func(what, advice string) (string, error) {
		return "", &usageError{fmt.Sprintf("%s of %s: %s", workersVar, h.Name, what), advice}
	}
	counts := map[string]int{}
	for _, word := range listed(said) {
		name, number, _ := strings.Cut(word, "=")
		n, err := strconv.Atoi(number)
		if err != nil || n < 0 || n > mostProcesses {
			return wrong(fmt.Sprintf("%.100q is no number of a process", word), fmt.Sprintf("name and number, %d at most, as in worker=2 beat=0", mostProcesses))
		}
		if name == "web" {
			return wrong("web is gunicorn, which is one", "how many workers it has says WEB_CONCURRENCY, in local_env.sh of the site's home or in [env] of djship.toml")
		}
		counts[name] = n
	}
	var all []string
	var names []string
	for _, p := range processes {
		n, told := counts[p.Name]
		switch {
		case told && p.Single && n > 1:
			return wrong(fmt.Sprintf("%s=%d, and there may be one of it only", p.Name, n), "write "+p.Name+"=1, on one host")
		case !told && (first || !p.Single):
			n = 1
		}
		all, names = append(all, strconv.Itoa(n)), append(names, p.Name)
	}
	for name := range counts { // a host may have several sites, so that others are no mistake
		if near := nearest.Names(name, names, 1); len(near) > 0 && !slices.Contains(names, name) {
			return wrong(fmt.Sprintf("there is no process %.100q", name), nearest.Question(near))
		}
	}
	return strings.Join(all, " "), nil
}

// counted are the processes so many times as processCounts says.
func counted(processes []project.Process, counts string) []release.Process {
	var all []release.Process
	numbers := strings.Fields(counts)
	for i, p := range processes {
		n, _ := strconv.Atoi(numbers[i])
		all = append(all, release.Process{Name: p.Name, Command: p.Command, Count: n, Single: p.Single})
	}
	return all
}

// elsewhere tells on which hosts that are not pushed to the processes run that may run once.
func elsewhere(processes []project.Process, firsts map[*inventory.Host]bool, hosts []*inventory.Host) string {
	var others []string
	for h := range firsts {
		if !slices.Contains(hosts, h) {
			others = append(others, h.Name)
		}
	}
	single := singleNames(processes)
	if single == nil || others == nil {
		return ""
	}
	slices.Sort(others)
	return fmt.Sprintf("%s: one for a stage, on its first host, which is not pushed to now: %s", enumerated(single), someHosts(others))
}

// singlesOf says what runs once on hosts that could not be reached; "" where nothing does.
func singlesOf(code *pushedCode, unreached []string) string {
	var on []string
	for h := range code.firsts {
		if slices.Contains(unreached, h.Name) {
			on = append(on, h.Name)
		}
	}
	single := singleNames(code.processes)
	if single == nil || on == nil {
		return ""
	}
	slices.Sort(on)
	return fmt.Sprintf("%s: one for a stage, on a host that could not be reached: %s", enumerated(single), someHosts(on))
}

// singleNames are those of processes that may run once.
func singleNames(processes []project.Process) []string {
	var names []string
	for _, p := range processes {
		if p.Single {
			names = append(names, p.Name)
		}
	}
	return names
}

// hasRedis tells whether sites that are pushed to a host have a redis there: as its variable djship_services says.
func hasRedis(h *inventory.Host) (bool, error) {
	said, err := hostVariable(h, "djship_services", "")
	if err != nil {
		return false, err
	}
	all := listed(said)
	for _, name := range all {
		if name != "redis" {
			return false, &usageError{fmt.Sprintf("djship_services of %s: there is no service %.100q", h.Name, name), "there is redis; PostgreSQL each site has"}
		}
	}
	return len(all) > 0, nil
}
