package steps

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"djship/assets"
)

// ProbeLimit is the most that a host may answer to a probe, in bytes.
const ProbeLimit = 16 << 20

// Probe returns the shell text that reads the facts and every step's aspect. mark begins the
// lines that part its output; it must be a word of letters and digits that nobody can guess.
func Probe(list []Step, mark string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "mark=%s\n%s\nm facts\n%s\n", mark, assets.Text("shell/prelude.sh"), assets.Text("shell/facts.sh"))
	if paths := paths(list); paths != nil {
		fmt.Fprintf(&b, "look %s\n", QuoteAll(paths...))
	}
	for i, s := range list {
		fmt.Fprintf(&b, "m %d\n%s\n", i, s.Probe())
	}
	b.WriteString("m end\n")
	return b.String()
}

// paths are those whose owner and mode the steps of a list read: asked for at once, they cost one
// process instead of one each.
func paths(list []Step) []string {
	var all []string
	for _, s := range list {
		if p, ok := s.(interface{ path() string }); ok {
			all = append(all, p.path())
		}
	}
	return all
}

// ErrGarbled is returned for an answer that is not one of the probe's.
var ErrGarbled = errors.New("the host's answer to the probe is incomplete")

// ParseProbe reads what the text of Probe printed: the facts, and per step what its probe printed.
// It is ErrGarbled where any of that is missing or there twice.
func ParseProbe(list []Step, mark string, out []byte) (Facts, []Observed, error) {
	parts := map[string]string{}
	for part := range bytes.SplitSeq(out, []byte("\n"+mark+" ")) {
		name, text, whole := bytes.Cut(part, []byte("\n"))
		if _, twice := parts[string(name)]; twice {
			return Facts{}, nil, ErrGarbled
		}
		if whole {
			parts[string(name)] = string(text)
		}
	}
	text, ok := parts["facts"]
	_, ended := parts["end"]
	if !ok || !ended {
		return Facts{}, nil, ErrGarbled
	}
	facts := parseFacts(text)
	seen := make([]Observed, len(list))
	for i, s := range list {
		if seen[i].Text, ok = parts[strconv.Itoa(i)]; !ok {
			return Facts{}, nil, ErrGarbled
		}
		seen[i].Due = facts.due[slug(s.Name())]
	}
	return facts, seen, nil
}
