package django

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"djship/steps/model"
)

// Unfinished refuses a host where a site is half taken over, half put back from a backup, or half removed.
type Unfinished struct{}

// Name implements Step.
func (Unfinished) Name() string { return "unfinished sites" }

// ID implements Step.
func (Unfinished) ID() string { return "unfinished" }

// Probe implements Step: "half PROJECT DOMAIN" for each site whose taking over has no end noted, "laid PROJECT" for each beside which a restore has laid something; the facts tell of removals.
func (Unfinished) Probe() model.Script {
	return `for note in "$state"/adopted/*; do
	case ${note##*/} in *[!a-z0-9_]*) continue ;; esac
	[ ! -f "$note" ] || grep -qx ended "$note" || echo "half ${note##*/} $(sed -n 's/^domain \([A-Za-z0-9.-]*\)$/\1/p' "$note" | head -n 1)"
done
for note in "$state"/staged-*; do case ${note##*/staged-} in *[!a-z0-9_]*) ;; *) [ ! -f "$note" ] || echo "laid ${note##*/staged-}" ;; esac; done
`
}

// Plan implements Step.
func (Unfinished) Plan(f model.Facts, seen model.Observed) model.Change {
	var what, next []string
	for line := range strings.Lines(seen.Text) {
		words := append(strings.Fields(line), "DOMAIN")
		if len(words) > 2 && words[0] == "laid" {
			what = append(what, "a restore of "+words[1]+" is at work, or was cut off")
			next = append(next, "the next `djship restore "+words[1]+" FILE` takes away what it has left, and so does `djship remove "+words[1]+"`")
		}
		if len(words) > 2 && words[0] == "half" {
			what, next = append(what, halfTaken(words[1])), append(next, EndsTaking(words[1], words[2]))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(f.Sites)) {
		if f.Sites[name].Kept["removing"] != "" {
			what = append(what, "the removal of "+name+" is at work, or was cut off")
			next = append(next, "`djship remove "+name+"` ends it")
		}
	}
	if what == nil {
		return model.Change{}
	}
	return model.Refusal(strings.Join(what, "; "), strings.Join(next, "; "))
}

// halfTaken says that taking a site over has not come to its end.
func halfTaken(project string) string {
	return "taking " + project + " over is at work, or was cut off"
}

// EndsTaking says what ends taking a site over, in one way or the other.
func EndsTaking(project, domain string) string {
	return fmt.Sprintf("`djship adopt %[1]s %[2]s` goes on with it, and `djship adopt %[1]s %[2]s --undo` gives the site back", project, domain)
}

// EndsRemoval says what ends a removal that was cut off, in one way or the other.
func EndsRemoval(project, domain string) string {
	return fmt.Sprintf("`djship remove %[1]s` ends it; `djship deploy %[1]s %[2]s` has what is left of it answer again", project, domain)
}
