package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// arrows are the imports between the packages: each may import those named and what they may import.
// A package that is not here has no place yet; those below workshops may import any.
var arrows = map[string][]string{
	"":                  {"cli"},
	"cli":               {"inventory", "report", "steps", "project", "project/tree", "nearest", "logs", "backup"},
	"logs":              {"attach"},
	"backup":            {"attach"},
	"attach":            {"runner", "steps/django"},
	"report":            {"rollout"},
	"rollout":           {"steps/inspect"},
	"steps":             {"steps/release", "steps/adopt"},
	"steps/adopt":       {"steps/django", "nearest"},
	"steps/release":     {"steps/django", "nearest"},
	"steps/inspect":     {"runner", "steps/django"},
	"runner":            {"steps/advice", "assets", "remote"},
	"steps/django":      {"steps/server"},
	"steps/server":      {"steps/advice", "assets"},
	"steps/advice":      {"steps/model"},
	"steps/model":       {"secret", "shell", "plain"},
	"project":           {"nearest", "plain", "shell"},
	"project/tree":      {"nearest", "shell"},
	"remote":            {"secret", "shell", "delta"},
	"delta":             nil,
	"secret":            nil,
	"shell":             nil,
	"assets":            nil,
	"nearest":           nil,
	"plain":             nil,
	"remote/remotetest": {"remote"},
	"runner/scratch":    nil,

	"steps/model/modeltest": {"steps/model"},
	"steps/django/pairtest": nil,

	"inventory":               {"inventory/ansible", "inventory/sshconfig", "nearest"},
	"inventory/ansible":       {"inventory/python", "inventory/source", "remote"},
	"inventory/sshconfig":     {"inventory/glob", "inventory/source", "remote"},
	"inventory/source":        {"secret"},
	"inventory/python":        nil,
	"inventory/glob":          nil,
	"inventory/inventorytest": nil,
}

// workshops hold what is run on the repository and not shipped.
var workshops = []string{"integration", "bench"}

// testOnly are packages that tests of all packages may import, and nothing that is shipped.
var testOnly = []string{"remote/remotetest", "runner/scratch", "steps/model/modeltest", "steps/django/pairtest", "inventory/inventorytest", "integration/testbed"}

// testArrows are imports that only tests of a package have: inventories are compared with Ansible
// through the program.
var testArrows = map[string][]string{"inventory": {"cli"}, "steps": {"runner"}}

const (
	fileLimit     = 400 // lines
	functionLimit = 60  // lines
)

// longer are the functions that may be: one select or switch over all that can happen.
var longer = map[string]int{"remote/start.go: run": 62}

// downstream are the packages that one may import.
func downstream(name string) map[string]bool {
	all := map[string]bool{}
	for _, next := range arrows[name] {
		all[next] = true
		maps.Copy(all, downstream(next))
	}
	return all
}

// sources parses every Go file of the repository, for all systems, tests among them.
func sources(t *testing.T) (*token.FileSet, map[string]*ast.File) {
	t.Helper()
	set, files := token.NewFileSet(), map[string]*ast.File{}
	err := filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == "testdata" || entry.Name() == "vendor" || strings.HasPrefix(entry.Name(), ".") && name != "."):
			return fs.SkipDir
		case !strings.HasSuffix(name, ".go"):
			return nil
		}
		file, err := parser.ParseFile(set, name, nil, parser.SkipObjectResolution)
		files[filepath.ToSlash(name)] = file
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 50 {
		t.Fatalf("only %d files were found", len(files))
	}
	return set, files
}

func TestArrows(t *testing.T) {
	_, files := sources(t)
	for name, file := range files {
		from := strings.TrimPrefix(path.Dir(name), ".")
		if top, _, _ := strings.Cut(from, "/"); slices.Contains(workshops, top) {
			continue
		}
		if _, placed := arrows[from]; !placed {
			t.Errorf("%s: the package %s has no place among the arrows", name, from)
			continue
		}
		allowed, test := downstream(from), strings.HasSuffix(name, "_test.go")
		for _, spec := range file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			to, ours := strings.CutPrefix(imported, "djship")
			to = strings.TrimPrefix(to, "/")
			if !ours || to == from || allowed[to] || test && slices.Contains(slices.Concat(testOnly, testArrows[from]), to) {
				continue
			}
			t.Errorf("%s: %s must not import %s", name, from, to)
		}
	}
}

func TestNobodyShipsWhatIsForTests(t *testing.T) {
	shipped := downstream("")
	for _, name := range testOnly {
		if shipped[name] {
			t.Errorf("%s is part of the program", name)
		}
	}
}

func TestSizes(t *testing.T) {
	set, files := sources(t)
	for name, file := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		if n := set.File(file.FileStart).LineCount(); n > fileLimit {
			t.Errorf("%s has %d lines, over %d", name, n, fileLimit)
		}
		for _, decl := range file.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok {
				continue
			}
			n, most := set.Position(f.End()).Line-set.Position(f.Pos()).Line+1, max(functionLimit, longer[name+": "+f.Name.Name])
			if n > most {
				t.Errorf("%s: %s has %d lines, over %d", set.Position(f.Pos()), f.Name.Name, n, most)
			}
		}
	}
}

// Names that say nothing of what is in them.
func TestNoDrawers(t *testing.T) {
	_, files := sources(t)
	for name := range files {
		for _, part := range strings.Split(strings.TrimSuffix(name, ".go"), "/") {
			if slices.Contains([]string{"util", "utils", "common", "helpers", "misc", "pkg"}, part) {
				t.Errorf("%s: %s says nothing of what is in it", name, part)
			}
		}
	}
}
