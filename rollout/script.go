package rollout

import (
	"fmt"
	"strings"

	"djship/steps/model"
)

// script is what a change runs, for the log.
func script(c model.Change) string {
	var b strings.Builder
	if c.Before != "" {
		fmt.Fprintf(&b, "%s\n", c.Before)
	}
	for _, f := range c.Files {
		fmt.Fprintf(&b, "# put %s, %d bytes, mode %s\n", f.Path, len(f.Content), f.Mode)
	}
	b.WriteString(string(c.Script))
	return strings.TrimSpace(b.String())
}
