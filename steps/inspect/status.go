// Package inspect asks hosts outside of a list: what sites they have, which of nginx's server blocks answers for a
// name, how a site's log ends. Each question is one exec, which writes nothing.
package inspect

import (
	"cmp"
	"context"
	"net/netip"
	"regexp"
	"strings"
	"sync"
	"time"

	"djship/assets"
	"djship/runner"
	"djship/shell"
	"djship/steps/django"

	"djship/remote"
)

// The bodies of scripts that ask: who holds the lock, and what the sites are.
var (
	sitesBody = sync.OnceValue(func() *remote.Body {
		return runner.Tethered(shell.Set("newest", "perl -e "+shell.Quote(assets.Code("shell/newest.pl")+`print newest_below(@ARGV)`), "ran", assets.Code("shell/ran.sh")) + assets.Code("shell/supervised.sh") + assets.Code("shell/use.sh") + assets.Code("shell/renewals.sh") + assets.Text("shell/status.sh"))
	})
)

// SiteStatus is a site as it is on a host.
type SiteStatus struct {
	Project  string `json:"project"`
	Domain   string `json:"domain"`
	State    string `json:"state"`             // SiteUp, SiteFailing, SiteDown or another word of who asks
	HTTP     int    `json:"http,omitempty"`    // the status that the site answers with; 0 for none
	Problem  string `json:"problem,omitempty"` // why it does not answer as it should
	Seconds  int    `json:"seconds"`           // since gunicorn has started
	Django   string `json:"django"`
	Python   string `json:"python"`
	OS       string `json:"os"` // the host's release: "debian 12"
	Workers  int    `json:"workers"`
	Deployed string `json:"deployed"`          // by whom, what, when: the last deploy, up or push that was done and not taken back
	Release  string `json:"release,omitempty"` // the ID of the one that is live; "" for what is in the site's home
	Commit   string `json:"commit,omitempty"`  // of the release; "" for none
	Dirty    bool   `json:"dirty,omitempty"`   // the release is of a work tree with changes to the commit
	Since    string `json:"since,omitempty"`   // when the release went live and stayed so, as in RFC 3339
	Held     bool   `json:"held"`              // what was live before still runs beside it
	// Visitors get a page that says to come back, since djship was told so.
	Maintenance bool     `json:"maintenance"`
	Cron        []Job    `json:"cron,omitempty"`  // what cron runs of it
	Waits       []string `json:"waits,omitempty"` // migrations that only remove, and were not run when the live release had its place
	Note        string   `json:"note,omitempty"`  // what a person should know besides
	Use

	Certificate *CertificateStatus `json:"certificate,omitempty"` // nil where it has none

	Processes []ProcessStatus `json:"processes,omitempty"` // beside gunicorn, of the release that is live
	Ending    []ProcessStatus `json:"ending,omitempty"`    // those that were told to end and are still at work

	Adopting     bool   `json:"-"` // taking it over has begun, and not ended
	Removing     bool   `json:"-"` // so has its removal
	Unsupervised bool   `json:"-"` // supervisord does not run: nor does what it would run
	Program      string `json:"-"` // what supervisord calls the one that answers
	Health       string `json:"-"` // the path at which the release has to answer; "" where nothing says so
}

// States of a site. Whether one that runs is SiteUp or SiteFailing only a request tells.
const (
	SiteUp      = "up"
	SiteFailing = "failing"
	SiteDown    = "down" // gunicorn does not run, or has no socket
)

// A HostSites is what a host tells of its sites.
type HostSites struct {
	Sites    []SiteStatus // that djship has made, or is taking over
	Own      []netip.Addr // the host's addresses
	Scripted []string     // projects of sites that the bash scripts have made
}

// Sites returns the sites of a host by one exec.
func Sites(ctx context.Context, s runner.Session) (HostSites, error) {
	out, err := runner.Ask(ctx, s, "", sitesBody())
	if err != nil {
		return HostSites{}, err
	}
	return parseSites(out), nil
}

// siteForms are what the values of status.sh look like. A key behind a colon was printed by the site's
// account, which says of itself what it likes, in that form.
var siteForms = map[string]*regexp.Regexp{
	"os":          regexp.MustCompile(`^[a-z0-9._-]+ [A-Za-z0-9._-]+$`),
	"own":         regexp.MustCompile(`^[0-9A-Fa-f:. ]+$`),
	"site":        django.ProjectPattern,
	"domain":      regexp.MustCompile(`^[A-Za-z0-9.-]+$`),
	"python":      regexp.MustCompile(`^[23]$`),
	":django":     regexp.MustCompile(`^[0-9][0-9A-Za-z.+-]*$`),
	":newest":     regexp.MustCompile(`^[0-9]{1,12}$`),
	"running":     regexp.MustCompile(`^(?:` + groupForm + `:)?[A-Za-z0-9_.-]{1,80} [0-9]{1,6} [0-9]{1,10} [0-9]{1,10} [0-9]{1,12}$`),
	":socket":     regexp.MustCompile(`^yes$`),
	"supervisord": regexp.MustCompile(`^down$`),
	"postgresql":  regexp.MustCompile(`^[0-9]{1,2}(?:\.[0-9]{1,2})?/[A-Za-z0-9_.-]{1,64}$`), // the cluster that sites use, where it should run and does not
	"socket":      regexp.MustCompile(`^yes$`),
	"job":         regexp.MustCompile(`^[A-Za-z0-9_-]{1,64} [0-9A-Za-z*/, @-]{2,200}$`),
	":ran":        regexp.MustCompile(`^[A-Za-z0-9_-]{1,64} (?:ended [0-9]{1,12} [0-9]{1,12} [0-9]{1,3}|(?:running|cut) [0-9]{1,12})$`),
	"maintenance": regexp.MustCompile(`^yes$`),
	"adopting":    regexp.MustCompile(`^yes$`),
	"removing":    regexp.MustCompile(`^yes$`),
	"turning":     regexp.MustCompile(`^$`), // as in django.Role
	"slot":        regexp.MustCompile(`^[ab]$`),
	"release":     regexp.MustCompile(`^` + releaseID + `$`),
	"commit":      regexp.MustCompile(`^` + hashForm + `(?: dirty)?$`),
	"since":       regexp.MustCompile(`^` + timeForm + `$`),
	"waits":       regexp.MustCompile(`^\w[\w.-]*$`),
	"health":      regexp.MustCompile(`^/[!-~]*$`),
	"memory":      useForm,
	"disk":        useForm,
	"traffic":     regexp.MustCompile(`^[0-9]{1,9} [0-9]{1,9} [0-9]{1,3}$`),
	"versions":    regexp.MustCompile(`^[23]\.[0-9]{1,2} [0-9][0-9A-Za-z.+-]*$`),
	"processes":   regexp.MustCompile(`^` + groupForm + `(?: [A-Za-z0-9_-]+)+$`),
	"ending":      regexp.MustCompile(`^` + groupForm + ` ` + releaseID + `$`),
	"deployed":    regexp.MustCompile(`^[\pL\pM\pN\pP\pS ]+$`), // with names of other letters
	"certificate": regexp.MustCompile(`^(?:gone|(?:from|until) [0-9]{1,12})$`),
	"renewal":     regexp.MustCompile(`^(?:own|(?:ok|failed) [0-9]{1,12}|says .+)$`),
}

const (
	longestValue = 300  // in bytes, but where there may be many
	mostSites    = 1000 // of a host: what goes on for longer is none of djship's
)

// A hostReader takes in what status.sh prints of a host.
type hostReader struct {
	sites        []SiteStatus
	own          []netip.Addr
	os           string
	unsupervised bool
	cluster      string            // of PostgreSQL, that should run and does not
	running      map[string]string // lines of supervised, by program
	use          map[string]*Use   // by project

	slot    string // that nginx is led to, of the last site
	turning bool   // its password is about to become another one
	process django.ProcessState
	renewal django.Renewal
	beside  processReader
}

// parseSites reads what status.sh prints.
func parseSites(text string) HostSites {
	r := hostReader{running: map[string]string{}, use: map[string]*Use{}, beside: processReader{running: map[string][]ProcessStatus{}, live: map[string][]string{}}}
	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		if form := siteForms[key]; form == nil || len(value) > longestValue && key != "own" && key != "processes" && key != "renewal" || !form.MatchString(value) {
			continue
		}
		if key == "site" {
			if r.finish(); len(r.sites) == mostSites {
				return r.host(text)
			}
			r.sites = append(r.sites, SiteStatus{Project: value, OS: r.os, Unsupervised: r.unsupervised})
			continue
		}
		r.read(key, value)
	}
	r.finish()
	return r.host(text)
}

// host is what was read.
func (r *hostReader) host(text string) HostSites {
	known := map[string]bool{}
	for _, s := range r.sites {
		known[s.Project] = true
	}
	return HostSites{r.sites, r.own, scriptedIn(text, known)}
}

// read takes in a line that begins no site.
func (r *hostReader) read(key, value string) {
	switch key {
	case "os":
		r.os = value
	case "supervisord":
		r.unsupervised = true
	case "postgresql":
		r.cluster = value
	case "running":
		program, _, _ := strings.Cut(value, " ")
		r.running[program] = key + " " + value
		r.beside.readRunning(value)
	case "memory", "disk":
		r.readUse(key, value)
	case "own":
		for field := range strings.FieldsSeq(value) {
			if addr, err := netip.ParseAddr(field); err == nil {
				r.own = append(r.own, addr)
			}
		}
	case "slot":
		r.slot = value
	case "turning":
		r.turning = true
	case "certificate", "renewal":
		r.renewal.Read(key + " " + value)
	case "processes":
		words := strings.Fields(value)
		r.beside.live[words[0]] = words[1:]
	case "ending":
		group, id, _ := strings.Cut(value, " ")
		r.beside.ending = append(r.beside.ending, [2]string{group, id})
	default:
		if len(r.sites) > 0 {
			readOf(&r.process, &r.sites[len(r.sites)-1], key, value)
		}
	}
}

// finish puts together what several lines tell of the last site.
func (r *hostReader) finish() {
	p := r.process
	if len(r.sites) > 0 {
		s := &r.sites[len(r.sites)-1]
		site := django.Site{Project: s.Project}
		s.Program = site.SlotProgram(cmp.Or(r.slot, django.HomeSlot))
		p.ReadRunning(s.Program, r.running[s.Program])
		for _, slot := range django.SlotNames {
			if program := site.SlotProgram(slot); program != s.Program && r.running[program] != "" {
				s.Held = true
			}
		}
		if use := r.use[s.Project]; use != nil {
			s.MemoryKB, s.DiskKB = use.MemoryKB, use.DiskKB
		}
		s.State, s.Workers, s.Seconds = SiteDown, p.Workers, p.Seconds
		if p.Running && p.Socket {
			s.State = SiteUp
		}
		if s.Adopting {
			s.State = SiteUp // what ran before djship's may answer yet
			s.Note = "taking " + s.Project + " over is not done: it is at work, or was cut off; " + django.EndsTaking(s.Project, cmp.Or(s.Domain, "DOMAIN"))
		} else if p.Stale() && r.slot == "" {
			s.Note = django.CodeIsNewer(s.Project, time.Duration(p.Read)*time.Second)
		}
		if r.turning {
			s.Note = "the password of " + s.Project + "'s database is changing, or that was cut off: where nothing is at work, `djship restart " + s.Project + "` has the one of before be good again, and the site with it"
		}
		if r.cluster != "" {
			s.Note = "PostgreSQL does not run on the host: `systemctl start postgresql@" + strings.Replace(r.cluster, "/", "-", 1) + "` there starts it, and /var/log/postgresql tells why it has ended"
		}
		s.Certificate = certificateStatus(s.Project, r.renewal, time.Now())
		r.beside.finish(s)
	}
	r.process, r.slot, r.turning, r.renewal = django.ProcessState{}, "", false, django.Renewal{}
}

// readOf reads what belongs to one site.
func readOf(p *django.ProcessState, s *SiteStatus, key, value string) {
	switch key {
	case "domain":
		s.Domain = value
	case "python":
		s.Python = value
	case ":django":
		s.Django = value
	case ":newest":
		p.ReadNewest("newest " + value)
	case "socket", ":socket":
		p.Socket = true
	case "job":
		name, schedule, _ := strings.Cut(value, " ")
		s.Cron = append(s.Cron, Job{Name: name, Schedule: schedule})
	case ":ran":
		s.readRan(value)
	case "adopting":
		s.Adopting = true
	case "removing":
		s.Removing = true
	case "maintenance":
		s.Maintenance = true
	case "deployed":
		s.Deployed = value
	case "traffic":
		s.Traffic = readTraffic(value)
	case "release":
		s.Release = value
	case "commit":
		s.Commit, _, s.Dirty = strings.Cut(value, " ")
	case "since":
		s.Since = value
	case "waits":
		if len(s.Waits) < 20 {
			s.Waits = append(s.Waits, value)
		}
	case "health":
		s.Health = value
	case "versions":
		s.Python, s.Django, _ = strings.Cut(value, " ")
	}
}
