package cli

import "github.com/xrash/smetrics"

// suggest is the candidate that is most like the word that was typed, "" where none is at all.
func suggest(word string, candidates []string) string {
	best, most := "", 0.7
	for _, c := range candidates {
		if like := smetrics.JaroWinkler(word, c, 0.7, 4); like > most {
			best, most = c, like
		}
	}
	return best
}
