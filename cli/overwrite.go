package cli

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	urfave "github.com/urfave/cli/v2"

	"djship/rollout"
	"djship/steps/model"
)

// overwrites is what --overwrite says: alone it means all files, before a path that one.
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

// Set is flag.Value's.
func (o *overwrites) Set(text string) error {
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

// IsBoolFlag tells package flag that the value may be left out.
func (o *overwrites) IsBoolFlag() bool { return true }

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

// mayTakeValue tells whether a flag takes the next argument as its value: only where that is a path.
func mayTakeValue(f urfave.Flag) bool {
	g, ok := f.(*urfave.GenericFlag)
	if !ok {
		return false
	}
	_, ok = g.Value.(*overwrites)
	return ok
}
