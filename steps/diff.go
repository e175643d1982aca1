package steps

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/aymanbagabas/go-udiff"

	"djship/remote"
)

// diff returns the unified diff from old to new text, secrets masked. A content that is not text is
// told by its size.
func diff(oldPath, newPath, old, text string) string {
	if strings.ContainsRune(old, 0) || !utf8.ValidString(old) {
		return fmt.Sprintf("%s: binary, %d bytes\n", oldPath, len(old))
	}
	d := udiff.Unified(oldPath, newPath, masked(old), masked(text))
	if d == "" && old != text {
		return fmt.Sprintf("%s: another secret, which is not shown\n", oldPath)
	}
	return d
}

// What people write secrets as: assigned to a name that says so, in a URL, in an HTTP header.
var (
	assignment = regexp.MustCompile(`(?im)^(.*?(?:passw(?:or)?d|passphrase|secret|token|credential|(?:api|access|private)[_-]?key|dsn)[\w-]*["']?\]?[ \t]*[:=][ \t]*)(\S.*?)([,;]?[ \t]*)$`)
	inURL      = regexp.MustCompile(`(://[^/\s:@"']*:)[^/\s@"']+@`)
	inHeader   = regexp.MustCompile(`(?i)\b(authorization["':\s]+(?:basic|bearer)\s+)[^\s"';]+`)
	// elsewhere is a value that only tells where the secret is.
	elsewhere = regexp.MustCompile(`^"?\$(\(.*\)|\{.*\}|[A-Za-z_]\w*)"?$|^(os\.)?(environ|getenv)\b|^\w*(env|config|open|read\w*)\(|^(None|True|False|""|'')$`)
)

// masked is a text without the secrets that somebody has written into it: into prepare_env.sh, say.
func masked(text string) string {
	text = assignment.ReplaceAllStringFunc(text, func(line string) string {
		m := assignment.FindStringSubmatch(line)
		if elsewhere.MatchString(m[2]) {
			return line
		}
		return m[1] + remote.Mask + m[3]
	})
	text = inURL.ReplaceAllString(text, "${1}"+remote.Mask+"@")
	return inHeader.ReplaceAllString(text, "${1}"+remote.Mask)
}
