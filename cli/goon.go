package cli

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	urfave "github.com/urfave/cli/v2"

	"djship/report"
	"djship/steps/model"
)

// notDone is the file in a run's log folder that names the hosts which are left to do.
const notDone = "not-done"

// sayHowToGoOn writes down which hosts are left to do and names the command that does them.
func sayHowToGoOn(env Env, c *urfave.Context, logDir string, hosts []string) error {
	dir, err := filepath.Abs(logDir)
	if err != nil {
		return err
	}
	path := filepath.Join(dir, notDone)
	if err := report.WriteOwn(path, func(w io.Writer) error { return sayText(w, strings.Join(hosts, "\n")+"\n") }); err != nil {
		return err
	}
	return say(env.Stderr, "%s left to do; to go on:\n  %s\n", countHosts(len(hosts)), again(c, "@"+path))
}

// again is the command line of c with another limit.
func again(c *urfave.Context, limit string) string {
	words := append([]string{c.App.Name, c.Command.Name}, c.Args().Slice()...)
	for _, f := range c.App.Flags {
		name := f.Names()[0]
		if name == "limit" || !c.IsSet(name) {
			continue
		}
		switch f := f.(type) {
		case *urfave.GenericFlag:
			if o, ok := f.Value.(*overwrites); ok {
				words = append(words, o.words()...)
			} else {
				words = append(words, "--"+name, fmt.Sprint(c.Value(name)))
			}
		case *urfave.BoolFlag:
			words = append(words, slices.Repeat([]string{"--" + name}, max(1, c.Count(name)))...)
		case *urfave.StringSliceFlag:
			for _, v := range c.StringSlice(name) {
				words = append(words, "--"+name, v)
			}
		default:
			words = append(words, "--"+name, fmt.Sprint(c.Value(name)))
		}
	}
	return model.QuoteAll(append(words, "--limit", limit)...)
}
