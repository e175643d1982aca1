package project

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"djship/plain"
)

// Needs are the Python packages of a project, by the files that name them.
type Needs struct {
	Manager        string   // "uv", "poetry", "pipenv", "pdm", "pip" for a file of requirements, "project" for pyproject.toml or setup.py alone
	Path           string   // of the lock or requirements file
	Groups, Extras []string // of a lock file
	Sum            string   // SHA-256 of all files that have a part in it, with their names

	// Wanted are requirements as pip writes them, and Pinned constraints, without indexes and includes; for all managers but "uv" and "project",
	// whose files say it better. Addresses in there may have passwords.
	Wanted, Pinned string
	Hashed         bool // they have a hash for each package
	Local          bool // packages of the project's own files are among them
	// What the files say of indexes: one that is asked in place of the usual one, others, and pages with links.
	Index        string
	Extra, Links []string
	Notes        []Note
}

// ReadNeeds reads what a tree needs: read returns a file of it, root is the folder with manage.py, want what the settings say,
// and tree the hash of all, which counts where packages are in the tree itself. Its errors are *Problems.
func ReadNeeds(tree string, read func(path string) (string, error), root string, want Requirements) (*Needs, error) {
	g := &gatherer{tree: tree, f: &folder{texts: map[string]string{}, from: once(read)}, n: &Needs{Groups: want.Groups, Extras: want.Extras}}
	file, err := g.choose(root, want.Path)
	if err != nil {
		return nil, err
	}
	g.n.Path = file
	g.n.Manager = managerOf(file)
	if err := g.gather(); err != nil {
		return nil, err
	}
	return g.n, nil
}

// once asks for each file once.
func once(read func(string) (string, error)) func(string) (string, error) {
	type answer struct {
		text string
		err  error
	}
	known := map[string]answer{}
	return func(name string) (string, error) {
		a, asked := known[name]
		if !asked {
			a.text, a.err = read(name)
			known[name] = a
		}
		return a.text, a.err
	}
}

// A gatherer reads files that say what is needed, and notes them.
type gatherer struct {
	tree  string
	f     *folder
	n     *Needs
	files []string // that have a part in it
}

// choose is the file that counts.
func (g *gatherer) choose(root, said string) (string, error) {
	if said != "" {
		if !g.f.has(said) {
			return "", &Problem{File: said, What: "is named by the key requirements, and is not in what is pushed", Advice: "commit it, or name one that there is"}
		}
		return said, nil
	}
	if root == "" {
		root = "."
	}
	l := &looker{f: g.f, root: root}
	for _, dir := range l.near() {
		document, err := parseOptional(g.f, path.Join(dir, pyprojectFile))
		if err != nil {
			return "", err
		}
		l.pyproject = document
		switch all := l.managers(dir); {
		case len(all) > 1:
			var names []string
			for _, m := range all {
				names = append(names, plain.Line(m.file))
			}
			return "", &Problem{What: "several files say which packages the project needs: " + strings.Join(names, ", "),
				Advice: `write into djship.toml which counts: requirements = "` + names[0] + `"`}
		case len(all) == 1:
			return all[0].file, nil
		}
	}
	return "", &Problem{What: "no file that is pushed says which packages the project needs", Advice: "pip freeze > requirements.txt writes one; commit it"}
}

func managerOf(file string) string {
	switch path.Base(file) {
	case "uv.lock":
		return "uv"
	case "poetry.lock":
		return "poetry"
	case "pdm.lock":
		return "pdm"
	case "Pipfile.lock", "Pipfile":
		return "pipenv"
	case pyprojectFile, "setup.py", "setup.cfg":
		return "project"
	}
	return "pip"
}

func (g *gatherer) gather() error {
	var err error
	switch g.n.Manager {
	case "pip":
		err = g.readRequirements()
	case "uv":
		err = g.readUVLock()
	case "poetry":
		err = g.readPoetryLock()
	case "pdm":
		err = g.readPDMLock()
	case "pipenv":
		err = g.readPipfile()
	default:
		g.readProject()
	}
	if err != nil {
		return err
	}
	if g.n.Manager == "pip" && (len(g.n.Groups) > 0 || len(g.n.Extras) > 0) {
		return &Problem{File: g.n.Path, What: "is a file of requirements, which has no groups and extras", Advice: "take groups and extras out of requirements in djship.toml"}
	}
	sum := sha256.New()
	for _, name := range g.files {
		text := g.f.text(name)
		fmt.Fprintf(sum, "%s %d\n%s\n", name, len(text), text)
	}
	// What is in the tree itself is installed of it; of a project without a lock, what its metadata names.
	if g.n.Local && g.n.Manager != "project" {
		fmt.Fprintf(sum, "tree %s\n", g.tree)
	}
	g.n.Sum = hex.EncodeToString(sum.Sum(nil))
	return nil
}

// text is a file that has a part in it.
func (g *gatherer) text(name string) string {
	if g.f.has(name) && !slices.Contains(g.files, name) {
		g.files = append(g.files, name)
	}
	return g.f.text(name)
}

// note says something about a file.
func (g *gatherer) note(file string, line int, text, advice string) {
	g.n.Notes = append(g.n.Notes, Note{Place: place(file, line), Text: text, Advice: advice})
}

// beside is a file in the folder of the one that counts.
func (g *gatherer) beside(name string) string { return path.Join(path.Dir(g.n.Path), name) }

// document reads TOML, which has to be there.
func (g *gatherer) document(name string) (*document, error) {
	text := g.text(name)
	if !g.f.has(name) {
		return nil, &Problem{File: name, What: "is not there, beside " + plain.Line(g.n.Path), Advice: "commit it"}
	}
	return parseDocument(name, text)
}

// readUVLock notes what uv itself is going to read on the host.
func (g *gatherer) readUVLock() error {
	lock, err := g.document(g.n.Path)
	if err != nil {
		return err
	}
	if _, err := g.document(g.beside(pyprojectFile)); err != nil {
		return err
	}
	for _, p := range tables(lock.at("package")) {
		source, _ := p["source"].(map[string]any)
		for _, kind := range []string{"editable", "directory", "virtual", "path"} {
			if at, is := source[kind].(string); is && path.Clean(at) != "." {
				g.n.Local = true
				if path.IsAbs(at) || strings.HasPrefix(path.Join(path.Dir(g.n.Path), at), "..") {
					return &Problem{File: g.n.Path, What: "takes " + quoted(at) + " from outside of the project", Advice: "put it into the project, or name a version of it that an index has"}
				}
			}
		}
	}
	return nil
}

var ownRequirements = regexp.MustCompile(`[\w./-]*requirements?[\w./-]*\.(?:txt|in)`)

// readProject notes files that may say it: what is built is the project itself, by its own rules.
func (g *gatherer) readProject() {
	g.n.Local = true
	for _, name := range []string{path.Base(g.n.Path), pyprojectFile, "setup.py", "setup.cfg"} {
		text := g.text(g.beside(name))
		for _, named := range ownRequirements.FindAllString(text, 20) {
			g.text(g.beside(named))
		}
	}
	g.note(g.n.Path, 0, "no lock file: what a first host gets may differ from day to day", "")
}

// tables are the tables of a list.
func tables(value any) []map[string]any {
	list, _ := value.([]any)
	var all []map[string]any
	for _, one := range list {
		if table, is := one.(map[string]any); is {
			all = append(all, table)
		}
	}
	return all
}
