package cli

import (
	"context"
	"strings"

	urfave "github.com/urfave/cli/v2"

	"djship/steps"
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
	holders := make([]steps.Holder, len(n.names))
	errs := n.each(ctx, o.forks, func(ctx context.Context, i int, s steps.Session) error {
		var err error
		holders[i], err = steps.LockHolder(ctx, s)
		return err
	})
	// A host that can't be asked keeps nobody from ending what holds another's lock.
	unasked := n.sayFailed(env.Stderr, errs)
	held, foreign := false, false
	for i, holder := range holders {
		switch {
		case holder == steps.Holder{}:
			continue
		case holder.Foreign():
			foreign = true
			say(env.Stdout, "%s: held by %s; to end it, on the host: sudo kill %s\n", n.names[i], holder, holder.PID)
			holders[i] = steps.Holder{}
		case !concerns(holder.Who, project):
			say(env.Stdout, "%s: held by another project's run, left alone: %s\n", n.names[i], holder)
			holders[i] = steps.Holder{}
		default:
			held = true
			say(env.Stdout, "%s: held by %s\n", n.names[i], holder)
		}
	}
	if !held {
		if !foreign {
			_ = say(env.Stdout, "no run of %s holds a lock\n", project)
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
	unended := n.sayFailed(env.Stderr, n.each(ctx, o.forks, func(ctx context.Context, i int, s steps.Session) error {
		if holders[i] == (steps.Holder{}) {
			return nil
		}
		return steps.BreakLock(ctx, s, holders[i])
	}))
	if unended != nil {
		return unended
	}
	return unasked
}

// concerns tells whether a lock's holder works on a project; prereq's works on all of them.
func concerns(holder, project string) bool {
	_, rest, _ := strings.Cut(holder, ", ")
	words := strings.Fields(rest)
	return len(words) > 1 && (words[0] == "prereq" || words[1] == project)
}
