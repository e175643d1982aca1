package tree

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// oldest is the first git that knows all that is asked of it here: Debian 11's.
var oldest = [2]int{2, 30}

// waits is how long git's last words are waited for once it has been killed.
const waits = 5 * time.Second

// A git runs git: on the private repository, or to ask the user's for what it is.
type git struct {
	program  string
	dir      string   // of all that is private
	settings []string // -c name=value …
	env      []string
	crlf     string // core.autocrlf as the work tree is read: "false" or "input"
	modeless bool   // files of the work tree have no bit for programs
}

// private is the repository that everything is written to.
func (g *git) private() string { return filepath.Join(g.dir, "repo.git") }

// newGit finds git and makes it deaf to the environment's, the system's and the user's settings.
func newGit(ctx context.Context, dir string) (*git, error) {
	program, err := exec.LookPath("git")
	if err != nil {
		return nil, &Error{Reason: "git was not found", Advice: "install git (apt install git), then push again", Err: err}
	}
	home := filepath.Join(dir, "home")
	if err := os.Mkdir(home, 0o700); err != nil {
		return nil, err
	}
	g := &git{program: program, dir: dir, env: cleanEnv(os.Environ(), home), crlf: "false", modeless: runtime.GOOS == "windows"}
	nowhere := filepath.Join(dir, "nothing")
	g.settings = []string{"core.hooksPath=" + nowhere, "core.attributesFile=" + nowhere, "core.fsmonitor=", "core.untrackedCache=false",
		"core.autocrlf=false", "core.eol=lf", "core.safecrlf=false", "core.protectHFS=true", "core.protectNTFS=true", "core.quotePath=false",
		"core.pager=cat", "core.sshCommand=" + nowhere, "credential.helper=", "gc.auto=0", "maintenance.auto=false",
		"protocol.allow=never", "gpg.program=" + nowhere, "gpg.ssh.program=" + nowhere, "gpg.x509.program=" + nowhere, "log.showSignature=false"}
	out, err := g.run(g.command(ctx, dir, "version"), nil)
	if err != nil {
		return nil, err
	}
	var major, minor int
	if n, err := fmt.Sscanf(string(out), "git version %d.%d", &major, &minor); n != 2 {
		return nil, fmt.Errorf("git version says %q: %w", line(string(out), 100), err)
	}
	if major < oldest[0] || major == oldest[0] && minor < oldest[1] {
		return nil, &Error{Reason: fmt.Sprintf("git %d.%d is too old", major, minor), Advice: fmt.Sprintf("install git %d.%d or a later one", oldest[0], oldest[1])}
	}
	return g, nil
}

// cleanEnv is an environment without a word for git but ours.
func cleanEnv(env []string, home string) []string {
	env = slices.DeleteFunc(slices.Clone(env), func(pair string) bool {
		name, _, _ := strings.Cut(strings.ToUpper(pair), "=")
		return strings.HasPrefix(name, "GIT_") || strings.HasPrefix(name, "LC_") || strings.HasPrefix(name, "XDG_") ||
			slices.Contains([]string{"HOME", "LANG", "LANGUAGE", "SSH_ASKPASS", "PAGER", "EDITOR", "VISUAL", "TZ", "PWD"}, name)
	})
	return append(env, "HOME="+home, "XDG_CONFIG_HOME="+home, "LC_ALL=C", "TZ=UTC", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+filepath.Join(home, ".gitconfig"),
		"GIT_ATTR_NOSYSTEM=1", "GIT_OPTIONAL_LOCKS=0", "GIT_NO_REPLACE_OBJECTS=1", "GIT_NO_LAZY_FETCH=1", "GIT_ALLOW_PROTOCOL=none", "GIT_PROTOCOL_FROM_USER=0",
		"GIT_LITERAL_PATHSPECS=1", "GIT_TERMINAL_PROMPT=0", "GIT_PAGER=cat")
}

// command is git in a folder of the user's, where it finds their repository.
func (g *git) command(ctx context.Context, folder string, args ...string) *exec.Cmd {
	line := []string{"--no-pager"}
	for _, s := range g.settings {
		line = append(line, "-c", s)
	}
	cmd := exec.CommandContext(ctx, g.program, append(line, args...)...)
	cmd.Dir, cmd.Env, cmd.WaitDelay = folder, slices.Clone(g.env), waits
	return cmd
}

// own is git on the private repository. An index is a name in the private folder, top the folder whose files are
// looked at; each may be "".
func (g *git) own(ctx context.Context, top, index string, args ...string) *exec.Cmd {
	folder := top
	if top == "" {
		folder = g.dir
	}
	cmd := g.command(ctx, folder, args...)
	cmd.Env = append(cmd.Env, "GIT_DIR="+g.private())
	if top != "" {
		cmd.Env = append(cmd.Env, "GIT_WORK_TREE="+top)
	}
	if index != "" {
		cmd.Env = append(cmd.Env, "GIT_INDEX_FILE="+filepath.Join(g.dir, index))
	}
	return cmd
}

// run returns what git prints. Where it fails, the error is a GitError, or the context's.
func (g *git) run(cmd *exec.Cmd, stdin io.Reader) ([]byte, error) {
	out, said := &answer{}, &lastWords{}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, out, said
	err := cmd.Run()
	if errors.Is(err, errTooMuch) || out.text.Len() > mostOutput {
		return nil, &Error{Reason: "there are too many files here to be pushed", Advice: "push a folder of it: --dir DIR"}
	}
	return out.text.Bytes(), g.failed(cmd, said, err)
}

// mostOutput is how much git may list, in bytes: a million files or so. A few objects can be a tree without end.
var mostOutput = 128 << 20

var errTooMuch = errors.New("git says too much")

// An answer is what git prints, up to a limit. It has no ReadFrom, which would know of none.
type answer struct{ text bytes.Buffer }

func (a *answer) Write(p []byte) (int, error) {
	if a.text.Len() > mostOutput {
		return 0, errTooMuch
	}
	return a.text.Write(p)
}

// failed is the error of a command that ended so.
func (*git) failed(cmd *exec.Cmd, said *lastWords, err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	args := cmd.Args[1:]
	for len(args) > 1 && strings.HasPrefix(args[0], "-") {
		if args[0] == "-c" {
			args = args[1:]
		}
		args = args[1:]
	}
	return &GitError{Command: args[0], Said: said.String(), Err: err}
}

// interrupted tells the end of a context from all that else can fail, as exec tells it of a process that was killed.
func interrupted(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// lastWords keeps the last of what is written to it.
type lastWords struct{ kept []byte }

const mostWords = 4096

func (w *lastWords) Write(p []byte) (int, error) {
	w.kept = append(w.kept, p...)
	if over := len(w.kept) - mostWords; over > 0 {
		w.kept = append(w.kept[:0], w.kept[over:]...)
	}
	return len(p), nil
}

func (w *lastWords) String() string { return line(string(w.kept), 1000) }

// fields are the records of git's output with -z.
func fields(out []byte) []string {
	if len(out) == 0 {
		return nil
	}
	return strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
}

// lines are one word a line.
func lines(words []string) io.Reader { return strings.NewReader(strings.Join(words, "\n") + "\n") }

// quoted is a name as git reads it between double quotes, in one line.
func quoted(name string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(name) {
		switch c := name[i]; {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c < ' ' || c == 0x7f:
			fmt.Fprintf(&b, `\%03o`, c)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// isThere tells whether something has that name.
func isThere(name string) bool {
	_, err := os.Lstat(name)
	return !errors.Is(err, fs.ErrNotExist)
}
