package tree

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"djship/nearest"
)

// A checkout is a work tree of the user's and its repository, as git finds them from a folder.
type checkout struct {
	top    string // the work tree's topmost folder
	prefix string // from there to the folder that was asked for: "" or "app/"
	own    string // the repository's folder of this work tree
	shared string // and the one of all its work trees
	format string // of objects: "sha1"
}

// settle gives git, which else reads none of the user's settings, those that say whose repositories may be read and
// what is never to be added. None of them names a program.
func (g *git) settle(ctx context.Context) error {
	home := g.dir
	if h, err := os.UserHomeDir(); err == nil {
		home = h
	}
	// Both files are the user's own: they are read as git finds them, and no repository's is.
	ask := exec.CommandContext(ctx, g.program, "config", "--list", "-z")
	ask.Dir, ask.WaitDelay = g.dir, waits
	ask.Env = slices.DeleteFunc(os.Environ(), func(pair string) bool {
		name, _, _ := strings.Cut(pair, "=")
		return strings.HasPrefix(name, "GIT_") && !slices.Contains([]string{"GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM"}, name)
	})
	ask.Env = append(ask.Env, "GIT_CEILING_DIRECTORIES="+filepath.Dir(g.dir))
	out, err := ask.Output()
	if err != nil {
		return interrupted(ctx, fmt.Errorf("git config: %w", err))
	}
	ignored := filepath.Join(home, ".config", "git", "ignore")
	if x := os.Getenv("XDG_CONFIG_HOME"); x != "" {
		ignored = filepath.Join(x, "git", "ignore")
	}
	var safe strings.Builder
	for _, record := range fields(out) {
		key, value, _ := strings.Cut(record, "\n")
		if rest, ok := strings.CutPrefix(value, "~/"); ok {
			value = filepath.Join(home, rest)
		}
		switch key {
		case "safe.directory":
			if !strings.ContainsFunc(value, unicode.IsControl) {
				fmt.Fprintf(&safe, "[safe]\n\tdirectory = %s\n", quoted(value))
			}
		case "core.excludesfile":
			ignored = value
		case "core.autocrlf":
			g.normalize(value)
		}
	}
	g.settings = append(g.settings, "core.excludesFile="+ignored)
	return os.WriteFile(filepath.Join(g.dir, "home", ".gitconfig"), []byte(safe.String()), 0o600)
}

// normalize makes CRLF of the work tree LF where the user's own git would.
func (g *git) normalize(autocrlf string) {
	switch strings.ToLower(autocrlf) {
	case "input", "true", "yes", "on", "1":
		g.crlf = "input"
	case "false", "no", "off", "0", "":
		g.crlf = "false"
	}
}

// habits reads from the repository's own config how its work tree is to be read: what is no program to run.
func (g *git) habits(ctx context.Context, c *checkout) error {
	out, err := g.run(g.command(ctx, c.top, "config", "--local", "--list", "-z"), nil)
	if err != nil {
		return interrupted(ctx, err)
	}
	for _, record := range fields(out) {
		switch key, value, _ := strings.Cut(record, "\n"); key {
		case "core.autocrlf":
			g.normalize(value)
		case "core.filemode":
			g.modeless = slices.Contains([]string{"false", "no", "off", "0"}, strings.ToLower(value))
		}
	}
	if g.modeless {
		g.settings = append(g.settings, "core.fileMode=false")
	}
	return nil
}

// discover asks git whose work tree a folder is in; nil where it is in none.
func (g *git) discover(ctx context.Context, dir string) (*checkout, error) {
	ask := func(args ...string) (string, error) {
		out, err := g.run(g.command(ctx, dir, append([]string{"rev-parse"}, args...)...), nil)
		return strings.TrimSuffix(string(out), "\n"), interrupted(ctx, err)
	}
	kind, err := ask("--is-inside-work-tree", "--show-object-format")
	if err != nil {
		return nil, g.noCheckout(dir, err)
	}
	inside, format, _ := strings.Cut(kind, "\n")
	if inside != "true" {
		return nil, &Error{Reason: show(dir) + " is no work tree: it is in a repository's own folder, or that repository has its work tree elsewhere",
			Advice: "push from a checkout"}
	}
	c := &checkout{format: format}
	into := []*string{&c.top, &c.prefix, &c.own, &c.shared}
	questions := []string{"--show-toplevel", "--show-prefix", "--absolute-git-dir", "--git-common-dir"}
	all, err := ask(questions...)
	answers := strings.Split(all, "\n")
	for i := range into {
		if len(answers) == len(into) {
			*into[i] = answers[i]
		} else if *into[i], err = ask(questions[i]); err != nil { // there is a folder with a newline in its name
			return nil, err
		}
	}
	if err != nil {
		return nil, err
	}
	if !filepath.IsAbs(c.shared) {
		c.shared = filepath.Join(dir, c.shared)
	}
	return c, nil
}

// noCheckout tells a folder without a repository, which is nil, from a repository that git refuses.
func (g *git) noCheckout(dir string, err error) error {
	var failed *GitError
	if !errors.As(err, &failed) {
		return err
	}
	switch {
	case strings.Contains(failed.Said, "dubious ownership"), strings.Contains(failed.Said, "unsafe repository"):
		return &Error{Reason: "the repository of " + show(dir) + " belongs to another user, so git does not read it",
			Advice: "where you trust it, type what git says: git config --global --add safe.directory DIR", Err: err}
	case strings.Contains(failed.Said, "not a git repository (or any"):
		if !isThere(filepath.Join(dir, ".git")) {
			return nil
		}
		return &Error{Path: ".git", Reason: "is no repository that git can read", Advice: "git status says what is wrong with it; remove it to push the folder as it is", Err: err}
	}
	return &Error{Reason: "git can't read the repository of " + show(dir), Advice: "git status says more", Err: err}
}

// commit finds what a branch, tag, or abbreviated name stands for.
func (g *git) commit(ctx context.Context, c *checkout, ref string) (string, error) {
	if ref == "" {
		ref = "HEAD"
	}
	if strings.HasPrefix(ref, "-") || strings.ContainsFunc(ref, func(r rune) bool { return r < ' ' }) {
		return "", &Error{Reason: show(ref) + " is no commit, branch or tag", Advice: "git log --all --oneline lists them"}
	}
	out, err := g.run(g.command(ctx, c.top, "rev-parse", "--verify", ref+"^{commit}"), nil)
	if err == nil {
		return strings.TrimSpace(string(out)), nil
	}
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	if ref == "HEAD" {
		return "", &Error{Reason: "there is no commit yet", Advice: "commit first, or push the work tree as it is: --dirty", Err: err}
	}
	refs, _ := g.run(g.command(ctx, c.top, "for-each-ref", "--format=%(refname:short)"), nil) // only for the advice
	advice := nearest.Question(nearest.Names(ref, strings.Fields(string(refs)), 2))
	if advice == "" {
		advice = "git log --all --oneline lists commits; git fetch gets those that others have pushed"
	}
	return "", &Error{Reason: "there is no commit, branch or tag " + show(ref) + " here", Advice: advice, Err: err}
}

// begin makes the private repository.
func (g *git) begin(ctx context.Context, format string) error {
	args := []string{"init", "--quiet", "--bare", "--template="}
	if format != "sha1" {
		args = append(args, "--object-format="+format)
	}
	_, err := g.run(g.command(ctx, g.dir, append(args, g.private())...), nil)
	return interrupted(ctx, err)
}

// borrow lets the private repository read the objects of a user's, and know where its history was cut off.
func (g *git) borrow(c *checkout) error {
	if err := appendTo(filepath.Join(g.private(), "objects", "info", "alternates"), quoted(filepath.ToSlash(filepath.Join(c.shared, "objects")))+"\n"); err != nil {
		return err
	}
	shallow, err := readRegular(filepath.Join(c.shared, "shallow"))
	if err != nil {
		return err
	}
	return appendTo(filepath.Join(g.private(), "shallow"), string(shallow))
}

func appendTo(name, text string) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return err
	}
	file, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if _, err := file.WriteString(text); err != nil {
		_ = file.Close()
		return err
	}
	return file.Close()
}

// copyIndex copies the index of a work tree, with what it shares and its very time: that is what tells git which files
// may have changed since.
func (g *git) copyIndex(c *checkout, index string) error {
	names, err := os.ReadDir(c.own)
	if err != nil {
		return err
	}
	for _, n := range names {
		if !strings.HasPrefix(n.Name(), "sharedindex.") {
			continue
		}
		if err := copyFile(filepath.Join(c.own, n.Name()), filepath.Join(g.private(), n.Name())); err != nil {
			return err
		}
	}
	return notThere(copyFile(filepath.Join(c.own, "index"), filepath.Join(g.dir, index)))
}

// readRegular reads a file that is one, and is nothing where there is none.
func readRegular(name string) ([]byte, error) {
	if info, err := os.Stat(name); err != nil || !info.Mode().IsRegular() {
		return nil, notThere(err)
	}
	return os.ReadFile(name)
}

func notThere(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// copyFile copies a regular file and its time. What is none, as a pipe, is taken for missing.
func copyFile(from, to string) error {
	if info, err := os.Stat(from); err != nil {
		return err
	} else if !info.Mode().IsRegular() {
		return fs.ErrNotExist
	}
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return err
	}
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		_ = out.Close()
		return err
	}
	if err := out.Close(); err != nil {
		return err
	}
	return os.Chtimes(to, info.ModTime(), info.ModTime())
}
