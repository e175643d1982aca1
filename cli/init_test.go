package cli

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/txtar"

	"djship/project"
)

// corpus unpacks the small projects that package project is tested with, and names their folders.
func corpus(t *testing.T) []string {
	t.Helper()
	archives, err := filepath.Glob("../project/testdata/*.txtar")
	if err != nil || len(archives) < 14 {
		t.Fatal(archives, err)
	}
	var all []string
	top := t.TempDir()
	for _, name := range archives {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		dir := filepath.Join(top, strings.TrimSuffix(filepath.Base(name), ".txtar"))
		for _, f := range archive.Files {
			at := filepath.Join(dir, f.Name)
			if err := errors.Join(os.MkdirAll(filepath.Dir(at), 0o755), os.WriteFile(at, f.Data, 0o644)); err != nil {
				t.Fatal(err)
			}
		}
		all = append(all, dir)
	}
	return all
}

// Each project gets its files; nothing that it has in it reaches the terminal or the files but as text, and
// what was written is read back without a word.
func TestInitOfEachProject(t *testing.T) {
	for _, dir := range corpus(t) {
		for _, words := range [][]string{{"--check"}, {}, {}} {
			status, out, messages := typed(t, append([]string{"init", "--dir", dir}, words...)...)
			if status != 0 || messages != "" || !strings.Contains(out, "\nnext:\n") {
				t.Errorf("%s %q: status %d, %s%s", dir, words, status, out, messages)
			}
			harmless(t, dir, out)
		}
		for _, name := range []string{project.OwnFile, inventoryFile} {
			if text, err := os.ReadFile(filepath.Join(dir, name)); err == nil {
				harmless(t, filepath.Join(dir, name), string(text))
			} else if filepath.Base(dir) != "pyproject" || name != project.OwnFile {
				t.Error(err)
			}
		}
	}
}

// What a terminal shows of a project is not wider than it is, and the same words as without one.
func TestChoicesFitATerminal(t *testing.T) {
	for _, dir := range corpus(t) {
		p, err := project.Read(dir, func(string) error { return nil })
		if err != nil {
			t.Fatal(err)
		}
		show := func(width int) string {
			var b strings.Builder
			sayChoices(&b, p.Choices, width)
			sayNotes(&b, p.Notes, width, false)
			return b.String()
		}
		for _, width := range []int{60, 80, 120} {
			for line := range strings.Lines(show(width)) {
				if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > width {
					t.Errorf("%s at %d: %d columns: %s", dir, width, n, line)
				}
			}
			if got, want := strings.Fields(show(width)), strings.Fields(show(0)); strings.Join(got, " ") != strings.Join(want, " ") {
				t.Errorf("%s at %d:\n%s", dir, width, show(width))
			}
		}
	}
}

// What is said last brings the project's own code onto a server, word by word; its name is typed where djship.toml does not say it.
func TestInitEndsInAPush(t *testing.T) {
	for _, dir := range corpus(t) {
		_, out, _ := typed(t, "init", "--dir", dir)
		_, next, _ := strings.Cut(out, "\nnext:\n")
		lines := strings.Split(strings.TrimSpace(next), "\n")
		var said []string
		for _, line := range lines[len(lines)-2:] {
			words := strings.Fields(line)
			if l := readLine(words[1:]); words[0] != "djship" || l.refuse() != nil {
				t.Errorf("%s: %s: %v", dir, line, l.refuse())
			} else {
				said = append(said, l.command.name)
			}
		}
		if strings.Join(said, " ") != "up push" {
			t.Errorf("%s: %s", dir, next)
		}
		own, err := project.ReadSettings(dir)
		if named := len(readLine(strings.Fields(lines[len(lines)-1])[1:]).args) > 0; err != nil || named != (own.Project == "") {
			t.Errorf("%s: %v: %s, where the project is %q", dir, err, lines[len(lines)-1], own.Project)
		}
	}
}

// As long as hosts.ini is the example, its address is still to be put in; what somebody has edited is theirs.
func TestInitAgainBeforeTheAddressIsIn(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "manage.py"), []byte("#!/usr/bin/env python\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for i, want := range []bool{true, true, false} {
		if i == 2 {
			text := strings.Replace(startHosts, "192.0.2.10", "192.0.2.11", 1)
			if err := os.WriteFile(filepath.Join(dir, inventoryFile), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if _, out, messages := typed(t, "init", "--dir", dir); strings.Contains(out, "put your server's address into the line of web1") != want {
			t.Errorf("%d: %s%s", i, out, messages)
		}
	}
}
