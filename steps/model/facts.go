package model

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Facts is what every plan may know of a host.
type Facts struct {
	ID, Like, Version string // as in os-release: "debian", "", "12"
	Name, Codename    string // "Debian GNU/Linux 12 (bookworm)", "bookworm"
	Systemd           bool
	IPv6              bool
	Own               []string // IP addresses of the host, without loopback's
	CPUs              int
	Machine           string // the kind of processor: "x86_64"
	MemoryKB          int64
	AvailableKB       int64
	FreeKB            map[string]int64 // by mount point
	FreeInodes        map[string]int64 // by mount point, where that is a number
	mounts            map[string]mount // by mount point, of those that matter
	Python3           string           // "3.11"; empty where there is none yet
	Python2           bool
	PGPort            int    // of the PostgreSQL cluster that sites use, or will where there is none yet
	Last              string // the run that last changed the host
	// Written holds, for each path, the SHA-256 sums of all that djship ever wrote there: a file
	// with another content was changed by somebody else.
	Written  map[string]map[string]bool
	Due      map[string]bool // the marks of steps that an earlier run left due; see DueMarks
	Sites    map[string]Site // that djship has made, by their projects
	Scripted []string        // projects of sites that the bash scripts have made, and djship has not taken over
}

// A Site is what a host has on record of one.
type Site struct {
	Domain string            // "" where the record has none
	Python int               // 2 or 3
	Live   string            // the ID of the release that is live; "" where none was pushed
	Health string            // the path at which that has to answer; "" where nothing says so
	Kept   map[string]string // what the record has besides, by its keys
}

// ParseFacts reads the output of facts.sh. Lines that it does not know are passed over.
func ParseFacts(text string) Facts {
	f := Facts{FreeKB: map[string]int64{}, FreeInodes: map[string]int64{}, mounts: map[string]mount{}, Written: map[string]map[string]bool{}, Due: map[string]bool{}, Sites: map[string]Site{}}
	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(strings.TrimRight(line, "\n"), " ")
		switch key {
		case "id":
			f.ID = value
		case "like":
			f.Like = value
		case "version":
			f.Version = value
		case "name":
			f.Name = value
		case "codename":
			f.Codename = value
		case "init":
			f.Systemd = value == "systemd"
		case "ipv6":
			f.IPv6 = true
		case "own":
			f.Own = strings.Fields(value)
		case "cpus":
			f.CPUs, _ = strconv.Atoi(value)
		case "machine":
			f.Machine = value
		case "memory":
			f.MemoryKB, _ = strconv.ParseInt(value, 10, 64)
		case "available":
			f.AvailableKB, _ = strconv.ParseInt(value, 10, 64)
		case "disk":
			number(value, f.FreeKB)
		case "inodes":
			number(value, f.FreeInodes)
		case "mount":
			at, m := parseMount(value)
			f.mounts[at] = m
		case "python3":
			f.Python3 = strings.TrimPrefix(value, "python")
		case "python2":
			f.Python2 = true
		case "pgport":
			f.PGPort, _ = strconv.Atoi(value)
		case "last":
			f.Last = value
		case "due":
			f.Due[value] = true
		case "site":
			if name, site, ok := parseSite(value); ok {
				f.Sites[name] = site
			}
		case "kept":
			f.keep(value)
		case "home":
			f.Scripted = f.unrecorded(strings.Fields(value))
		case "written":
			f.wrote(value)
		}
	}
	return f
}

// ElseAdopt is a hint about what the bash scripts have left, of a project where that is not "": where the host has sites of theirs, and that project is one, it is to take these over, else the one that is given.
func (f Facts) ElseAdopt(project, hint string) string {
	if len(f.Scripted) == 0 || project != "" && !slices.Contains(f.Scripted, project) {
		return hint
	}
	return HowAdopted(f.Scripted, "here")
}

// HowAdopted tells of sites that the bash scripts have made at a place, "here" or "on web1", and what takes them over.
func HowAdopted(projects []string, at string) string {
	name := "PROJECT"
	if len(projects) == 1 {
		name = projects[0]
	}
	return "the bash scripts have made " + strings.Join(projects, ", ") + " " + at + ": `djship adopt " + name + " DOMAIN --check` tells how a site is taken over; what runs goes on meanwhile"
}

// ProjectOfHome is the project of a site by the path of its home, "" for what is none.
func ProjectOfHome(path string) string {
	name, is := strings.CutSuffix(strings.TrimPrefix(path, Webapps+"/"), "_project")
	if !is || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" {
		return ""
	}
	return name
}

// unrecorded are the projects of homes of sites that the host has no record of.
func (f Facts) unrecorded(homes []string) (projects []string) {
	for _, home := range homes {
		name := ProjectOfHome(home)
		if _, known := f.Sites[name]; name != "" && !known {
			projects = append(projects, name)
		}
	}
	return projects
}

// wrote reads the line "SUM  PATH" of what djship has written.
func (f Facts) wrote(value string) {
	sum, path, _ := strings.Cut(value, "  ")
	if f.Written[path] == nil {
		f.Written[path] = map[string]bool{}
	}
	f.Written[path][sum] = true
}

// keep reads the line "NAME KEY VALUE" of what the record of a site has besides.
func (f Facts) keep(value string) {
	words := append(strings.SplitN(value, " ", 3), "", "")
	site, known := f.Sites[words[0]]
	if !known || words[1] == "" {
		return
	}
	if site.Kept == nil {
		site.Kept = map[string]string{}
		f.Sites[words[0]] = site
	}
	site.Kept[words[1]] = words[2]
}

// number reads the line "NUMBER MOUNT" of the facts.
func number(value string, into map[string]int64) {
	word, mount, _ := strings.Cut(value, " ")
	if n, err := strconv.ParseInt(word, 10, 64); err == nil {
		into[mount] = n
	}
}

// parseSite reads the line "NAME DOMAIN PYTHON LIVE HEALTH" of the facts, of which the last words may be missing.
func parseSite(value string) (string, Site, bool) {
	words := strings.Fields(value)
	if len(words) < 3 {
		return "", Site{}, false
	}
	site := Site{Domain: strings.TrimPrefix(words[1], "-")}
	site.Python, _ = strconv.Atoi(words[2])
	if len(words) > 3 {
		site.Live = words[3]
	}
	if len(words) > 4 && words[4][0] == '/' {
		site.Health = words[4]
	}
	return words[0], site, true
}

// System is the distribution and release for a person: "Debian 12".
func (f Facts) System() string {
	if name := ReleaseNames[f.ID]; name != "" {
		return name + " " + f.Version
	}
	return f.Name
}

// String is one line for a person: "Debian 12, 2 CPUs, 4.0 GiB, Python 3.11".
func (f Facts) String() string {
	s := fmt.Sprintf("%s, %d CPUs, %.1f GiB", f.System(), f.CPUs, float64(f.MemoryKB)/(1<<20))
	if f.Python3 != "" {
		s += ", Python " + f.Python3
	}
	return s
}

// ReleaseNames are how people write the names of distributions, by their ID.
var ReleaseNames = map[string]string{"debian": "Debian", "ubuntu": "Ubuntu"}
