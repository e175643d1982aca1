package cli

import (
	"context"
	"errors"
	"slices"
	"strings"

	"djship/remote"
	"djship/runner"
)

func unlockCommand() *command {
	return &command{
		name: "unlock", args: "PROJECT", brief: "end the run that holds a host's lock, after saying whose it is",
		examples: []string{"djship unlock example", "djship unlock example -l web1 --yes"},
		explains: []string{"yes"}, accepts: accessFlags, meanings: map[string]string{"yes": "end it without asking"},
		offers: offerFirst(completing.projects),
		run:    parseThenRun(readUnlockOptions, unlock),
	}
}

// unlockOptions are what `djship unlock` is asked for.
type unlockOptions struct {
	selection
	access
	project string
	yes     bool // end it without asking
}

func readUnlockOptions(in input) (unlockOptions, error) {
	a, err := readAccess(in)
	o := unlockOptions{readSelection(in), a, in.arg(0), in.on("yes")}
	if err == nil && len(in.args) != 1 {
		err = &usageError{"a project is needed: whose deploy holds the lock", "djship unlock PROJECT, as in: djship unlock example"}
	}
	return o, err
}

// unlock ends the runs of a project that hold hosts' locks, after it has said whose they are and somebody
// has agreed.
func unlock(env Env, o unlockOptions) error {
	n, ctx, done, err := reach(env, o.selection, o.access)
	if err != nil {
		return err
	}
	defer done()
	holders := make([]runner.Holder, len(n.hosts))
	errs := n.each(ctx, func(ctx context.Context, i int, s runner.Session) error {
		var err error
		holders[i], err = runner.LockHolder(ctx, s)
		return err
	})
	// A host that can't be asked keeps nobody from ending what holds another's lock.
	unasked := n.sayFailed(env.Stderr, errs)
	ours, foreign := n.sayHolders(env, holders, o.project)
	if !slices.ContainsFunc(ours, func(h runner.Holder) bool { return h != runner.Holder{} }) {
		if asked := slices.Contains(errs, nil); !foreign && asked && unasked == nil {
			say(env.Stdout, "no run of %s holds a lock\n", o.project)
		} else if !foreign && asked {
			say(env.Stdout, "no run of %s holds a lock on the hosts that could be asked\n", o.project)
		}
		return unasked
	}
	if !o.yes {
		switch agreed, asked, err := env.confirm(ctx, "end it there? what it has begun will be cut off, the next run goes on from there (yes/no) "); {
		case err != nil:
			return err
		case !asked:
			return &usageError{"there is no terminal to ask whether to end it", "add --yes"}
		case !agreed:
			return nil
		}
	}
	if err := n.end(ctx, env, ours, runner.BreakLock); err != nil {
		return err
	}
	return unasked
}

// sayHolders says who holds hosts' locks. ours are those that are runs of the project, by host; foreign tells
// whether there is one that is no run of djship's.
func (n *network) sayHolders(env Env, holders []runner.Holder, project string) (ours []runner.Holder, foreign bool) {
	ours = make([]runner.Holder, len(holders))
	for i, holder := range holders {
		switch name := n.hosts[i].Name; {
		case holder == runner.Holder{}:
		case holder.Foreign():
			foreign = true
			say(env.Stdout, "%s: held by %s; to end it, on the host: sudo kill %s\n", name, holder, holder.PID)
		case !concerns(holder.Who, project):
			say(env.Stdout, "%s: held by another project's run, left alone: %s\n", name, holder)
		default:
			ours[i] = holder
			say(env.Stdout, "%s: held by %s\n", name, holder)
		}
	}
	return ours, foreign
}

// end has breakLock end the runs that hold hosts' locks, where there is a holder, and says of each host what
// became of that. When it is interrupted it is not known of a host that was asked what it does.
func (n *network) end(ctx context.Context, env Env, holders []runner.Holder, breakLock func(context.Context, runner.Session, runner.Holder) error) error {
	held := &network{dialer: n.dialer, forks: n.forks}
	var of []runner.Holder
	for i, holder := range holders {
		if holder != (runner.Holder{}) {
			held.hosts, of = append(held.hosts, n.hosts[i]), append(of, holder)
		}
	}
	asked := make([]bool, len(of))
	errs := held.each(ctx, func(ctx context.Context, i int, s runner.Session) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		asked[i] = true
		return breakLock(ctx, s, of[i])
	})
	n.note("", held.warnings)
	cut := false
	for i, h := range held.hosts {
		name := h.Name
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
	if len(words) > 2 && words[0] == "config" {
		words = words[1:]
	}
	return len(words) > 1 && (words[0] == "prereq" || words[1] == project)
}
