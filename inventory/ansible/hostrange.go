package ansible

import (
	"fmt"
	"strconv"
	"strings"
)

// maxRange is how many hosts one line may stand for.
const maxRange = 1 << 17

// expandHosts returns the names that a host line's first word stands for, and their port (0 is
// none): web[01:03].example.com:2222 are three hosts.
func expandHosts(s string) (names []string, port int, err error) {
	name, port, ok := SplitPort(s)
	switch {
	case name == "":
		return nil, 0, fmt.Errorf("the host's name is empty")
	case name == "---":
		return nil, 0, fmt.Errorf("--- begins a YAML file, and this is read as INI")
	case !ok && strings.HasSuffix(s, ":"):
		return nil, 0, fmt.Errorf("%q ends in a colon, which is kept for a port", s)
	}
	names, err = expandRange(name)
	if err == nil && port > 65535 {
		err = fmt.Errorf("port %d is above 65535", port)
	}
	return names, port, err
}

// expandRange replaces the first [a:b] of name by each of its values and goes on with the rest; the
// leftmost varies slowest.
func expandRange(name string) ([]string, error) {
	head, rest, found := strings.Cut(name, "[")
	if !found {
		return []string{name}, nil
	}
	if strings.Contains(head, "]") || strings.Contains(name, "|") {
		return nil, fmt.Errorf("%q has a range and a stray ] or |", name)
	}
	span, tail, found := strings.Cut(rest, "]")
	if !found {
		return nil, fmt.Errorf("range %q has no closing ]", "["+rest)
	}
	values, err := rangeValues(span)
	if err != nil {
		return nil, err
	}
	tails, err := expandRange(tail)
	if err != nil {
		return nil, err
	}
	if len(values)*len(tails) > maxRange {
		return nil, fmt.Errorf("%q stands for more than %d hosts", name, maxRange)
	}
	names := make([]string, 0, len(values)*len(tails))
	for _, v := range values {
		for _, t := range tails {
			names = append(names, head+v+t)
		}
	}
	return names, nil
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

// rangeValues returns the values of a range without its brackets: begin:end or begin:end:step, the
// end included. A begin with a leading zero gives the width; a backward range of numbers is empty.
func rangeValues(span string) ([]string, error) {
	parts := strings.Split(span, ":")
	if len(parts) != 2 && len(parts) != 3 {
		return nil, fmt.Errorf("range [%s] is not begin:end or begin:end:step", span)
	}
	begin, end, step := parts[0], parts[1], 1
	if begin == "" {
		begin = "0"
	}
	if end == "" {
		return nil, fmt.Errorf("range [%s] has no end", span)
	}
	if len(parts) == 3 {
		n, err := strconv.Atoi(parts[2])
		if err != nil || n < 1 {
			return nil, fmt.Errorf("the step of range [%s] is not a positive number", span)
		}
		step = n
	}
	width := 0
	if begin[0] == '0' && len(begin) > 1 {
		if width = len(begin); width != len(end) {
			return nil, fmt.Errorf("begin and end of range [%s] are not of one length", span)
		}
	}
	b, e := strings.Index(letters, begin), strings.Index(letters, end)
	if b < 0 || e < 0 {
		return numbers(span, begin, end, step, width)
	}
	if b > e {
		return nil, fmt.Errorf("range [%s] runs backwards", span)
	}
	var values []string
	for ; b <= e; b += step {
		values = append(values, letters[b:b+1])
	}
	return values, nil
}

func numbers(span, begin, end string, step, width int) ([]string, error) {
	b, err1 := strconv.Atoi(begin)
	e, err2 := strconv.Atoi(end)
	if err1 != nil || err2 != nil {
		return nil, fmt.Errorf("range [%s] is neither of numbers nor of letters", span)
	}
	if (e-b)/step > maxRange {
		return nil, fmt.Errorf("range [%s] stands for more than %d hosts", span, maxRange)
	}
	var values []string
	for ; b <= e; b += step {
		values = append(values, fmt.Sprintf("%0*d", width, b))
	}
	return values, nil
}
