package tree

import (
	"context"
	"fmt"
	"strings"
)

// mostDiff is how much of a difference is told, in bytes.
const mostDiff = 256 << 10

// Diff is how the tree differs from an earlier one, as git prints it; from are that one's hash and the commit that it was made of. It is "" where nobody here knows it.
func (t *Tree) Diff(ctx context.Context, from []string) (string, error) {
	bases, err := t.bases(ctx, from)
	if err != nil || len(bases) == 0 {
		return "", err
	}
	out, err := t.git.run(t.git.own(ctx, "", "", "diff-tree", "-r", "-p", "-M", "--no-color", "--no-ext-diff", "--no-textconv", bases[0], t.Hash), nil)
	if err != nil {
		return "", interrupted(ctx, err)
	}
	text := string(out)
	if len(text) > mostDiff {
		whole := strings.LastIndexByte(text[:mostDiff], '\n') + 1
		text = text[:whole] + fmt.Sprintf("(%d bytes more)\n", len(text)-whole)
	}
	return text, nil
}
