package sshconfig

import (
	"strings"

	"djship/inventory/glob"
)

// matchPatterns tells whether one of patterns with * and ? matches s, and none with a ! before it.
func matchPatterns(patterns []string, s string) bool {
	matched := false
	for _, p := range patterns {
		p, negated := strings.CutPrefix(p, "!")
		if !glob.ParseWildcards(p).Match(s) {
			continue
		}
		if negated {
			return false
		}
		matched = true
	}
	return matched
}
