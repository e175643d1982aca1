package project

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"djship/nearest"
)

// The files in which a project has its own word on what djship takes of it.
const (
	OwnFile       = "djship.toml"
	pyprojectFile = "pyproject.toml"
)

// Settings are what a project says itself, in djship.toml or in [tool.djship] of pyproject.toml.
type Settings struct {
	File string // that they are from, "" where there are none

	Project, Inventory   string
	Root                 string // "" where not said; "." for the folder itself
	Module, WSGI, ASGI   string // dotted names; Module is the key settings
	Python               string // "3.12"
	Requirements         Requirements
	Env                  []Pair // in the order of names, as all pairs are; values may have placeholders
	Overlay, Static      *bool  // nil where not said
	Build                string // a command
	Include, Shared      []string
	Files                []Pair // a path in the release, and the file that is put there
	Release, Packages    []string
	Hooks                Hooks
	Processes            []Process
	Cron                 []Pair // a name, and a command behind five fields of time, or @daily
	Health, HealthStatic string

	document *document
	prefix   []string // of their keys in the document
}

// Requirements are which packages a project needs: a file, or of a lock file groups and extras.
type Requirements struct {
	Path           string
	Groups, Extras []string
}

// Hooks are commands on the workstation.
type Hooks struct{ Before, After, Failed string }

// A Pair is a key that the project chose, and its value.
type Pair struct{ Name, Value string }

// Says tells whether a key is set.
func (s *Settings) Says(key ...string) bool {
	return s.document != nil && s.document.at(slices.Concat(s.prefix, key)...) != nil
}

// place names the line of a key.
func (s *Settings) place(key ...string) string {
	return s.document.place(slices.Concat(s.prefix, key)...)
}

// problem is one with the value of a key.
func (s *Settings) problem(key, what, advice string) *Problem {
	return &Problem{s.File, s.document.lines[keyPath(slices.Concat(s.prefix, []string{key})...)], what, advice}
}

// ReadSettings reads what the project in a folder says itself, and nothing else; none where it says nothing. Its errors are
// those of Read.
func ReadSettings(dir string) (Settings, error) {
	f, err := openFolder(dir)
	if err != nil {
		return Settings{}, err
	}
	defer func() { _ = f.root.Close() }()
	pyproject, err := readPyproject(f)
	if err != nil {
		return Settings{}, err
	}
	return readSettings(f, pyproject)
}

// readSettings reads what the project says itself. pyproject may be nil. All that is wrong is said, as *Problems.
func readSettings(f *folder, pyproject *document) (Settings, error) {
	inTool := pyproject != nil && pyproject.at("tool", "djship") != nil
	switch {
	case f.has(OwnFile) && inTool:
		return Settings{}, &Problem{File: OwnFile, What: "is there, and so is [tool.djship] in " + pyproject.place("tool", "djship"),
			Advice: "one place is enough: move all keys to one of them, and take the other out"}
	case inTool:
		return parseSettings(pyproject, []string{"tool", "djship"})
	case f.has(OwnFile):
		before := len(f.passed)
		text := f.text(OwnFile)
		if len(f.passed) > before {
			return Settings{}, &Problem{What: f.passed[len(f.passed)-1], Advice: "djship.toml is a small text file"}
		}
		d, err := parseDocument(OwnFile, text)
		if err != nil {
			return Settings{}, err
		}
		return parseSettings(d, nil)
	}
	return Settings{}, nil
}

// parseSettings takes the keys of djship's out of a document.
func parseSettings(d *document, prefix []string) (Settings, error) {
	r := &reader{document: d, prefix: prefix, known: map[string][]string{}}
	s := Settings{
		File: d.name, document: d, prefix: prefix,
		Project: r.text("project", anyText), Inventory: r.text("inventory", anyText), Root: r.text("root", insidePath),
		Module: r.text("settings", dottedName), WSGI: r.text("wsgi", dottedName), ASGI: r.text("asgi", dottedName),
		Python: r.text("python", pythonVersion), Requirements: r.requirements(),
		Env: r.pairs("env", variableName, filledIn), Overlay: r.flag("overlay"), Static: r.flag("static"),
		Build: r.text("build", command), Include: r.texts("include", belowPath), Shared: r.texts("shared", belowPath),
		Files: r.pairs("files", belowPath, belowPath), Release: r.texts("release", command), Packages: r.texts("packages", debianPackage),
		Hooks:     Hooks{r.text("hooks.before", command), r.text("hooks.after", command), r.text("hooks.failed", command)},
		Processes: r.processes(), Cron: r.pairs("cron", jobName, cronLine),
		Health: r.text("health", urlPath), HealthStatic: r.text("health_static", staticPath),
	}
	r.refuseUnknown()
	slices.SortStableFunc(r.problems, func(a, b *Problem) int { return cmp.Compare(a.Line, b.Line) })
	return s, joined(r.problems)
}

// A reader takes values out of a document and notes what is wrong with them.
type reader struct {
	document *document
	prefix   []string
	known    map[string][]string // keys by their table, "" for the outermost
	problems []*Problem
}

// value is what stands at a key, which is known from then on; hooks.before is the key before of the table hooks.
func (r *reader) value(key string) any {
	table, name := "", key
	if before, after, deep := strings.Cut(key, "."); deep {
		table, name = before, after
		if !slices.Contains(r.known[""], table) {
			r.known[""] = append(r.known[""], table)
			if value := r.document.at(slices.Concat(r.prefix, []string{table})...); value != nil && !isTable(value) {
				r.wrong(table, fmt.Sprintf("%s must be a table", table), "["+strings.Join(append(slices.Clone(r.prefix), table), ".")+"] with keys below it")
			}
		}
	}
	r.known[table] = append(r.known[table], name)
	return r.document.at(slices.Concat(r.prefix, strings.Split(key, "."))...)
}

func isTable(value any) bool {
	_, is := value.(map[string]any)
	return is
}

// wrong notes what is wrong with a key.
func (r *reader) wrong(key, what, advice string) { r.wrongAt(strings.Split(key, "."), what, advice) }

func (r *reader) wrongAt(key []string, what, advice string) {
	r.problems = append(r.problems, &Problem{r.document.name, r.document.lines[keyPath(slices.Concat(r.prefix, key)...)], what, advice})
}

// text is the text at a key, "" where there is none or it is wrong.
func (r *reader) text(key string, right check) string {
	return r.textOf(strings.Split(key, "."), r.value(key), right)
}

func (r *reader) textOf(key []string, value any, right check) string {
	name := shownKey(key)
	text, is := value.(string)
	switch {
	case value == nil:
		return ""
	case !is:
		advice := "put it between quotes"
		if raw := r.document.raw[keyPath(slices.Concat(r.prefix, key)...)]; raw != "" {
			advice += fmt.Sprintf(": %s = %s", key[len(key)-1], quoted(raw))
		}
		r.wrongAt(key, fmt.Sprintf("%s must be text, and is %s", name, kindOf(value)), advice)
		return ""
	}
	if wrong, advice := right(text); wrong != "" {
		if key[0] == "env" {
			text = hidden(text)
		}
		r.wrongAt(key, fmt.Sprintf("%s = %s: %s", name, quoted(text), wrong), advice)
		return ""
	}
	return text
}

// texts is the list of texts at a key.
func (r *reader) texts(key string, right check) []string {
	value := r.value(key)
	list, is := value.([]any)
	if !is {
		if value != nil {
			r.wrong(key, fmt.Sprintf("%s must be a list of texts, and is %s", key, kindOf(value)), key+` = ["one", "another"]`)
		}
		return nil
	}
	var all []string
	for _, one := range list {
		if text := r.textOf(strings.Split(key, "."), one, right); text != "" {
			all = append(all, text)
		}
	}
	return all
}

// flag is the true or false at a key, nil where there is none.
func (r *reader) flag(key string) *bool {
	value := r.value(key)
	if on, is := value.(bool); is {
		return &on
	}
	if value != nil {
		r.wrong(key, fmt.Sprintf("%s must be true or false, and is %s", key, kindOf(value)), key+" = true, without quotes")
	}
	return nil
}

// pairs is the table at a key whose keys are the project's own.
func (r *reader) pairs(key string, rightName, right check) []Pair {
	value := r.value(key)
	table, is := value.(map[string]any)
	if !is {
		if value != nil {
			r.wrong(key, fmt.Sprintf("%s must be a table, and is %s", key, kindOf(value)), "["+strings.Join(append(slices.Clone(r.prefix), key), ".")+`] and below it NAME = "value"`)
		}
		return nil
	}
	var all []Pair
	for _, name := range sortedKeys(table) {
		if wrong, advice := rightName(name); wrong != "" {
			r.wrongAt([]string{key, name}, fmt.Sprintf("%s has the key %s: %s", key, quoted(name), wrong), advice)
		}
		all = append(all, Pair{name, r.textOf([]string{key, name}, table[name], right)})
	}
	return all
}

// requirements are a path, or a table.
func (r *reader) requirements() Requirements {
	const key = "requirements"
	if value := r.document.at(slices.Concat(r.prefix, []string{key})...); value == nil || !isTable(value) {
		return Requirements{Path: r.text(key, belowPath)}
	}
	return Requirements{r.text(key+".path", belowPath), r.texts(key+".groups", groupName), r.texts(key+".extras", groupName)}
}

// refuseUnknown notes the keys that nothing has asked for.
func (r *reader) refuseUnknown() {
	for table, known := range r.known {
		var key []string
		if table != "" {
			key = []string{table}
		}
		there, _ := r.document.at(slices.Concat(r.prefix, key)...).(map[string]any)
		for _, name := range sortedKeys(there) {
			if slices.Contains(known, name) {
				continue
			}
			advice := "the keys are " + strings.Join(slices.Sorted(slices.Values(known)), ", ")
			if near := nearest.Names(name, known, 1); len(near) > 0 {
				advice = nearest.Question(near)
			}
			r.wrongAt(slices.Concat(key, []string{name}), "there is no key "+shownKey(slices.Concat(key, []string{name})), advice)
		}
	}
}

func sortedKeys(table map[string]any) []string {
	var all []string
	for name := range table {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

// shownKey is a key as it is written, fit to be shown.
func shownKey(key []string) string {
	var all []string
	for _, part := range key {
		if !bareKey.MatchString(part) {
			part = quoted(part)
		}
		all = append(all, part)
	}
	return strings.Join(all, ".")
}

// kindOf is what a TOML value is, for people.
func kindOf(value any) string {
	switch value.(type) {
	case string:
		return "text"
	case bool:
		return "true or false"
	case int64, float64:
		return "a number"
	case []any:
		return "a list"
	case map[string]any:
		return "a table"
	}
	return "a date or time"
}

// problemsOf are the problems that an error of this package is made of.
func problemsOf(err error) []*Problem {
	var one *Problem
	var many interface{ Unwrap() []error }
	switch {
	case errors.As(err, &many):
		var all []*Problem
		for _, e := range many.Unwrap() {
			all = append(all, problemsOf(e)...)
		}
		return all
	case errors.As(err, &one):
		return []*Problem{one}
	}
	return nil
}
