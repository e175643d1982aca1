package project

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"djship/plain"
)

// A locked is a package in a lock file.
type locked struct {
	name, version string
	at            string   // an address or a path, in place of a version
	marker        string   // when it is meant, in the lock's own words
	hashes        []string // "sha256:…"
}

// line is the package as pip writes it, with more of a marker.
func (p *locked) line(extras []string, marker string) string {
	s := p.name
	if len(extras) > 0 {
		s += "[" + strings.Join(extras, ",") + "]"
	}
	switch {
	case strings.HasPrefix(p.at, "./"):
		return p.at
	case p.at != "":
		s += " @ " + p.at
	default:
		s += "==" + p.version
	}
	if marker != "" {
		s += " ; " + marker
	}
	for _, hash := range p.hashes {
		s += " --hash=" + hash
	}
	return s
}

// A top is a package that the project itself names.
type top struct {
	name, marker string
	extras       []string
	place        string
}

// A lockReader makes of a lock with its project's own words what pip understands: what is wanted, in locked versions, and the
// versions of all that it may need.
type lockReader struct {
	g        *gatherer
	packages map[string][]locked // by name
	order    []string
	again    string // the command that locks
	tools    bool   // a package needs one of those that tools leave out of their locks
}

// leftOut are packages that older releases of Poetry and PDM did not lock.
var leftOut = []string{"setuptools", "pip", "wheel", "distribute"}

// needs notes what a package needs.
func (l *lockReader) needs(name string) {
	l.tools = l.tools || slices.Contains(leftOut, canonical(name))
}

func (l *lockReader) add(p locked) {
	p.name = canonical(p.name)
	for i, other := range l.packages[p.name] {
		if other.version == p.version && other.at == p.at {
			l.packages[p.name][i].hashes = slices.Compact(slices.Sorted(slices.Values(append(other.hashes, p.hashes...))))
			return
		}
	}
	if l.packages[p.name] == nil {
		l.order = append(l.order, p.name)
	}
	l.packages[p.name] = append(l.packages[p.name], p)
}

// finish writes Wanted and Pinned.
func (l *lockReader) finish(tops []top) error {
	var wanted, pinned strings.Builder
	n := l.g.n
	n.Hashed = !l.tools || l.packages["setuptools"] != nil
	for _, t := range tops {
		t.name = canonical(t.name)
		found := l.packages[t.name]
		if found == nil {
			return &Problem{File: n.Path, What: "does not have " + quoted(t.name) + ", which " + t.place + " names", Advice: l.again + " brings it up to date; commit it"}
		}
		for _, p := range found {
			marker, err := l.both(t.marker, p, len(found) > 1)
			if err != nil {
				return err
			}
			wanted.WriteString(p.line(t.extras, marker) + "\n")
		}
	}
	for _, name := range l.order {
		all := l.packages[name]
		for _, p := range all {
			if p.at != "" || len(p.hashes) == 0 {
				n.Hashed = false
			}
			marker, err := l.both("", p, len(all) > 1)
			if err != nil {
				return err
			}
			if !strings.HasPrefix(p.at, "./") {
				pinned.WriteString(p.line(nil, marker) + "\n")
			}
		}
	}
	n.Wanted, n.Pinned = wanted.String(), pinned.String()
	return nil
}

// both joins the marker of who wants a package with the package's own, which counts where there are several versions.
func (l *lockReader) both(wants string, p locked, several bool) (string, error) {
	switch {
	case !several:
		return wants, nil
	case p.marker == "":
		return "", &Problem{File: l.g.n.Path, What: "has several versions of " + quoted(p.name) + " and does not say which is for whom", Advice: "lock it with a newer release of the tool: " + l.again}
	}
	own := extraWords.ReplaceAllStringFunc(p.marker, func(word string) string {
		m := extraWords.FindStringSubmatch(word)
		chosen := slices.ContainsFunc(l.g.n.Extras, func(e string) bool { return canonical(e) == canonical(m[2]) })
		if chosen == (m[1] == "==") {
			return "python_version >= '3'" // always so
		}
		return "python_version < '3'"
	})
	if wants == "" {
		return own, nil
	}
	return "(" + wants + ") and (" + own + ")", nil
}

// extraWords are where a marker asks for an extra of the project, which pip knows nothing of.
var extraWords = regexp.MustCompile(`extra\s*(==|!=)\s*["']([\w.-]+)["']`)

var separators = regexp.MustCompile(`[-_.]+`)

// canonical is a package's name as indexes compare it.
func canonical(name string) string {
	return strings.ToLower(separators.ReplaceAllString(name, "-"))
}

// local is a path in the project as a requirement, relative to the whole.
func (l *lockReader) local(at string) (string, error) {
	return l.g.located(l.g.n.Path, 0, "./"+at)
}

var requirementWords = regexp.MustCompile(`^\s*([A-Za-z0-9][\w.-]*)\s*(?:\[([^\]]*)\])?[^;]*(?:;\s*(.*))?$`)

// parseTop reads a requirement as pyproject.toml has it. A marker behind an address has a blank before its semicolon.
func parseTop(text, place string) (top, bool) {
	m := requirementWords.FindStringSubmatch(text)
	if m == nil {
		return top{}, false
	}
	t := top{name: m[1], marker: strings.TrimSpace(m[3]), place: place}
	for _, extra := range strings.Split(m[2], ",") {
		if extra = strings.TrimSpace(extra); extra != "" {
			t.extras = append(t.extras, extra)
		}
	}
	return t, true
}

// standardTops are what [project] and [dependency-groups] of pyproject.toml name, for the groups and extras that are wanted; found
// are those of these that there are.
func (l *lockReader) standardTops(d *document) (tops []top, found []string) {
	take := func(value any, place string) {
		list, _ := value.([]any)
		for _, one := range list {
			if text, is := one.(string); is {
				if t, ok := parseTop(text, place); ok {
					tops = append(tops, t)
				}
			}
		}
	}
	take(d.at("project", "dependencies"), d.place("project", "dependencies"))
	for _, extra := range l.g.n.Extras {
		if list := named(d.at("project", "optional-dependencies"), extra); list != nil {
			found = append(found, extra)
			take(list, d.place("project", "optional-dependencies", extra))
		}
	}
	groups := d.at("dependency-groups")
	var group func(name string, depth int)
	group = func(name string, depth int) {
		list, is := named(groups, name).([]any)
		if !is || depth > 8 {
			return
		}
		found = append(found, name)
		take(list, d.place("dependency-groups"))
		for _, one := range list {
			if table, is := one.(map[string]any); is {
				if other, is := table["include-group"].(string); is {
					group(other, depth+1)
				}
			}
		}
	}
	for _, name := range l.g.n.Groups {
		group(name, 0)
	}
	return tops, found
}

// named is the value of a key that is compared as names of packages are.
func named(value any, name string) any {
	table, _ := value.(map[string]any)
	for key, one := range table {
		if canonical(key) == canonical(name) {
			return one
		}
	}
	return nil
}

// missing is the problem with a group or extra that nothing defines, nil where all are found.
func (l *lockReader) missing(found []string) error {
	for _, name := range slices.Concat(l.g.n.Groups, l.g.n.Extras) {
		if !slices.ContainsFunc(found, func(f string) bool { return canonical(f) == canonical(name) }) {
			return &Problem{File: l.g.beside(pyprojectFile), What: "has no group or extra " + quoted(name), Advice: "look at requirements in djship.toml: it names groups and extras"}
		}
	}
	return nil
}

var versionWords = regexp.MustCompile(`^(\^|~=|~|===?|!=|>=|<=|>|<)?\s*v?(\d+)(?:\.(\d+))?(?:\.(\d+|\*))?\s*$`)

// pythonMarker is a range of Python as Poetry writes it, as a marker; "" where it is not understood.
func pythonMarker(spec string) string {
	var all []string
	for alternative := range strings.SplitSeq(spec, "||") {
		var parts []string
		for part := range strings.SplitSeq(alternative, ",") {
			if part = strings.TrimSpace(part); part == "" || part == "*" {
				continue
			}
			m := versionWords.FindStringSubmatch(part)
			if m == nil {
				return ""
			}
			parts = append(parts, pythonPart(m[1], m[2], m[3], m[4])...)
		}
		if len(parts) > 0 {
			all = append(all, strings.Join(parts, " and "))
		}
	}
	return strings.Join(all, " or ")
}

func pythonPart(sign, major, minor, patch string) []string {
	full := strings.TrimSuffix(major+"."+minor, ".")
	if patch != "" && patch != "*" {
		full += "." + patch
	}
	next := func(number string) string { n, _ := strconv.Atoi(number); return strconv.Itoa(n + 1) }
	from := func(until string) []string {
		return []string{"python_full_version >= '" + full + "'", "python_full_version < '" + until + "'"}
	}
	switch {
	case sign == "^", (sign == "~" || sign == "~=") && minor == "":
		return from(next(major))
	case sign == "~", sign == "~=" && patch != "", sign == "" && patch == "" && minor != "", patch == "*" && sign != "!=":
		return from(major + "." + next(minor))
	case sign == "~=":
		return from(next(major))
	case sign == "" && minor == "":
		return from(next(major))
	case sign == "":
		sign = "=="
	}
	return []string{fmt.Sprintf("python_full_version %s '%s'", sign, full)}
}

// stringsOf are the texts of a list.
func stringsOf(value any) []string {
	list, _ := value.([]any)
	var all []string
	for _, one := range list {
		if text, is := one.(string); is {
			all = append(all, text)
		}
	}
	return all
}

// hashesOf are those of files [{file = "…", hash = "sha256:…"}], without what else such a table has.
func hashesOf(files any) []string {
	var all []string
	for _, file := range tables(files) {
		if hash, is := file["hash"].(string); is && !slices.Contains(all, hash) {
			all = append(all, hash)
		}
	}
	return all
}

// gitAddress is a requirement's address of what git has.
func gitAddress(url, commit, folder string) string {
	if rest, is := strings.CutPrefix(url, "git@"); is {
		url = "ssh://git@" + strings.Replace(rest, ":", "/", 1)
	}
	if !strings.HasPrefix(url, "git+") {
		url = "git+" + url
	}
	if commit != "" {
		url += "@" + commit
	}
	if folder != "" {
		url += "#subdirectory=" + folder
	}
	return url
}

// source is an index that a project names, by its settings of a tool.
func (g *gatherer) source(file, address string, first bool) {
	host := strings.TrimSuffix(address, "/")
	if host == "" || host == "https://pypi.org/simple" || host == "https://pypi.python.org/simple" || slices.Contains(g.n.Extra, address) || g.n.Index == address {
		return
	}
	if first {
		g.n.Index = address
	} else {
		g.n.Extra = append(g.n.Extra, address)
	}
	g.note(plain.Line(path.Clean(file)), 0, "names an index of packages; it is asked where the inventory names none", "")
}
