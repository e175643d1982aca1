package runner

import (
	"fmt"
	"slices"
	"strings"

	"djship/assets"
	"djship/shell"
	"djship/steps/model"
)

// homeText is a shell text for an account: what it looks at of each step, by the steps' numbers.
func homeText(numbers []int, probes []model.Script, paths []string) string {
	var b strings.Builder
	b.WriteString(assets.Code("shell/look.sh") + assets.Code("shell/code.sh") + assets.Code("shell/home.sh"))
	if len(paths) > 0 {
		fmt.Fprintf(&b, "look %s\n", shell.QuoteAll(paths...))
	}
	for i, probe := range probes {
		fmt.Fprintf(&b, "part %d\n%s\n", numbers[i], probe)
	}
	b.WriteString("part end\n")
	return b.String()
}

// readHomes is a shell text that has accounts look at their homes, one process each, for all steps of a
// list that want it, beside root's own text: what they print waits in a pipe until root's is told.
func readHomes(list []model.Step, root string) string {
	type asked struct {
		numbers []int
		probes  []model.Script
		paths   []string
	}
	homes := map[string]*asked{}
	var accounts []string
	for i, s := range list {
		account, text := residence(s)
		if account == "" {
			continue
		}
		h := homes[account]
		if h == nil {
			h = &asked{}
			homes[account] = h
			accounts = append(accounts, account)
		}
		h.numbers, h.probes = append(h.numbers, i), append(h.probes, text)
		if p, ok := s.(model.Located); ok && p.LookedAt() != "" {
			h.paths = append(h.paths, p.LookedAt())
		}
	}
	slices.Sort(accounts)
	for _, account := range accounts {
		h := homes[account]
		root = fmt.Sprintf("read_as %[1]s %[2]s | {\n%[3]sm home %[1]s\ncat\n}\n", account, shell.Quote(homeText(h.numbers, h.probes, h.paths)), root)
	}
	return root
}

// readHome is the same of one step alone.
func readHome(s model.Step) string {
	account, text := residence(s)
	if account == "" {
		return ""
	}
	return fmt.Sprintf("m home\nread_as %s %s\n", account, shell.Quote(homeText([]int{0}, []model.Script{text}, nil)))
}

// residence is the account that reads a part of a step's aspect, and the text by which it does; "" for none.
func residence(s model.Step) (account string, text model.Script) {
	if r, ok := s.(model.Resident); ok {
		return r.HomeProbe()
	}
	return "", ""
}
