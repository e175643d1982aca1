package project

import (
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"djship/plain"
)

// A Project is what a folder is.
type Project struct {
	Settings Settings
	Name     string   // as the project says, or one that fits
	Root     string   // the folder with manage.py, "." for the project's own
	Choices  []Choice // in the order of Settings' keys, those first that each project has
	Notes    []Note
}

// A State is whose word a choice is.
type State int

// The states of a choice.
const (
	Said     State = iota // the project's own, in its settings
	Taken                 // what is taken where nothing is said
	Proposed              // what its settings should say
	Open                  // somebody has to decide; the value is an example, or nil
)

// A Choice is one thing that a project is, or wants.
type Choice struct {
	Key   string // of the settings; env.NAME for one variable
	Value any    // string, []string or bool
	From  string // a place in the project, "" for none
	Why   string // in a few words
	State State
}

// Text is a choice's value in a line, fit to be shown; ? where somebody has to decide. Of what a variable is said to be, that may be a
// secret, the placeholders alone are shown.
func (c *Choice) Text() string {
	if c.State == Open {
		return "?"
	}
	switch value := c.Value.(type) {
	case string:
		if c.State == Said && strings.HasPrefix(c.Key, "env.") {
			value = hidden(value)
		}
		return plain.Line(value)
	case []string:
		return plain.Line(strings.Join(value, ", "))
	default:
		return plain.Line(fmt.Sprint(value))
	}
}

// hidden is a text with "***" in the place of all that is no placeholder.
func hidden(value string) string {
	var b strings.Builder
	end := 0
	for _, at := range append(placeholder.FindAllStringIndex(value, -1), []int{len(value), len(value)}) {
		if at[0] > end {
			b.WriteString("***")
		}
		b.WriteString(value[at[0]:at[1]])
		end = at[1]
	}
	return b.String()
}

// A Note is something about a project that its people should know, fit to be shown.
type Note struct {
	Place  string // "" for none
	Text   string
	Advice string // "" for none
	Stops  bool   // whether the project can't be deployed as it is
	Unread bool   // whether it is about a file that is not read, for its name is not quite one that is
}

// Choice is the choice of a key; false where there is none.
func (p *Project) Choice(key string) (Choice, bool) {
	at := slices.IndexFunc(p.Choices, func(c Choice) bool { return c.Key == key })
	if at < 0 {
		return Choice{}, false
	}
	return p.Choices[at], true
}

// Read looks at the project in a folder. fits says why a name can't be a project's, nil where it can. Its errors are
// *Problems, joined where there are several: there is no project, or what it says of itself is wrong.
func Read(dir string, fits func(name string) error) (*Project, error) {
	f, err := openFolder(dir)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.root.Close() }()
	pyproject, err := readPyproject(f)
	if err != nil {
		return nil, err
	}
	settings, err := readSettings(f, pyproject)
	if err != nil {
		return nil, err
	}
	l := &looker{f: f, s: &settings, pyproject: pyproject, p: &Project{}}
	if err := l.lookForRoot(dir); err != nil {
		return nil, err
	}
	if l.root != "." && pyproject == nil {
		inRoot, err := parseOptional(f, path.Join(l.root, pyprojectFile))
		if err != nil {
			return nil, err
		}
		l.pyproject = inRoot
		if inRoot != nil && inRoot.at("tool", "djship") != nil {
			l.note(inRoot.place("tool", "djship"), "this is not read: settings of djship's are in the project's own folder", "move it into djship.toml there")
		}
	}
	l.lookForModules()
	if err := l.lookForName(filepath.Base(absolute(dir)), fits); err != nil {
		return nil, err
	}
	l.lookForPython()
	l.lookForRequirements()
	l.lookAtSettings()
	l.lookForProcesses()
	l.lookForBuild()
	l.lookForShared()
	l.lookForMisspelt()
	l.sayRest()
	for _, passed := range f.passed {
		l.note("", passed, "")
	}
	l.p.Settings, l.p.Root = settings, l.root
	l.p.sort()
	return l.p, nil
}

func absolute(dir string) string {
	if abs, err := filepath.Abs(dir); err == nil {
		return abs
	}
	return dir
}

func readPyproject(f *folder) (*document, error) { return parseOptional(f, pyprojectFile) }

// parseOptional reads a TOML file, nil where it is not there.
func parseOptional(f *folder, name string) (*document, error) {
	if !f.has(name) {
		return nil, nil
	}
	return parseDocument(name, f.text(name))
}

// A looker looks at a folder and notes what it sees.
type looker struct {
	f         *folder
	s         *Settings
	pyproject *document // nil where there is none
	p         *Project
	root      string
	module    string   // the settings' dotted name, "" where it is not known
	code      []source // their text
	needs     string   // all that files of requirements say, in lower case
}

// take notes a choice, unless the project has its own word, which is noted then. It returns what counts.
func (l *looker) take(c Choice) Choice {
	if l.said(c.Key) {
		return Choice{}
	}
	l.p.Choices = append(l.p.Choices, c)
	return c
}

// said notes the project's own word on a key, if it has one.
func (l *looker) said(key string) bool {
	parts := strings.SplitN(key, ".", 2)
	if !l.s.Says(parts...) {
		return false
	}
	if _, noted := l.p.Choice(key); !noted {
		value := l.s.document.at(slices.Concat(l.s.prefix, parts)...)
		switch of := value.(type) {
		case []any:
			value = textsIn(of)
		case map[string]any:
			var all []string
			for _, name := range sortedKeys(of) {
				all = append(all, fmt.Sprintf("%s = %v", name, of[name]))
			}
			value = all
		}
		l.p.Choices = append(l.p.Choices, Choice{key, value, l.s.place(parts...), "your own word", Said})
	}
	return true
}

func textsIn(list []any) []string {
	all := []string{}
	for _, one := range list {
		all = append(all, fmt.Sprint(one))
	}
	return all
}

func (l *looker) note(place, text, advice string) {
	l.p.Notes = append(l.p.Notes, Note{place, plain.Line(text), plain.Line(advice), false, false})
}

func (l *looker) stop(place, text, advice string) {
	l.p.Notes = append(l.p.Notes, Note{place, plain.Line(text), plain.Line(advice), true, false})
}

// own names the place of the project's own settings.
func (l *looker) own() string {
	if l.s.File == pyprojectFile {
		return "[tool.djship] of " + pyprojectFile
	}
	return OwnFile
}

// sayRest notes what the project says and nothing was looked for.
func (l *looker) sayRest() {
	for _, key := range keyOrder {
		switch value := l.valueSaid(key).(type) {
		case nil:
		case map[string]any:
			for _, name := range sortedKeys(value) {
				if key == "requirements" {
					break
				}
				l.said(key + "." + name)
			}
		default:
			l.said(key)
		}
	}
}

func (l *looker) valueSaid(key string) any {
	if l.s.document == nil {
		return nil
	}
	return l.s.document.at(slices.Concat(l.s.prefix, []string{key})...)
}

// keyOrder is the order of keys wherever they are listed.
var keyOrder = []string{"project", "inventory", "root", "settings", "wsgi", "asgi", "python", "requirements", "packages", "build", "include", "shared", "static",
	"overlay", "release", "health", "health_static", "files", "env", "processes", "cron", "hooks"}

// sort puts choices in the order of keys, and those of a table in that in which they were found.
func (p *Project) sort() {
	rank := func(c Choice) int {
		top, _, _ := strings.Cut(c.Key, ".")
		return slices.Index(keyOrder, top)
	}
	slices.SortStableFunc(p.Choices, func(a, b Choice) int { return rank(a) - rank(b) })
}

// lookForName has the first name that fits: the project's own word, its package's, its folder's, its settings'.
func (l *looker) lookForName(folder string, fits func(string) error) error {
	if l.said("project") {
		l.p.Name = l.s.Project
		if err := fits(l.p.Name); err != nil {
			problem := l.s.problem("project", err.Error(), "")
			var advises interface{ Hint() string }
			if errors.As(err, &advises) {
				problem.Advice = advises.Hint()
			}
			return problem
		}
		return nil
	}
	var all []Choice
	propose := func(name, from, why string) {
		if fit := fitName(name); fit != "" {
			if fit != name {
				why += " " + quoted(name) + ", as a project may be called"
			}
			all = append(all, Choice{"project", fit, from, why, Proposed})
		}
	}
	if l.pyproject != nil {
		for _, key := range [][]string{{"project", "name"}, {"tool", "poetry", "name"}} {
			propose(l.pyproject.text(key...), l.pyproject.place(key...), "the package's name")
		}
	}
	propose(folder, "", "the folder's name")
	top, _, _ := strings.Cut(l.module, ".")
	propose(top, "", "the settings' package")
	for _, c := range all {
		propose(c.Value.(string)+"_site", c.From, c.Why+", which alone is kept for something else")
	}
	for _, c := range all {
		if name := c.Value.(string); fits(name) == nil {
			l.p.Name = name
			l.take(c)
			return nil
		}
	}
	l.p.Name = "mysite"
	l.take(Choice{"project", l.p.Name, "", "no name was found that fits; choose another", Proposed})
	return nil
}

// fitName makes a name of lower-case letters, digits and _ that begins with a letter, "" where nothing is left.
func fitName(name string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		}
		return '_'
	}, strings.ToLower(name))
	name = strings.TrimLeft(name, "_0123456789")
	return strings.Trim(name[:min(len(name), 32)], "_")
}
