package django

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"djship/assets"
	"djship/steps/model"
)

// Gunicorn is a site's server process: run by supervisord as the site's account, and answering.
type Gunicorn struct{ Site Site }

// Gunicorn is the site's server process.
func (s Site) Gunicorn() Gunicorn { return Gunicorn{s} }

// Name implements Step.
func (s Gunicorn) Name() string { return "gunicorn " + s.Site.Project }

// ID implements Step.
func (s Gunicorn) ID() string { return "gunicorn:" + s.Site.Project }

// Probe implements Step: "running ..." where supervisord has a gunicorn of the site's, "socket" where nginx
// could reach it. Behind "code" the site's account speaks.
//
// Asking supervisord itself would cost a start of Python. So the kernel is asked which child of supervisord's, under
// the site's account, has the site's socket: supervisord holds that while the program runs; before it opened sockets,
// gunicorn had one in the site's home. A socket that the kernel has two lines of has one of an account that has put
// a newline into a name: then, and where root may not look into the child, supervisord is asked after all. What
// /proc/uptime counts from is another thing in some containers; so ages are told by the process that looks.
func (s Gunicorn) Probe() model.Script {
	return model.Script(fmt.Sprintf("%ssupervised %s\n[ ! -S %s ] || echo socket\necho code", assets.Text("shell/supervised.sh"), s.Site.Project, s.Site.Layout().Socket))
}

// aside tells that the step is planned where the site's home is closed, too.
func (Gunicorn) Aside() {}

// HomeProbe prints when the site's code was changed last, as far as its account can tell in two seconds. That is when
// files came to be what they are, and not the time that they bring along. Names with dots are not looked into.
func (s Gunicorn) HomeProbe() (string, model.Script) {
	return s.Site.Project, model.Script(assets.Text("shell/newest.sh") + "newest " + s.Site.Project)
}

// A Process is what supervised prints of a gunicorn, and newest of the code that it runs.
type Process struct {
	Socket    bool // nginx could reach it
	Running   bool
	Workers   int
	Seconds   int // since it has started
	Read, now int // seconds since its workers have read the code, and the time on the host
	changed   int // when the code was changed last; 0 where that is not known
}

// runningForm is a line of supervised, newestForm one of newest.
var (
	runningForm = regexp.MustCompile(`^running ([0-9]{1,6}) ([0-9]{1,10}) ([0-9]{1,10}) ([0-9]{1,12})$`)
	newestForm  = regexp.MustCompile(`^newest ([0-9]{1,12})$`)
)

// ReadRunning reads a line of supervised.
func (p *Process) ReadRunning(line string) {
	if m := runningForm.FindStringSubmatch(line); m != nil {
		p.Running = true
		for i, to := range []*int{&p.Workers, &p.Seconds, &p.Read, &p.now} {
			*to, _ = strconv.Atoi(m[i+1])
		}
	}
}

// ReadNewest reads a line of newest, which the site's account has printed.
func (p *Process) ReadNewest(line string) {
	if m := newestForm.FindStringSubmatch(line); m != nil {
		p.changed, _ = strconv.Atoi(m[1])
	}
}

// parseProcess reads what the step's probe prints.
func parseProcess(text string) Process {
	var p Process
	home := false
	for line := range strings.Lines(text) {
		switch line = strings.TrimSuffix(line, "\n"); {
		case line == "code":
			home = true
		case home:
			p.ReadNewest(line)
		case line == "socket":
			p.Socket = true
		default:
			p.ReadRunning(line)
		}
	}
	return p
}

// Stale tells whether the code has changed since it was read. Both are known to the second.
func (p Process) Stale() bool { return p.Running && p.changed > p.now-p.Read+2 }

// CodeIsNewer says that a site's code has changed since its gunicorn has read it, so long ago.
func CodeIsNewer(project string, read time.Duration) string {
	return fmt.Sprintf("the code of %[1]s is newer than its gunicorn (started %[2]s ago): `sudo supervisorctl restart %[1]s` on the host takes it into use", project, Roughly(read))
}

// Roughly is a duration in the one unit that matters.
func Roughly(d time.Duration) string {
	switch {
	case d < 2*time.Minute:
		return fmt.Sprintf("%.0fs", max(0, d.Seconds()))
	case d < 2*time.Hour:
		return fmt.Sprintf("%.0fm", d.Minutes())
	case d < 48*time.Hour:
		return fmt.Sprintf("%.0fh", d.Hours())
	default:
		return fmt.Sprintf("%.0fd", d.Hours()/24)
	}
}

// files are those that djship writes and gunicorn runs on: "path owner mode" a line.
func (s Gunicorn) files() string {
	at, p := s.Site.Layout(), s.Site.Project
	return fmt.Sprintf("%[1]s %[4]s 0644\n%[2]s %[4]s 0755\n%[3]s %[4]s 0644\n%[5]s root 0644", at.Variables, at.Start, at.Settings, p, model.ProgramConf(p))
}

// Plan implements Step.
func (s Gunicorn) Plan(_ model.Facts, seen model.Observed) model.Change {
	c, renew := model.Change{Redo: true}, "yes"
	p := parseProcess(seen.Text)
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
	case p.Stale():
		return model.Change{Verb: model.Tell, Detail: CodeIsNewer(s.Site.Project, time.Duration(p.Read)*time.Second)}
	default:
		return model.Change{}
	}
	c.Script = model.Script(fmt.Sprintf("%s domain=%s socket=%s files=%s renew=%s\n%s", s.Site.database(), s.Site.Domain, s.Site.Layout().Socket, model.Quote(s.files()), renew, assets.Text("shell/gunicorn.sh")))
	return c
}
