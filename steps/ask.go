package steps

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"djship/assets"
)

// ask runs one shell text of assets on a host and returns what it printed before its end mark. header
// sets variables, in one line.
func ask(ctx context.Context, s Session, header, asset string) (string, error) {
	mark := newMark()
	out, err := askHost(ctx, s, mark, fmt.Sprintf("mark=%s sign=%s %s\n", mark, mark+"s", header)+tethered(assets.Text("shell/lock.sh")+assets.Text(asset)))
	if errors.Is(err, errLate) {
		return "", fmt.Errorf("the host has not answered within %v", lookLimit)
	}
	if err != nil {
		return "", err
	}
	return strings.TrimSuffix(string(out), "\n"+mark+" end\n"), nil
}

// SiteStatus is a site as it is on a host.
type SiteStatus struct {
	Project  string `json:"project"`
	Domain   string `json:"domain"`
	State    string `json:"state"`   // "up", "down", or "no nginx site"
	Seconds  int    `json:"seconds"` // since gunicorn has started
	Django   string `json:"django"`
	Python   string `json:"python"`
	Workers  int    `json:"workers"`
	Deployed string `json:"deployed"` // by whom, what, when
}

// Sites returns the sites that djship has made on a host, by one exec.
func Sites(ctx context.Context, s Session) ([]SiteStatus, error) {
	out, err := ask(ctx, s, "", "shell/status.sh")
	if err != nil {
		return nil, err
	}
	return parseSites(out), nil
}

// siteForms are what the values of status.sh look like. A key behind a colon was printed by the site's
// account, which says of itself what it likes, in that form.
var siteForms = map[string]*regexp.Regexp{
	"site":     projectPattern,
	"domain":   regexp.MustCompile(`^[A-Za-z0-9.-]+$`),
	"python":   regexp.MustCompile(`^[23]$`),
	":django":  regexp.MustCompile(`^[0-9][0-9A-Za-z.+-]*$`),
	"seconds":  regexp.MustCompile(`^[0-9]{1,10}$`),
	"workers":  regexp.MustCompile(`^[0-9]{1,6}$`),
	":socket":  regexp.MustCompile(`^yes$`),
	"socket":   regexp.MustCompile(`^yes$`),
	"nginx":    regexp.MustCompile(`^yes$`),
	"deployed": regexp.MustCompile(`^[[:print:]]+$`),
}

// longestValue is how long such a value may be, in bytes.
const longestValue = 300

func parseSites(text string) []SiteStatus {
	var sites []SiteStatus
	var running, socket, nginx bool
	finish := func() {
		if len(sites) == 0 {
			return
		}
		s := &sites[len(sites)-1]
		switch {
		case !running || !socket:
			s.State = "down"
		case !nginx:
			s.State = "no nginx site"
		default:
			s.State = "up"
		}
		running, socket, nginx = false, false, false
	}
	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		if form := siteForms[key]; form == nil || len(value) > longestValue || !form.MatchString(value) {
			continue
		}
		if key == "site" {
			finish()
			sites = append(sites, SiteStatus{Project: value})
			continue
		}
		if len(sites) == 0 {
			continue
		}
		s := &sites[len(sites)-1]
		switch key {
		case "domain":
			s.Domain = value
		case "python":
			s.Python = value
		case ":django":
			s.Django = value
		case "seconds":
			s.Seconds, _ = strconv.Atoi(value)
			running = true
		case "workers":
			s.Workers, _ = strconv.Atoi(value)
		case "socket", ":socket":
			socket = true
		case "nginx":
			nginx = true
		case "deployed":
			s.Deployed = value
		}
	}
	finish()
	return sites
}
