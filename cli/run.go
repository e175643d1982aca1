package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"djship/attach"
	"djship/inventory"
	"djship/runner"
	"djship/steps/inspect"
	"djship/steps/model"
)

// What `djship run` and `djship manage` have in common.
var (
	runFlags = []flag{
		{name: "release", usage: "in the environment of the release `ID`, not of the live one; 0 is the code in the site's home", kind: flagText},
		{name: "detach", usage: "don't wait for it; what it prints goes to logs/run.log in the site's home", kind: flagOnOff},
	}
	runMore = "It runs as the site's account, on one host, and has a terminal where there is\n" +
		"one here. Its exit status is djship's. On a terminal Enter ~ . cuts it off."
)

func runCommand() *command {
	return &command{
		name: "run", args: "[PROJECT] -- COMMAND...", brief: "run a command as a site, in its environment",
		more: runMore + "\nOne word with blanks or other signs is a line of bash; more are a program and\nits arguments, just as they are.",
		examples: []string{"djship run example -l web1 -- bash", "djship run example -l web1 -- python -m pip list",
			"djship run example -l web1 -- 'du -sh media | sort'", "djship run example -l web1 --detach -- manage.py rebuild_index"},
		flags: runFlags, accepts: accessFlags, rest: 2,
		offers: offerFirst(completing.projects),
		run:    parseThenRun(readRunOptions, run),
	}
}

// runOptions are what `djship run` and `djship manage` are asked for.
type runOptions struct {
	selection
	access
	project string // "" for what the folder says
	release string // as typed; "" for the live one
	detach  bool
	manage  bool // the words are manage.py's
	words   []string
}

func readRunOptions(in input) (runOptions, error) {
	a, err := readAccess(in)
	o := runOptions{selection: readSelection(in), access: a, release: in.text("release"), detach: in.on("detach"), manage: in.command.name == "manage"}
	before := min(len(in.args), 1) // arguments that are not the command's
	if in.dashed >= 0 {
		before = in.dashed
	}
	switch {
	case err != nil:
	case !o.manage && strings.TrimSpace(strings.Join(in.args[before:], "")) == "":
		err = &usageError{"which command is to be run?", "djship run PROJECT -- COMMAND"}
	}
	if err != nil {
		return o, err
	}
	if before == 1 {
		o.project = in.args[0]
	}
	o.words = in.args[before:]
	return o, nil
}

// run runs a command on a host as if it were here.
func run(env Env, o runOptions) error {
	project, err := ownSite(o.project, &o.selection, "djship run PROJECT -- COMMAND")
	if err != nil {
		return err
	}
	n, ctx, done, err := reachOne(env, o.selection, o.access)
	if err != nil {
		return err
	}
	defer done()
	r := attach.Inside{Project: project, Words: o.words, Manage: o.manage, Leave: o.detach}
	var end attach.End
	others := &otherSites{}
	errs := n.each(ctx, func(ctx context.Context, i int, s runner.Session) error {
		var err error
		if r.Release, err = n.releaseOf(ctx, s, project, o.release); err != nil {
			return err
		}
		if end, err = env.attached(ctx, s, r); lacksSite(err, project) {
			others.ask(ctx, n.hosts[i].Name, s)
		}
		return err
	})
	return n.sayRun(env, r, end, errs[0], others)
}

// lacksSite tells whether a command could not be begun since there is no such site.
func lacksSite(err error, project string) bool {
	var missing *attach.MissingError
	return errors.As(err, &missing) && missing.Path == model.SiteRecord(project)
}

// releaseOf is the ID of a release that is named by a part of it.
func (n *network) releaseOf(ctx context.Context, s runner.Session, project, typed string) (string, error) {
	if typed == "" {
		return "", nil
	}
	sites, err := inspect.Releases(ctx, s, project)
	if err != nil {
		return "", err
	}
	var has []hostReleases
	for _, site := range sites {
		has = append(has, hostReleases{n.hosts[0].Name, site})
	}
	id, err := namedRelease(project, typed, has)
	if err == nil && len(has) == 1 && !has[0].has(id) {
		err = &refusal{lacking(project, id, has), "`djship releases " + project + "` lists those that each host has"}
	}
	return id, err
}

// sayRun tells what became of a run besides what the command itself has printed, and returns its exit status.
func (n *network) sayRun(env Env, r attach.Inside, end attach.End, err error, others *otherSites) error {
	host := n.hosts[0].Name
	switch {
	case errors.Is(err, context.Canceled):
		say(env.Stderr, "djship: interrupted; what ran on %s is ended, with all that it had begun\n", host)
		return statusError(statusInterrupted)
	case lacksSite(err, r.Project):
		say(env.Stderr, "djship: %s has no site %s\n", host, r.Project)
		hint := others.hint(r.Project, statusLists)
		if own := folderSite(r.Project); own != "" && r.Manage {
			hint = fmt.Sprintf("where %s is a command of manage.py: djship manage -- %[1]s ..., of the site %s of this folder; ", r.Project, own) + hint
		}
		sayHint(env.Stderr, "", hint)
		return statusError(1)
	case errors.As(err, new(*refusal)):
		return err
	case errors.As(err, new(*attach.MissingError)), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		say(env.Stderr, "djship: %s: the command was cut off: %s\n", host, err)
		return statusError(1)
	case err != nil:
		return n.sayFailed(env.Stderr, []error{err})
	case end.Left != 0:
		say(env.Stderr, "%s: goes on as process %d; what it prints is in %s. To end it: djship run %s -l %s -- kill %d\n", host, end.Left, r.Log(), r.Project, host, end.Left)
		return nil
	case end.ExitStatus() != 0:
		return statusError(end.ExitStatus())
	}
	return nil
}

// reachOne is reach where the flags must leave one host.
func reachOne(env Env, s selection, a access) (n *network, ctx context.Context, done func(), err error) {
	inv, hosts, err := selectHosts(env, s)
	if err != nil {
		return nil, nil, nil, err
	}
	if len(hosts) > 1 {
		return nil, nil, nil, &usageError{"it runs on one host, and these are selected: " + someHosts(namesOf(hosts)), "say which: -l " + hosts[0].Name}
	}
	return reachThese(env, a, inv, hosts)
}

// namesOf are hosts' names.
func namesOf(hosts []*inventory.Host) []string {
	var names []string
	for _, h := range hosts {
		names = append(names, h.Name)
	}
	return names
}

// plainTerm is what kinds of terminals are called.
var plainTerm = regexp.MustCompile(`^[A-Za-z0-9._+-]{1,64}$`)
