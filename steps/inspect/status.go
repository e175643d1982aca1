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
		return runner.Tethered("newest=" + shell.Quote(assets.Text("shell/newest.sh")) + "\n" + assets.Code("shell/supervised.sh") + assets.Text("shell/status.sh"))
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
	Deployed string `json:"deployed"`       // by whom, what, when: the last run that was done
	Note     string `json:"note,omitempty"` // what a person should know besides

	Unsupervised bool `json:"-"` // supervisord does not run: nor does what it would run
}

// States of a site. Whether one that runs is SiteUp or SiteFailing only a request tells.
const (
	SiteUp      = "up"
	SiteFailing = "failing"
	SiteDown    = "down" // gunicorn does not run, or has no socket
)

// Sites returns the sites that djship has made on a host, and the host's own addresses, by one exec.
func Sites(ctx context.Context, s runner.Session) ([]SiteStatus, []netip.Addr, error) {
	out, err := runner.Ask(ctx, s, "", sitesBody())
	if err != nil {
		return nil, nil, err
	}
	sites, own := parseSites(out)
	return sites, own, nil
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
	"running":     regexp.MustCompile(`^[A-Za-z0-9_.-]{1,64} [0-9]{1,6} [0-9]{1,10} [0-9]{1,10} [0-9]{1,12}$`),
	":socket":     regexp.MustCompile(`^yes$`),
	"supervisord": regexp.MustCompile(`^down$`),
	"socket":      regexp.MustCompile(`^yes$`),
	"slot":        regexp.MustCompile(`^[ab]$`),
	"deployed":    regexp.MustCompile(`^[[:print:]]+$`),
}

const (
	longestValue = 300  // in bytes
	mostSites    = 1000 // of a host: what goes on for longer is none of djship's
)

// parseSites reads what status.sh prints.
func parseSites(text string) (sites []SiteStatus, own []netip.Addr) {
	os, unsupervised, running := "", false, map[string]string{} // lines of supervised, by program
	var p siteProcess
	finish := func() {
		if len(sites) == 0 {
			return
		}
		s := &sites[len(sites)-1]
		program := django.Site{Project: s.Project}.SlotProgram(cmp.Or(p.slot, django.HomeSlot))
		p.ReadRunning(program, running[program])
		s.State, s.Workers, s.Seconds = SiteDown, p.Workers, p.Seconds
		if p.Running && p.Socket {
			s.State = SiteUp
		}
		if p.Stale() && p.slot == "" {
			s.Note = django.CodeIsNewer(s.Project, time.Duration(p.Read)*time.Second)
		}
		p = siteProcess{}
	}
	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		if form := siteForms[key]; form == nil || len(value) > longestValue && key != "own" || !form.MatchString(value) {
			continue
		}
		switch key {
		case "site":
			if finish(); len(sites) == mostSites {
				return sites, own
			}
			sites = append(sites, SiteStatus{Project: value, OS: os, Unsupervised: unsupervised})
			continue
		case "os":
			os = value
			continue
		case "supervisord":
			unsupervised = true
			continue
		case "running":
			program, _, _ := strings.Cut(value, " ")
			running[program] = key + " " + value
			continue
		case "own":
			for field := range strings.FieldsSeq(value) {
				if addr, err := netip.ParseAddr(field); err == nil {
					own = append(own, addr)
				}
			}
			continue
		}
		if len(sites) > 0 {
			readOf(&p, &sites[len(sites)-1], key, value)
		}
	}
	finish()
	return sites, own
}

// A siteProcess is what runs of one site, and where.
type siteProcess struct {
	django.ProcessState
	slot string // of a release; "" where that in its home is live
}

// readOf reads what belongs to one site.
func readOf(p *siteProcess, s *SiteStatus, key, value string) {
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
	case "slot":
		p.slot = value
	case "deployed":
		s.Deployed = value
	}
}
