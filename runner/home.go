package runner

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"djship/assets"
	"djship/steps/model"
)

// homeText is a shell text for an account, with the functions of look.sh and code.sh at hand. It parts what the
// probes of the steps print by lines of a word that the account may know: it can only lie about what
// is its own.
func homeText(numbers []int, probes []model.Script, paths []string) string {
	var b strings.Builder
	b.WriteString("PATH=/usr/bin:/bin LC_ALL=C\nexport PATH LC_ALL\n" + assets.Code("shell/look.sh") + assets.Code("shell/code.sh"))
	b.WriteString("[ ! -d \"$HOME\" ] || [ -x \"$HOME\" ] || { printf '\\n%s closed\\n\\n%s end\\n' \"$sign\" \"$sign\"; exit; }\n")
	if len(paths) > 0 {
		fmt.Fprintf(&b, "look %s\n", model.QuoteAll(paths...))
	}
	for i, probe := range probes {
		fmt.Fprintf(&b, "printf '\\n%%s %d\\n' \"$sign\"\n%s\n", numbers[i], probe)
	}
	b.WriteString("printf '\\n%s end\\n' \"$sign\"\n")
	return b.String()
}

// readHomes is a shell text that has accounts look at their homes, one process each, for all steps of a
// list that want it, beside root's own text: what they print waits in a pipe until root's is told.
func readHomes(list []model.Step, root string) string {
	type home struct {
		numbers []int
		probes  []model.Script
		paths   []string
	}
	homes := map[string]*home{}
	var accounts []string
	for i, s := range list {
		r, ok := s.(model.Resident)
		if !ok {
			continue
		}
		account, text := r.HomeProbe()
		if account == "" {
			continue
		}
		h := homes[account]
		if h == nil {
			h = &home{}
			homes[account] = h
			accounts = append(accounts, account)
		}
		h.numbers, h.probes = append(h.numbers, i), append(h.probes, text)
		if p, ok := s.(model.Located); ok {
			h.paths = append(h.paths, p.LookedAt())
		}
	}
	slices.Sort(accounts)
	for _, account := range accounts {
		h := homes[account]
		root = fmt.Sprintf("read_as %[1]s %[2]s | {\n%[3]sm home %[1]s\ncat\n}\n", account, model.Quote(homeText(h.numbers, h.probes, h.paths)), root)
	}
	return root
}

// readHome is the same of one step alone.
func readHome(s model.Step) string {
	if r, ok := s.(model.Resident); ok {
		if account, text := r.HomeProbe(); account != "" {
			return fmt.Sprintf("m home\nread_as %s %s\n", account, model.Quote(homeText([]int{0}, []model.Script{text}, nil)))
		}
	}
	return ""
}

// parseHome reads what read_as printed, by the numbers of the steps; nothing where the account does
// not exist.
func parseHome(out, sign string) (map[int]string, error) {
	if out == "" {
		return nil, nil
	}
	var plain strings.Builder
	for line := range strings.Lines(out) {
		text, ok := strings.CutPrefix(line, ":")
		if !ok {
			return nil, ErrGarbled
		}
		plain.WriteString(text)
	}
	texts, ended, closed := map[int]string{}, false, false
	for part := range strings.SplitSeq("\n"+plain.String(), "\n"+sign+" ") {
		name, text, whole := strings.Cut(part, "\n")
		switch n, ok := number(name); {
		case name == "end":
			ended = true
		case name == "closed":
			closed = true
		case ok && whole:
			texts[n] = text
		}
	}
	switch {
	case !ended:
		return nil, errUnreadable
	case closed:
		return nil, errClosed
	}
	return texts, nil
}

// errClosed says that an account may not enter its own home. Another step puts that right.
var errClosed = errors.New("the account may not enter its own home")

// errUnreadable says that an account could not look at its home in the time that it has.
var errUnreadable = errors.New("what lies in the site's home can't be read within ten seconds and 8 MiB")

// number reads a small number written in digits alone.
func number(s string) (int, bool) {
	if s == "" || len(s) > 6 {
		return 0, false
	}
	n := 0
	for _, c := range s {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = 10*n + int(c-'0')
	}
	return n, true
}
