package cli

import (
	"fmt"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	urfave "github.com/urfave/cli/v2"

	"djship/inventory"
	"djship/rollout"
	"djship/runner"
	"djship/secret"
	"djship/steps"
	"djship/steps/django"
	"djship/steps/model"
	"djship/steps/server"
)

func prereqCommand(env Env) *urfave.Command {
	return &urfave.Command{Name: "prereq", ArgsUsage: "[2|3]", Usage: "make hosts ready for sites",
		Action: func(c *urfave.Context) error {
			python, err := django.PythonVersion(c.Args().Get(0))
			if err != nil {
				return err
			}
			if err := atMost(c, 1, "djship prereq [2|3]"); err != nil {
				return err
			}
			turns := shared(func(o server.Options) *rollout.Turns { return oneTurn(steps.Prereq(python, o), nil) })
			return roll(env, c, func(h *inventory.Host, o options) (rollout.Target, error) {
				options, err := stepOptions(h, o)
				return rollout.Target{Turns: turns(options)}, err
			})
		}}
}

func deployCommand(env Env) *urfave.Command {
	return &urfave.Command{Name: "deploy", ArgsUsage: "PROJECT DOMAIN [2|3]", Usage: "put a site on hosts that prereq has made ready",
		Action: func(c *urfave.Context) error { return rollSite(env, c, steps.Deploy) }}
}

func upCommand(env Env) *urfave.Command {
	return &urfave.Command{Name: "up", ArgsUsage: "PROJECT DOMAIN [2|3]", Usage: "prereq and deploy in one go",
		Action: func(c *urfave.Context) error { return rollSite(env, c, steps.Up) }}
}

// rollSite rolls a list of steps that is about one site.
func rollSite(env Env, c *urfave.Context, list func(django.Site, server.Options) []model.Step) error {
	usage := fmt.Sprintf("djship %s PROJECT DOMAIN [2|3]", c.Command.Name)
	if c.Args().Len() < 2 {
		return &usageError{"a project and a domain are needed", usage + ", as in: djship " + c.Command.Name + " example example.com"}
	}
	if err := atMost(c, 3, usage); err != nil {
		return err
	}
	project, domain, python := c.Args().Get(0), c.Args().Get(1), c.Args().Get(2)
	typed, err := django.NewSite(project, domain, python)
	if err != nil {
		return err
	}
	type asked struct {
		django.Site
		server.Options
		path string
	}
	turns := shared(func(a asked) *rollout.Turns {
		return oneTurn(list(a.Site, a.Options), &rollout.Health{Project: project, Domain: a.Domain, Path: a.path})
	})
	return roll(env, c, func(h *inventory.Host, o options) (rollout.Target, error) {
		own, err := text(h, "djship_domain", domain)
		if err != nil {
			return rollout.Target{}, err
		}
		site, err := django.NewSite(project, own, python)
		if err != nil {
			return rollout.Target{}, fmt.Errorf("djship_domain of %s: %w", h.Name, err)
		}
		path, err := healthPath(h)
		if err != nil {
			return rollout.Target{}, err
		}
		options, err := stepOptions(h, o)
		if err != nil {
			return rollout.Target{}, err
		}
		other := ""
		if site.Domain != typed.Domain {
			other = site.Domain
		}
		return rollout.Target{Turns: turns(asked{site, options, path}), Domain: other}, nil
	})
}

// healthPath is where a host's sites are asked whether they work.
func healthPath(h *inventory.Host) (string, error) {
	path, err := text(h, "djship_health_path", "/")
	if err == nil && !isPath(path) {
		err = &usageError{fmt.Sprintf("djship_health_path of %s is %.100q", h.Name, path), "it begins with a slash and has no blanks, as in /health/"}
	}
	return path, err
}

// isPath tells whether a path can stand in a request as it is.
func isPath(s string) bool {
	_, err := url.ParseRequestURI(s)
	return err == nil && s[0] == '/' && utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return r == ' ' || !unicode.IsPrint(r) })
}

// oneTurn are the turns of a command that takes its hosts through one list, batch after batch.
func oneTurn(list []model.Step, health *rollout.Health) *rollout.Turns {
	return rollout.NewTurns(rollout.Turn{List: runner.NewList(list...), Health: health, Rolls: true})
}

// shared gives hosts of which the same is asked the same turns: a thousand hosts are probed by one text.
func shared[A comparable](turns func(A) *rollout.Turns) func(A) *rollout.Turns {
	made := map[A]*rollout.Turns{}
	return func(asked A) *rollout.Turns {
		if made[asked] == nil {
			made[asked] = turns(asked)
		}
		return made[asked]
	}
}

// stepOptions are what flags and the host's variables ask for beyond the site.
func stepOptions(h *inventory.Host, o options) (server.Options, error) {
	index, err := text(h, "djship_pip_index_url", "")
	if err != nil {
		return server.Options{}, err
	}
	if u, err := url.Parse(index); index != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
		return server.Options{}, &usageError{"djship_pip_index_url of " + h.Name + " is no address of a package index", "it looks like https://pypi.example.com/simple"}
	}
	return server.Options{Overwrite: o.overwrite.String(), PipIndex: secret.New(index)}, nil
}

// text is a host's variable of djship's own, or what it is where it is not set.
func text(h *inventory.Host, name, unset string) (string, error) {
	v, ok, err := inventory.Own(h, name)
	if !ok || err != nil {
		return unset, err
	}
	return v, nil
}

func atMost(c *urfave.Context, n int, usage string) error {
	if c.Args().Len() > n {
		return &usageError{fmt.Sprintf("too many arguments: %s", strings.Join(c.Args().Slice()[n:], " ")), usage}
	}
	return nil
}
