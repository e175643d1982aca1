package report

import (
	"fmt"
	"strings"

	"djship/rollout"
)

// What went wrong on a host, in the words that a person reads: a host that answered and let nobody in is
// not called unreachable.

// bad tells whether the host did not come to where it should.
func (h *host) bad() bool {
	return h.end != nil && (h.end.Status == rollout.Failed || h.end.Status == rollout.Unreachable)
}

// word is how the host ended.
func (h *host) word() string {
	if h.end == nil {
		return word(rollout.Skipped)
	}
	return EndWord(*h.end)
}

// EndWord is how a host ended, as people read it: "no login" where it answered and refused that.
func EndWord(e rollout.HostEnd) string { return causeWord(e.Status, string(e.Cause)) }

// causeWord is a status, or where it is that of an unreachable host, by which door it was.
func causeWord(s rollout.Status, cause string) string {
	if s == rollout.Unreachable && cause != "" {
		return printable(word(rollout.Status(cause)))
	}
	return word(s)
}

// failureKey is the same for hosts on which the same went wrong, wherever they are.
func (h *host) failureKey() string {
	hint := ""
	if h.end.Status == rollout.Failed {
		hint = h.end.Hint
	}
	return strings.Join([]string{h.word(), h.brokenStep(), rollout.Anywhere(h.end.Error, h.end.Addr), hint}, "\x00")
}

// anywhere returns the host with its error as it could be said of any like it.
func (h *host) anywhere() *host {
	end := *h.end
	end.Error = rollout.Anywhere(end.Error, end.Addr)
	other := *h
	other.end = &end
	return &other
}

// badCounts says how many hosts ended in which bad way.
func (s *state) badCounts() []string {
	counts := map[string]int{}
	words := []string{word(rollout.Failed), word(rollout.Unreachable)}
	for _, h := range s.order {
		if !h.bad() {
			continue
		}
		w := h.word()
		if counts[w]++; counts[w] == 1 && w != words[0] && w != words[1] {
			words = append(words, w)
		}
	}
	var said []string
	for _, w := range words {
		if counts[w] > 0 {
			said = append(said, fmt.Sprintf("%d %s", counts[w], w))
		}
	}
	return said
}
