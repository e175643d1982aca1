package cli

import "djship/nearest"

// suggest is the candidate that is most like the word that was typed, "" where none is at all.
func suggest(word string, candidates []string) string {
	if near := nearest.Names(word, candidates, 1); len(near) > 0 {
		return near[0]
	}
	return ""
}
