package main

import (
	"fmt"
	"go/ast"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// readmeLimit is how many lines the README may have: what is more goes to a page in docs/.
const readmeLimit = 250

// pages are the repository's pages of Markdown, by their paths.
func pages(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, name := range repositoryFiles(t) {
		if path.Ext(name) == ".md" {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			all[name] = string(text)
		}
	}
	if len(all) < 15 {
		t.Fatalf("only %d pages were found", len(all))
	}
	return all
}

// repositoryFiles are the paths of all files of the repository but those of tools.
func repositoryFiles(t *testing.T) []string {
	t.Helper()
	var all []string
	err := filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && name != "." && (entry.Name() == "testdata" || entry.Name()[0] == '.'):
			return fs.SkipDir
		case !entry.IsDir():
			all = append(all, filepath.ToSlash(name))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestLinks(t *testing.T) {
	all := pages(t)
	linked := map[string]bool{}
	for page, text := range all {
		for _, l := range linksIn(text) {
			if problem := broken(page, l, all); problem != "" {
				t.Errorf("%s: %s", page, problem)
			}
			file, _, _ := strings.Cut(l, "#")
			linked[path.Join(path.Dir(page), file)] = true
			linked[page+" "+path.Join(path.Dir(page), file)] = true
		}
	}
	for _, name := range repositoryFiles(t) {
		if strings.HasPrefix(name, "docs/") && !linked[name] {
			t.Errorf("nothing leads to %s", name)
		}
		if strings.HasPrefix(name, "docs/") && path.Ext(name) == ".md" && !linked["README.md "+name] {
			t.Errorf("the README does not lead to %s", name)
		}
	}
	if n := strings.Count(all["README.md"], "\n"); n > readmeLimit {
		t.Errorf("the README has %d lines, over %d", n, readmeLimit)
	}
}

var (
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading = regexp.MustCompile(`(?m)^#{1,6} +(.+)$`)
	fence   = regexp.MustCompile("(?ms)^```.*?^```$")
)

func linksIn(text string) []string {
	var all []string
	for _, m := range link.FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
		all = append(all, m[1])
	}
	return all
}

// broken says why a link of a page leads nowhere, "" if it does not.
func broken(page, link string, all map[string]string) string {
	if strings.HasPrefix(link, "https://") {
		return ""
	}
	file, anchor, has := strings.Cut(link, "#")
	target := page
	if file != "" {
		target = path.Join(path.Dir(page), file)
	}
	if _, err := os.Stat(target); err != nil || strings.HasPrefix(target, "..") || path.IsAbs(file) {
		return fmt.Sprintf("there is no %s", target)
	}
	if has && !slices.Contains(anchors(all[target]), anchor) {
		return fmt.Sprintf("%s has no heading #%s", target, anchor)
	}
	return ""
}

// anchors are what GitHub calls a page's headings.
func anchors(text string) []string {
	var all []string
	for _, m := range heading.FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
		all = append(all, strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
				return unicode.ToLower(r)
			}
			return -1
		}, m[1]))
	}
	return all
}

func TestBrokenLinksAreSeen(t *testing.T) {
	all := map[string]string{"README.md": "# One\n", "docs/tour.md": "# The tour\n\n## 1. What's typed: `djship`\n\n```\n# no heading\n```\n"}
	for link, whole := range map[string]bool{
		"#the-tour": true, "#1-whats-typed-djship": true, "../README.md": true, "../README.md#one": true, "tour.md#the-tour": true, "../main.go": true,
		"#no-heading": false, "#the": false, "../README.md#two": false, "../nothing.md": false, "main.go": false, "../../main.go": false, "/main.go": false,
	} {
		if problem := broken("docs/tour.md", link, all); (problem == "") != whole {
			t.Errorf("%s: %q", link, problem)
		}
	}
	if got := linksIn("[`a`](b.md) ![c](d.png)\n```\n[e](f)\n```\n"); !slices.Equal(got, []string{"b.md", "d.png"}) {
		t.Errorf("found %q", got)
	}
}

// The tour has ten steps, in order, each with a file to read.
func TestTour(t *testing.T) {
	steps := strings.Split(pages(t)["docs/tour.md"], "\n## ")[1:]
	if len(steps) != 10 {
		t.Errorf("the tour has %d steps", len(steps))
	}
	for i, step := range steps {
		if !strings.HasPrefix(step, fmt.Sprintf("%d. ", i+1)) || !slices.ContainsFunc(linksIn(step), func(l string) bool { return path.Ext(l) == ".go" }) {
			title, _, _ := strings.Cut(step, "\n")
			t.Errorf("%q is not step %d, or has no file", title, i+1)
		}
	}
}

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
		"`remote.Secret`": true, "`readLine()`": true, "`make test`": true, "`go test ./...`": true, "    go test -run 'TestArrows$/^x$' .": true,
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
	exported  map[string]bool     // "remote.Secret"
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
