package runner

import "strings"

// A Signal is a mark that guard or work printed for the other side.
type Signal struct {
	Kind  string // one of signals
	Index int    // of the change, for begin, failed, stale, probe and done
	Rest  string // what follows, for locked, ready, blobs, wrong, failed and over
}

// signals are the kinds of Signal, with what belongs to each: the number of a change ("n"), more words ("+").
var signals = map[string]string{"locked": "+", "ready": "+", "stopped": "", "spoiled": "", "over": "+", "blobs": "+", "wrong": "+", "unkept": "", "basis": "",
	"begin": "n", "probe": "n", "home": "", "done": "n", "look": "", "stale": "n", "failed": "n+"}

// ParseSignal reads the words of a mark. Those that are no signal have an empty Kind.
func ParseSignal(words string) Signal {
	kind, rest, _ := strings.Cut(words, " ")
	form, known := signals[kind]
	s := Signal{Kind: kind, Rest: rest}
	if strings.HasPrefix(form, "n") {
		index, more, _ := strings.Cut(rest, " ")
		n, ok := number(index)
		known = known && ok
		s.Index, s.Rest = n, more
	}
	if !known || s.Rest != "" && !strings.HasSuffix(form, "+") {
		return Signal{}
	}
	return s
}

// number reads a small number written in digits alone.
func number(s string) (int, bool) {
	if s == "" || len(s) > 6 {
		return 0, false
	}
	n := 0
	for _, c := range s {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = 10*n + int(c-'0')
	}
	return n, true
}
