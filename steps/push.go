package steps

import (
	"time"

	"djship/secret"
	"djship/steps/django"
	"djship/steps/model"
	"djship/steps/release"
	"djship/steps/server"
)

// Push is what `djship push` asks of a host.
type Push struct {
	Release release.Release
	Source  release.Source
	Options server.Options
	Now     time.Time
	// Packed gives the virtualenv that another host has made, see release.Environment.
	Packed func(kind string) (model.Blob, bool)
	// Resolved gives the versions that hosts have got, see release.Environment.
	Resolved func() secret.Value
	// Pythons is where Pythons are from that hosts do not have, see release.Python.
	Pythons secret.Value
}

// A push takes its hosts through four lists. Nobody meets what the first makes: the release is put beside the live one, and tried as far
// as that goes without visitors. The last takes away what is needed no more.

// Prepare is what makes a release ready on a host.
func Prepare(p Push) []model.Step {
	r := p.Release
	environment := release.Environment{Release: r, Index: p.Options.PipIndex, Packed: p.Packed, Resolved: p.Resolved}
	return list(p.Options.Roles, requirements(r.Site), []part{
		web(release.Deployed{Site: r.Site},
			release.Fronted{Release: r},
			release.Supervised{Site: r.Site}),
		agreed(r),
		web(release.Scripts(r.Site, p.Options)...),
		packages(r.Packages),
		web(release.OwnGroup{Site: r.Site},
			release.Folders{Site: r.Site}),
		redis(r),
		web(release.CurrentLink{Site: r.Site},
			release.Note{Release: r, Now: p.Now},
			release.Code{Release: r, Source: p.Source},
			release.Builder{UV: server.UV{Index: p.Options.PipIndex}, Environment: environment},
			release.Python{Release: r, Mirror: p.Pythons, Index: p.Options.PipIndex},
			environment,
			release.Overlay{Site: r.Site},
			django.ReleaseNames{Site: r.Site, Notify: []string{release.Slot{Release: r}.ID()}},
			release.Environ{Release: r},
			release.Files{Release: r},
			release.Jobs{Release: r},
			release.Processes{Release: r},
			release.Checked{Release: r}),
	})
}

// Migrate is what a release does to its database, once that was tried in a copy.
func Migrate(p Push) []model.Step {
	return list(p.Options.Roles, []part{web(release.Rehearsed{Release: p.Release}, release.Closed{Release: p.Release}, release.Migrated{Release: p.Release})})
}

// Switch makes a release that is ready the live one.
func Switch(p Push) []model.Step {
	return list(p.Options.Roles, []part{web(release.Slot{Release: p.Release}, release.Scheduled{Site: p.Release.Site, To: p.Release.ID})})
}

// Back makes the release that was live before a push so again, where the push has switched.
func Back(p Push) []model.Step {
	return list(p.Options.Roles, []part{web(release.Slot{Release: p.Release, Back: true}, release.Scheduled{Site: p.Release.Site})})
}

// WayBack makes a release that a host has the live one, where another, from, is that now. Both may be django.Zero.
func WayBack(r release.Release, from string, o server.Options) []model.Step {
	return list(o.Roles, []part{web(release.Deployed{Site: r.Site}, release.From{Site: r.Site, Live: from, To: r.ID}, release.Overlay{Site: r.Site}, release.OnSchema{Release: r, To: r.ID}, release.Slot{Release: r, To: r.ID}, release.Scheduled{Site: r.Site, To: r.ID})})
}

// MigrateBack takes back what was migrated since a release, r, was live, while visitors are kept out of the one that is live; before that, with asked, nobody meets the site that could not. Behind it is
// WayBack, and Open lets visitors in again.
func MigrateBack(r release.Release, from string, asked bool, o server.Options) []model.Step {
	back := release.MigratedBack{Release: r, To: r.ID, Asked: asked}
	if !asked {
		return list(o.Roles, []part{web(release.From{Site: r.Site, Live: from, To: r.ID}, back)})
	}
	return list(o.Roles, []part{web(release.Deployed{Site: r.Site}, release.From{Site: r.Site, Live: from, To: r.ID}, release.Overlay{Site: r.Site}, back, release.Closed{Release: r, Back: r.ID})})
}

// Open lets visitors in again whom a way back has kept out.
func Open(r release.Release, o server.Options) []model.Step {
	return list(o.Roles, []part{web(release.Closed{Release: r, Back: r.ID, Over: true})})
}

// Restart has another process take over from the one that answers, in run, for what is live.
func Restart(r release.Release, run string, o server.Options) []model.Step {
	return list(o.Roles, []part{web(release.Deployed{Site: r.Site, Any: true}, django.RolePassword{Site: r.Site}, release.Slot{Release: r, Stay: true, Fresh: run})})
}

// Tidy lets visitors in again, where a migration had to keep them out, and takes away what no release needs, in the database, too.
func Tidy(p Push) []model.Step {
	return list(p.Options.Roles, []part{web(release.Closed{Release: p.Release, Over: true}, release.Removed{Release: p.Release}, release.Tidied{Release: p.Release})})
}

// redis is one of the site's own, where the host is to have that.
func redis(r release.Release) part {
	if !r.Redis {
		return web()
	}
	return web(release.Redis{Site: r.Site})
}

// packages are those of Debian that a project needs.
func packages(names []string) part {
	if len(names) == 0 {
		return web()
	}
	return web(server.Packages{Names: names})
}

// Configure changes what is set for a site by `djship config`.
func Configure(c release.Config, o server.Options) []model.Step {
	return list(o.Roles, []part{tries(c.Release.Site, o), web(c)})
}

// Rotate makes secrets of a site anew.
func Rotate(secrets []model.Step, r release.Release, o server.Options) []model.Step {
	again := release.Slot{Release: r, Stay: true, Asked: true}
	return list(o.Roles, []part{tries(r.Site, o), web(django.SamePassword{RolePassword: django.RolePassword{Site: r.Site, Notify: []string{again.ID()}}}, again), web(secrets...)})
}

// agreed is that file and role have one password, where a rotation was cut off between them; what is live is started anew with it then.
func agreed(r release.Release) part {
	again := release.Slot{Release: r, Stay: true, Asked: true}
	return web(django.RolePassword{Site: r.Site, Notify: []string{again.ID()}}, again)
}

// tries is what a host has before a site's variables are tried in another process.
func tries(s django.Site, o server.Options) part {
	return web(release.Deployed{Site: s, Any: true}, release.ConfigScript(s, o), release.OwnGroup{Site: s}, release.Folders{Site: s})
}
