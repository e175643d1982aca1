package django

import (
	"fmt"
	"regexp"
	"strconv"
	"time"

	"djship/steps/model"
)

// A Process is a program of a site that supervisord runs under the site's account.
type Process struct {
	Kind    string // "gunicorn"
	Program string // what supervisord calls it, which no other program of the host is called
	Socket  string // that supervisord opens for it; "" for none
}

// Processes are what supervisord runs of the site.
func (s Site) Processes() []Process { return []Process{s.Gunicorn().Process()} }

// Conf is the file by which supervisord knows the program.
func (p Process) Conf() string { return model.ProgramConf(p.Program) }

// A ProcessState is what supervised.sh prints of a process, and newest.sh of the code that it runs.
type ProcessState struct {
	Socket    bool   // there is one
	opens     string // what supervisord opens for it
	other     bool   // its owner or mode is another than djship has supervisord give it
	Running   bool
	Workers   int
	Seconds   int // since it has started
	Read, now int // seconds since its workers have read the code, and the time on the host
	changed   int // when the code was changed last; 0 where that is not known
}

// runningForm is a line of supervised, newestForm one of newest.
var (
	runningForm = regexp.MustCompile(`^running ([A-Za-z0-9_.-]{1,64}) ([0-9]{1,6}) ([0-9]{1,10}) ([0-9]{1,10}) ([0-9]{1,12})$`)
	newestForm  = regexp.MustCompile(`^newest ([0-9]{1,12})$`)
)

// ReadRunning reads a line of supervised where it is about a program.
func (p *ProcessState) ReadRunning(program, line string) {
	if m := runningForm.FindStringSubmatch(line); m != nil && m[1] == program {
		p.Running = true
		for i, to := range []*int{&p.Workers, &p.Seconds, &p.Read, &p.now} {
			*to, _ = strconv.Atoi(m[i+2])
		}
	}
}

// ReadNewest reads a line of newest, which the site's account has printed.
func (p *ProcessState) ReadNewest(line string) {
	if m := newestForm.FindStringSubmatch(line); m != nil {
		p.changed, _ = strconv.Atoi(m[1])
	}
}

// Stale tells whether the code has changed since it was read. Both are known to the second.
func (p ProcessState) Stale() bool { return p.Running && p.changed > p.now-p.Read+2 }

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
