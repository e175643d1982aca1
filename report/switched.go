package report

import (
	"fmt"
	"strconv"
	"strings"

	"djship/rollout"
)

// seen says what became of requests while a site was switched to another release.
func seen(e rollout.Switch) string {
	words := fmt.Sprintf("requests during the switch: %s, failed %s", thousands(e.Requests), thousands(e.Errors))
	if e.Slowest > 0 {
		words += fmt.Sprintf(", slowest %.1f s", e.Slowest)
	}
	return words
}

// thousands writes a number as people read it: 1,204.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// from says between which releases a switch was.
func from(e rollout.Switch) string {
	if e.Before == "" {
		return "to " + printable(e.Release)
	}
	return "from " + printable(e.Before) + " to " + printable(e.Release)
}

// pushed says what code a run brings; "" for none.
func pushed(e rollout.Pushed) string {
	if e.Release == "" {
		return ""
	}
	words := "release " + printable(e.Release)
	switch commit := printable(e.Commit); {
	case commit == "":
		words += ", of no commit"
	case e.Dirty:
		words += ", commit " + commit[:min(12, len(commit))] + " and what is not committed"
	case !strings.Contains(e.Release, commit[:min(7, len(commit))]):
		words += ", commit " + commit[:min(12, len(commit))]
	}
	return words
}

// switchLines tell below a host's line what was seen at its switch.
func (n *narrator) switchLines(p pen, h *host) []string {
	if h.switched == nil {
		return nil
	}
	ink := plain
	if h.switched.Errors > 0 {
		ink = alarm
	}
	return p.wrap(span{"    ", plain}, span{seen(*h.switched), ink})
}

// sending says how much is sent: "sending 12 of 50 MB".
func sending(e rollout.Sending) string {
	const mega, kilo = 1e6, 1e3
	if e.Size >= mega {
		return fmt.Sprintf("sending %.0f of %.0f MB", float64(e.Sent)/mega, float64(e.Size)/mega)
	}
	return fmt.Sprintf("sending %.0f of %.0f kB", float64(e.Sent)/kilo, float64(e.Size)/kilo)
}
