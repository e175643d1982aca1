package steps

import (
	"djship/steps/adopt"
	"djship/steps/django"
	"djship/steps/model"
	"djship/steps/server"
)

// AdoptReady is what makes a host ready to take a site over that the bash scripts made: nothing that runs is touched. What stands in the way is refused first.
func AdoptReady(s django.Site, o server.Options) []model.Step {
	return list(o.Roles, []part{
		every(server.KnownRelease{}, server.FreeDisk{MinKB: 1 << 20, MinInodes: 20000}, server.Mounts{}),
		web(server.Places{}, server.SSHDaemon{User: s.Project}, s.PostgresReady(), adopt.NewFits(s)),
	}, installed(s.Python, o), []part{web(supervisorHome, supervisorLogs)}, wheelSteps(s.Python, o))
}

// Adopt has djship's own stand where the scripts' files stood, and visitors be served as before.
func Adopt(s django.Site, o server.Options) []model.Step {
	return list(o.Roles, []part{web(adopt.NewKept(s), adopt.NewScripts(s, o), adopt.NewHands(s), adopt.NewFront(s, o))})
}

// AdoptEnd ends what ran the site before. It follows upon Deploy.
func AdoptEnd(s django.Site, o server.Options) []model.Step {
	return list(o.Roles, []part{web(adopt.NewEnded(s))})
}

// AdoptUndo brings back what was there before a site was taken over.
func AdoptUndo(s django.Site, o server.Options) []model.Step {
	return list(o.Roles, []part{web(adopt.NewUndone(s))})
}
