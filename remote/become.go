package remote

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"

	"djship/shell"
)

// preamble makes a script's world the same on every host and for every way to become root.
const preamble = `set --
exec 2>&1
umask 022
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C.UTF-8
export PATH LC_ALL
cd /
`

// A loader is all of a script that can be seen in ps: it tells that it runs as the user to become,
// reads the packed script, of so many bytes, from its stdin, and runs it if it came whole. It has no
// single quote and no "!", so that every login shell takes it as one word in single quotes.
const loader = `printf "` + readyPrefix + `%%s\n" "$1";PATH=` + loaderPath + `;djship="$(` + readPacked + `)"&&eval "$djship"`

// A carriedLoader takes the packed script from where carried has put it, and where that has not come whole does what loader does.
const carriedLoader = `PATH=` + loaderPath + `;if djship="$(printf %%s "$` + carrier + `"|LC_ALL=C sed "s/=0/\x00/g;s/=1/%%/g;s,=2,/,g;s/=3/=/g"|gzip -dc 2>&-)";then unset ` + carrier +
	`;else unset ` + carrier + `;printf "` + readyPrefix + `%%s\n" "$1";djship="$(` + readPacked + `)"||exit;fi;eval "$djship"`

const (
	loaderPath = "/usr/sbin:/usr/bin:/sbin:/bin"
	readPacked = "timeout --foreground 15 head -c %d|gzip -dc"
)

// carrier is the environment variable by which a packed script comes: Debian's sshd takes LC_* (AcceptEnv), and its sudo keeps them if
// they have no "/" and no "%" (env_check). A process's environment can be read by its own account alone, and root. It comes with the request
// to run the loader, where stdin waits for sshd's leave to send: a round trip earlier.
const carrier = "LC_DJSHIP"

// carriedLimit is how large a packed script may be to come that way, in bytes: it is one packet, for which RFC 4253 promises room for 32,768 bytes.
const carriedLimit = 24 << 10

// carried makes of a packed script what the carrier has.
var carried = strings.NewReplacer("\x00", "=0", "%", "=1", "/", "=2", "=", "=3")

// They are printed before a word, so that a login shell that prints its
// commands (set -x) does not print what only loader and script may. lacksPrefix comes where the host keeps no basis.
const (
	readyPrefix = "djship-ready-"
	begunPrefix = "djship-begun-"
	lacksPrefix = "djship-lacks-"
)

// Each exec has random words of its own, so that nothing a host prints can be taken for them.
type marks struct {
	shell  string // printed by the login shell, which has come as far as our command
	ready  string // printed, after readyPrefix, by the loader as the user to become
	begun  string // printed, after begunPrefix or lacksPrefix, by the script; it goes where no other account can read it
	prompt string // in sudo's prompt for a password
}

func newMarks() marks {
	word := func(prefix string) string {
		random := make([]byte, 16)
		_, _ = rand.Read(random) // never fails
		return prefix + hex.EncodeToString(random)
	}
	return marks{shell: word("djship-shell-"), ready: word(""), begun: word(""), prompt: word("djship-prompt-")}
}

// sudoOption is the prompt as sudo is told it. sudo prints %% as %, so that a login shell that
// prints its commands (set -x) prints no prompt.
func (m marks) sudoOption() string { return "%%" + m.prompt }

// rustPrompt matches what sudo-rs prints after the prompt it was given, which it leaves as it is
// and puts into brackets.
var rustPrompt = regexp.MustCompile(`^\][^\n]{0,60}:[ \t]*$`)

// findSudoPrompt gives where in b sudo's first prompt begins and ends; -1 where there is none.
func (m marks) findSudoPrompt(b []byte) (at, end int) {
	word := []byte("%" + m.prompt)
	for {
		i := bytes.Index(b[end:], word)
		if i < 0 {
			return -1, 0
		}
		at, end = end+i, end+i+len(word)
		before, doubled := bytes.CutSuffix(b[:at], []byte("%"))
		switch {
		case !doubled:
			return at, end
		case bytes.HasSuffix(before, []byte("[sudo: ")) && rustPrompt.Match(b[end:]):
			return at, len(b)
		}
	}
}

// withoutPrompts is said without sudo's prompts.
func (m marks) withoutPrompts(said string) string {
	return strings.NewReplacer("[sudo: %%"+m.prompt+"] Password:", "", "%"+m.prompt, "").Replace(said)
}

// target is who to become.
func (b Become) target() string {
	if b.User == "" {
		return "root"
	}
	return b.User
}

// usesPassword tells whether there is a password to answer a prompt with.
func (b Become) usesPassword() bool { return b.Method != "" && b.Password.IsSet() }

// command is what any login shell (sh, bash, zsh, fish, csh) runs: a loader for a packed script of so
// many bytes, by /bin/sh as the user to become.
func (b Become) command(m marks, loader string, size int) (string, error) {
	run := "'" + fmt.Sprintf(loader, size) + "' sh " + m.ready
	flags, err := shellWords(b.Flags)
	if err != nil {
		return "", err
	}
	for _, word := range []string{b.Exe, b.target()} {
		if !shell.Plain(word) && word != "" {
			return "", fmt.Errorf("can't become %q by %q: these characters can't be given to every shell", b.target(), b.Exe)
		}
	}
	words := append(b.program(), flags...)
	switch b.Method {
	case "":
		words = []string{"exec", "/bin/sh", "-c", run}
	case "sudo":
		if b.usesPassword() {
			words = append(b.program(), "-H", "-S", "-p", m.sudoOption())
		} else {
			words = append(b.program(), "-H", "-n")
		}
		words = append(append(words, flags...), "-u", b.target(), "--", "/bin/sh", "-c", run)
	case "su":
		words = append(words, "-s", "/bin/sh", b.target(), "-c", run)
	case "doas":
		if !b.usesPassword() {
			words = append(words, "-n")
		}
		words = append(words, "-u", b.target(), "--", "/bin/sh", "-c", run)
	default:
		return "", fmt.Errorf("unknown way to become another user: %q (sudo, su and doas are known)", b.Method)
	}
	return "echo " + m.shell + ";" + strings.Join(words, " "), nil
}

// methodsHome is where Debian's packages have sudo, su and doas.
var methodsHome = "/usr/bin/"

// program is what begins a command that becomes another user. The method is taken from where its
// package has it: a program of that name that the login has on its PATH would get the password.
func (b Become) program() []string {
	if b.Exe != "" {
		return []string{"exec", "env", "LC_ALL=C", b.Exe}
	}
	place := methodsHome + b.Method
	return []string{"exec", "/bin/sh", "-c", `'LC_ALL=C;export LC_ALL;test -x ` + place + `&&exec ` + place + ` "$@";exec ` + b.Method + ` "$@"'`, b.Method}
}

// shellWords splits become flags at blanks and quotes each word for any shell.
func shellWords(s string) ([]string, error) {
	words := strings.Fields(s)
	for i, w := range words {
		switch {
		case strings.ContainsAny(w, `'"\!`+"`$"):
			return nil, fmt.Errorf("become flag %q: these characters can't be given to every shell", w)
		default:
			words[i] = shell.Quote(w)
		}
	}
	return words, nil
}

// What the methods say, in English: they run with LC_ALL=C.
var (
	saysNeedsTTY   = regexp.MustCompile(`(?i)must have a tty|a tty is required|a terminal is required|must be run from a terminal`)
	saysNeedsPass  = regexp.MustCompile(`(?i)a password is required|authentication (is )?required|authorization required`)
	saysWrongPass  = regexp.MustCompile(`(?i)incorrect password|authentication failure|authentication failed|incorrect authentication|sorry, try again`)
	saysMayNot     = regexp.MustCompile(`(?i)not in the sudoers|not allowed to|may not run|not permitted|permission denied`)
	saysMissing    = regexp.MustCompile(`(?i)no such file or directory|not found`)
	passwordPrompt = regexp.MustCompile(`(?i)password[^\n]{0,60}:[ \t]*$`)
)

// classify tells from what a method said, and from its exit status, in which way it failed.
func (b Become) classify(said string, status int) BecomeKind {
	switch {
	case status == 127 && saysMissing.MatchString(said):
		return BecomeMissing
	case saysNeedsTTY.MatchString(said):
		return BecomeNoTTY
	case saysMayNot.MatchString(said):
		return BecomeNotPermitted
	case saysNeedsPass.MatchString(said) && !b.usesPassword():
		return BecomePasswordNeeded
	case saysWrongPass.MatchString(said) && b.usesPassword():
		return BecomeWrongPassword
	default:
		return BecomeNotPermitted
	}
}
