package inventory

import "unicode/utf8"

// glob is a pattern of whole names: * is anything, ? one character, [abc], [a-z] and [!abc] one of
// a set or none of it.
type glob []globPart

type globPart struct {
	star   bool
	any    bool
	char   rune
	ranges [][2]rune // a set; nil where the part is none
	not    bool
}

func parseGlob(s string) glob {
	var g glob
	text := []rune(s)
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '*':
			if n := len(g); n == 0 || !g[n-1].star {
				g = append(g, globPart{star: true})
			}
		case '?':
			g = append(g, globPart{any: true})
		case '[':
			end := setEnd(text, i)
			if end < 0 {
				g = append(g, globPart{char: '['})
				continue
			}
			g = append(g, parseSet(text[i+1:end]))
			i = end
		default:
			g = append(g, globPart{char: text[i]})
		}
	}
	return g
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

func parseSet(text []rune) globPart {
	p := globPart{ranges: [][2]rune{}}
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

func (p globPart) fits(c rune) bool {
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

// match tells whether the whole name fits. On a mismatch only the last star takes more, so the time
// is at most the product of both lengths.
func (g glob) match(name string) bool {
	i, j := 0, 0
	star, retry := -1, 0
	for j < len(name) {
		c, size := utf8.DecodeRuneInString(name[j:])
		switch {
		case i < len(g) && g[i].star:
			star, retry = i, j
			i++
		case i < len(g) && g[i].fits(c):
			i++
			j += size
		case star >= 0:
			_, size := utf8.DecodeRuneInString(name[retry:])
			retry += size
			i, j = star+1, retry
		default:
			return false
		}
	}
	for i < len(g) && g[i].star {
		i++
	}
	return i == len(g)
}
