package django

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"djship/assets"
	"djship/shell"
	"djship/steps/model"
)

// Gunicorn is a site's server process: run by supervisord as the site's account, and answering.
type Gunicorn struct{ Site Site }

// Gunicorn is the site's server process.
func (s Site) Gunicorn() Gunicorn { return Gunicorn{s} }

// Process is what supervisord has of it.
func (s Gunicorn) Process() Process {
	return Process{Kind: "gunicorn", Program: s.Site.Project, Socket: s.Site.Layout().Socket}
}

// Name implements Step.
func (s Gunicorn) Name() string { return s.Process().Kind + " " + s.Site.Project }

// ID implements Step.
func (s Gunicorn) ID() string { return s.Process().Kind + ":" + s.Site.Project }

// Probe implements Step: what gunicornprobe.sh tells. Behind "code" the site's account speaks.
func (s Gunicorn) Probe() model.Script {
	at := s.Site.Layout()
	return model.Script(shell.Set("site", s.Site.Project, "program_file", s.Process().Conf(), "own_socket", at.OwnSocket, "link", at.Socket, "sockets", socketsHome)) + slotFunctions() + model.Script(assets.Code("shell/gunicornprobe.sh"))
}

// A site's socket is its account's, and nginx reaches it by the group.
const socketGroup, socketMode = "www-data", "0660"

// aside tells that the step is planned where the site's home is closed, too.
func (Gunicorn) Aside() {}

// HomeProbe puts when the site's code was changed last, as far as its account can tell in two seconds. That is when
// files came to be what they are, and not the time that they bring along. Names with dots are not looked into.
func (s Gunicorn) HomeProbe() (string, model.Perl) {
	return s.Site.Project, model.Call("newest", s.Site.Project)
}

// parse reads what the step's probe prints.
func (s Gunicorn) parse(text string) ProcessState {
	var p ProcessState
	home := false
	for line := range strings.Lines(text) {
		switch line = strings.TrimSuffix(line, "\n"); {
		case line == "code":
			home = true
		case home:
			p.ReadNewest(line)
		case line == "there":
			p.Socket = true
		case strings.HasPrefix(line, "opens "):
			p.opens = line[len("opens "):]
		case strings.HasPrefix(line, "as "):
			is := model.ParseStat(line[len("as "):])
			p.other = is.Kind == "socket" && is.Differs(s.Site.Project, socketGroup, socketMode) != ""
		default:
			p.ReadRunning(s.Process().Program, line)
		}
	}
	return p
}

// files are those that djship writes and gunicorn runs on: "path owner mode" a line.
func (s Gunicorn) files() string {
	at, p := s.Site.Layout(), s.Site.Project
	return fmt.Sprintf("%[1]s %[4]s 0644\n%[2]s %[4]s 0755\n%[3]s %[4]s 0644\n%[5]s root 0644", at.Variables, at.Start, at.Settings, p, s.Process().Conf())
}

// Plan implements Step. Where a release is live its slot is looked at, and taken over by another one where it has to be restarted.
func (s Gunicorn) Plan(f model.Facts, seen model.Observed) model.Change {
	root, _, _ := strings.Cut(seen.Text, "\ncode\n")
	slots := s.Site.ReadSlots(root)
	if slots.Live == "a" || slots.Live == "b" || s.Site.live(f) {
		return s.slot(f, slots, seen.Due)
	}
	c, renew := model.Change{Schedule: model.Schedule{Redo: true}}, "yes"
	p := s.parse(seen.Text)
	switch {
	case !p.Running:
		c.Verb, c.Detail = model.Start, "was not running"
		if !seen.Due { // an earlier step may start it, with supervisord
			renew = ""
		}
	case seen.Due:
		c.Verb, c.Detail = model.Restart, "what it runs on has changed"
	case !p.Socket:
		c.Verb, c.Detail = model.Restart, "its socket is gone"
	case p.other: // supervisord makes it anew
		c.Verb, c.Detail = model.Restart, "its socket has another owner or mode"
	case p.opens == s.Site.Layout().OwnSocket && slots.Live != "0":
		c.Verb, c.Detail = model.Update, "nginx was led elsewhere"
		renew = ""
	case s.Site.Left(slots) != "" && slots.Live != "":
		return s.slot(f, slots, false)
	case p.Stale():
		return model.Change{Told: model.Told{Verb: model.Tell, Detail: CodeIsNewer(s.Site.Project, time.Duration(p.Read)*time.Second)}}
	default:
		return model.Change{}
	}
	c.Script = s.start(renew)
	return c
}

// start starts what is in the site's home, or where renew is "yes" restarts it.
func (s Gunicorn) start(renew string) model.Script {
	at := s.Site.Layout()
	return model.Script(fmt.Sprintf("%s domain=%s socket=%s link=%s files=%s renew=%s\n%s%s", s.Site.database(), s.Site.Domain, at.OwnSocket, at.Socket, shell.Quote(s.files()), renew, assets.Code("shell/supervise.sh"), assets.Text("shell/gunicorn.sh")))
}

// slot is what is to be done about the slot that is live, and those that are not.
func (s Gunicorn) slot(f model.Facts, slots Slots, due bool) model.Change {
	c := model.Change{Schedule: model.Schedule{Redo: true, Limit: slotLimit}}
	to := Switch{To: slots.Release(), Fresh: due, Health: f.Sites[s.Site.Project].Health}
	_, runs := slots.Running[slots.Live]
	_, file := slots.Releases[slots.Live]
	switch {
	case to.To == "":
		return model.Refusal("which release of "+s.Site.Project+" is live can't be told", "push it again")
	case slots.Live == "":
		c.Verb, c.Detail = model.Update, "nginx was led nowhere"
	case !runs:
		c.Verb, c.Detail = model.Start, "was not running"
	case due:
		c.Verb, c.Detail = model.Restart, "what it runs on has changed; another process takes over, and no request is lost"
	case !slots.Sockets[slots.Live]:
		c.Verb, c.Detail = model.Restart, "its socket is gone"
	case !file:
		c.Verb, c.Detail, to.Fresh = model.Update, "supervisord's file for it was gone", true
	case s.Site.Left(slots) != "":
		c.Verb, c.Detail = model.Update, s.Site.Left(slots)
	default:
		return model.Change{}
	}
	to.As = s.Site.Domain
	c.Script = s.Site.Switch(cmp.Or(f.Sites[s.Site.Project].Domain, s.Site.Domain), to)
	return c
}

// slotLimit is how long a switch may take, without the time in which what is new is watched.
const slotLimit = 10 * time.Minute
