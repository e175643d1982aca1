package runner

import (
	"fmt"
	"regexp"
	"strings"

	"djship/steps/model"
)

// shared are the texts that probes of several steps of a list have in common behind the line that says what each is about. A list of many sites has each once, as a function: a shell
// reads a text that is a tenth as long in a tenth of the time.
type shared map[string]*sharedText

type sharedText struct {
	name    string
	users   int
	written bool
}

// shortest is how long such a text is, in bytes, for a function to be worth it.
const shortest = 200

// about is a line that sets variables and does nothing else, as shell.Set writes it.
var about = regexp.MustCompile(`^[a-z_]+=(?:'[^']*'|[\w./:@%+,=-]*)(?: [a-z_]+=(?:'[^']*'|[\w./:@%+,=-]*))*$`)

// parted parts a probe into the line that says what it is about and the rest; ok is false where it has no such line.
func parted(probe model.Script) (line, rest string, ok bool) {
	line, rest, ok = strings.Cut(string(probe), "\n")
	return line, rest, ok && len(rest) >= shortest && about.MatchString(line)
}

// sharedBy finds what steps have in common.
func sharedBy(list []model.Step) shared {
	all := shared{}
	for _, s := range list {
		if _, rest, ok := parted(s.Probe()); ok {
			if all[rest] == nil {
				all[rest] = &sharedText{name: fmt.Sprintf("shared_%d", len(all))}
			}
			all[rest].users++
		}
	}
	return all
}

// text is a probe's text, behind which that of the next may be.
func (all shared) text(probe model.Script) string {
	line, rest, ok := parted(probe)
	if !ok || all[rest].users == 1 {
		return string(probe)
	}
	text := all[rest]
	called := line + "\n" + text.name
	if text.written {
		return called
	}
	text.written = true
	return text.name + "() {\n" + rest + "\n}\n" + called
}
