package steps

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"djship/assets"
)

// ask runs one shell text of assets on a host and returns what it printed before its end mark.
func ask(ctx context.Context, s Session, header, asset string) (string, error) {
	mark := markOfRun()
	p, err := s.Exec(ctx, fmt.Sprintf("mark=%s %s\n%s\n%s", mark, header, assets.Text("shell/prelude.sh"), assets.Text(asset)))
	if err != nil {
		return "", err
	}
	defer p.Stdin.Close()
	end := "\n" + mark + " end\n"
	out, err := readTo(p.Stdout, end)
	if err != nil {
		return "", err
	}
	return strings.TrimSuffix(string(out), end), nil
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
		case "django":
			s.Django = value
		case "seconds":
			s.Seconds, _ = strconv.Atoi(value)
			running = true
		case "workers":
			s.Workers, _ = strconv.Atoi(value)
		case "socket":
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

// LockHolder returns who holds a host's lock, "" if nobody does.
func LockHolder(ctx context.Context, s Session) (string, error) {
	return ask(ctx, s, "break=", "shell/unlock.sh")
}

// BreakLock ends the run that holds a host's lock and waits until its work has ended.
func BreakLock(ctx context.Context, s Session) error {
	out, err := ask(ctx, s, "break=yes", "shell/unlock.sh")
	if err == nil && strings.HasSuffix(strings.TrimSpace(out), "it does not end") {
		return fmt.Errorf("the run does not end: %s", firstLine(out))
	}
	return err
}
