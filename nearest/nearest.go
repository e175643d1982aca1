package nearest

import (
	"cmp"
	"slices"
	"strings"
)

// Names returns at most n of names, the closest to s first, that differ from it in at most a third of
// its letters, or in case, or that contain it. Names that are as close stay in their order. Letters are
// bytes.
func Names(s string, names []string, n int) []string {
	type candidate struct {
		name     string
		distance int
	}
	var near []candidate
	lower := strings.ToLower(s)
	limit := (len(s) + 1) / 3
	for _, name := range names {
		d := limit + 1
		if l := strings.ToLower(name); max(len(l)-len(lower), len(lower)-len(l)) <= limit {
			d = Distance(lower, l)
		} else if len(lower) > 2 && strings.Contains(l, lower) {
			d = limit
		}
		if d <= limit {
			near = append(near, candidate{name, d})
		}
	}
	slices.SortStableFunc(near, func(a, b candidate) int { return cmp.Compare(a.distance, b.distance) })
	var found []string
	for _, c := range near[:min(n, len(near))] {
		found = append(found, c.name)
	}
	return found
}

// Question asks for what Names found, as a hint does: did you mean web1 or web2? It is empty where
// nothing was found.
func Question(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return "did you mean " + strings.Join(names, " or ") + "?"
}

// Before puts that question before a hint; the hint alone is returned where nothing was found.
func Before(names []string, hint string) string {
	return strings.TrimPrefix(Question(names)+" "+hint, " ")
}

// Distance counts the letters to insert, delete, replace or swap with their neighbour to get from a
// to b.
func Distance(a, b string) int {
	before, last, cur := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		cur[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			cur[j] = min(last[j]+1, cur[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				cur[j] = min(cur[j], before[j-2]+1)
			}
		}
		before, last, cur = last, cur, before
	}
	return last[len(b)]
}
