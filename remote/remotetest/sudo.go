package remotetest

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"djship/shell"
)

// A FakeSudo is a sudo for a Server's PATH. It takes the options that package remote gives it, asks
// for a password as the real one does, and then runs the command as the user of the test.
type FakeSudo struct {
	Password string // asked for; empty for NOPASSWD
	Denied   string // what it says instead of running anything: "x is not in the sudoers file."
	Rust     bool   // prompts as sudo-rs does
	Lecture  string // printed before the first prompt
}

// Env writes the sudo and gives the environment that has a Server use it. What was entered at its
// prompts, one line each, is in the file entered.
func (f FakeSudo) Env(tb testing.TB) (env []string, entered string) {
	tb.Helper()
	dir := tb.TempDir()
	entered = filepath.Join(dir, "entered")
	script := fmt.Sprintf(fakeSudo, shell.Quote(f.Password), shell.Quote(f.Denied), shell.Quote(f.Lecture), f.Rust, shell.Quote(entered))
	if err := os.WriteFile(filepath.Join(dir, "sudo"), []byte(script), 0o755); err != nil {
		tb.Fatal(err)
	}
	return []string{"PATH=" + dir + ":" + os.Getenv("PATH")}, entered
}

const fakeSudo = `#!/bin/sh
password=%s denied=%s lecture=%s rust=%t entered=%s
interactive=yes prompt='%%%%p'
while :; do
	case $1 in
	-n) interactive=no ;;
	-p) prompt=$2; shift ;;
	-u) shift ;;
	-H | -S) ;;
	--) shift; break ;;
	*) echo "sudo: unknown option $1" >&2; exit 1 ;;
	esac
	shift
done
if [ -n "$denied" ] && [ -z "$password" ]; then echo "$denied" >&2; exit 1; fi
if [ -n "$password" ]; then
	if [ $interactive = no ]; then echo 'sudo: a password is required' >&2; exit 1; fi
	if [ -n "$lecture" ]; then echo "$lecture" >&2; fi
	tries=0
	while :; do
		if $rust; then
			printf '[sudo: %%s] Password: ' "$prompt" >&2
		else
			printf '%%s' "$prompt" | sed 's/%%%%/%%/g' >&2
		fi
		IFS= read -r line || { echo 'sudo: no password was provided' >&2; exit 1; }
		printf '%%s\n' "$line" >>"$entered"
		[ "$line" = "$password" ] && break
		tries=$((tries + 1))
		echo 'Sorry, try again.' >&2
		[ $tries = 3 ] && exit 1
	done
	if [ -n "$denied" ]; then echo "$denied" >&2; exit 1; fi
fi
exec "$@"
`
