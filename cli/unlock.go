package cli

import (
	"context"
	"errors"
	"slices"
	"strings"

	urfave "github.com/urfave/cli/v2"

	"djship/remote"
	"djship/runner"
)

func unlockCommand(env Env) *urfave.Command {
	return &urfave.Command{Name: "unlock", ArgsUsage: "PROJECT", Usage: "end the run that holds a host's lock, after saying whose it is",
		Action: func(c *urfave.Context) error {
			o, err := readOptions(c)
			if err != nil {
				return err
			}
			if c.Args().Len() != 1 {
				return &usageError{"a project is needed: whose deploy holds the lock", "djship unlock PROJECT, as in: djship unlock example"}
			}
			n, ctx, done, err := reach(env, o)
			if err != nil {
				return err
			}
			defer done()
			return n.unlock(ctx, env, o, c.Args().First(), c.Bool("yes"))
		}}
}

func (n *network) unlock(ctx context.Context, env Env, o options, project string, yes bool) error {
	holders := make([]runner.Holder, len(n.targets))
	errs := n.each(ctx, o.forks, func(ctx context.Context, i int, s runner.Session) error {
		var err error
		holders[i], err = runner.LockHolder(ctx, s)
		return err
	})
	// A host that can't be asked keeps nobody from ending what holds another's lock.
	unasked := n.sayFailed(env.Stderr, errs)
	held, foreign := false, false
	for i, holder := range holders {
		switch {
		case holder == runner.Holder{}:
			continue
		case holder.Foreign():
			foreign = true
			say(env.Stdout, "%s: held by %s; to end it, on the host: sudo kill %s\n", n.targets[i].Name, holder, holder.PID)
			holders[i] = runner.Holder{}
		case !concerns(holder.Who, project):
			say(env.Stdout, "%s: held by another project's run, left alone: %s\n", n.targets[i].Name, holder)
			holders[i] = runner.Holder{}
		default:
			held = true
			say(env.Stdout, "%s: held by %s\n", n.targets[i].Name, holder)
		}
	}
	if !held {
		if asked := slices.Contains(errs, nil); !foreign && asked && unasked == nil {
			say(env.Stdout, "no run of %s holds a lock\n", project)
		} else if !foreign && asked {
			say(env.Stdout, "no run of %s holds a lock on the hosts that could be asked\n", project)
		}
		return unasked
	}
	if !yes {
		switch agreed, asked, err := env.confirm(ctx, "end it there? what it has begun will be cut off, the next run goes on from there (yes/no) "); {
		case err != nil:
			return err
		case !asked:
			return &usageError{"there is no terminal to ask whether to end it", "add --yes"}
		case !agreed:
			return nil
		}
	}
	if err := n.end(ctx, env, o.forks, holders, runner.BreakLock); err != nil {
		return err
	}
	return unasked
}

// end has breakLock end the runs that hold hosts' locks, where there is a holder, and says of each host what
// became of that. When it is interrupted it is not known of a host that was asked what it does.
func (n *network) end(ctx context.Context, env Env, forks int, holders []runner.Holder, breakLock func(context.Context, runner.Session, runner.Holder) error) error {
	held := &network{dialer: n.dialer}
	var of []runner.Holder
	for i, holder := range holders {
		if holder != (runner.Holder{}) {
			held.targets, of = append(held.targets, n.targets[i]), append(of, holder)
		}
	}
	asked := make([]bool, len(of))
	errs := held.each(ctx, forks, func(ctx context.Context, i int, s runner.Session) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		asked[i] = true
		return breakLock(ctx, s, of[i])
	})
	n.note("", held.warnings)
	cut := false
	for i, t := range held.targets {
		name := t.Name
		switch {
		case errs[i] == nil:
			say(env.Stdout, "%s: ended\n", name)
		case ctx.Err() == nil:
			continue
		case !asked[i]:
			cut, errs[i] = true, nil
			say(env.Stderr, "%s: not asked, its run goes on\n", name)
		case errors.Is(errs[i], context.Canceled), remote.CauseOf(errs[i]) == remote.Lost:
			cut, errs[i] = true, nil
			say(env.Stderr, "%s: asked to end its run, and it is not known whether that has ended: the same command again tells\n", name)
		}
	}
	unended := held.sayFailed(env.Stderr, errs)
	if cut {
		say(env.Stderr, "djship: interrupted\n")
		return statusError(statusInterrupted)
	}
	return unended
}

// concerns tells whether a lock's holder works on a project; prereq's works on all of them.
func concerns(holder, project string) bool {
	_, rest, _ := strings.Cut(holder, ", ")
	words := strings.Fields(rest)
	return len(words) > 1 && (words[0] == "prereq" || words[1] == project)
}
