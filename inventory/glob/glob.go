package glob

import "unicode/utf8"

// A Pattern is a pattern of whole names: * is anything, ? one character and, where it has sets, [abc],
// [a-z] and [!abc] one of a set or none of it.
type Pattern struct {
	parts []part
	next  func(s string) (char rune, size int) // takes the first character off s
}

// Parse reads a pattern with sets, as Ansible has them; ? is one character of UTF-8.
func Parse(s string) Pattern {
	g := Pattern{next: utf8.DecodeRuneInString}
	text := []rune(s)
	for i := 0; i < len(text); i++ {
		if text[i] != '[' {
			g.add(text[i])
			continue
		}
		end := setEnd(text, i)
		if end < 0 {
			g.parts = append(g.parts, part{char: '['})
			continue
		}
		g.parts = append(g.parts, parseSet(text[i+1:end]))
		i = end
	}
	return g
}

// ParseWildcards reads a pattern of * and ? alone, as ssh_config has them; ? is one byte.
func ParseWildcards(s string) Pattern {
	g := Pattern{next: func(s string) (rune, int) { return rune(s[0]), 1 }}
	for i := range len(s) {
		g.add(rune(s[i]))
	}
	return g
}

// add appends what a character other than a set's stands for.
func (g *Pattern) add(c rune) {
	switch n := len(g.parts); {
	case c == '?':
		g.parts = append(g.parts, part{any: true})
	case c != '*':
		g.parts = append(g.parts, part{char: c})
	case n == 0 || !g.parts[n-1].star:
		g.parts = append(g.parts, part{star: true})
	}
}

type part struct {
	star   bool
	any    bool
	char   rune
	ranges [][2]rune // a set; nil where the part is none
	not    bool
}

// setEnd returns where the set that opens at i closes, or -1; a ] at its beginning is a member.
func setEnd(text []rune, i int) int {
	j := i + 1
	if j < len(text) && text[j] == '!' {
		j++
	}
	if j < len(text) && text[j] == ']' {
		j++
	}
	for ; j < len(text); j++ {
		if text[j] == ']' {
			return j
		}
	}
	return -1
}

func parseSet(text []rune) part {
	p := part{ranges: [][2]rune{}}
	if text[0] == '!' {
		p.not = true
		text = text[1:]
	}
	for i := 0; i < len(text); i++ {
		r := [2]rune{text[i], text[i]}
		if i+2 < len(text) && text[i+1] == '-' {
			r[1] = text[i+2]
			i += 2
		}
		p.ranges = append(p.ranges, r)
	}
	return p
}

// matches tells whether a part that is no star is about a character.
func (p part) matches(c rune) bool {
	if p.any || p.ranges == nil {
		return p.any || p.char == c
	}
	for _, r := range p.ranges {
		if r[0] <= c && c <= r[1] {
			return !p.not
		}
	}
	return p.not
}

// Match tells whether the whole name fits. On a mismatch only the last star takes more, so the time
// is at most the product of both lengths.
func (g Pattern) Match(name string) bool {
	i, j := 0, 0
	star, retry := -1, 0
	for j < len(name) {
		c, size := g.next(name[j:])
		switch {
		case i < len(g.parts) && g.parts[i].star:
			star, retry = i, j
			i++
		case i < len(g.parts) && g.parts[i].matches(c):
			i++
			j += size
		case star >= 0:
			_, size := g.next(name[retry:])
			retry += size
			i, j = star+1, retry
		default:
			return false
		}
	}
	for i < len(g.parts) && g.parts[i].star {
		i++
	}
	return i == len(g.parts)
}
