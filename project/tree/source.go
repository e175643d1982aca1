package tree

import (
	"context"
	"errors"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// A source is where files come from: a checkout, a submodule of one, or a folder without git.
type source struct {
	checkout *checkout // nil for a folder without git
	top      string
	prefix   string   // what of it is wanted: "" or "app/"
	commit   string   // "" for the work tree
	at       string   // its place in the pushed tree: "" or "vendor/lib/"
	ignore   []string // lines as of .gitignore
	include  []string // below prefix
}

// shown is the name of a file of the source as the user sees it from the folder that is pushed.
func (s *source) shown(name string) string {
	if rest, ok := strings.CutPrefix(name, s.prefix); ok {
		return s.at + rest
	}
	return name
}

// collect returns all files of a source as they are to be pushed, named from its prefix on.
func (t *Tree) collect(ctx context.Context, src source) ([]entry, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	raw, err := t.raw(ctx, &src)
	if err != nil {
		return nil, err
	}
	for _, e := range raw {
		if why := refused(e); why != "" {
			return nil, &Error{Path: src.shown(e.path), Reason: why, Advice: "give it another name, and commit that"}
		}
	}
	if err := t.measure(ctx, &src, raw); err != nil {
		return nil, err
	}
	entries, err := t.obey(ctx, &src, raw)
	if err != nil {
		return nil, err
	}
	if entries, err = t.enter(ctx, &src, entries); err != nil {
		return nil, err
	}
	for i := range entries {
		entries[i].path = strings.TrimPrefix(entries[i].path, src.prefix)
	}
	return entries, nil
}

// index is the private index of the source that is read.
const index = "index"

// raw lists the files of a source as they are recorded, of the whole of it where it is a commit: attributes above
// the prefix count.
func (t *Tree) raw(ctx context.Context, src *source) ([]entry, error) {
	if src.commit == "" {
		return t.workTree(ctx, src)
	}
	entries, err := t.list(ctx, src, src.commit)
	if err != nil || len(src.include) == 0 {
		return entries, err
	}
	if _, err := t.git.run(t.git.own(ctx, "", index, "read-tree", src.commit), nil); err != nil {
		return nil, err
	}
	names, err := t.included(ctx, src)
	if err != nil {
		return nil, err
	}
	more, err := t.hashFiles(ctx, src, names, nil)
	return append(entries, more...), err
}

// list lists a tree, or a commit's.
func (t *Tree) list(ctx context.Context, src *source, tree string) ([]entry, error) {
	out, err := t.git.run(t.git.own(ctx, "", "", "ls-tree", "-r", "-t", "-z", "--full-tree", tree), nil)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	var entries []entry
	last := ""
	for _, record := range fields(out) {
		about, name, ok := strings.Cut(record, "\t")
		words := strings.Fields(about)
		if !ok || len(words) != 3 {
			continue // cut off by the error below
		}
		if words[1] == "tree" {
			t.store.known[words[2]] = true
			last = name
			continue
		}
		entries = append(entries, entry{path: name, mode: words[0], id: words[2], size: -1})
	}
	if err == nil {
		return entries, nil
	}
	var failed *GitError
	if errors.As(err, &failed) && src != nil {
		return nil, &Error{Path: src.shown(last), Reason: "or what is in it is not in the repository", Advice: fetchIt, Err: err}
	}
	return nil, err
}

const fetchIt = "the checkout does not have all of its files (a partial clone, or a damaged one): get them by git fetch --refetch, or git checkout of what is pushed, then push again"

// measure learns the sizes of all blobs. One that is missing ends it, if it is wanted.
func (t *Tree) measure(ctx context.Context, src *source, entries []entry) error {
	var ask []string
	var of []int
	for i, e := range entries {
		wanted := strings.HasPrefix(e.path, src.prefix) || path.Base(e.path) == attributesFile
		if e.mode != gitlink && e.size < 0 && wanted {
			ask, of = append(ask, e.id), append(of, i)
		}
	}
	if len(ask) == 0 {
		return nil
	}
	found, err := t.git.sizes(ctx, ask)
	if err != nil {
		return err
	}
	for n, i := range of {
		if found[n] < 0 {
			return &Error{Path: src.shown(entries[i].path), Reason: "is not in the repository, only its name is", Advice: fetchIt}
		}
		entries[i].size = found[n]
	}
	return nil
}

// sizes returns each object's size, -1 where it is missing.
func (g *git) sizes(ctx context.Context, ids []string) ([]int64, error) {
	out, err := g.run(g.own(ctx, "", "", "cat-file", "--batch-check=%(objectsize)"), lines(ids))
	if err != nil {
		return nil, interrupted(ctx, err)
	}
	all := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	if len(all) != len(ids) {
		return nil, errors.New("git cat-file did not answer for each object")
	}
	found := make([]int64, len(ids))
	for i, s := range all {
		if found[i], err = strconv.ParseInt(s, 10, 64); err != nil {
			found[i] = -1
		}
	}
	return found, nil
}

// enter puts the files of submodules in their place.
func (t *Tree) enter(ctx context.Context, src *source, entries []entry) ([]entry, error) {
	var all []entry
	for _, e := range entries {
		if e.mode != gitlink {
			all = append(all, e)
			continue
		}
		below, err := t.submodule(ctx, src, e)
		if err != nil {
			return nil, err
		}
		all = append(all, below...)
	}
	return all, nil
}

// submodule returns the files of one, named as those of its source.
func (t *Tree) submodule(ctx context.Context, src *source, e entry) ([]entry, error) {
	shown := src.shown(e.path)
	place := filepath.Join(src.top, filepath.FromSlash(e.path))
	absent := &Error{Path: shown, Reason: "is a submodule whose commit " + e.id[:10] + " is not in this checkout",
		Advice: "git submodule update --init --recursive " + typed(shown) + " gets it; then push again"}
	if leadsElsewhere(src.top, e.path+"/.git") || !isThere(filepath.Join(place, ".git")) {
		return nil, absent
	}
	c, err := t.git.discover(ctx, place)
	if err != nil {
		return nil, err
	}
	if c == nil || c.prefix != "" || !sameFolder(c.top, place) {
		return nil, absent
	}
	if c.format != t.Format {
		return nil, &Error{Path: shown, Reason: "is a submodule with hashes of " + c.format + " in a repository with " + t.Format, Advice: "take it in as plain files"}
	}
	if err := t.git.borrow(c); err != nil {
		return nil, err
	}
	sub := source{checkout: c, top: c.top, at: shown + "/"}
	if src.commit != "" {
		sub.commit = e.id
		if sizes, err := t.git.sizes(ctx, []string{e.id}); err != nil {
			return nil, err
		} else if sizes[0] < 0 {
			return nil, absent
		}
		if head, err := t.git.commit(ctx, c, ""); err == nil && head != e.id && !t.Dirty && !slices.Contains(t.Changed, shown) {
			t.Changed = append(t.Changed, shown)
		}
	}
	entries, err := t.collect(ctx, sub)
	for i := range entries {
		entries[i].path = e.path + "/" + entries[i].path
	}
	return entries, err
}
