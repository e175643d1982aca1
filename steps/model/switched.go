package model

import (
	"strconv"
	"strings"
)

// Switched is what was seen when a site began to answer by another release, and while that was watched.
type Switched struct {
	Release  string  `json:"release"`
	Before   string  `json:"before"` // the release that answered until then; "" where it was none
	Requests int     `json:"requests"`
	Errors   int     `json:"errors"`  // of them, those answered with 5xx
	Slowest  float64 `json:"slowest"` // seconds; 0 where that is not known
}

// ReadSwitched reads "switch before=ID requests=N errors=N slowest=S", as a switch to a release prints it. Words may be missing,
// others are passed over.
func ReadSwitched(release, line string) (Switched, bool) {
	s := Switched{Release: release}
	words := strings.Fields(line)
	if len(words) < 2 || words[0] != "switch" {
		return s, false
	}
	for _, word := range words[1:] {
		key, value, ok := strings.Cut(word, "=")
		if !ok {
			return s, false
		}
		var err error
		switch key {
		case "before":
			s.Before = value
		case "requests":
			s.Requests, err = strconv.Atoi(value)
		case "errors":
			s.Errors, err = strconv.Atoi(value)
		case "slowest":
			s.Slowest, err = strconv.ParseFloat(value, 64)
		}
		if err != nil || s.Requests < 0 || s.Errors < 0 || !(s.Slowest >= 0 && s.Slowest < 1e9) {
			return s, false
		}
	}
	return s, true
}
