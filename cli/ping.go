package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	urfave "github.com/urfave/cli/v2"

	"djship/inventory"
	"djship/runner"
	"djship/secret"
	"djship/steps"
	"djship/steps/model"
	"djship/steps/server"
)

// pong is what ping found out about a host.
type pong struct {
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

func pingCommand(env Env) *urfave.Command {
	return &urfave.Command{Name: "ping", Usage: "log in and say what was found; changes nothing",
		Action: func(c *urfave.Context) error {
			o, err := readOptions(c)
			if err != nil {
				return err
			}
			n, ctx, done, err := reach(env, o)
			if err != nil {
				return err
			}
			defer done()
			pongs := make([]pong, len(n.targets))
			errs := n.each(ctx, o.forks, func(ctx context.Context, i int, s runner.Session) error {
				var err error
				pongs[i], err = survey(ctx, s, n.targets[i].endpoint.Become.Method)
				return err
			})
			if err := context.Cause(ctx); err != nil {
				return err
			}
			for i := range pongs {
				pongs[i].Host = n.targets[i].Name
			}
			return sayPongs(env, o, n, pongs, errs)
		}}
}

// reach selects hosts and gets ready to log in to them, where no check has an objection to one.
func reach(env Env, o options, checks ...func(*inventory.Host) error) (n *network, ctx context.Context, done func(), err error) {
	inv, hosts, err := selectHosts(env, o)
	if err != nil {
		return nil, nil, nil, err
	}
	for _, h := range hosts {
		for _, check := range checks {
			if err := check(h); err != nil {
				return nil, nil, nil, err
			}
		}
	}
	ctx, stop := env.untilInterrupt()
	known, _ := rolling{}.stage(inv, hosts) // to look at a host it need not be in one
	if n, err = newNetwork(ctx, env, o, staged{hosts: hosts, of: known.of}); err != nil {
		stop()
		return nil, nil, nil, err
	}
	if err := n.meet(ctx, env); err != nil {
		stop()
		return nil, nil, nil, err
	}
	return n, ctx, func() { n.sayWarnings(env.Stderr); stop() }, nil
}

// survey looks at one host.
func survey(ctx context.Context, s runner.Session, become string) (pong, error) {
	found, err := runner.Look(ctx, s, runner.NewList(steps.Survey(time.Now())...))
	if err != nil {
		return pong{}, err
	}
	p := pong{Login: s.User(), Root: become, System: found.Facts.System(), Python: found.Facts.Python3, DiskMB: found.Facts.FreeKB["/"] >> 10,
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

func sayPongs(env Env, o options, n *network, pongs []pong, errs []error) error {
	if o.json {
		return n.pongLines(env, pongs, errs)
	}
	rows := [][]string{{"HOST", "LOGIN", "ROOT", "SYSTEM", "PYTHON", "DISK", "MEMORY", "CLOCK", "DNS", "PORT 80"}}
	for i, p := range pongs {
		if errs[i] != nil {
			rows = append(rows, []string{p.Host, notReached(errs[i])})
			continue
		}
		rows = append(rows, []string{p.Host, p.Login, p.Root, p.System, p.Python, size(p.DiskMB), size(p.MemoryMB), p.Clock, p.DNS, p.Port80})
	}
	table(env.Stdout, rows)
	problems := false
	for _, p := range pongs {
		for j, problem := range p.Problems {
			problems = true
			say(env.Stdout, "%s: %s\n  hint: %s\n", p.Host, paragraph{problem, "    "}, paragraph{p.Hints[j], "        "})
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

func (n *network) pongLines(env Env, pongs []pong, errs []error) error {
	status := failedStatus(errs)
	for i, p := range pongs {
		if errs[i] != nil {
			p = pong{Host: p.Host, Problems: []string{secret.Masked(errs[i].Error())}, Hints: []string{hintOf(errs[i])}}
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
