package runner

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"djship/assets"
	"djship/shell"
	"djship/steps/model"
)

// seeing sets the program of the prelude's function see.
var seeing = sync.OnceValue(func() string {
	return "see=" + shell.Quote(seeText()) + "\n"
})

func seeText() string { return assets.Code("shell/newest.pl") + assets.Code("shell/see.pl") }

// A sight is what see.pl is asked for by one account, or by root.
type sight struct {
	who   string // an account, or "root"
	words string // of the mark before what an account puts
	paths []string
	parts strings.Builder
}

// add adds a part about a step.
func (s *sight) add(begin string, n int, text model.Perl, step model.Step) {
	fmt.Fprintf(&s.parts, "%s(%d);\n%s", begin, n, text)
	if l, ok := step.(model.Located); ok && l.LookedAt() != "" {
		s.paths = append(s.paths, l.LookedAt())
	}
}

// String is the sight as see.pl reads it.
func (s *sight) String() string {
	text := string(model.Call("look", s.paths...)) + s.parts.String()
	head := fmt.Sprintf("%s %d", s.who, strings.Count(text, "\n"))
	if s.words != "" {
		head += " " + s.words
	}
	return head + "\n" + text
}

// seen is what of a list's probe is read by see.pl, in one process for root's files and one for each account that looks at its home; "" for nothing.
func seen(list []model.Step) string {
	root := &sight{who: "root"}
	homes := map[string]*sight{}
	var accounts []string
	for i, s := range list {
		if text := readByRoot(s); text != "" {
			root.add("own", i, text, s)
		}
		account, text := residence(s)
		if account == "" {
			continue
		}
		if homes[account] == nil {
			homes[account] = &sight{who: account, words: "home " + account}
			accounts = append(accounts, account)
		}
		homes[account].add("part", i, text, s)
	}
	var b strings.Builder
	if root.parts.Len() > 0 {
		b.WriteString(root.String())
	}
	slices.Sort(accounts)
	for _, account := range accounts {
		b.WriteString(homes[account].String())
	}
	return b.String()
}

// readByRoot is what see.pl reads of a step for root where that is all that its probe does; "" where it does something else.
func readByRoot(s model.Step) model.Perl {
	name, word, ok := strings.Cut(string(s.Probe()), " ")
	path := ""
	if l, is := s.(model.Located); is {
		path = l.LookedAt()
	}
	switch {
	case ok && (name == "f" || name == "st" || name == "leads") && path != "" && word == shell.Quote(path):
		return model.Call(name, path)
	case ok && name == "account" && shell.Plain(word):
		return model.Call(name, word)
	}
	return ""
}

// seenBeside is a shell text that has see.pl read beside root's own text: what it prints waits in a pipe until that of root's is told.
func seenBeside(list []model.Step, root string) string {
	asked := seen(list)
	if asked == "" {
		return root
	}
	return fmt.Sprintf("%ssee %s | {\n%scat\n}\n", seeing(), shell.Quote(asked), root)
}

// seenHome is what an account sees of one step alone.
func seenHome(s model.Step) string {
	account, text := residence(s)
	if account == "" {
		return ""
	}
	home := &sight{who: account, words: "home"}
	home.add("part", 0, text, s)
	return "see " + shell.Quote(home.String()) + "\n"
}

// residence is the account that reads a part of a step's aspect, and the text by which it does; "" for none.
func residence(s model.Step) (account string, text model.Perl) {
	if r, ok := s.(model.Resident); ok {
		return r.HomeProbe()
	}
	return "", ""
}
