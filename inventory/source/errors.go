package source

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"

	"djship/secret"
)

// A ParseError is one thing wrong in an inventory. Its message has the place, what is wrong and
// what was expected, and below that the line with a mark under the place; passwords in the line
// are masked.
type ParseError struct {
	Pos  Pos
	Text string // the line as written
	Msg  string // what is wrong, and what was expected
}

func (e *ParseError) Error() string {
	head := e.Pos.String() + ": " + e.Msg
	if e.Text == "" {
		return head
	}
	line := MaskLine(e.Text)
	if e.Pos.Col == 0 || line != e.Text {
		return head + "\n    " + line
	}
	return head + "\n    " + strings.ReplaceAll(line, "\t", " ") + "\n    " + strings.Repeat(" ", e.Pos.Col-1) + "^"
}

// Hint says what to do next.
func (e *ParseError) Hint() string {
	return fmt.Sprintf("correct %s; nothing has been contacted", e.Pos.File)
}

// secretAssignment finds a variable that holds a secret, and the rest of the line behind it.
var secretAssignment = regexp.MustCompile(`(?i)([\w.-]*(?:pass|secret|token|credential|api_?key)[\w.-]*["']?(?:\s*[=:]|\s)\s*)(.+)`)

// secretLogin finds the password of user:password@host.
var secretLogin = regexp.MustCompile(`([\w.\\-]+:)[^\s@:/]+(@)`)

// MaskLine hides all that follows a secret's name, since a password may hold blanks and signs, and
// the password of a login.
func MaskLine(line string) string {
	line = secretLogin.ReplaceAllString(line, "${1}"+secret.Mask+"${2}")
	return secretAssignment.ReplaceAllString(line, "${1}"+secret.Mask)
}

// A ReadError is an inventory, or a file of ssh_config, that cannot be read at all.
type ReadError struct {
	Name   string
	Err    error
	Config bool // it is ssh_config
}

func (e *ReadError) Error() string {
	what, err := "inventory", e.Err
	if e.Config {
		what = "ssh configuration"
	}
	var path *os.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	return fmt.Sprintf("%s %s: %v", what, e.Name, err)
}

func (e *ReadError) Unwrap() error { return e.Err }

// Hint says what to do next.
func (e *ReadError) Hint() string {
	switch missing := errors.Is(e.Err, os.ErrNotExist); {
	case missing && e.Config:
		return "name one that is there with -F FILE, or leave -F out for ~/.ssh/config"
	case missing:
		return "name the inventory with -i FILE; for hosts without a file write a list with a comma: -i " + e.Name + ","
	}
	return "see that " + e.Name + " is readable for you"
}
