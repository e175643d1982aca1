package runner

import (
	"fmt"
	"strings"

	"djship/assets"
	"djship/shell"
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
	fmt.Fprintf(&b, "services=%s\nm facts\n%s\n", shell.Quote(strings.Join(model.Services(list), " ")), assets.Code("shell/facts.sh"))
	if paths := paths(list); paths != nil {
		fmt.Fprintf(&b, "look %s\n", shell.QuoteAll(paths...))
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
		if account, _ := residence(s); account != "" {
			continue
		}
		if p, ok := s.(model.Located); ok {
			all = append(all, p.LookedAt())
		}
	}
	return all
}
