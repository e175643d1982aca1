package tree

import (
	"archive/tar"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// mostNames is how much of a command's line names may take: Windows has the least.
const mostNames = 16 << 10

// archive puts files of a tree as git archive has them, and returns the names of those that the tree has not.
func (t *Tree) archive(ctx context.Context, src *source, tree string, names []string, at map[string]*entry) ([]string, error) {
	wanted := map[string]bool{}
	for _, name := range names {
		wanted[name] = true
	}
	present := below(src.prefix) // where they are many they are picked from all, since each command reads the whole tree
	if size := len(strings.Join(names, " ")); size == 0 {
		return nil, nil
	} else if size <= mostNames {
		var err error
		if present, err = t.present(ctx, tree, names); err != nil || len(present) == 0 {
			return keys(wanted), err
		}
	}
	cmd := t.git.own(ctx, "", "", append([]string{"archive", "--format=tar", tree, "--"}, present...)...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	said := &lastWords{}
	cmd.Stderr = said
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	readErr := t.unpack(tar.NewReader(out), wanted, at)
	_, _ = io.Copy(io.Discard, out) // lets git end
	if err := t.git.failed(cmd, said, cmd.Wait()); err != nil {
		return nil, interrupted(ctx, err)
	}
	return keys(wanted), readErr
}

// present are the names that a tree has, since git archive fails for others.
func (t *Tree) present(ctx context.Context, tree string, names []string) ([]string, error) {
	out, err := t.git.run(t.git.own(ctx, "", "", append([]string{"ls-tree", "-z", "--name-only", "--full-tree", tree, "--"}, names...)...), nil)
	return fields(out), err
}

// unpack takes what is wanted out of an archive.
func (t *Tree) unpack(from *tar.Reader, wanted map[string]bool, at map[string]*entry) error {
	for {
		head, err := from.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if !wanted[head.Name] || head.Typeflag != tar.TypeReg {
			continue
		}
		e := at[head.Name]
		if e.id, err = t.store.put("blob", head.Size, from); err != nil {
			return err
		}
		e.size = head.Size
		delete(wanted, head.Name)
	}
}

func keys(set map[string]bool) []string {
	var all []string
	for k := range set {
		all = append(all, k)
	}
	return all
}

// copyTags gives the private repository the tags of the user's, for $Format:%(describe)$ and $Format:%D$. Branches would
// make the text change with time.
func (t *Tree) copyTags(ctx context.Context, src *source) error {
	out, err := t.git.run(t.git.command(ctx, src.top, "for-each-ref", "--format=%(objectname) %(refname)", "refs/tags"), nil)
	if err != nil {
		return err
	}
	// Each source has its own.
	if err := os.RemoveAll(filepath.Join(t.git.private(), "refs", "tags")); err != nil {
		return err
	}
	var commands strings.Builder
	for record := range strings.SplitSeq(strings.TrimSuffix(string(out), "\n"), "\n") {
		if id, ref, ok := strings.Cut(record, " "); ok {
			commands.WriteString("update " + ref + " " + id + "\n")
		}
	}
	_, err = t.git.run(t.git.own(ctx, "", "", "update-ref", "--stdin"), strings.NewReader(commands.String()))
	return err
}
