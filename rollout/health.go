package rollout

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"djship/remote"
	"djship/steps/inspect"
)

// Health is how a site is known to work: asked where visitors come in, and answering itself.
type Health struct {
	Project string
	Domain  string // "" for the one that the host has on record
	Path    string // begins with a slash; "" for what the host has on record, else "/"
	Aliases string // further names of the site, parted by blanks
	HTTPS   bool   // visitors are to come by https

	AnyCertificate bool // what is wrong with its certificate is but noted: another turn brings one
}

const (
	healthLimit = 30 * time.Second       // for the site to come up
	healthTimes = 3                      // good answers in a row, where something was changed
	healthEach  = 10 * time.Second       // for one answer
	healthPause = 500 * time.Millisecond // after one that was not good
)

// loopback is where a site is asked on a host whose own addresses are not known, or where nothing
// listens on them.
const loopback = "127.0.0.1"

// A request is on its way to an address of the host.
type request struct {
	of     Health // whom it asks
	at     string
	answer <-chan reply
}

// early is a request that goes out before anything is known of the host but how it was reached.
func (h Health) early(ctx context.Context, s Connection) *request {
	return h.send(ctx, s, cmp.Or(s.Addr(), loopback), false)
}

// addresses are where to ask, the best first: that which the host was reached by, if it is one of its
// own, else its first; then one of the other family.
func addresses(s Connection, own []string) []string {
	at := s.Addr()
	if len(own) > 0 && !slices.Contains(own, at) {
		at = own[0]
	}
	if at == "" || at == loopback {
		return []string{loopback}
	}
	all := []string{at}
	v6 := strings.Contains(at, ":")
	if i := slices.IndexFunc(own, func(a string) bool { return strings.Contains(a, ":") != v6 }); i >= 0 {
		all = append(all, own[i])
	}
	return append(all, loopback)
}

// check asks until the site has answered so many times in a row with a status from 200 to 399,
// healthLimit at most: the first of them alone where an answer was bad, and what is left of them at once; when stop is closed a bad answer is not waited out. own are the host's
// addresses, as far as known. early, if not nil, is a request that is on its way already. The text says
// what the site answered. The error is an *UnhealthyError, or why no answer can come any more.
func (h Health) check(ctx context.Context, s Connection, own []string, early *request, times int, stop <-chan struct{}) (string, error) {
	limited, cancel := context.WithTimeout(ctx, healthLimit)
	defer cancel()
	all := addresses(s, own)
	if early != nil && (early.of != h || early.at != all[0]) {
		early = nil
	}
	last, tunnel := reply{err: errors.New("no answer")}, false
	var ahead []*request // on their way
	for good, at, bad := 0, 0, false; limited.Err() == nil; early = nil {
		if early == nil && len(ahead) == 0 {
			n := times - good
			if bad && good == 0 {
				n = 1
			}
			ahead = h.sendAll(limited, s, all[at], tunnel, n)
		}
		if early == nil {
			early, ahead = ahead[0], ahead[1:]
		}
		var r reply
		select {
		case r = <-early.answer:
		case <-limited.Done():
			continue
		}
		var forward *remote.ForwardError
		switch {
		case errors.As(r.err, &forward) && forward.Refused:
			tunnel, ahead = true, nil
			continue
		case r.nobody && at+1 < len(all):
			if at == 0 {
				last = r
			}
			good, ahead = 0, nil
			at++
			continue
		case r.nobody && at > 0: // at none: the first is what visitors would meet
			good, at, bad, ahead = 0, 0, true, nil
		case !r.good():
			last, good, at, bad, ahead = r, 0, 0, true, nil
		default:
			if good++; good < times {
				continue
			}
			if at > 0 {
				r.notes = append(r.notes, "asked at "+all[at]+", as nothing listens on "+net.JoinHostPort(all[0], "80"))
			}
			return h.verdict(ctx, s, r)
		}
		if !pause(limited, s, stop, cancel) {
			return "", cmp.Or(r.err, errHungUp)
		}
	}
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	return "", h.explain(ctx, s, last, stop)
}

// sendAll puts so many visits on their way at once.
func (h Health) sendAll(ctx context.Context, s Connection, at string, tunnel bool, n int) (all []*request) {
	for range n {
		all = append(all, h.send(ctx, s, at, tunnel))
	}
	return all
}

// pause waits a little, and calls cancel when stop is closed. It returns false when the connection ends.
func pause(ctx context.Context, s Connection, stop <-chan struct{}, cancel func()) bool {
	select {
	case <-ctx.Done():
	case <-stop:
		cancel()
	case <-s.Done():
		return false
	case <-time.After(healthPause):
	}
	return true
}

// errHungUp says that a connection ended while the next request waited.
var errHungUp = errors.New("the connection to the host ended before the site was known to answer")

// verdict is about an answer that is good, if it is this site's.
func (h Health) verdict(ctx context.Context, s Connection, r reply) (string, error) {
	if !r.ours {
		why, err := h.stranger(ctx, s, r)
		if err != nil {
			return "", err
		}
		if why != "" {
			return "", &UnhealthyError{Health: h, Last: why, hint: whoAnswers, soon: true}
		}
	}
	detail := fmt.Sprintf("%s: %d", r.url, r.status)
	if len(r.notes) > 0 {
		detail += " (" + strings.Join(r.notes, "; ") + ")"
	}
	return detail, nil
}

const whoAnswers = "see who answers: `sudo nginx -T` and `sudo ss -ltnp` on the host"

// askLimit is how long the host may take to tell why an answer is what it is.
const askLimit = 20 * time.Second

// stranger says who else has given an answer without the site's mark; nothing where it was the site: a
// file that somebody has changed may leave no mark. The error is why the host can't be asked.
func (h Health) stranger(ctx context.Context, s Connection, r reply) (string, error) {
	limited, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	block, err := inspect.WhoServes(limited, s, r.url.Hostname(), r.addr)
	switch {
	case ctx.Err() != nil:
		return "", context.Cause(ctx)
	case err != nil && lost(s):
		return "", err
	case err != nil:
		return fmt.Sprintf("it can't be told who answers at %s, %s: %v", r.addr, r.manner(), err), nil
	case !inspect.IsOf(block, h.Project, h.Domain):
		return fmt.Sprintf("%s answers at %s, %s", block, r.addr, r.manner()), nil
	case block.Tells && r.err == nil && r.status != 400: // nginx refuses a broken request before it has chosen a block
		return fmt.Sprintf("something else than nginx with %s answers at %s, %s: nginx was not reloaded, or something is before it", block.File, r.addr, r.manner()), nil
	}
	return "", nil
}

func lost(s Connection) bool {
	select {
	case <-s.Done():
		return true
	default:
		return false
	}
}

// explain is what is wrong with a site whose last answer was not good.
func (h Health) explain(ctx context.Context, s Connection, last reply, stop <-chan struct{}) error {
	e := &UnhealthyError{Health: h, Last: last.String()}
	select {
	case <-stop:
		return e
	default:
	}
	refused := errors.As(last.err, new(*certificateError))
	if last.nobody {
		e.hint = "nginx does not run there, or listens elsewhere: `systemctl status nginx` and `sudo ss -ltnp` on the host; a deploy starts it where it is stopped"
	}
	if lost(s) || last.err != nil && !refused && !errors.As(last.err, new(*silentError)) {
		return e
	}
	if !last.ours {
		why, err := h.stranger(ctx, s, last)
		switch {
		case err != nil || why == "":
		case refused:
			e.Last, e.hint = e.Last+": "+why, whoAnswers
			return e
		default:
			e.Last, e.hint = why, whoAnswers
			return e
		}
	}
	if last.status != 400 && last.status < 500 {
		return e
	}
	limited, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	log, _ := inspect.LogEnd(limited, s, h.Project)
	name := last.url.Hostname()
	switch {
	case last.status == 400 && (log.Disallowed(name) || !last.ofNginx):
		e.Last = fmt.Sprintf("status 400: ALLOWED_HOSTS in the site's settings lacks %s", name)
		e.hint = fmt.Sprintf("add '%s' to ALLOWED_HOSTS in the settings, then `sudo supervisorctl restart %s` on the host", name, h.Project)
	case last.status >= 500:
		e.Last = strings.TrimSpace(e.Last + "\n" + log.Tail(!last.ofNginx))
	}
	return e
}

func (h Health) url() string { return "http://" + h.Domain + h.Path }

// An UnhealthyError says that a site does not answer as it should, though every step went well.
type UnhealthyError struct {
	Health Health
	Last   string // what the last request met, with the end of the site's log where that tells why
	hint   string
	soon   bool // it was not waited for, as time alone would not mend it
}

func (e *UnhealthyError) Error() string {
	if e.soon {
		return fmt.Sprintf("%s does not answer as it should: %s", e.Health.url(), e.Last)
	}
	return fmt.Sprintf("%s does not answer as it should within %v: %s", e.Health.url(), healthLimit, e.Last)
}

// Hint says where to look.
func (e *UnhealthyError) Hint() string {
	return cmp.Or(e.hint, "look on the host at `sudo supervisorctl status`, logs/gunicorn.log in the site's home, and /var/log/nginx/"+e.Health.Domain+".error.log")
}
