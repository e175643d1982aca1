// Package shell writes words of a POSIX shell: what comes from outside of a script is quoted here.
package shell

import "strings"

// Quote returns s as one word of a POSIX shell. Words of letters, digits and a few harmless signs
// stay as they are; s must not hold a NUL byte, which no shell can carry.
func Quote(s string) string {
	if Plain(s) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// QuoteAll quotes each word and joins them with spaces.
func QuoteAll(words ...string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = Quote(w)
	}
	return strings.Join(quoted, " ")
}

// Set is a line that sets variables, given as name and value in turn: what the head of a file of shell names.
func Set(pairs ...string) string {
	set := make([]string, 0, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		set = append(set, pairs[i]+"="+Quote(pairs[i+1]))
	}
	return strings.Join(set, " ") + "\n"
}

// Plain tells whether every shell, of whatever family, reads s as one word that is s.
func Plain(s string) bool { return s != "" && strings.IndexFunc(s, special) < 0 }

// special is an allow-list turned round, so that a sign nobody thought of is quoted.
func special(r rune) bool {
	switch {
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
		return false
	}
	return !strings.ContainsRune("_-./:=@%+,", r)
}
