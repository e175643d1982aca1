package rollout

import (
	"context"
	"errors"
	"time"

	"djship/remote"
	"djship/secret"
)

// A Finding is what a site said when it was asked once.
type Finding struct {
	Status  int    // of HTTP; 0 where there was no answer
	Problem string // why it does not work; "" where it does
	Hint    string
}

const (
	askedAtOnce   = 8                // sites of a host; each may take a session of the connection, of which sshd allows ten
	explainAtOnce = 2                // of those that do not work, the causes looked for at once
	askAll        = 2 * time.Minute  // for all sites of a host
	explainAll    = 30 * time.Second // for all causes of a host
)

var errUntold = errors.New("it could not be told in time who answers")

// Ask asks sites of a host once each, several at once, as a deploy asks whether its site works: where
// visitors come in, and whether it is the site itself that answers. own are the host's addresses.
func Ask(ctx context.Context, s Connection, own []string, sites []Health) []Finding {
	found, replies := make([]Finding, len(sites)), make([]reply, len(sites))
	asking, enough := context.WithTimeout(ctx, askAll)
	defer enough()
	AtOnce(askedAtOnce, len(sites), func(i int) { replies[i] = sites[i].once(asking, s, own) })
	limited, cancel := context.WithTimeoutCause(ctx, explainAll, errUntold)
	defer cancel()
	AtOnce(explainAtOnce, len(sites), func(i int) { found[i] = sites[i].judge(limited, s, replies[i]) })
	return found
}

// once asks a site at the first of the host's addresses where anything listens.
func (h Health) once(ctx context.Context, s Connection, own []string) reply {
	var first reply
	tunnel := false
	all := addresses(s, own)
	for at := 0; at < len(all); {
		r := <-h.send(ctx, s, all[at], tunnel).answer
		var forward *remote.ForwardError
		switch {
		case errors.As(r.err, &forward) && forward.Refused && !tunnel:
			tunnel = true
		case r.nobody:
			if at == 0 { // which is what visitors would meet
				first = r
			}
			at++
		default:
			return r
		}
	}
	return first
}

// judge is what a reply means, with its cause where it is not good.
func (h Health) judge(ctx context.Context, s Connection, r reply) Finding {
	a := Finding{Status: r.status}
	var err error
	if r.good() {
		_, err = h.verdict(ctx, s, r)
	} else {
		err = h.explain(ctx, s, r, nil)
	}
	var unhealthy *UnhealthyError
	switch {
	case errors.As(err, &unhealthy):
		a.Problem, a.Hint = unhealthy.Last, unhealthy.Hint()
	case err != nil:
		a.Problem = err.Error()
	}
	if a.Problem != "" {
		a.Problem = secret.Masked(a.Problem)
	}
	return a
}
