package cli

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"djship/remote"
	"djship/report"
	"djship/rollout"
	"djship/runner"
	"djship/secret"
)

// sayFailed prints what went wrong with hosts, once for those with which it was the same, and returns the
// status error for it, nil where nothing did.
func (n *network) sayFailed(w io.Writer, errs []error) error {
	for _, err := range errs {
		if errors.Is(err, context.Canceled) {
			return err
		}
	}
	type failure struct {
		hosts []string
		first error
		said  string // as it could be said of any of them
	}
	var failures []*failure
	index := map[string]*failure{}
	for i, err := range errs {
		if err == nil {
			continue
		}
		said := rollout.Anywhere(secret.Masked(err.Error()), remote.AddrOf(err))
		if index[said] == nil {
			index[said] = &failure{first: err, said: said}
			failures = append(failures, index[said])
		}
		index[said].hosts = append(index[said].hosts, n.hosts[i].Name)
	}
	for _, same := range failures {
		said := same.said
		if len(same.hosts) == 1 {
			said = secret.Masked(same.first.Error())
		}
		if remote.CauseOf(same.first) != "" {
			said = notReached(same.first) + ": " + said
		}
		say(w, "%s: %s\n", strings.Join(same.hosts, ", "), paragraph{said, "    "})
		sayHint(w, "  ", rollout.HintOf(same.first))
	}
	return failedStatus(errs)
}

// sayUndone is sayFailed of hosts on which something was begun: 1 where one could not end it, else 3.
func (n *network) sayUndone(env Env, errs ...error) error {
	status := n.sayFailed(env.Stderr, errs)
	if slices.ContainsFunc(errs, func(err error) bool { return err != nil && remote.CauseOf(err) == "" }) {
		return statusError(1)
	}
	return status
}

// failedStatus is what a command ends with that looks at hosts: 1 where one answered and could not be
// looked at, else 3 where one was not reached; nil where all went well.
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
