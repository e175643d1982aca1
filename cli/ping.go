package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"djship/rollout"
	"djship/runner"
	"djship/secret"
	"djship/steps"
	"djship/steps/model"
	"djship/steps/server"
)

func pingCommand() *command {
	return &command{
		name: "ping", brief: "log in and say what was found; changes nothing",
		examples: []string{"djship ping", "djship ping -l web1 -u root", "djship ping -i deploy@192.0.2.10:2222, --accept-new"},
		tooMany:  "djship ping -l PATTERN",
		explains: []string{"json"}, accepts: accessFlags,
		run: parseThenRun(readPingOptions, ping),
	}
}

// pingOptions are what `djship ping` is asked for.
type pingOptions struct {
	selection
	access
	json bool
}

func readPingOptions(in input) (pingOptions, error) {
	a, err := readAccess(in)
	return pingOptions{readSelection(in), a, in.on("json")}, err
}

// ping logs in to the hosts, looks at each and says what stands in the way of prereq and deploy.
func ping(env Env, o pingOptions) error {
	n, ctx, done, err := reach(env, o.selection, o.access)
	if err != nil {
		return err
	}
	defer done()
	found := make([]pingResult, len(n.hosts))
	errs := n.each(ctx, func(ctx context.Context, i int, s runner.Session) error {
		var err error
		found[i], err = survey(ctx, s, n.hosts[i].endpoint.Become.Method)
		return err
	})
	if err := context.Cause(ctx); err != nil {
		return err
	}
	for i := range found {
		found[i].Host = n.hosts[i].Name
	}
	if o.json {
		return n.sayPingJSON(env, found, errs)
	}
	return n.sayPing(env, found, errs)
}

// A pingResult is what ping found out about a host.
type pingResult struct {
	Host     string   `json:"host"`
	Login    string   `json:"login"`
	Root     string   `json:"root"` // how root is reached: "login", "sudo" ...
	System   string   `json:"system"`
	Python   string   `json:"python"`
	DiskMB   int64    `json:"disk_mb"`   // free on /
	MemoryMB int64    `json:"memory_mb"` // available
	Clock    string   `json:"clock"`
	DNS      string   `json:"dns"`
	Port80   string   `json:"port80"`
	Problems []string `json:"problems"`
	Hints    []string `json:"hints"`
}

// survey looks at one host.
func survey(ctx context.Context, s runner.Session, become string) (pingResult, error) {
	found, err := runner.Look(ctx, s, runner.NewList(steps.Survey(time.Now())...))
	if err != nil {
		return pingResult{}, err
	}
	p := pingResult{Login: s.User(), Root: become, System: found.Facts.System(), Python: found.Facts.Python3, DiskMB: found.Facts.FreeKB["/"] >> 10,
		MemoryMB: found.Facts.AvailableKB >> 10, Clock: "right", DNS: "ok", Problems: []string{}, Hints: []string{}}
	if become == "" {
		p.Root = "login"
	}
	if p.Python == "" {
		p.Python = "none"
	}
	for _, it := range append(found.Items, found.Waived...) {
		switch step := it.Step.(type) {
		case server.Clock:
			if skew, ok := step.Skew(it.Seen); ok && skew.Abs() > 2*time.Second {
				p.Clock = fmt.Sprintf("%+.0fs", skew.Seconds())
			}
		case server.Port80:
			p.Port80 = strings.TrimSpace(it.Seen.Text)
		case server.Resolver:
			if it.Change.Verb == model.Refuse {
				p.DNS = "fails"
			}
		}
		if it.Change.Verb == model.Refuse {
			p.Problems, p.Hints = append(p.Problems, it.Change.Detail), append(p.Hints, it.Change.Hint)
		}
	}
	return p, nil
}

// sayPing prints a row for each host, and what is wrong.
func (n *network) sayPing(env Env, found []pingResult, errs []error) error {
	rows := [][]string{{"HOST", "LOGIN", "ROOT", "SYSTEM", "PYTHON", "DISK", "MEMORY", "CLOCK", "DNS", "PORT 80"}}
	for i, p := range found {
		if errs[i] != nil {
			rows = append(rows, []string{p.Host, notReached(errs[i])})
			continue
		}
		rows = append(rows, []string{p.Host, p.Login, p.Root, p.System, p.Python, size(p.DiskMB), size(p.MemoryMB), p.Clock, p.DNS, p.Port80})
	}
	table(env.Stdout, rows)
	problems := false
	for _, p := range found {
		for j, problem := range p.Problems {
			problems = true
			say(env.Stdout, "%s: %s\n", p.Host, paragraph{problem, "    "})
			if !slices.Contains(p.Hints[j+1:], p.Hints[j]) { // once, behind all that it is for
				sayHint(env.Stdout, "  ", p.Hints[j])
			}
		}
	}
	if err := n.sayFailed(env.Stderr, errs); err != nil {
		return err
	}
	if problems {
		return statusError(1)
	}
	return say(env.Stderr, "nothing stands in the way of prereq or deploy\n")
}

// sayPingJSON prints a JSON line for each host.
func (n *network) sayPingJSON(env Env, found []pingResult, errs []error) error {
	status := failedStatus(errs)
	for i, p := range found {
		if errs[i] != nil {
			p = pingResult{Host: p.Host, Problems: []string{secret.Masked(errs[i].Error())}, Hints: []string{rollout.HintOf(errs[i])}}
		} else if len(p.Problems) > 0 && status == nil {
			status = statusError(1)
		}
		if err := sayJSON(env.Stdout, p); err != nil {
			return err
		}
	}
	return status
}

// size prints MiB for people.
func size(mb int64) string {
	if mb < 1024 {
		return fmt.Sprintf("%d MiB", mb)
	}
	return fmt.Sprintf("%.1f GiB", float64(mb)/1024)
}
