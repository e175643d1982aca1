package django

import (
	"fmt"
	"strings"

	"djship/secret"
	"djship/steps/model"
)

// SecretFile is a secret of a site, made on the server at random and once. It leaves it in a backup alone.
type SecretFile struct {
	Site   Site
	Path   string       // in the site's home
	What   string       // "secret key"
	Make   model.Script // prints it
	Notify []string
}

// KeyFile is the secret key of the site's Django.
func (s Site) KeyFile() SecretFile {
	return SecretFile{Site: s, Path: s.Layout().SecretKey, What: "secret key", Make: "head -c 48 /dev/urandom | base64 -w 0", Notify: []string{s.Gunicorn().ID()}}
}

// PasswordFile is the password of the site's role in PostgreSQL.
func (s Site) PasswordFile() SecretFile {
	return SecretFile{Site: s, Path: s.Layout().Password, What: "database password", Make: "head -c 24 /dev/urandom | od -An -v -tx1 | tr -d \" \\n\"", Notify: []string{Role{Site: s}.ID()}}
}

// Name implements Step.
func (s SecretFile) Name() string { return s.What + " of " + s.Site.Project }

// ID implements Step.
func (s SecretFile) ID() string { return "secret:" + s.Path }

// LookedAt implements model.Located.
func (s SecretFile) LookedAt() string { return s.Path }

// Probe implements Step: "made" where the site has had its secrets.
func (s SecretFile) Probe() model.Script {
	return model.Script("[ -e " + model.SiteRecord(s.Site.Project) + ".password ] && echo made")
}

// HomeProbe puts what st puts: nobody reads the content.
func (s SecretFile) HomeProbe() (string, model.Perl) {
	return s.Site.Project, model.Call("st", s.LookedAt())
}

// Plan implements Step. A secret that is there is never made anew.
func (s SecretFile) Plan(_ model.Facts, seen model.Observed) model.Change {
	line, made := strings.CutPrefix(seen.Text, "made\n")
	now := model.ParseStat(model.FirstLine(line))
	if c := now.Foreign(s.LookedAt(), s.Site.Project); !c.IsZero() {
		return c
	}
	switch {
	case now.Kind == model.Absent || now.Kind == "regular empty file":
		detail := s.LookedAt() + ": made on the server"
		if made {
			detail = s.LookedAt() + ": was lost; a new one is made on the server"
		}
		return model.Change{Told: model.Told{Verb: model.Create, Detail: detail, Diff: secret.Diff("/dev/null", s.LookedAt(), "", secret.Mask+"\n")}, Work: model.Work{
			Script: model.Script(fmt.Sprintf(`as %s sh -ec 'umask 077; new=%s.new; %s >"$new"; [ -s "$new" ]; sync "$new"; mv -fT "$new" %s'`,
				s.Site.Project, s.LookedAt(), s.Make, s.LookedAt()))}, Schedule: model.Schedule{Notify: s.Notify}}
	case now.Kind != "regular file":
		return model.Refusal(s.LookedAt()+" is a "+now.Kind, model.OutOfTheWay)
	}
	if wrong := now.Differs(s.Site.Project, "webapps", "0600"); wrong != "" {
		return model.Change{Told: model.Told{Verb: model.Update, Detail: wrong}, Work: model.Work{Script: model.SetAttributes(s.LookedAt(), s.Site.Project, "webapps", "0600", s.Site.Project)}}
	}
	return model.Change{}
}
