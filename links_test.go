package main

import (
	"fmt"
	"io/fs"
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
