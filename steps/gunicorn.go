package steps

import (
	"fmt"
	"strings"

	"djship/assets"
)

// Gunicorn is a site's server process: run by supervisord as the site's account, and answering.
type Gunicorn struct{ Site Site }

func (s Site) gunicorn() Gunicorn { return Gunicorn{s} }

// Name implements Step.
func (s Gunicorn) Name() string { return "gunicorn " + s.Site.Project }

// Probe implements Step: "running" where supervisord has a child of the site's account, "socket"
// where nginx could reach it. Asking supervisord itself would cost a start of Python.
func (s Gunicorn) Probe() Script {
	return Script(fmt.Sprintf(`[ "$(supervised "$(id -u %s 2>/dev/null)")" ] && echo running
[ -S %s ] && echo socket`, s.Site.Project, s.Site.Socket()))
}

// files are those that djship writes and gunicorn runs on: "path owner mode" a line.
func (s Gunicorn) files() string {
	home, p := s.Site.Home(), s.Site.Project
	return fmt.Sprintf("%[1]s/prepare_env.sh %[2]s 0644\n%[1]s/gunicorn_start.sh %[2]s 0755\n%[1]s/%[2]s/%[2]s/settings/production.py %[2]s 0644\n/etc/supervisor/%[2]s.conf root 0644", home, p)
}

// Plan implements Step.
func (s Gunicorn) Plan(_ Facts, seen Observed) Change {
	c, renew := Change{Redo: true}, "yes"
	running := strings.Contains(seen.Text, "running")
	switch {
	case !running:
		c.Verb, c.Detail = Start, "was not running"
		if !seen.Due { // an earlier step may start it, with supervisord
			renew = ""
		}
	case seen.Due:
		c.Verb, c.Detail = Restart, "what it runs on has changed"
	case !strings.Contains(seen.Text, "socket"):
		c.Verb, c.Detail = Restart, "its socket is gone"
	default:
		return Change{}
	}
	c.Script = Script(fmt.Sprintf("%s domain=%s socket=%s files=%s renew=%s\n%s", s.Site.database(), s.Site.Domain, s.Site.Socket(), Quote(s.files()), renew, assets.Text("shell/gunicorn.sh")))
	return c
}
