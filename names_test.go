package main

import (
	"fmt"
	"go/ast"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// What pages name of the repository between backquotes is there: files and folders, exported names, functions, tests, make's targets.
func TestNamesInPages(t *testing.T) {
	tree := readTree(t)
	for page, text := range pages(t) {
		for _, problem := range tree.problems(page, text) {
			t.Errorf("%s: %s", page, problem)
		}
	}
}

func TestWrongNamesAreSeen(t *testing.T) {
	tree := readTree(t)
	for text, right := range map[string]bool{
		"`cli/main.go`": true, "`main.go`": true, "`cli/`": true, "`remote/lying*_test.go`": true, "`apply_test.go`": true, "`assets/shell/`": true, "`TestArrows`": true,
		"`secret.Value`": true, "`readLine()`": true, "`make test`": true, "`go test ./...`": true, "    go test -run 'TestArrows$/^x$' .": true,
		"`/etc/main.json`": true, "`testdata`": true, "`local_env.sh`": true, "`example.Secret`": true,
		"`cli/nothing.go`": false, "`nothing.go`": false, "`cli/nothing/`": false, "`remote/nothing*_test.go`": false, "`TestNothing`": false, "`remote.Nothing`": false,
		"`nothing()`": false, "`testdata/nothing.txt`": false, "`make nothing`": false, "`go test ./nothing`": false, "`go run ./nothing`": false, "    go test -run TestNothing ./cli": false,
		"    go test -run TestArrows ./cli": false, "    go test -fuzz '^FuzzNothing$' ./cli": false, "    make nothing": false,
	} {
		if problems := tree.problems("docs/tour.md", text+"\n"); (len(problems) == 0) != right {
			t.Errorf("%s: %q", text, problems)
		}
	}
}

// A tree is what the repository has that pages may name.
type tree struct {
	files     []string
	tops      []string            // folders at the top, of today or in arrows
	functions map[string][]string // of the program, and their files
	tests     map[string][]string // by folder
	exported  map[string]bool     // "secret.Value"
	packages  map[string]bool     // "remote"
	makefile  string
}

func readTree(t *testing.T) *tree {
	t.Helper()
	tr := &tree{files: repositoryFiles(t), tops: slices.Clone(workshops), functions: map[string][]string{}, tests: map[string][]string{}, exported: map[string]bool{}, packages: map[string]bool{}}
	for name := range arrows {
		top, _, _ := strings.Cut(name, "/")
		tr.tops = append(tr.tops, top)
	}
	_, parsed := sources(t)
	for name, file := range parsed {
		tr.packages[file.Name.Name] = true
		for _, decl := range file.Decls {
			for _, ident := range declared(decl) {
				tr.exported[file.Name.Name+"."+ident] = ast.IsExported(ident)
				if _, is := decl.(*ast.FuncDecl); is && strings.HasSuffix(name, "_test.go") {
					tr.tests[path.Dir(name)] = append(tr.tests[path.Dir(name)], ident)
				} else if is {
					tr.functions[ident] = append(tr.functions[ident], name)
				}
			}
		}
	}
	text, err := os.ReadFile("Makefile")
	if err != nil {
		t.Fatal(err)
	}
	tr.makefile = string(text)
	return tr
}

// declared are the names that a declaration makes.
func declared(decl ast.Decl) []string {
	var all []string
	switch d := decl.(type) {
	case *ast.FuncDecl:
		all = append(all, d.Name.Name)
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch s := spec.(type) {
			case *ast.TypeSpec:
				all = append(all, s.Name.Name)
			case *ast.ValueSpec:
				for _, n := range s.Names {
					all = append(all, n.Name)
				}
			}
		}
	}
	return all
}

// siteFiles are files of sites, and of the scripts before djship, that are not in the repository.
var siteFiles = []string{"local_env.sh", "install_os_prereq.sh", "deploy_django_project.sh"}

var (
	span      = regexp.MustCompile("`([^`\n]+)`")
	pathLike  = regexp.MustCompile(`^[A-Za-z0-9_.*-][A-Za-z0-9_.*/-]*$`)
	ofRepo    = regexp.MustCompile(`\.(go|md|sh)$`)
	qualified = regexp.MustCompile(`^([a-z]+)\.[A-Z]\w*$`)
	call      = regexp.MustCompile(`^(\w+)\(\)$`)
	testName  = regexp.MustCompile(`^(Test|Fuzz|Benchmark)[A-Z]\w+$`)
	makeCall  = regexp.MustCompile("(?m)(?:^    |`)make ([a-z-]+)")
	goCall    = regexp.MustCompile("(?m)(?:^    |`|^    .*[^`\n] )go (test|run) ([^`\n]*)")
	selects   = regexp.MustCompile(`-(?:run|fuzz) '?\^?(\w+)`)
	folder    = regexp.MustCompile(`(?:^| )\.(/[A-Za-z0-9_/-]+)?(?: |$)`)
)

// problems are what a page names that is not there.
func (tr *tree) problems(page, text string) []string {
	var all []string
	miss := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	for _, m := range span.FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
		word := m[1]
		top, _, deep := strings.Cut(word, "/")
		switch {
		case pathLike.MatchString(word) && !slices.Contains(siteFiles, word) && (deep && (top == "testdata" || slices.Contains(tr.tops, top)) || ofRepo.MatchString(word)):
			if !tr.has(page, word) {
				miss("there is no %s", word)
			}
		case qualified.MatchString(word) && tr.packages[qualified.FindStringSubmatch(word)[1]]:
			if !tr.exported[word] {
				miss("nothing is called %s", word)
			}
		case call.MatchString(word):
			if tr.functions[call.FindStringSubmatch(word)[1]] == nil {
				miss("there is no function %s", word)
			}
		case testName.MatchString(word):
			if !slices.Contains(slices.Concat(slices.Collect(maps.Values(tr.tests))...), word) {
				miss("there is no test %s", word)
			}
		}
	}
	for _, m := range makeCall.FindAllStringSubmatch(text, -1) {
		if !strings.Contains(tr.makefile, "\n"+m[1]+":") {
			miss("make has no target %s", m[1])
		}
	}
	for _, m := range goCall.FindAllStringSubmatch(text, -1) {
		at := folder.FindStringSubmatch(m[2])
		if at == nil {
			continue
		}
		dir := path.Clean("." + at[1])
		if _, err := os.Stat(dir); err != nil {
			miss("there is no folder %s", dir)
		}
		for _, name := range selects.FindAllStringSubmatch(m[2], -1) {
			if m[1] == "test" && !slices.ContainsFunc(tr.tests[dir], func(test string) bool { return strings.Contains(test, name[1]) }) {
				miss("%s has no test %s", dir, name[1])
			}
		}
	}
	return all
}

// has tells whether there is a file or folder of that name, seen from the top or from a page's folder; one
// without a folder may be anywhere.
func (tr *tree) has(page, name string) bool {
	for _, from := range []string{".", path.Dir(page)} {
		if found, err := filepath.Glob(path.Join(from, name)); err == nil && len(found) > 0 {
			return true
		}
	}
	return slices.ContainsFunc(tr.files, func(f string) bool {
		is, err := path.Match(name, path.Base(f))
		return err == nil && is
	})
}
