package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"filippo.io/age"

	"djship/backup"
	"djship/inventory"
	"djship/rollout"
	"djship/runner"
	"djship/steps"
	"djship/steps/django"
	"djship/steps/inspect"
	"djship/steps/model"
	"djship/steps/release"
)

func restoreCommand() *command {
	return &command{
		name: "restore", args: "PROJECT FILE", brief: "put a backup back onto its site, or onto the same site of another host",
		more: "The site is one that `djship up` has made. Database, media, shared files, code\nin the home, secret key and configuration take the place of what is there, all\n" +
			"or nothing, and that is kept beside it. It asks for the project's name.",
		examples: []string{"djship restore example example.tar --check", "djship restore example example.tar.age --identity key.txt -l web1"},
		flags:    []flag{{name: "identity", usage: "what opens an encrypted backup: a `FILE` of age identities, or a private key of SSH; repeatable", kind: flagTexts}},
		explains: []string{"check", "yes"}, accepts: changeFlagsBut("check", "yes", "overwrite", "diff"), meanings: map[string]string{"yes": "don't ask"},
		offers: offerFirst(completing.projects),
		run:    parseThenRun(readRestoreOptions, restore),
	}
}

// restoreOptions are what `djship restore` is asked for.
type restoreOptions struct {
	rolloutOptions
	project    string
	file       string
	identities []string // files
}

func readRestoreOptions(in input) (restoreOptions, error) {
	o := restoreOptions{project: in.arg(0), file: in.arg(1), identities: in.values["identity"]}
	switch {
	case len(in.args) < 2:
		return o, &usageError{"which site, and which file?", "djship restore PROJECT FILE: both are named on the line, whatever the folder says"}
	case o.file == "-":
		return o, &usageError{"a backup is read twice, which stdin can't be", "write it into a file first"}
	}
	var err error
	o.rolloutOptions, err = readRolloutOptions(in)
	return o, err
}

// A restoring is a restore at work.
type restoring struct {
	restoreOptions
	by       []age.Identity
	contents *backup.Contents
	target   *backup.Target
	settings []release.Setting // what `djship config` had set
	site     django.Site       // as the host has it on record
	step     django.Restored
}

// restore puts a backup back.
func restore(env Env, o restoreOptions) error {
	if err := fitsSite(o.project); err != nil {
		return err
	}
	r := &restoring{restoreOptions: o, step: django.Restored{Project: o.project, Stamp: time.Now().UTC().Format("20060102-150405")}}
	ask := func(ctx context.Context, n *network) error { return r.prepare(ctx, env, n) }
	err := rollOutAsked(env, &r.rolloutOptions, ask, r.turns)
	switch {
	case err != nil || o.check:
		return err
	case r.step.Ends:
		say(env.Stderr, "djship: what was cut off is ended: run the same command again\n")
		return statusError(1)
	}
	if o.quiet { // else the host has told it, which it does where the run has not gone well, too
		say(env.Stderr, "djship: %s\n", r.step.KeptWords())
	}
	return nil
}

// turns are what the host is taken through: the data with what was set for the site, and the rest of it as a deploy has it.
func (r *restoring) turns(h *inventory.Host) (rollout.Target, error) {
	path, options, err := askedOf(h, r.overwrite, "")
	if err != nil {
		return rollout.Target{}, err
	}
	c := release.Config{Run: "restore-" + r.step.Stamp, Release: release.Release{Site: django.Site{Project: r.project, Python: 3}, By: userAtHost()}}
	if !r.step.Ends {
		c.Set = r.settings
	}
	turns := []rollout.Turn{{Name: "restore", List: runner.NewList(steps.Restore(r.step, c, options)...), Rolls: true}}
	if r.site.Domain != "" && !r.step.Ends {
		turns = append(turns, rollout.Turn{Name: "site", List: runner.NewList(steps.Deploy(r.site, options)...), Rolls: true, GoesOn: r.deploys() + " goes on from there"})
	}
	turns[len(turns)-1].Health = &rollout.Health{Project: r.project, Path: path}
	return rollout.Target{Turns: rollout.NewTurns(turns...)}, nil
}

// deploys is what makes the rest of the site when its data are back.
func (r *restoring) deploys() string {
	return "`djship deploy " + r.project + " " + r.site.Domain + "`"
}

// prepare reads the backup whole, looks whether the host can take it, asks whether it is to, and lays it beside what is there.
func (r *restoring) prepare(ctx context.Context, env Env, n *network) error {
	if len(n.hosts) > 1 {
		return &usageError{"a backup is put back onto one host, and these are selected: " + someHosts(n.names()), "say which: -l " + n.hosts[0].Name}
	}
	if err := r.examine(ctx, env); err != nil {
		return err
	}
	if err := givenByHost(n.hosts[0].Host, r.settings); err != nil {
		return err
	}
	host := n.hosts[0].Name
	errs := n.eachKept(ctx, func(ctx context.Context, _ int, s runner.Session) error { return r.look(ctx, s) })
	if err := n.sayFailed(env.Stderr, errs); err != nil {
		return err
	}
	if r.step.Ends = r.target.Cut; r.step.Ends {
		say(env.Stderr, "%s: a restore of %s was cut off in its middle, and is ended first\n", host, r.project)
		return nil
	}
	if err := r.contents.Objections(r.target); err != nil {
		_ = n.sayFailed(env.Stderr, []error{err})
		return statusError(1)
	}
	r.sayPlan(env, host)
	if r.check {
		return nil
	}
	question := fmt.Sprintf("the site %s of %s becomes what it was in this backup.", r.project, host)
	if err := env.agreedByName(ctx, r.rolloutOptions, r.project, question, "whether a backup is to take the place of the site "+r.project); err != nil {
		return err
	}
	n.mu.Lock()
	session := n.kept[host].session
	n.mu.Unlock()
	if err := r.lay(ctx, env, host, session); err != nil {
		if ctx.Err() == nil {
			return n.sayUndone(env, err)
		}
		say(env.Stderr, "djship: interrupted; the site is as it was\n")
		return context.Cause(ctx)
	}
	if r.site.Domain != "" {
		r.past = func() {
			say(env.Stderr, "djship: the backup is in its place, what was there is kept: %s does what is left, and the same command would put the backup back once more\n", r.deploys())
		}
	}
	r.idle = func() {
		say(env.Stderr, "djship: the site is as it was; what was laid beside it stays on the host: the database %s, and %s. The next `djship restore %[3]s FILE` takes it away, and so does `djship remove %[3]s`\n", r.step.Scratch(), r.step.ScratchFolder(), r.project)
	}
	return nil
}

// look asks the host what it has.
func (r *restoring) look(ctx context.Context, s runner.Session) (err error) {
	if r.target, err = r.contents.LookAt(ctx, s); err != nil {
		return err
	}
	all, err := inspect.Records(ctx, s)
	for _, record := range all {
		if record.Project != r.project || record.Domain == "" {
			continue
		}
		if r.site, err = recordedSite(record); err != nil {
			return err
		}
	}
	return err
}

// open opens the backup.
func (r *restoring) open(ctx context.Context, p *backupProgress, what string) (io.Reader, func(), error) {
	f, err := os.Open(r.file)
	if err != nil {
		return nil, nil, err
	}
	size := int64(0)
	if info, err := f.Stat(); err == nil {
		size = info.Size()
	}
	in, err := backup.Open(&untilDone{ctx, f, 0, func(n int64) { p.told(what, n, size) }}, r.by)
	if err != nil {
		_ = f.Close()
		return nil, nil, err
	}
	return in, func() { _ = f.Close() }, nil
}

// An untilDone is a reader that ends with its ctx, and tells how far it is.
type untilDone struct {
	ctx  context.Context
	from io.Reader
	n    int64
	told func(int64)
}

func (u *untilDone) Read(p []byte) (int, error) {
	if err := context.Cause(u.ctx); err != nil {
		return 0, err
	}
	n, err := u.from.Read(p)
	u.n += int64(n)
	u.told(u.n)
	return n, err
}

// examine reads the backup, and what opens it.
func (r *restoring) examine(ctx context.Context, env Env) error {
	for _, path := range r.identities {
		text, err := readAtMost(env, path, 1<<20)
		if err == nil {
			var ids []age.Identity
			ids, err = backup.ReadIdentities(text, func() ([]byte, error) {
				typed, err := env.askSecret(ctx, "passphrase for "+path, "use a key without one, or a terminal")
				return []byte(typed.Reveal()), err
			})
			r.by = append(r.by, ids...)
		}
		if err != nil {
			return &usageError{"--identity " + path + ": " + err.Error(), "it names a file with AGE-SECRET-KEY-1..., as age-keygen makes it, or a private key of SSH"}
		}
	}
	p := newBackupProgress(env, r.file, r.quiet)
	defer p.done()
	in, done, err := r.open(ctx, p, "check")
	if err == nil {
		r.contents, err = backup.Examine(in)
		done()
	}
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.Is(err, backup.ErrSealed):
		return &usageError{r.file + " is encrypted", "add --identity FILE, with what opens it: a file of age identities, or the private key of SSH to whose public key it was encrypted"}
	case errors.As(err, new(*os.PathError)):
		return &usageError{err.Error(), "name a file that djship backup has written"}
	case err != nil:
		return &usageError{r.file + " is no whole backup: " + err.Error(), "nothing was touched; take another one"}
	case r.contents.Project != r.project:
		return &usageError{r.file + " is a backup of " + r.contents.Project, "djship restore " + r.contents.Project + " " + r.file}
	}
	r.step.Names = r.contents.Comes
	r.step.What = fmt.Sprintf("the backup of %s takes the place of what is there, which is kept as the database %s and in %s", r.contents.Began.UTC().Format("2006-01-02 15:04 UTC"), r.step.KeptDatabase(), r.step.KeptFolder())
	return r.readConfig()
}

// readConfig reads what was set for the site, by the rules of `djship config set`.
func (r *restoring) readConfig() error {
	values, err := backup.ReadConfig(r.contents.Config)
	if err != nil {
		return &usageError{r.file + ": what was set by djship config: " + err.Error(), "take another backup"}
	}
	var names []string
	for _, v := range values {
		if !inspect.VariableForm.MatchString(v[0]) || len(v[1]) > longestValue || strings.Contains(v[1], "\x00") {
			return &usageError{fmt.Sprintf("%s: %.100q is no variable that can be set", r.file, v[0]), "take another backup"}
		}
		names = append(names, v[0])
		r.settings = append(r.settings, setting(v[0], v[1]))
	}
	return reserved(r.project, names)
}

// lay lays the backup beside what the host has.
func (r *restoring) lay(ctx context.Context, env Env, host string, s runner.Session) error {
	p := newBackupProgress(env, host, r.quiet)
	defer p.done()
	in, done, err := r.open(ctx, &backupProgress{}, "")
	if err != nil {
		return err
	}
	defer done()
	return r.contents.Lay(ctx, s, r.target, r.step.Stamp, in, p.told)
}

// sayPlan says what will become what.
func (r *restoring) sayPlan(env Env, host string) {
	if r.quiet {
		return
	}
	c := r.contents
	say(env.Stderr, "%s: a backup of %s on %s, of %s, comes back\n", host, c.Project, cmp.Or(c.Host, "?"), c.Began.UTC().Format("2006-01-02 15:04 UTC"))
	say(env.Stderr, "  database: %d rows in %d tables; what is there is kept as %s\n", c.Rows, len(c.Tables), r.step.KeptDatabase())
	say(env.Stderr, "  files: %s, %s; what is there is kept in %s\n", strings.Join(c.Comes, ", "), model.Size(c.Size()), r.step.KeptFolder())
	if r.settings != nil {
		var names []string
		for _, s := range r.settings {
			names = append(names, s.Name)
		}
		slices.Sort(names)
		say(env.Stderr, "  configuration: %s\n", strings.Join(names, ", "))
	}
	for _, line := range c.Differences(r.target) {
		say(env.Stderr, "  %s\n", paragraph{line, "    "})
	}
}
