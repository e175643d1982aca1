package django

import (
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

// Probe implements Step: "running ..." where supervisord runs the site's gunicorn, "socket" where it has one, and whose
// it is with which mode where supervisord has been told to make it as djship does: whoever edits the program may want it
// otherwise. Behind "code" the site's account speaks.
func (s Gunicorn) Probe() model.Script {
	p := s.Process()
	return model.Script(fmt.Sprintf(`%[1]ssupervised %[2]s
[ ! -S %[3]s ] || {
	echo socket
	[ -L %[3]s ] || ! grep -qxF socket_owner=%[2]s:%[4]s %[5]s || ! grep -qxF socket_mode=%[6]s %[5]s || stat -c 'as %%F|%%U:%%G|%%a' %[3]s
} 2>/dev/null
echo code`, assets.Code("shell/supervised.sh"), p.Program, p.Socket, socketGroup, p.Conf(), socketMode))
}

// A site's socket is its account's, and nginx reaches it by the group.
const socketGroup, socketMode = "www-data", "0660"

// aside tells that the step is planned where the site's home is closed, too.
func (Gunicorn) Aside() {}

// HomeProbe prints when the site's code was changed last, as far as its account can tell in two seconds. That is when
// files came to be what they are, and not the time that they bring along. Names with dots are not looked into.
func (s Gunicorn) HomeProbe() (string, model.Script) {
	return s.Site.Project, model.Script(assets.Text("shell/newest.sh") + "newest " + s.Site.Project)
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
		case line == "socket":
			p.Socket = true
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

// Plan implements Step.
func (s Gunicorn) Plan(_ model.Facts, seen model.Observed) model.Change {
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
	case p.Stale():
		return model.Change{Told: model.Told{Verb: model.Tell, Detail: CodeIsNewer(s.Site.Project, time.Duration(p.Read)*time.Second)}}
	default:
		return model.Change{}
	}
	c.Script = model.Script(fmt.Sprintf("%s domain=%s socket=%s files=%s renew=%s\n%s", s.Site.database(), s.Site.Domain, s.Site.Layout().Socket, shell.Quote(s.files()), renew, assets.Text("shell/gunicorn.sh")))
	return c
}
