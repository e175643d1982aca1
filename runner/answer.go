package runner

import (
	"bytes"
	"errors"
	"slices"
	"strconv"
	"strings"

	"djship/steps/model"
)

// ErrGarbled is returned for an answer that is not one of the probe's.
var ErrGarbled = errors.New("the host's answer to the probe is incomplete")

// ParseProbe reads what the text of Probe printed: the facts, and per step what its probe printed.
// It is ErrGarbled where any of that is missing or there twice, and a *StepError where an account could
// not look at its home.
func ParseProbe(list []model.Step, mark, sign string, out []byte) (model.Facts, []model.Observed, error) {
	parts := make(map[string]string, len(list)+3)
	err := textWire(out, mark).parts(func(words string, text []byte) error {
		if _, twice := parts[words]; twice {
			return ErrGarbled
		}
		parts[words] = string(text)
		return nil
	})
	text, ok := parts["facts"]
	_, ended := parts["end"]
	if err != nil || !ok || !ended {
		return model.Facts{}, nil, ErrGarbled
	}
	facts := model.ParseFacts(text)
	seen := make([]model.Observed, len(list))
	homes := map[string]home{}
	for i, s := range list {
		if seen[i].Text, ok = parts[strconv.Itoa(i)]; !ok {
			return model.Facts{}, nil, ErrGarbled
		}
		if len(facts.Due) > 0 {
			seen[i].Due = slices.ContainsFunc(model.DueMarks(s), func(mark string) bool { return facts.Due[mark] })
		}
		account, _ := residence(s)
		if account == "" {
			continue
		}
		h, read := homes[account]
		if !read {
			part, ok := parts["home "+account]
			if !ok {
				return model.Facts{}, nil, ErrGarbled
			}
			if h, err = parseHome(part, sign); err != nil {
				return model.Facts{}, nil, unreadable(account, part, err)
			}
			homes[account] = h
		}
		seen[i].Text += h.texts[i]
		seen[i].Closed = h.closed
	}
	return facts, seen, nil
}

// A home is what an account has said of what lies in its home.
type home struct {
	texts  map[int]string // by the numbers of the steps; none where there is no such account
	closed bool           // it may not enter its own home
}

// parseHome reads what see.pl has printed of an account.
func parseHome(out, sign string) (home, error) {
	if out == "" {
		return home{}, nil
	}
	plain := make([]byte, 0, len(out)+1)
	for line := range strings.Lines(out) {
		text, ok := strings.CutPrefix(line, ":")
		if !ok {
			return home{}, ErrGarbled
		}
		plain = append(plain, text...)
	}
	h, ended := home{texts: map[int]string{}}, false
	err := textWire(append(plain, '\n'), sign).parts(func(words string, text []byte) error {
		switch n, ok := number(words); {
		case words == "end":
			ended = true
		case words == "closed":
			h.closed = true
		case ok:
			h.texts[n] = string(text)
		}
		return nil
	})
	if err == nil && !ended {
		err = errUnreadable
	}
	return h, err
}

// errClosed says that an account may not enter its own home. Another step puts that right.
var errClosed = errors.New("the account may not enter its own home")

// errUnreadable says that an account could not look at its home in the time that it has.
var errUnreadable = errors.New("what lies in the site's home can't be read within ten seconds and 8 MiB")

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

// lookedAt names what the last part of an answer that was cut off is about.
func lookedAt(list []model.Step, mark string, out []byte) string {
	name, facts := "start of the probe", ""
	_ = textWire(out, mark).parts(func(words string, text []byte) error {
		if name = words; name == "facts" {
			facts = string(text)
		}
		return nil
	})
	account, home := strings.CutPrefix(name, "home ")
	_, memory := model.LineAfter(facts, "available ")
	_, disks := model.LineAfter(facts, "disk ")
	n, ok := number(name)
	switch {
	case ok && n < len(list):
		return list[n].Name()
	case home:
		return "home of " + account
	case name == "facts" && memory && !disks:
		return "disks (df)" // which is asked next
	case name == "facts":
		return "facts of the host"
	}
	return name
}

// said is the beginning of the last line of a broken answer, for an error message.
func said(out []byte, mark string) string {
	last := bytes.TrimSpace(out[max(0, len(out)-200):])
	last = last[bytes.LastIndexByte(last, '\n')+1:]
	if len(last) == 0 || bytes.Contains(last, []byte(mark)) {
		return ""
	}
	return ": " + string(last)
}
