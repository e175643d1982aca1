package steps

import (
	"fmt"
	"strings"

	"djship/remote"
)

// SecretFile is a secret of a site, made on the server at random and once. It never leaves it.
type SecretFile struct {
	Site   Site
	Path   string // in the site's home
	What   string // "secret key"
	Make   Script // prints it
	Notify []string
}

// Name implements Step.
func (s SecretFile) Name() string { return s.What + " of " + s.Site.Project }

func (s SecretFile) path() string { return s.Path }

// Probe implements Step: "made" where the site has had its secrets.
func (s SecretFile) Probe() Script {
	return Script(fmt.Sprintf("[ -e /var/lib/djship/sites/%s.password ] && echo made", s.Site.Project))
}

// homeProbe prints what st prints: nobody reads the content.
func (s SecretFile) homeProbe() (string, Script) { return s.Site.Project, statProbe(s.path()) }

// Plan implements Step. A secret that is there is never made anew.
func (s SecretFile) Plan(_ Facts, seen Observed) Change {
	line, made := strings.CutPrefix(seen.Text, "made\n")
	now := parseStat(firstLine(line))
	if c := now.foreign(s.path(), s.Site.Project); !c.IsZero() {
		return c
	}
	switch {
	case now.kind == absent || now.kind == "regular empty file":
		detail := s.path() + ": made on the server"
		if made {
			detail = s.path() + ": was lost; a new one is made on the server"
		}
		return Change{Verb: Create, Detail: detail, Diff: diff("/dev/null", s.path(), "", remote.Mask+"\n"), Notify: s.Notify,
			Script: Script(fmt.Sprintf(`as %s sh -ec 'umask 077; new=%s.new; %s >"$new"; [ -s "$new" ]; sync "$new"; mv -fT "$new" %s'`,
				s.Site.Project, s.path(), s.Make, s.path()))}
	case now.kind != "regular file":
		return Change{Verb: Refuse, Detail: s.path() + " is a " + now.kind, Hint: outOfTheWay}
	}
	if wrong := now.differs(s.Site.Project, "webapps", "0600"); wrong != "" {
		return Change{Verb: Update, Detail: wrong, Script: setAttributes(s.path(), s.Site.Project, "webapps", "0600", s.Site.Project)}
	}
	return Change{}
}
