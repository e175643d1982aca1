package report

import "strings"

// diff is a unified diff as lines below a step; none unless diffs were asked for.
func (n *narrator) diff(p pen, diff string) []string {
	if !n.Diff {
		return nil
	}
	var lines []string
	p.width = 0 // a diff that is cut is no diff
	for _, l := range printableLines(diff) {
		lines = append(lines, p.line(span{"        ", plain}, span{l, diffInk(l)}))
	}
	return lines
}

func diffInk(line string) ink {
	switch {
	case strings.HasPrefix(line, "+++"), strings.HasPrefix(line, "---"):
		return bold
	case strings.HasPrefix(line, "@@"):
		return cyan
	case strings.HasPrefix(line, "+"):
		return green
	case strings.HasPrefix(line, "-"):
		return red
	}
	return plain
}
