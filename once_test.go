package main

import (
	"go/ast"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"

	"djship/shell"
	"djship/steps/model"
)

// What is said once.

// namedPaths are the folders of hosts that Go code names by their constants.
var namedPaths = []string{model.Webapps, model.Tools, model.State, model.Supervisor, model.SupervisordConf}

// hasTexts tells of a file that a text for people in it, told by its blanks, may name such a folder by itself.
func hasTexts(name string) bool {
	return strings.HasPrefix(name, "cli/") || name == "steps/server/supervision.go"
}

func TestPathsAreNamedInOnePlace(t *testing.T) {
	set, files := sources(t)
	for name, file := range files {
		top, _, _ := strings.Cut(name, "/")
		if strings.HasSuffix(name, "_test.go") || slices.Contains(workshops, top) || name == "steps/model/paths.go" {
			continue
		}
		ast.Inspect(file, func(n ast.Node) bool {
			text, ok := n.(*ast.BasicLit)
			if !ok || text.Kind != token.STRING || hasTexts(name) && strings.Contains(text.Value, " ") {
				return true
			}
			for _, p := range namedPaths {
				if strings.Contains(text.Value, p) {
					t.Errorf("%s: %s names %s, which has a constant in steps/model/paths.go", set.Position(text.Pos()), text.Value, p)
					break
				}
			}
			return true
		})
	}
}

// What has a shell's way to write a quote within quotes quotes by itself. The inventory may: its lines have words like
// a shell's.
func TestQuotingIsDoneInOnePlace(t *testing.T) {
	set, files := sources(t)
	for name, file := range files {
		top, _, _ := strings.Cut(name, "/")
		if strings.HasSuffix(name, "_test.go") || slices.Contains(workshops, top) || top == "inventory" || name == "shell/quote.go" {
			continue
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if text, ok := n.(*ast.BasicLit); ok && text.Kind == token.STRING {
				if word, err := strconv.Unquote(text.Value); err == nil && strings.Contains(word, `'\''`) {
					t.Errorf("%s: %s: shell.Quote is what quotes", set.Position(text.Pos()), text.Value)
				}
			}
			return true
		})
	}
}

// A shell reads the named paths as they stand.
func TestNamedPathsNeedNoQuotes(t *testing.T) {
	for _, p := range namedPaths {
		if !shell.Plain(p) {
			t.Errorf("%q", p)
		}
	}
}
