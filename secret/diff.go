package secret

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/aymanbagabas/go-udiff"
)

// Diff returns the unified diff from old to new text, secrets masked. A content that is not text is
// told by its size.
func Diff(oldPath, newPath, old, text string) string {
	if strings.ContainsRune(old, 0) || !utf8.ValidString(old) {
		return fmt.Sprintf("%s: binary, %d bytes\n", oldPath, len(old))
	}
	d := udiff.Unified(oldPath, newPath, Masked(old), Masked(text))
	if d == "" && old != text {
		return fmt.Sprintf("%s: another secret, which is not shown\n", oldPath)
	}
	return d
}
