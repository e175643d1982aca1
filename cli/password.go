package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"djship/secret"
)

// A passwordKind is one of the passwords that a login may need, and where it can come from besides
// the inventory.
type passwordKind struct {
	what, ask, flag, variable string
}

// A passwordSource is where a password comes from by flags; the zero one is the environment.
type passwordSource struct {
	ask  bool
	file string // "-" is stdin
}

var (
	connection = passwordKind{"SSH password", "-k", "connection-password-file", "DJSHIP_CONNECTION_PASSWORD"}
	become     = passwordKind{"sudo password", "-K", "become-password-file", "DJSHIP_BECOME_PASSWORD"}
)

// takePasswords reads the variables that hold passwords and takes them out of the environment, which
// every child would get: an inventory's script, a ProxyCommand.
func takePasswords() map[string]secret.Value {
	passwords := map[string]secret.Value{}
	for _, kind := range []passwordKind{connection, become} {
		passwords[kind.variable] = secret.New(os.Getenv(kind.variable))
		_ = os.Unsetenv(kind.variable)
	}
	return passwords
}

// password returns the password that flags or environment give; none where they don't. What is asked
// for beats a file, which beats the variable.
func (env Env) password(ctx context.Context, kind passwordKind, from passwordSource) (secret.Value, error) {
	switch {
	case from.ask:
		return env.askSecret(ctx, kind.what, fmt.Sprintf("without %s: set %s, or name a file with --%s; or use a key and sudo without a password",
			kind.ask, kind.variable, kind.flag))
	case from.file != "":
		return env.readPassword(ctx, kind, from.file)
	}
	return env.Passwords[kind.variable], nil
}

// longestPassword is far above what any system takes.
const longestPassword = 4 << 10

// readPassword reads the one line that a file holds; "-" is stdin. It may be a pipe: a password
// manager's output.
func (env Env) readPassword(ctx context.Context, kind passwordKind, path string) (secret.Value, error) {
	type got struct {
		text []byte
		err  error
	}
	read := make(chan got, 1)
	go func() {
		text, err := readStart(env.Stdin, path)
		read <- got{text, err}
	}()
	select {
	case <-ctx.Done():
		return secret.Value{}, ctx.Err()
	case g := <-read:
		flag := "--" + kind.flag
		text := strings.TrimSuffix(strings.TrimSuffix(string(g.text), "\n"), "\r")
		switch {
		case g.err != nil:
			return secret.Value{}, &usageError{flag + ": " + g.err.Error(), "name a file with the password alone in it"}
		case text == "":
			return secret.Value{}, &usageError{flag + ": " + path + " is empty", "it is to hold the password, alone"}
		case strings.ContainsAny(text, "\n\x00") || len(g.text) > longestPassword:
			return secret.Value{}, &usageError{flag + ": " + path + " holds more than one line",
				"it is to hold the password, alone; what a program prints: --" + kind.flag + " <(program)"}
		}
		return secret.New(text), nil
	}
}

func readStart(stdin io.Reader, path string) ([]byte, error) {
	from := stdin
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			var at *os.PathError
			if errors.As(err, &at) {
				err = fmt.Errorf("can't read %s: %w", path, at.Err)
			}
			return nil, err
		}
		defer f.Close()
		from = f
	}
	return io.ReadAll(io.LimitReader(from, longestPassword+2))
}
