package inventory

import (
	"errors"
	"os"
	"regexp"
	"slices"
	"strings"

	"djship/inventory/ansible"
	"djship/inventory/python"
)

// rank is when a term is applied: unions, then intersections, then exclusions.
func rank(term string) int {
	return strings.Index("&!", term[:1]) + 1
}

// readTerms splits a pattern, reads the files that it names, and sorts by rank.
func readTerms(pattern string) ([]string, error) {
	var terms []string
	for _, t := range splitPattern(pattern) {
		file, isFile := strings.CutPrefix(t, "@")
		if !isFile {
			terms = append(terms, t)
			continue
		}
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, &PatternError{Pattern: pattern, Term: t, Msg: "cannot be read: " + reason(err)}
		}
		for line := range strings.Lines(string(data)) {
			if line = strings.TrimFunc(line, python.IsSpace); line != "" && line[0] != '#' {
				terms = append(terms, line)
			}
		}
	}
	slices.SortStableFunc(terms, func(a, b string) int { return rank(a) - rank(b) })
	return terms, nil
}

// reason is what is wrong with a file, without its name.
func reason(err error) string {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}

// colonTerm is one term where colons separate: colons within brackets belong to it.
var colonTerm = regexp.MustCompile(`(?:[^\s\v\x1c-\x1f\x{85}\pZ:\[\]]|\[[^\]]*\])+`)

// splitPattern splits at commas; where there are none, and the whole is no address, host name or file, at
// colons and blanks.
func splitPattern(pattern string) []string {
	parts := []string{pattern}
	if file, ok := strings.CutPrefix(pattern, "@"); ok && isFile(file) {
		return parts // its name may hold anything
	}
	if strings.Contains(pattern, ",") {
		parts = strings.Split(pattern, ",")
	} else if _, _, ok := ansible.SplitPort(pattern); !ok && !strings.HasPrefix(pattern, "@") {
		parts = colonTerm.FindAllString(pattern, -1)
	}
	var terms []string
	for _, p := range parts {
		if p = strings.TrimFunc(p, python.IsSpace); p != "" {
			terms = append(terms, p)
		}
	}
	return terms
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}
