package tree

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// workTree lists the files of a work tree as they are, with the hashes that git add would give them but for filters:
// what git tracks, and what it does not ignore, and what is included.
func (t *Tree) workTree(ctx context.Context, src *source) ([]entry, error) {
	_ = os.Remove(filepath.Join(t.git.dir, index)) // of another source
	if src.checkout != nil {
		if err := t.git.copyIndex(src.checkout, index); err != nil {
			return nil, err
		}
	}
	if err := t.copyExclude(src); err != nil {
		return nil, err
	}
	tracked, err := t.tracked(ctx, src)
	if err != nil {
		return nil, err
	}
	ask := func(args ...string) ([]string, error) {
		out, err := t.git.run(t.git.own(ctx, src.top, index, args...), nil)
		return fields(out), interrupted(ctx, err)
	}
	touched, err := ask("diff-files", "-z", "--name-only", "--no-ext-diff", "--ignore-submodules=all")
	if err != nil {
		return nil, err
	}
	others, err := ask(append([]string{"ls-files", "-z", "--others", "--exclude-standard", "--"}, below(src.prefix)...)...)
	if err != nil {
		return nil, err
	}
	included, err := t.included(ctx, src)
	if err != nil {
		return nil, err
	}
	modes := map[string]string{}
	for _, e := range tracked {
		modes[e.path] = e.mode
	}
	again := map[string]bool{}
	for _, name := range touched {
		again[name] = modes[name] != gitlink
	}
	entries := slices.DeleteFunc(tracked, func(e entry) bool { return again[e.path] })
	names := slices.Concat(slices.DeleteFunc(touched, func(n string) bool { return !again[n] }), others, included)
	slices.Sort(names)
	more, err := t.hashFiles(ctx, src, slices.Compact(names), modes)
	return append(entries, more...), err
}

// below is a folder as a pathspec.
func below(prefix string) []string {
	if prefix == "" {
		return nil
	}
	return []string{prefix}
}

// copyExclude takes over what the user ignores in this repository alone, behind what is ignored anyway.
func (t *Tree) copyExclude(src *source) error {
	to := filepath.Join(t.git.private(), "info", "exclude")
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	var own []byte
	if src.checkout != nil {
		err := copyFile(filepath.Join(src.checkout.shared, "info", "exclude"), to)
		if err == nil {
			own, err = os.ReadFile(to)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return os.WriteFile(to, append([]byte(strings.Join(append(slices.Clone(src.ignore), ""), "\n")), own...), 0o600)
}

// tracked lists the index. A conflict has no one file to push.
func (t *Tree) tracked(ctx context.Context, src *source) ([]entry, error) {
	out, err := t.git.run(t.git.own(ctx, src.top, index, "ls-files", "-z", "--stage"), nil)
	if err != nil {
		return nil, err
	}
	var entries []entry
	for _, record := range fields(out) {
		about, name, _ := strings.Cut(record, "\t")
		words := strings.Fields(about)
		if len(words) != 3 {
			return nil, errors.New("git ls-files: " + line(record, 100))
		}
		if words[2] != "0" && strings.HasPrefix(name, src.prefix) {
			return nil, &Error{Path: src.shown(name), Reason: "is in conflict", Advice: "resolve it and git add it, then push again"}
		}
		if words[2] == "0" {
			entries = append(entries, entry{path: name, mode: words[0], id: words[1], size: -1})
		}
	}
	return entries, nil
}

// included lists files of the work tree that git does not track, below what is to go along. The index says what is tracked.
func (t *Tree) included(ctx context.Context, src *source) ([]string, error) {
	var all []string
	for _, name := range src.include {
		clean := path.Clean(filepath.ToSlash(name))
		if name == "" || clean == "." || clean == ".." || strings.HasPrefix(clean, "../") || path.IsAbs(clean) || filepath.IsAbs(name) {
			return nil, &Error{Reason: "include names " + show(name) + ", which is not a file or folder within the project", Advice: "name it as seen from the project's folder, as static/dist"}
		}
		clean = src.prefix + clean
		if leadsElsewhere(src.top, clean) || !isThere(filepath.Join(src.top, filepath.FromSlash(clean))) {
			return nil, &Error{Reason: "include names " + show(name) + ", which is not there", Advice: "build it first, or take it out of include"}
		}
		out, err := t.git.run(t.git.own(ctx, src.top, index, "ls-files", "-z", "--others", "--", clean), nil)
		if err != nil {
			return nil, err
		}
		all = append(all, fields(out)...)
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

// hashFiles reads files of a work tree. Those that are gone are left out. modes are those that git has on record.
func (t *Tree) hashFiles(ctx context.Context, src *source, names []string, modes map[string]string) ([]entry, error) {
	var entries []entry
	var plainFiles []string
	for _, name := range names {
		full := filepath.Join(src.top, filepath.FromSlash(name))
		if strings.HasSuffix(name, "/") {
			return nil, &Error{Path: src.shown(name), Reason: "is a repository of its own, and no submodule of this one",
				Advice: "git submodule add it, or name it in .gitignore, or remove its .git"}
		}
		if leadsElsewhere(src.top, name) {
			continue // it is behind a link, which is an entry itself
		}
		info, err := os.Lstat(full)
		switch {
		case errors.Is(err, fs.ErrNotExist), err == nil && info.IsDir():
			continue
		case err != nil:
			return nil, &Error{Path: src.shown(name), Reason: "can't be read", Advice: "let the file be read by you, or ignore it in .gitignore", Err: err}
		case info.Mode()&fs.ModeSymlink != 0:
			to, err := os.Readlink(full)
			if err != nil {
				return nil, err
			}
			id, err := t.store.put("blob", int64(len(to)), strings.NewReader(to))
			if err != nil {
				return nil, err
			}
			entries = append(entries, entry{path: name, mode: symlink, id: id, size: int64(len(to))})
		case info.Mode().IsRegular():
			plainFiles = append(plainFiles, name)
			entries = append(entries, entry{path: name, mode: t.git.modeOf(info, modes[name]), size: -1})
		default:
			return nil, &Error{Path: src.shown(name), Reason: "is neither a file nor a folder nor a link", Advice: "remove it, or name it in .gitignore"}
		}
	}
	ids, err := t.git.hashes(ctx, src, plainFiles)
	if err != nil {
		return nil, err
	}
	for i := range entries {
		if entries[i].id == "" {
			entries[i].id, ids = ids[0], ids[1:]
		}
	}
	return entries, nil
}

// modeOf is a file's mode in git: where a work tree has no bit for programs, what is on record holds.
func (g *git) modeOf(info fs.FileInfo, recorded string) string {
	switch {
	case g.modeless && recorded != "":
		return recorded
	case !g.modeless && info.Mode()&0o100 != 0:
		return executable
	}
	return regular
}

// hashes returns the names of files' blobs, with line ends as git add makes them, and writes those that are new.
func (g *git) hashes(ctx context.Context, src *source, names []string) ([]string, error) {
	if len(names) == 0 {
		return nil, nil
	}
	hash := func(names []string, write ...string) ([]string, error) {
		words := make([]string, len(names))
		for i, n := range names {
			words[i] = quoted(n)
		}
		args := slices.Concat([]string{"-c", "core.autocrlf=" + g.crlf, "hash-object"}, write, []string{"--stdin-paths"})
		cmd := g.own(ctx, src.top, index, args...)
		out, err := g.run(cmd, lines(words))
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		ids := strings.Fields(string(out))
		if err != nil && len(ids) < len(names) {
			return nil, &Error{Path: src.shown(names[len(ids)]), Reason: "can't be read", Advice: "let the file be read by you, or ignore it in .gitignore", Err: err}
		}
		return ids, err
	}
	ids, err := hash(names)
	if err != nil {
		return nil, err
	}
	sizes, err := g.sizes(ctx, ids)
	if err != nil {
		return nil, err
	}
	var fresh, want []string
	for i, size := range sizes {
		if size < 0 {
			fresh, want = append(fresh, names[i]), append(want, ids[i])
		}
	}
	if len(fresh) == 0 {
		return ids, nil
	}
	got, err := hash(fresh, "-w")
	if err != nil {
		return nil, err
	}
	for i := range got {
		if got[i] != want[i] {
			return nil, &Error{Path: src.shown(fresh[i]), Reason: errChanged.Error()[len("it "):], Advice: "push again when nothing writes to it"}
		}
	}
	return ids, nil
}

// changed lists what differs in the work tree from what is pushed, below the source's prefix.
func (t *Tree) changed(ctx context.Context, src source, commit string) ([]string, error) {
	_ = os.Remove(filepath.Join(t.git.dir, index))
	if err := t.git.copyIndex(src.checkout, index); err != nil {
		return nil, err
	}
	if err := t.copyExclude(&src); err != nil {
		return nil, err
	}
	if _, err := t.git.run(t.git.own(ctx, "", "", "update-ref", "--no-deref", "HEAD", commit), nil); err != nil {
		return nil, err
	}
	args := append([]string{"-c", "core.autocrlf=" + t.git.crlf, "status", "--porcelain", "-z", "--no-renames", "--untracked-files=normal", "--ignore-submodules=all", "--"}, below(src.prefix)...)
	out, err := t.git.run(t.git.own(ctx, src.top, index, args...), nil)
	if err != nil {
		return nil, err
	}
	// A HEAD at the commit would be named in $Format:%D$.
	if _, err := t.git.run(t.git.own(ctx, "", "", "symbolic-ref", "HEAD", "refs/heads/none"), nil); err != nil {
		return nil, err
	}
	var names []string
	for _, record := range fields(out) {
		if len(record) > 3 {
			names = append(names, src.shown(record[3:]))
		}
	}
	return names, nil
}
