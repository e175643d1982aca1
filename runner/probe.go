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
	fmt.Fprintf(&b, "services=%s sites=%s\nm facts\n%s\n", shell.Quote(strings.Join(model.Services(list), " ")), shell.Quote(strings.Join(model.Databases(list), " ")), assets.Code("shell/facts.sh"))
	shared := sharedBy(list)
	left := 0 // of the paths that were asked for
	for i, s := range list {
		if left == 0 && lookedAtByRoot(s) != "" {
			paths := firstPaths(list[i:])
			fmt.Fprintf(&b, "look %s\n", shell.QuoteAll(paths...))
			left = len(paths)
		}
		if lookedAtByRoot(s) != "" {
			left--
		}
		if readByRoot(s) == "" {
			fmt.Fprintf(&b, "m %d\n%s\n", i, shared.text(s.Probe()))
		}
	}
	return seenBeside(list, b.String()) + "m end\n"
}

// Prelude is what every text that root runs begins with, behind its first line.
func Prelude() string {
	return assets.Code("shell/prelude.sh") + "\n" + assets.Code("shell/look.sh")
}

// pathsAtOnce is how many paths are asked for by one process. The shell looks for each among them, which takes the longer the more there are.
const pathsAtOnce = 24

// firstPaths are the first paths whose owner and mode root reads for the steps of a list, so many as are asked for at once.
func firstPaths(list []model.Step) []string {
	var paths []string
	for _, s := range list {
		if p := lookedAtByRoot(s); p != "" && len(paths) < pathsAtOnce {
			paths = append(paths, p)
		}
	}
	return paths
}

// lookedAtByRoot is the path whose owner and mode the shell of root's reads for a step; "" for none.
func lookedAtByRoot(s model.Step) string {
	if account, _ := residence(s); account != "" || readByRoot(s) != "" {
		return ""
	}
	if p, ok := s.(model.Located); ok {
		return p.LookedAt()
	}
	return ""
}
