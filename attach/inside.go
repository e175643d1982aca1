package attach

import (
	"djship/assets"
	"djship/shell"
	"djship/steps/django"
	"djship/steps/model"
)

// Inside is a command in the environment of a site.
type Inside struct {
	Project string
	Release string   // the ID of the release whose environment it is, django.Zero for the code in the site's home; "" for what is live
	Words   []string // the program and its arguments; a single word that is more than a name is a line of bash
	Manage  bool     // Words are of the site's manage.py
	Leave   bool     // nobody waits for it; what it prints goes to Log
	Term    string   // the kind of terminal that it has, where it has one
}

// Log is where what commands print goes for which nobody waits.
func (r Inside) Log() string { return django.Site{Project: r.Project}.Layout().Logs + "/run.log" }

// Command is what runs on the host: as the site's account, in its environment, from its home.
func (r Inside) Command() Command {
	at := django.Site{Project: r.Project}.Layout()
	c := Command{As: r.Project, Dir: at.Home, Leave: r.Leave, Needs: []string{model.SiteRecord(r.Project)}}
	inside := assets.Code("shell/inside.sh")
	c.Env = []string{"PATH=/usr/local/bin:/usr/bin:/bin", "HOME=" + at.Home, "USER=" + r.Project, "LOGNAME=" + r.Project, "SHELL=/bin/bash", "LANG=C.UTF-8"}
	switch r.Release {
	case "":
	case django.Zero:
		c.Env = append(c.Env, "DJSHIP_RELEASE=")
	default:
		c.Env = append(c.Env, "DJSHIP_RELEASE="+r.Release)
		c.Needs = append(c.Needs, at.Environs+"/"+r.Release)
	}
	if r.Term != "" {
		c.Env = append(c.Env, "TERM="+r.Term)
	}
	log, manage, words := "", "", r.Words
	if r.Leave {
		log = r.Log()
		c.Env = append(c.Env, "djship_inside="+inside)
	}
	switch {
	case r.Manage:
		manage = at.Code
	case len(words) == 1 && !shell.Plain(words[0]):
		words = []string{"bash", "-c", words[0]}
	}
	c.Words = append([]string{"/bin/bash", "-c", inside, at.Variables, log, manage}, words...)
	return c
}
