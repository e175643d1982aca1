package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"djship/inventory"
	"djship/project"
	"djship/report"
	"djship/rollout"
	"djship/runner"
	"djship/secret"
	"djship/steps"
	"djship/steps/django"
	"djship/steps/release"
	"djship/steps/server"
)

// longestValue is how long a variable may be: a program takes no longer one from its environment.
const longestValue = 100 << 10

func setting(name, value string) release.Setting {
	return release.Setting{Name: name, Value: secret.New(value)}
}

// changeConfig changes what is set for a site on each host, and has it run with that.
func changeConfig(env Env, o configOptions) error {
	name, err := ownSite(o.project, &o.selection, configUsage)
	if err != nil {
		return err
	}
	if o.project == "" {
		o.project, o.typed.args = name, append([]string{name}, o.typed.args...)
	}
	if err := fitsSite(name); err != nil {
		return err
	}
	if o.verb == "set" {
		if err := o.readValues(env); err != nil {
			return err
		}
	}
	change := release.Config{Set: o.settings, Undo: o.verb == "undo", Run: report.NewRunID(time.Now()), Later: o.later}
	if o.verb == "unset" {
		change.Unset = o.keys
	}
	type asked struct {
		server.Options
		path string
	}
	made := shared(func(a asked) *rollout.Turns {
		c := change
		c.Release = release.Release{Site: django.Site{Project: name, Python: 3}, Health: a.path, Hold: o.hold, By: userAtHost()}
		turn := rollout.Turn{Name: rollout.SwitchTurn, List: runner.NewList(steps.Configure(c, a.Options)...), Rolls: true}
		if !o.later {
			turn.Health = &rollout.Health{Project: name, Path: a.path}
		}
		return rollout.NewTurns(turn)
	})
	return rollOut(env, o.rolloutOptions, func(h *inventory.Host) (rollout.Target, error) {
		path, options, err := askedOf(h, o.overwrite, "")
		if err == nil {
			err = givenByHost(h, o.settings)
		}
		if err != nil {
			return rollout.Target{}, err
		}
		return rollout.Target{Turns: made(asked{options, path})}, nil
	})
}

// givenByHost refuses to set what an inventory variable of djship's gives already.
func givenByHost(h *inventory.Host, settings []release.Setting) error {
	redis, err := hasRedis(h)
	if err != nil || !redis {
		return err
	}
	for _, s := range settings {
		if s.Name == "REDIS_URL" || s.Name == "CELERY_BROKER_URL" {
			return &usageError{s.Name + " can't be set: djship_services of " + h.Name + " gives it", "for another redis take that out of the inventory first"}
		}
	}
	return nil
}

// readValues reads the values that were not typed: from a file, stdin, or the terminal. It refuses what can't be set.
func (o *configOptions) readValues(env Env) error {
	if err := reserved(o.project, o.typed.args[1:]); err != nil {
		return err
	}
	if o.from != "" {
		if err := o.readFile(env); err != nil {
			return err
		}
	}
	piped := env.Stdin != nil && !term.IsTerminal(int(env.Stdin.Fd()))
	if len(o.keys) > 0 && piped && o.from == "-" {
		return &usageError{"stdin is the file of --from, and the value of " + o.keys[0], "give that as " + o.keys[0] + "=VALUE, or in the file"}
	}
	if len(o.keys) > 1 && piped {
		return &usageError{"stdin can be the value of one variable, and these have none: " + strings.Join(o.keys, ", "), "set one after another, or all from a file: --from FILE"}
	}
	for _, key := range o.keys {
		value, err := env.readValue(key, piped)
		if err != nil {
			return err
		}
		o.settings = append(o.settings, release.Setting{Name: key, Value: value})
	}
	for _, s := range o.settings {
		value := s.Value.Reveal()
		switch {
		case value == "" && !o.allowEmpty:
			return &usageError{"the value of " + s.Name + " is empty", "where that is meant add --allow-empty; `djship config unset " + o.project + " " + s.Name + "` takes a variable away"}
		case strings.Contains(value, "\x00"):
			return &usageError{"the value of " + s.Name + " has a NUL byte in it, which no variable can hold", "encode it, as by base64"}
		case s.Name == "DATABASE_URL" && release.IsHere(value):
			return &usageError{"DATABASE_URL names no other server, and on a site's own the database is the one that djship has made", "postgres://USER:PASSWORD@HOST/NAME; without it settings have the site's own"}
		case len(value) > longestValue:
			return &usageError{fmt.Sprintf("the value of %s has %d KiB, and a variable can have %d", s.Name, len(value)>>10, longestValue>>10), "put it into a file, and the file's path into the variable"}
		}
	}
	return nil
}

// readFile takes in what a local file sets. What is typed besides beats it.
func (o *configOptions) readFile(env Env) error {
	text, err := readAtMost(env, o.from, 2<<20)
	if err != nil {
		return &usageError{err.Error(), "--from names a file with lines NAME=VALUE"}
	}
	pairs, err := project.ReadDotenv(string(text))
	if err != nil {
		return &usageError{o.from + ": " + err.Error(), "lines are NAME=VALUE; a value of several lines stands between quotes"}
	}
	if len(pairs) == 0 {
		return &usageError{o.from + " sets nothing", "lines are NAME=VALUE"}
	}
	typed := map[string]bool{}
	for _, name := range o.typed.args[1:] {
		typed[name] = true
	}
	var names []string
	for _, p := range pairs {
		if !typed[p.Name] {
			o.settings = append(o.settings, setting(p.Name, p.Value))
			names = append(names, p.Name)
		}
	}
	return reserved(o.project, names)
}

// readValue is the value of one variable: what is typed at the terminal, or stdin to its end. A newline behind a single line is echo's.
func (env Env) readValue(key string, piped bool) (secret.Value, error) {
	if !piped {
		ctx, done := env.untilInterrupt()
		defer done()
		value, err := env.askSecret(ctx, "value of "+key, "give it on stdin: djship config set PROJECT "+key+" <FILE")
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return value, err
	}
	text, err := readAtMost(env, "-", longestValue+2)
	if err != nil {
		return secret.Value{}, err
	}
	if line := oneLine.FindSubmatch(text); line != nil {
		text = line[1]
	}
	return secret.New(string(text)), nil
}

// readAtMost reads a local file, "-" for stdin. One that is longer is refused.
func readAtMost(env Env, path string, most int64) ([]byte, error) {
	in := io.Reader(env.Stdin)
	if path == "-" {
		path = "stdin"
	} else {
		f, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	text, err := io.ReadAll(io.LimitReader(in, most+1))
	if err == nil && int64(len(text)) > most {
		err = errors.New(path + " is too long")
	}
	return text, err
}
