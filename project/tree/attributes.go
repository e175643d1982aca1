package tree

import (
	"context"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

const attributesFile = ".gitattributes"

// HostAttributes is what a bare repository that gets packs has in info/attributes, so that a checkout of its, or git
// archive, writes the bytes of the tree as they are.
const HostAttributes = "* -text !eol !crlf !ident !filter !working-tree-encoding !export-ignore !export-subst\n"

// attributes are those that change what is pushed.
var attributes = []string{"export-ignore", "export-subst", "text", "eol", "ident", "working-tree-encoding", "filter"}

// obey does with the files below the source's prefix what their attributes say: it leaves some out, converts some, and
// puts the content that pointers of LFS stand for.
func (t *Tree) obey(ctx context.Context, src *source, raw []entry) ([]entry, error) {
	entries := slices.DeleteFunc(slices.Clone(raw), func(e entry) bool { return !strings.HasPrefix(e.path, src.prefix) })
	if !slices.ContainsFunc(raw, func(e entry) bool { return path.Base(e.path) == attributesFile }) {
		return entries, nil
	}
	whole, err := t.store.tree(raw)
	if err != nil {
		return nil, err
	}
	if _, err := t.git.run(t.git.own(ctx, "", index, "read-tree", whole), nil); err != nil {
		return nil, err
	}
	are, err := t.attributes(ctx, src, entries)
	if err != nil {
		return nil, err
	}
	entries = slices.DeleteFunc(entries, func(e entry) bool { return are.ignored(e.path, src.prefix) })
	if err := t.takeFiltered(ctx, src, entries, are); err != nil {
		return nil, err
	}
	if err := t.convert(ctx, src, whole, entries, are); err != nil {
		return nil, err
	}
	return entries, t.pull(ctx, src, entries, are)
}

// given are attributes by path; a folder's ends in a slash.
type given map[string]map[string]string

// attributes asks git for those of all files and folders below the prefix, as the private index has them.
func (t *Tree) attributes(ctx context.Context, src *source, entries []entry) (given, error) {
	ask := map[string]bool{}
	for _, e := range entries {
		ask[e.path] = true
		for dir := path.Dir(e.path) + "/"; dir != "./" && len(dir) > len(src.prefix) && !ask[dir]; dir = path.Dir(strings.TrimSuffix(dir, "/")) + "/" {
			ask[dir] = true
		}
	}
	var names strings.Builder
	for name := range ask {
		names.WriteString(name + "\x00")
	}
	cmd := t.git.own(ctx, "", index, slices.Concat([]string{"check-attr", "--cached", "-z", "--stdin"}, attributes)...)
	out, err := t.git.run(cmd, strings.NewReader(names.String()))
	if err != nil {
		return nil, err
	}
	are := given{}
	words := fields(out)
	for i := 0; i+2 < len(words); i += 3 {
		if words[i+2] == "unspecified" {
			continue
		}
		if are[words[i]] == nil {
			are[words[i]] = map[string]string{}
		}
		are[words[i]][words[i+1]] = words[i+2]
	}
	return are, nil
}

// ignored tells whether export-ignore is set for a file or a folder that it is in.
func (a given) ignored(name, prefix string) bool {
	if a[name]["export-ignore"] == "set" {
		return true
	}
	for i := len(prefix); i < len(name); i++ {
		if name[i] == '/' && a[name[:i+1]]["export-ignore"] == "set" {
			return true
		}
	}
	return false
}

// isOn tells whether an attribute has a value, or is set.
func isOn(value string) bool { return value != "" && value != "unset" && value != "unspecified" }

// converted tells whether a checkout may have other bytes than the tree.
func (a given) converted(e entry) bool {
	if e.mode == symlink || e.mode == gitlink {
		return false
	}
	of := a[e.path]
	return of["eol"] == "crlf" && of["text"] != "unset" || of["ident"] == "set" || isOn(of["working-tree-encoding"])
}

// takeFiltered has the bytes of the work tree where that is what is pushed, since what git has on record went through a
// filter; and it notes whose filter was not run.
func (t *Tree) takeFiltered(ctx context.Context, src *source, entries []entry, are given) error {
	for i := range entries {
		e := &entries[i]
		filter := are[e.path]["filter"]
		if !isOn(filter) || e.mode == symlink || e.mode == gitlink {
			continue
		}
		if filter != lfs {
			t.Filters = append(t.Filters, src.shown(e.path))
		}
		full := filepath.Join(src.top, filepath.FromSlash(e.path))
		if src.commit != "" || leadsElsewhere(src.top, e.path) {
			continue
		}
		if info, err := os.Lstat(full); err != nil || !info.Mode().IsRegular() {
			continue // not checked out
		}
		id, size, err := t.store.putFile(ctx, full, nil)
		if err != nil {
			return &Error{Path: src.shown(e.path), Reason: "can't be taken from the work tree", Advice: "push again when nothing writes to it", Err: err}
		}
		e.id, e.size = id, size
	}
	return nil
}

// convert replaces files by what git archive makes of them: line ends, encodings, $Id$ and, of a commit's,
// $Format:…$. whole is the tree with all files of the source.
func (t *Tree) convert(ctx context.Context, src *source, whole string, entries []entry, are given) error {
	at := map[string]*entry{}
	var plainly, substituted []string
	for i := range entries {
		e := &entries[i]
		subst := src.commit != "" && are[e.path]["export-subst"] == "set" && (e.mode != symlink && e.mode != gitlink)
		switch {
		case subst:
			substituted = append(substituted, e.path)
		case are.converted(*e):
			plainly = append(plainly, e.path)
		default:
			continue
		}
		at[e.path] = e
	}
	if len(substituted) > 0 {
		if err := t.copyTags(ctx, src); err != nil {
			return err
		}
		names, err := t.archive(ctx, src, src.commit, substituted, at)
		if err != nil {
			return err
		}
		plainly = append(plainly, names...) // included, so the commit has none of it
	}
	missed, err := t.archive(ctx, src, whole, plainly, at)
	if err == nil && len(missed) > 0 {
		return &Error{Path: src.shown(missed[0]), Reason: "was not converted as .gitattributes says", Advice: "see what git archive HEAD makes of it"}
	}
	return err
}
