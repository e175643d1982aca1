package project

import (
	"errors"
	"fmt"
	"strconv"

	"djship/plain"
)

// A Problem is what is wrong with a project, and what would be right.
type Problem struct {
	File   string // relative to the project's folder; "" where it is about no file
	Line   int    // from 1; 0 for the whole file
	What   string
	Advice string
}

func (p *Problem) Error() string {
	if p.File == "" {
		return p.What
	}
	return place(p.File, p.Line) + ": " + p.What
}

// Hint says what would be right.
func (p *Problem) Hint() string { return p.Advice }

// place names a line of a file, fit to be shown.
func place(file string, line int) string {
	if line == 0 {
		return plain.Line(file)
	}
	return plain.Line(file) + ":" + strconv.Itoa(line)
}

// quoted is a text between quotes, fit to be shown.
func quoted(s string) string { return fmt.Sprintf("%q", plain.Line(s)) }

// joined are problems as one error, nil for none.
func joined(problems []*Problem) error {
	var all []error
	for _, p := range problems {
		all = append(all, p)
	}
	return errors.Join(all...)
}
