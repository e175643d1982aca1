package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"djship/inventory"
	"djship/project"
	"djship/project/tree"
	"djship/secret"
	"djship/steps/django"
	"djship/steps/release"
)

// A pushedCode is what a push has read on the workstation.
type pushedCode struct {
	project   *project.Project
	tree      *tree.Tree
	packs     *packs
	release   release.Release
	dir       string // the user's folder
	ownWord   bool   // the copy has the user's djship.toml, which is not committed
	processes []project.Process
	firsts    map[*inventory.Host]bool // see firstOfStages
	staged    stagedHosts
	copy      string // a folder with what is pushed, which close removes; "" where dir has that
}

// close removes what is temporary.
func (c *pushedCode) close() {
	_ = c.tree.Close()
	if c.packs != nil {
		_ = c.packs.close()
	}
	if c.copy != "" {
		_ = os.RemoveAll(c.copy)
	}
}

// readCode reads the code that is to be pushed, and what it says of itself. What can't be pushed is refused here, where no host
// has been asked for anything.
func readCode(ctx context.Context, env Env, o pushOptions) (*pushedCode, error) {
	if err := refuseAnother(o); err != nil {
		return nil, err
	}
	here, err := project.Read(o.dir, fitsSite)
	if err != nil && o.ref == "" { // another commit may be right
		return nil, err
	}
	t, err := tree.Resolve(ctx, o.dir, tree.Options{Ref: o.ref, Dirty: o.dirty, Include: includes(here), Ignore: []string{backupPattern, backupPattern + ".age"}})
	if err != nil {
		return nil, err
	}
	c := &pushedCode{project: here, tree: t, dir: o.dir}
	if err := c.read(ctx, env, o); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

// refuseAnother refuses a site that is not the one that the folder's own word names: where a slip of the shell's history has led, one site's
// code would take the place of another's. Who types the folder means it.
func refuseAnother(o pushOptions) error {
	own, err := project.ReadSettings(o.dir)
	if err != nil || o.dirTyped || o.project == "" || own.Project == "" || own.Project == o.project || fitsSite(o.project) != nil { // what is wrong is told as it is read
		return nil
	}
	return &usageError{fmt.Sprintf("the code in this folder is for the site %s, as %s says, not for %s", own.Project, own.File, o.project),
		fmt.Sprintf("`djship push %s`; where %s is to have it name the folder, too: `djship push %[2]s --dir .`; or change `project` in %s", own.Project, o.project, own.File)}
}

// includes are the paths that git ignores and the project's own word has in the release; those that a build makes come with it.
func includes(p *project.Project) []string {
	if p == nil || p.Settings.Build != "" {
		return nil
	}
	return p.Settings.Include
}

// fitsSite says why a project can't have a name.
func fitsSite(name string) error {
	_, err := django.NewSite(name, "example.com", "")
	return err
}

// read fills in all but the tree. What the project is was read of the folder as it is.
func (c *pushedCode) read(ctx context.Context, env Env, o pushOptions) error {
	if o.ref != "" || len(c.tree.Changed) > 0 && !c.tree.Dirty {
		if err := c.lay(ctx); err != nil {
			return err
		}
		if err := c.bringOwnWord(o); err != nil {
			return err
		}
		var err error
		if c.project, err = project.Read(c.copy, fitsSite); err != nil {
			return err
		}
	}
	if !o.quiet {
		unread := slices.DeleteFunc(slices.Clone(c.project.Notes), func(n project.Note) bool { return !n.Unread })
		sayNotes(env.Stderr, unread, env.width(), false)
	}
	if err := c.refuse(o); err != nil {
		return err
	}
	c.remark(env, o)
	c.release.Site.Project = c.name(o)
	if err := c.build(ctx, env); err != nil {
		return err
	}
	var err error
	if c.packs, err = newPacks(c.tree); err != nil {
		return err
	}
	c.packs.diff = o.diff
	return c.makeRelease(ctx, env, o)
}

// bringOwnWord puts a djship.toml that is not committed yet beside what is: it is about the push itself, and counts from the moment that it is
// there. One that is committed counts as it was then.
func (c *pushedCode) bringOwnWord(o pushOptions) error {
	at := filepath.Join(c.copy, project.OwnFile)
	if _, err := os.Lstat(at); o.ref != "" || err == nil {
		return nil
	}
	text, err := os.ReadFile(filepath.Join(c.dir, project.OwnFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	c.ownWord = true
	return os.WriteFile(at, text, 0o644)
}

// name is the site's: as typed, else as the code says, else as the folder does from which an older commit is pushed.
func (c *pushedCode) name(o pushOptions) string {
	here, _ := project.ReadSettings(c.dir)
	return cmp.Or(o.project, c.project.Settings.Project, here.Project)
}

// notPushed are the files with changes that are not committed and matter to what is pushed.
func (c *pushedCode) notPushed() []string {
	return slices.DeleteFunc(slices.Clone(c.tree.Changed), func(name string) bool {
		return name == project.OwnFile && c.ownWord || name == inventoryFile
	})
}

// refuse says what of the project can't be pushed.
func (c *pushedCode) refuse(o pushOptions) error {
	var all []error
	for _, n := range c.project.Notes {
		if n.Stops {
			problem := strings.TrimSpace(n.Text)
			if n.Place != "" {
				problem = n.Place + ": " + problem
			}
			all = append(all, &usageError{problem, n.Advice})
		}
	}
	if c.name(o) == "" {
		called := c.project.Name
		if here, err := project.Read(c.dir, fitsSite); err == nil { // where a copy was read its folder has another name
			called = here.Name
		}
		all = append(all, &usageError{"a project is needed: whose code this is", "djship push " + called + ", or say project = \"" + called + "\" in djship.toml"})
	}
	return errors.Join(all...)
}

// remark tells on stderr what a person should know of what is pushed.
func (c *pushedCode) remark(env Env, o pushOptions) {
	if o.quiet {
		return
	}
	if names := c.notPushed(); len(names) > 0 && !c.tree.Dirty && o.ref == "" {
		say(env.Stderr, "not pushed, as it is not committed: %s\n", someNames(names))
		sayHint(env.Stderr, "", "commit it, or push the work tree as it is: --dirty")
	}
	if len(c.tree.Filters) > 0 {
		say(env.Stderr, "warning: pushed as they are committed, since no filter of git's is run: %s\n", someNames(c.tree.Filters))
	}
	if o.verbose > 0 {
		sayChoices(env.Stderr, c.project.Choices, env.width())
	}
}

// someNames are names, of many only the first.
func someNames(names []string) string {
	const most = 5
	shown := make([]string, 0, most+1)
	for _, n := range names[:min(len(names), most)] {
		shown = append(shown, fmt.Sprintf("%.100q", n))
	}
	if more := len(names) - most; more > 0 {
		shown = append(shown, fmt.Sprintf("%d more", more))
	}
	return strings.Join(shown, ", ")
}

// makeRelease makes of the project what hosts are to have.
func (c *pushedCode) makeRelease(ctx context.Context, env Env, o pushOptions) error {
	site, err := django.NewSite(c.release.Site.Project, "example.com", "")
	if err != nil {
		return err
	}
	site.Domain = ""
	date, err := c.date()
	if err != nil {
		return err
	}
	c.release, c.processes = releaseOf(c.project, site), c.project.Processes()
	c.release.ID = date.UTC().Format("20060102-150405") + "-" + c.tree.Hash[:7]
	c.release.Tree, c.release.Commit, c.release.Dirty = c.tree.Hash, c.tree.Commit, c.tree.Dirty
	if err := c.readNeeds(ctx, env, o); err != nil {
		return err
	}
	if c.release.Files, err = c.files(); err != nil {
		return err
	}
	c.release.By, c.release.Hold, c.release.Keep, c.release.Migrate = userAtHost(), o.hold, o.keep, !o.noMigrate
	c.release.AllowBreak, c.release.RehearseData, c.release.KeepData, c.release.Backup = o.allowBreak, o.rehearseData, o.keepData, o.backup
	return nil
}

// readNeeds reads which Python packages the release needs.
func (c *pushedCode) readNeeds(ctx context.Context, env Env, o pushOptions) error {
	n, err := project.ReadNeeds(c.tree.Hash, func(path string) (string, error) { return c.tree.File(ctx, path) }, c.project.Root, c.project.Settings.Requirements)
	if err != nil {
		return err
	}
	if !o.quiet {
		sayNotes(env.Stderr, n.Notes, env.width(), false)
	}
	c.release.Needs = release.Needs{Manager: n.Manager, Path: n.Path, Groups: n.Groups, Extras: n.Extras, Sum: n.Sum,
		Wanted: secret.New(n.Wanted), Pinned: secret.New(n.Pinned), Hashed: n.Hashed, Local: n.Local,
		Indexes: release.Indexes{Main: secret.New(n.Index), Extra: secret.New(strings.Join(n.Extra, " ")), Links: secret.New(strings.Join(n.Links, ","))}}
	return nil
}

// files are those of the workstation that are put into the release.
func (c *pushedCode) files() ([]release.File, error) {
	var all []release.File
	for _, f := range c.project.Settings.Files {
		from := f.Value
		if !filepath.IsAbs(from) {
			from = filepath.Join(c.dir, from)
		}
		info, err := os.Stat(from)
		switch {
		case err != nil:
			return nil, &usageError{fmt.Sprintf("files: %v", err), "it is to be put into the release at " + f.Name}
		case !info.Mode().IsRegular() || info.Size() > 1<<20:
			return nil, &usageError{fmt.Sprintf("files: %.200q is no file of 1 MiB at most", from), "what is larger belongs into the code, or into `include`"}
		}
		text, err := os.ReadFile(from)
		if err != nil {
			return nil, err
		}
		all = append(all, release.File{Path: f.Name, Content: string(text)})
	}
	return all, nil
}

// date is the commit's; of a folder without git that of its newest file, so that the same code has the same name.
func (c *pushedCode) date() (time.Time, error) {
	if !c.tree.Date.IsZero() {
		return c.tree.Date, nil
	}
	var newest time.Time
	err := filepath.WalkDir(c.dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if info, err := d.Info(); err == nil && info.ModTime().After(newest) {
			newest = info.ModTime()
		}
		return nil
	})
	return newest, err
}

// inventories are those that are named, else the one that the project names.
func (c *pushedCode) inventories(env Env, s selection) []string {
	own := c.project.Settings.Inventory
	if len(s.inventories) > 0 || own == "" {
		return s.inventories
	}
	if !filepath.IsAbs(own) {
		own = filepath.Join(c.dir, own)
	}
	return []string{own}
}
