package cli

import (
	"context"
	"fmt"
	"time"

	"djship/inventory"
	"djship/remote"
	"djship/rollout"
	"djship/runner"
	"djship/steps"
	"djship/steps/inspect"
)

func removeCommand() *command {
	return &command{
		name: "remove", args: "PROJECT", brief: "take a site off its hosts, after a backup of it",
		more: "What djship has made of the site goes: nginx's and supervisord's files, jobs,\ncertificate, releases, account with its home, database, role. What it has not\n" +
			"made is named and stays. It asks for the project's name before; the backup is\nwritten into this folder.",
		examples: []string{"djship remove example --check", "djship remove example -l web1", "djship remove example --no-backup --yes"},
		flags: []flag{
			{name: "no-backup", usage: "make no backup before", kind: flagOnOff},
			{name: "recipient", short: "r", usage: "who may open the backup, as for `djship backup`: a RECIPIENT", kind: flagTexts},
		},
		explains: []string{"check", "yes"}, accepts: changeFlagsBut("check", "yes", "overwrite", "diff"), meanings: map[string]string{"yes": "don't ask"},
		offers: offerFirst(completing.projects),
		run:    parseThenRun(readRemoveOptions, remove),
	}
}

// removeOptions are what `djship remove` is asked for.
type removeOptions struct {
	rolloutOptions
	project  string
	noBackup bool
	to       []string // who may open the backup
}

func readRemoveOptions(in input) (removeOptions, error) {
	o := removeOptions{project: in.arg(0), noBackup: in.on("no-backup"), to: in.values["recipient"]}
	if len(in.args) == 0 {
		return o, &usageError{"which site?", "djship remove PROJECT: it is named on the line, whatever the folder says"}
	}
	var err error
	o.rolloutOptions, err = readRolloutOptions(in)
	return o, err
}

// remove takes a site off its hosts.
func remove(env Env, o removeOptions) error {
	if err := fitsSite(o.project); err != nil {
		return err
	}
	turns := oneTurn(steps.Remove(o.project), nil)
	ask := func(ctx context.Context, n *network) error { return o.prepare(ctx, env, n) }
	return rollOutAsked(env, &o.rolloutOptions, ask, func(h *inventory.Host) (rollout.Target, error) {
		_, err := recipientsOf(h, o.to)
		return rollout.Target{Turns: turns}, err
	})
}

// prepare looks which hosts have the site, asks whether it is to go, and makes a backup of each before any loses it.
func (o *removeOptions) prepare(ctx context.Context, env Env, n *network) error {
	records, others := make([]*inspect.Record, len(n.hosts)), &otherSites{}
	errs := n.eachKept(ctx, func(ctx context.Context, i int, s runner.Session) error {
		all, err := inspect.Records(ctx, s)
		for _, r := range all {
			if r.Project == o.project {
				records[i] = &r
			}
		}
		if err == nil && records[i] == nil {
			others.ask(ctx, n.hosts[i].Name, s)
		}
		return err
	})
	if err := n.sayFailed(env.Stderr, errs); err != nil {
		return err
	}
	var on []string
	for i, r := range records {
		if r != nil {
			on = append(on, n.hosts[i].Name)
		}
	}
	if len(on) == 0 {
		return &refusal{"there is no site " + o.project + " on " + someHosts(n.names()), others.hint(o.project, statusLists)}
	}
	if o.check {
		if !o.noBackup {
			say(env.Stderr, "djship: before that each of %s would get a backup, in this folder\n", someHosts(on))
		}
		return nil
	}
	if err := o.agreed(ctx, env, on); err != nil {
		return err
	}
	for i, r := range records {
		switch {
		case r == nil || o.noBackup:
		case r.Kept["removing"] == "yes":
			say(env.Stderr, "%s: its removal had begun before: no backup is made of what is left\n", n.hosts[i].Name)
		default:
			if err := o.backup(ctx, env, n, i); err != nil {
				return err
			}
		}
	}
	return nil
}

// agreed asks for the project's name.
func (o *removeOptions) agreed(ctx context.Context, env Env, on []string) error {
	backup := "after a backup into this folder"
	if o.noBackup {
		backup = "WITHOUT a backup"
	}
	question := fmt.Sprintf("the site %s goes from %s, with its database, media and account, %s.", o.project, someHosts(on), backup)
	return env.agreedByName(ctx, o.rolloutOptions, o.project, question, "whether the site "+o.project+" is to go")
}

// backup makes the backup of a host's site.
func (o *removeOptions) backup(ctx context.Context, env Env, n *network, i int) error {
	h := n.hosts[i]
	b := &backupOf{host: h.Name}
	var err error
	if b.to, err = recipientsOf(h.Host, o.to); err != nil {
		return err
	}
	b.path = backupName(o.project, h.Name, len(b.to) > 0, time.Now())
	n.mu.Lock()
	session := n.kept[h.Name].session
	n.mu.Unlock()
	err = b.write(ctx, env, session, o.project, o.quiet)
	switch {
	case err == nil:
		b.said(env.Stderr, env.Stderr)
		return nil
	case ctx.Err() != nil:
		say(env.Stderr, "djship: interrupted; nothing was removed\n")
		return context.Cause(ctx)
	}
	status, said := n.sayUndone(env, oneOf(len(n.hosts), i, err)...), "nothing was removed"
	if remote.CauseOf(err) == "" {
		said += ". --no-backup removes a site of which none can be made"
	}
	say(env.Stderr, "djship: %s\n", said)
	return status
}

// oneOf are errors by host, of one.
func oneOf(hosts, i int, err error) []error {
	errs := make([]error, hosts)
	errs[i] = err
	return errs
}
