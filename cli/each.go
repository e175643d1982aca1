package cli

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"

	"djship/remote"
	"djship/report"
	"djship/rollout"
	"djship/runner"
	"djship/secret"
)

// each logs in to every host, forks at once, and calls f for it. It returns the errors by host, in
// order; nil for those that went well.
func (n *network) each(ctx context.Context, forks int, f func(ctx context.Context, i int, s runner.Session) error) []error {
	errs := make([]error, len(n.targets))
	slots := make(chan struct{}, forks)
	var running sync.WaitGroup
	for i, t := range n.targets {
		slots <- struct{}{}
		running.Go(func() {
			defer func() { <-slots }()
			errs[i] = rollout.Guarded(func() error {
				s, err := n.open(ctx, t)
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

// sayFailed prints what went wrong with hosts, once for those with which it was the same, and returns the
// status error for it, nil where nothing did.
func (n *network) sayFailed(w io.Writer, errs []error) error {
	for _, err := range errs {
		if errors.Is(err, context.Canceled) {
			return err
		}
	}
	type wrong struct {
		names []string
		first error
		said  string // as it could be said of any of them
	}
	var wrongs []*wrong
	index := map[string]*wrong{}
	for i, err := range errs {
		if err == nil {
			continue
		}
		said := rollout.Anywhere(secret.Masked(err.Error()), remote.AddrOf(err))
		if index[said] == nil {
			index[said] = &wrong{first: err, said: said}
			wrongs = append(wrongs, index[said])
		}
		index[said].names = append(index[said].names, n.targets[i].Name)
	}
	for _, same := range wrongs {
		said := same.said
		if len(same.names) == 1 {
			said = secret.Masked(same.first.Error())
		}
		if remote.CauseOf(same.first) != "" {
			said = notReached(same.first) + ": " + said
		}
		say(w, "%s: %s\n", strings.Join(same.names, ", "), paragraph{said, "    "})
		if hint := hintOf(same.first); hint != "" {
			say(w, "  hint: %s\n", paragraph{hint, "        "})
		}
	}
	return failedStatus(errs)
}

// failedStatus is what a command ends with that looks at hosts: 1 where one answered and could not be looked at, 3
// where one was not reached; nil where all went well.
func failedStatus(errs []error) error {
	var status error
	for _, err := range errs {
		switch {
		case err == nil:
		case errors.As(err, new(*runner.StepError)):
			return statusError(1)
		default:
			status = statusError(statusUnreachable)
		}
	}
	return status
}

// notReached is in two words why a host could not be looked at.
func notReached(err error) string {
	if errors.As(err, new(*runner.StepError)) {
		return string(rollout.Failed)
	}
	return report.EndWord(rollout.HostEnd{Status: rollout.Unreachable, Cause: remote.CauseOf(err)})
}
