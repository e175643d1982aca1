package rollout

import (
	"fmt"
	"strconv"
	"strings"
)

// A Share is a number of hosts, or a part of them in per cent.
type Share struct {
	N       int
	Percent bool
}

// ParseShare reads "3" or "25%".
func ParseShare(s string) (Share, error) {
	digits, percent := strings.CutSuffix(strings.TrimSpace(s), "%")
	n, err := strconv.Atoi(digits)
	if err != nil || n < 0 || digits[0] == '+' {
		return Share{}, fmt.Errorf("%q is neither a number of hosts nor a percentage", s)
	}
	if percent && n > 100 {
		return Share{}, fmt.Errorf("%q is more than all hosts", s)
	}
	return Share{n, percent}, nil
}

// ParseBatches reads a list of batch sizes: "1,25%,100%".
func ParseBatches(s string) ([]Share, error) {
	var list []Share
	for word := range strings.SplitSeq(s, ",") {
		share, err := ParseShare(word)
		if err != nil {
			return nil, err
		}
		if share.N == 0 {
			return nil, fmt.Errorf("a batch of %s would never end", strings.TrimSpace(word))
		}
		list = append(list, share)
	}
	return list, nil
}

// String is the form that ParseShare reads.
func (s Share) String() string {
	if s.Percent {
		return fmt.Sprintf("%d%%", s.N)
	}
	return strconv.Itoa(s.N)
}

// Of returns how many of n hosts the share is. Percentages are rounded down, but any above zero is
// one host at least.
func (s Share) Of(n int) int {
	switch {
	case !s.Percent:
		return min(s.N, n)
	case s.N == 0 || n == 0:
		return 0
	}
	return max(1, n*s.N/100)
}

// Batches cuts n hosts into batches and returns their sizes. As with Ansible's serial the sizes of
// the list are taken in turn, the last one for as long as there are hosts, and percentages are of
// all n; without a list there is one batch. A canary is a first batch of one host.
func Batches(n int, list []Share, canary bool) []int {
	var sizes []int
	take := func(size int) {
		size = min(size, n-sum(sizes))
		sizes = append(sizes, size)
	}
	if canary && n > 0 {
		take(1)
	}
	for i := 0; sum(sizes) < n; i++ {
		if len(list) == 0 {
			take(n)
		} else {
			take(list[min(i, len(list)-1)].Of(n))
		}
	}
	return sizes
}

func sum(sizes []int) int {
	total := 0
	for _, s := range sizes {
		total += s
	}
	return total
}
