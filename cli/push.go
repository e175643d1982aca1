package cli

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"djship/inventory"
	"djship/rollout"
	"djship/runner"
	"djship/secret"
	"djship/steps"
	"djship/steps/release"
	"djship/steps/server"
)

func pushCommand() *command {
	return &command{
		name: "push", args: "[PROJECT]", brief: "put your own code on a site's hosts, without losing a request",
		more:     "The commit that is checked out is made ready beside what is live, and takes its\nplace once it answers. The same code again changes nothing.",
		examples: []string{"djship push", "djship push example --check"},
		flags: []flag{
			{name: "dir", usage: "the project is in `DIR` (default: .)", kind: flagText},
			{name: "ref", usage: "the commit, branch or tag `REF` (default: HEAD)", kind: flagText},
			{name: "dirty", usage: "the work tree as it is, minus what git ignores", kind: flagOnOff},
			{name: "hold", usage: "watch the new release for `DURATION` (default: 10s)", kind: flagText},
			{name: "keep", usage: "keep `N` more than the last two releases (default: 5)", kind: flagNumber},
			{name: "no-migrate", usage: "leave pending migrations", kind: flagOnOff},
			{name: "rehearse-data", usage: "try migrations in a copy of the data, too", kind: flagOnOff},
			{name: "allow-break", usage: "migrate what breaks the live release, too", kind: flagOnOff},
			{name: "keep-data", usage: "keep data that migrations destroy, more than 1 GiB of it, too: `yes|no`", kind: flagText},
			{name: "backup", usage: "dump the database before it is migrated", kind: flagOnOff},
			{name: "stay", usage: "hosts that were switched before another failed stay so", kind: flagOnOff},
		},
		explains: pushExplains, accepts: changeFlagsBut(pushExplains...),
		offers: offerFirst(completing.projects),
		run:    parseThenRun(readPushOptions, push),
	}
}

// pushExplains are the flags of rollouts that help explains: for all of them there is no room on a screen.
var pushExplains = []string{"check", "batch", "yes"}

// pushOptions are what `djship push` is asked for.
type pushOptions struct {
	rolloutOptions
	project    string // "" for what the code's own folder says
	dir, ref   string
	dirTyped   bool // dir is where the person says, not just where they are
	dirty      bool
	hold       time.Duration
	keep       int
	noMigrate  bool
	allowBreak bool
	keepData   string // "" for what is not much
	backup     bool

	rehearseData bool
}

func readPushOptions(in input) (pushOptions, error) {
	o := pushOptions{project: in.arg(0), dir: cmp.Or(in.text("dir"), "."), dirTyped: in.set("dir"), ref: in.text("ref"), dirty: in.on("dirty"),
		hold: 10 * time.Second, keep: in.number("keep", 5), noMigrate: in.on("no-migrate"), allowBreak: in.on("allow-break"), keepData: in.text("keep-data"), backup: in.on("backup"), rehearseData: in.on("rehearse-data")}
	var err error
	if in.set("hold") {
		if o.hold, err = parseHold(in); err != nil {
			return o, err
		}
	}
	if in.set("keep-data") && o.keepData != release.KeepAll && o.keepData != release.KeepNone {
		return o, in.bad("keep-data", fmt.Sprintf("--keep-data %.100q: neither yes nor no", o.keepData), "yes keeps what migrations destroy however much it is, no keeps nothing of it")
	}
	if o.keep < 0 {
		return o, in.bad("keep", "--keep "+strconv.Itoa(o.keep)+": fewer than none", "0 keeps the live release and the one before")
	}
	if o.dirty && o.ref != "" {
		return o, in.bad("ref", "--dirty is the work tree, --ref a commit", "leave one of them out")
	}
	o.rolloutOptions, err = readRolloutOptions(in)
	o.stay = in.on("stay")
	return o, err
}

// parseHold reads how long what is live is watched.
func parseHold(in input) (time.Duration, error) {
	hold, err := parseWait(in.text("hold"))
	if err != nil || hold > time.Hour {
		err = in.bad("hold", fmt.Sprintf("--hold: %q is no duration of an hour at most", in.text("hold")), "give it as in 10s or 5m")
	}
	return hold, err
}

// push puts the code of a project on the hosts of its site: steps.Prepare, Migrate, Switch and Tidy list what a host
// has then.
func push(env Env, o pushOptions) error {
	ctx, done := env.untilInterrupt()
	defer done()
	code, err := readCode(ctx, env, o)
	if err != nil {
		return err
	}
	defer code.close()
	o.inventories = code.inventories(env, o.selection)
	r := code.release
	if o.project == "" {
		o.typed.args = []string{r.Site.Project}
	}
	o.pushed = rollout.Pushed{Release: r.ID, Commit: r.Commit, Tree: r.Tree, Dirty: r.Dirty}
	o.staged = func(inv *inventory.Inventory, staged stagedHosts) {
		code.firsts, code.staged = firstOfStages(inv, staged), staged
		code.release.Whole = !o.stay && o.pace.MaxFail == (rollout.Share{}) && isWhole(inv, staged)
		if text := elsewhere(code.processes, code.firsts, staged.hosts); text != "" && !o.quiet {
			say(env.Stderr, "%s\n", text)
			sayHint(env.Stderr, "", workersVar+"='"+"NAME=1' in the inventory has it on a host of your choice, NAME=0 on none")
		}
	}
	o.gone = func(names []string) {
		if text := singlesOf(code, names); text != "" {
			say(env.Stderr, "%s\n", text)
			sayHint(env.Stderr, "", "where that host is gone for good, take it out of the inventory and push again: what runs once moves to the first host that is left. While it may still run there, nothing moves, so that it never runs twice")
		}
	}
	if o.check {
		return rollOut(env, o.rolloutOptions, pushTarget(o, code))
	}
	if err := code.before(ctx, env); err != nil {
		return err
	}
	err = rollOut(env, o.rolloutOptions, pushTarget(o, code))
	var status statusError
	if err == nil || errors.As(err, &status) {
		code.after(env, int(status))
	}
	return err
}

// pushTarget returns what makes a host the target of a push.
func pushTarget(o pushOptions, code *pushedCode) func(*inventory.Host) (rollout.Target, error) {
	type asked struct {
		server.Options
		path, packages, counts string
		pythons                secret.Value
		cron, redis, later     bool
	}
	made := newEnvironments(code.release, code.packs.dir)
	turns := shared(func(a asked) *rollout.Turns {
		r := code.release
		r.Health, r.Packages, r.Processes, r.Later = a.path, strings.Fields(a.packages), counted(code.processes, a.counts), a.later
		if r.Redis = a.redis; !a.cron {
			r.Jobs = nil
		}
		return pushTurns(steps.Push{Release: r, Source: code.packs, Options: a.Options, Now: time.Now(), Packed: made.packed, Resolved: made.resolved, Pythons: a.pythons}, made)
	})
	return func(h *inventory.Host) (rollout.Target, error) {
		path, options, err := askedOf(h, o.overwrite, cmp.Or(code.release.Health, "/"))
		if err != nil {
			return rollout.Target{}, err
		}
		cron, err := runsCron(h, code)
		if err != nil {
			return rollout.Target{}, err
		}
		needed := code.release.Packages
		if cron {
			needed = append(slices.Clone(needed), "cron")
		}
		redis, err := hasRedis(h)
		if err != nil {
			return rollout.Target{}, err
		}
		if redis {
			needed = append(slices.Clone(needed), "redis-server")
		}
		packages, err := debianPackages(h, needed)
		if err != nil {
			return rollout.Target{}, err
		}
		counts, err := processCounts(h, code.processes, code.firsts[h])
		if err != nil {
			return rollout.Target{}, err
		}
		pythons, err := pythonMirror(h)
		return rollout.Target{Turns: turns(asked{options, path, packages, counts, pythons, cron, redis, code.staged.isLater(h)})}, err
	}
}

// pythonMirror is where a host gets Pythons that its distribution does not have; not set for the usual place.
func pythonMirror(h *inventory.Host) (secret.Value, error) {
	mirror, err := hostVariable(h, "djship_python_mirror", "")
	if err != nil || mirror == "" {
		return secret.Value{}, err
	}
	if !isAddress(mirror) {
		return secret.Value{}, &usageError{"djship_python_mirror of " + h.Name + " is no address", "it looks like https://mirror.example.com/python-build-standalone"}
	}
	return secret.New(mirror), nil
}

// debianPackages are those that the code needs, and those that the inventory has for the host besides, parted by blanks.
func debianPackages(h *inventory.Host, needed []string) (string, error) {
	more, err := hostVariable(h, "djship_packages", "")
	if err != nil {
		return "", err
	}
	own := listed(more)
	for _, name := range own {
		if !debianPackage.MatchString(name) {
			return "", &usageError{fmt.Sprintf("djship_packages of %s: %.100q is no name of a Debian package", h.Name, name), "names parted by blanks, as in gettext libgdal-dev"}
		}
	}
	all := slices.Concat(needed, own)
	slices.Sort(all)
	return strings.Join(slices.Compact(all), " "), nil
}

// debianPackage is what the Debian Policy Manual, 5.6.7, has names look like.
var debianPackage = regexp.MustCompile(`^[a-z0-9][a-z0-9+.-]+$`)

// pushTurns are what each host goes through.
func pushTurns(p steps.Push, made rollout.Sharing) *rollout.Turns {
	health := &rollout.Health{Project: p.Release.Site.Project, Path: p.Release.Health}
	return rollout.NewTurns(
		rollout.Turn{Name: "prepare", List: runner.NewList(steps.Prepare(p)...), Share: made},
		rollout.Turn{Name: "migrate", List: runner.NewList(steps.Migrate(p)...)},
		rollout.Turn{Name: rollout.SwitchTurn, List: runner.NewList(steps.Switch(p)...), Back: runner.NewList(steps.Back(p)...), Rolls: true, Health: health},
		rollout.Turn{Name: "tidy", List: runner.NewList(steps.Tidy(p)...)})
}
