package inspect

import (
	"context"
	"encoding/hex"
	"regexp"
	"strings"
	"sync"

	"djship/assets"
	"djship/plain"
	"djship/remote"
	"djship/runner"
	"djship/secret"
	"djship/shell"
)

// A SiteConfig is what is set on a host for a site by `djship config`.
type SiteConfig struct {
	Known   bool // djship has made the site there
	Values  map[string]secret.Value
	Lacks   []string       // names of .env.example that the site's environment does not have
	Changes []ConfigChange // the newest last
}

// A ConfigChange is one of what is set for a site.
type ConfigChange struct {
	Time  string   `json:"time"` // as in RFC 3339
	Who   string   `json:"who"`
	Undo  bool     `json:"undo"`  // it brought values from before back
	Set   []string `json:"set"`   // names
	Unset []string `json:"unset"` // names
}

var configBody = sync.OnceValue(func() *remote.Body {
	ask := "exec bash -c " + shell.Quote(assets.Code("shell/configlacks.sh"))
	return runner.Tethered(shell.Set("ask", ask, "config_values", assets.Code("shell/configvalues.pl")) + assets.Code("shell/configfile.sh") + assets.Code("shell/configof.sh"))
})

// Config returns what is set for a site on a host, by one exec. With lacks its account is asked which names of .env.example its environment does not have.
func Config(ctx context.Context, s runner.Session, project string, lacks bool) (SiteConfig, error) {
	asked := ""
	if lacks {
		asked = "yes"
	}
	out, err := runner.Ask(ctx, s, "project="+shell.Quote(project)+" lacks="+asked, configBody())
	return parseConfig(out), err
}

// VariableForm is what a variable of a site may be called.
var VariableForm = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,127}$`)

var configTime = regexp.MustCompile(`^` + timeForm + `$`)

// parseConfig reads what configof.sh prints. Lines behind a colon are from the site's account, and only names.
func parseConfig(text string) SiteConfig {
	c := SiteConfig{Values: map[string]secret.Value{}}
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		switch {
		case len(words) == 0:
		case words[0] == "site":
			c.Known = true
		case words[0] == "value" && len(words) >= 2 && VariableForm.MatchString(words[1]):
			value, err := hex.DecodeString(strings.Join(words[2:], ""))
			if err == nil {
				c.Values[words[1]] = secret.New(string(value))
			}
		case words[0] == "change" && len(words) >= 4 && configTime.MatchString(words[1]):
			c.Changes = append(c.Changes, readChange(words[1], words[3], words[4:]))
		case words[0] == ":lacks" && len(words) == 2 && VariableForm.MatchString(words[1]) && len(c.Lacks) < 500:
			c.Lacks = append(c.Lacks, words[1])
		}
	}
	return c
}

// readChange reads a change of the history; names have a + before them, or a -.
func readChange(at, who string, words []string) ConfigChange {
	c := ConfigChange{Time: at, Who: plain.Line(who), Set: []string{}, Unset: []string{}}
	for _, word := range words {
		switch name := word[1:]; {
		case word == "undo":
			c.Undo = true
		case !VariableForm.MatchString(name):
		case word[0] == '+':
			c.Set = append(c.Set, name)
		case word[0] == '-':
			c.Unset = append(c.Unset, name)
		}
	}
	return c
}
