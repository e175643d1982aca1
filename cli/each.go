package cli

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"

	"djship/report"
	"djship/rollout"
	"djship/steps"
)

// each logs in to every host, forks at once, and calls f for it. It returns the errors by host, in
// order; nil for those that went well.
func (n *network) each(ctx context.Context, forks int, f func(ctx context.Context, i int, s steps.Session) error) []error {
	errs := make([]error, len(n.names))
	slots := make(chan struct{}, forks)
	var running sync.WaitGroup
	for i, name := range n.names {
		slots <- struct{}{}
		running.Go(func() {
			defer func() { <-slots }()
			errs[i] = rollout.Guarded(func() error {
				s, err := n.connect(ctx, name)
				if err != nil {
					return err
				}
				defer s.Close()
				return f(ctx, i, s)
			})
		})
	}
	running.Wait()
	return errs
}

// table prints rows in columns that are as wide as they must be. Rows may be shorter than others.
func table(w io.Writer, rows [][]string) {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			row[i] = report.Spell(cell)
			widths[i] = max(widths[i], len([]rune(row[i])))
		}
	}
	for _, row := range rows {
		var b strings.Builder
		for i, cell := range row {
			b.WriteString(cell + strings.Repeat(" ", widths[i]-len([]rune(cell))+2))
		}
		sayText(w, strings.TrimRight(b.String(), " ")+"\n")
	}
}

// sayFailed prints what went wrong with hosts, and returns the status error for it, nil where
// nothing did.
func (n *network) sayFailed(w io.Writer, errs []error) error {
	failed := false
	for i, err := range errs {
		switch {
		case err == nil:
			continue
		case errors.Is(err, context.Canceled):
			return err
		}
		failed = true
		say(w, "%s: %s\n", n.names[i], paragraph{steps.Masked(err.Error()), "    "})
		if hint := hintOf(err); hint != "" {
			say(w, "  hint: %s\n", paragraph{hint, "        "})
		}
	}
	if failed {
		return statusError(statusUnreachable)
	}
	return nil
}
