package cli

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"djship/rollout"
	"djship/steps/model"
)

// overwrites are the edited files that a run may replace: all, or those at paths.
type overwrites struct {
	all   bool
	paths []string
}

// String is as server.Options has it.
func (o *overwrites) String() string {
	if o.all {
		return "*"
	}
	return strings.Join(o.paths, "\n")
}

// add has one more value of --overwrite count: alone the flag means all files, before a path that one.
func (o *overwrites) add(text string) error {
	if all, err := strconv.ParseBool(text); err == nil {
		o.all = all
		return nil
	}
	if !strings.HasPrefix(text, "/") {
		return errors.New("expected the path of a file on the server, or nothing for all files")
	}
	o.paths = append(o.paths, text)
	return nil
}

// words are the flag as it is typed.
func (o *overwrites) words() []string {
	if o.all {
		return []string{"--overwrite"}
	}
	var words []string
	for _, path := range o.paths {
		words = append(words, "--overwrite="+path)
	}
	return words
}

// check refuses a path that no host would have a file of djship's at.
func (o *overwrites) check(targets []rollout.Target) error {
	var known []string
	seen := map[*rollout.Turns]bool{} // hosts share them
	for _, t := range targets {
		if !seen[t.Turns] {
			seen[t.Turns] = true
			known = append(known, model.Managed(t.Turns.Steps())...)
		}
	}
	for _, path := range o.paths {
		if !slices.Contains(known, path) {
			return &usageError{fmt.Sprintf("--overwrite %s: djship writes no such file here", path), "it writes " + strings.Join(slices.Compact(slices.Sorted(slices.Values(known))), ", ")}
		}
	}
	return nil
}
