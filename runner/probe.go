package runner

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"djship/assets"
	"djship/steps/model"
)

// ProbeLimit is the most that a host may answer to a probe, in bytes.
const ProbeLimit = 16 << 20

// Probe returns the shell text that reads the facts and every step's aspect. mark begins the lines
// that part its output, and sign those of what the accounts of sites print; each must be a word of
// letters and digits that nobody can guess. Its first line is all that depends on them.
func Probe(list []model.Step, mark, sign string) string {
	return fmt.Sprintf("mark=%s sign=%s\n", mark, sign) + Prelude() + "\n" + probeText(list)
}

// probeText is the text of a list's probe behind the prelude.
func probeText(list []model.Step) string {
	var b strings.Builder
	fmt.Fprintf(&b, "services=%s\nm facts\n%s\n", model.Quote(strings.Join(model.Services(list), " ")), assets.Code("shell/facts.sh"))
	if paths := paths(list); paths != nil {
		fmt.Fprintf(&b, "look %s\n", model.QuoteAll(paths...))
	}
	for i, s := range list {
		fmt.Fprintf(&b, "m %d\n%s\n", i, s.Probe())
	}
	return readHomes(list, b.String()) + "m end\n"
}

// Prelude is what every text that root runs begins with, behind its first line.
func Prelude() string {
	return assets.Code("shell/prelude.sh") + "\n" + assets.Code("shell/look.sh")
}

// paths are those whose owner and mode root reads for the steps of a list: asked for at once, they cost
// one process instead of one each.
func paths(list []model.Step) []string {
	var all []string
	for _, s := range list {
		if r, ok := s.(model.Resident); ok {
			if account, _ := r.HomeProbe(); account != "" {
				continue
			}
		}
		if p, ok := s.(model.Located); ok {
			all = append(all, p.LookedAt())
		}
	}
	return all
}

// ErrGarbled is returned for an answer that is not one of the probe's.
var ErrGarbled = errors.New("the host's answer to the probe is incomplete")

// ParseProbe reads what the text of Probe printed: the facts, and per step what its probe printed.
// It is ErrGarbled where any of that is missing or there twice, and a *StepError where an account could
// not look at its home.
func ParseProbe(list []model.Step, mark, sign string, out []byte) (model.Facts, []model.Observed, error) {
	parts := map[string]string{}
	for part := range bytes.SplitSeq(out, []byte("\n"+mark+" ")) {
		name, text, whole := bytes.Cut(part, []byte("\n"))
		if _, twice := parts[string(name)]; twice {
			return model.Facts{}, nil, ErrGarbled
		}
		if whole {
			parts[string(name)] = string(text)
		}
	}
	text, ok := parts["facts"]
	_, ended := parts["end"]
	if !ok || !ended {
		return model.Facts{}, nil, ErrGarbled
	}
	homes, closed := map[string]map[int]string{}, map[string]bool{}
	facts := model.ParseFacts(text)
	seen := make([]model.Observed, len(list))
	for i, s := range list {
		if seen[i].Text, ok = parts[strconv.Itoa(i)]; !ok {
			return model.Facts{}, nil, ErrGarbled
		}
		seen[i].Due = facts.Due[model.Slug(s.Name())]
		r, ok := s.(model.Resident)
		if !ok {
			continue
		}
		account, _ := r.HomeProbe()
		if account == "" {
			continue
		}
		if homes[account] == nil {
			part, ok := parts["home "+account]
			if !ok {
				return model.Facts{}, nil, ErrGarbled
			}
			texts, err := parseHome(part, sign)
			closed[account] = errors.Is(err, errClosed)
			if err != nil && !closed[account] {
				return model.Facts{}, nil, unreadable(account, part, err)
			}
			if texts == nil {
				texts = map[int]string{}
			}
			homes[account] = texts
		}
		seen[i].Text += homes[account][i]
		seen[i].Closed = closed[account]
	}
	return facts, seen, nil
}

// unreadable is the error for an account that could not look at its home.
func unreadable(account, said string, err error) error {
	if errors.Is(err, ErrGarbled) {
		return err
	}
	var tail []string
	for line := range strings.Lines(said[max(0, len(said)-1000):]) {
		tail = append(tail, strings.TrimPrefix(strings.TrimSpace(line), ":"))
	}
	return &StepError{Step: "home of " + account, Reason: err.Error(), Tail: tail[max(0, len(tail)-3):],
		Advice: "look on the host, with `sudo -u " + account + " -i` and `ls -la`, for what hangs or is very large there, then run the same command again"}
}
