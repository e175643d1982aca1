package tree

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// An Error says what keeps a folder from being pushed, and names the file where one does.
type Error struct {
	Path   string // the file or folder, as seen from the folder that is pushed; "" where it is none of them
	Reason string
	Advice string // what to do next
	Err    error  // what it came from, if anything
}

func (e *Error) Error() string {
	s := e.Reason
	if e.Path != "" {
		s = show(e.Path) + " " + s
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Hint says what to do next.
func (e *Error) Hint() string { return e.Advice }

func (e *Error) Unwrap() error { return e.Err }

// A GitError is what git said as it failed.
type GitError struct {
	Command string // "ls-tree"
	Said    string // the last it said, as one can show it
	Err     error
}

func (e *GitError) Error() string {
	if e.Said == "" {
		return fmt.Sprintf("git %s: %v", e.Command, e.Err)
	}
	return fmt.Sprintf("git %s: %s", e.Command, e.Said)
}

// Hint says what to do next.
func (*GitError) Hint() string {
	return "git status and git fsck, typed in the project's folder, may say more"
}

func (e *GitError) Unwrap() error { return e.Err }

// show is a name as it is where that can be read, else with its odd signs spelt out.
func show(name string) string {
	if plain(name) {
		return name
	}
	return strconv.Quote(name)
}

func plain(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) || r == '"' || r == '\\' })
}

// line is s as one line that any screen can show, of at most so many signs.
func line(s string, most int) string {
	var b strings.Builder
	n := 0
	for _, r := range strings.TrimSpace(strings.ToValidUTF8(s, "�")) {
		if n++; n > most {
			b.WriteString("…")
			break
		}
		switch {
		case unicode.IsPrint(r):
			b.WriteRune(r)
		case unicode.IsSpace(r):
			b.WriteByte(' ')
		default:
			b.WriteRune(utf8.RuneError)
		}
	}
	return b.String()
}
