package cli

import (
	"context"
	"fmt"
	"sort"
	"strings"
	"sync"

	"djship/remote"
	"djship/secret"
)

// ask puts a question on the terminal and returns the line that was typed; a hidden one is not
// shown. When ctx ends, so does the question, and the terminal is as it was. asked is false where
// nobody can be asked.
func (env Env) ask(ctx context.Context, question string, hidden bool) (answer string, asked bool, err error) {
	tty, err := openTTY()
	if err != nil {
		return "", false, nil
	}
	defer tty.Close()
	if hidden {
		again, err := tty.silence()
		if err != nil {
			return "", true, fmt.Errorf("can't have the terminal hide what is typed: %w", err)
		}
		defer env.signals.atExit(func() { again(true) })()
		defer func() { again(ctx.Err() != nil) }()
	}
	if !hidden {
		tty.drop()
	}
	say(tty, "%s", question)
	answer, err = tty.within(ctx).line()
	if hidden || err != nil {
		say(tty, "\n")
	}
	return answer, true, err
}

// askSecret asks for a password without echo. instead says where else it can come from.
func (env Env) askSecret(ctx context.Context, what, instead string) (secret.Value, error) {
	typed, asked, err := env.ask(ctx, what+": ", true)
	switch {
	case err != nil && ctx.Err() != nil:
		return secret.Value{}, ctx.Err()
	case err != nil:
		return secret.Value{}, fmt.Errorf("can't read the %s: %w", what, err)
	case !asked:
		return secret.Value{}, &usageError{"there is no terminal to ask for the " + what, instead}
	}
	return secret.New(typed), nil
}

// askPassphrase returns what asks for the passphrase of a key, nil where nobody can be asked. pause
// makes room on the terminal.
func (env Env) askPassphrase(pause func() (resume func())) func(ctx context.Context, path string) (secret.Value, error) {
	tty, err := openTTY()
	if err != nil {
		return nil
	}
	tty.Close()
	var one sync.Mutex
	return func(ctx context.Context, path string) (secret.Value, error) {
		one.Lock()
		defer one.Unlock()
		if ctx.Err() != nil {
			return secret.Value{}, ctx.Err()
		}
		defer pause()()
		return env.askSecret(ctx, "passphrase for "+path, "add the key to the agent beforehand: ssh-add")
	}
}

// confirm asks a question that only the word yes answers in the affirmative. asked is false where
// nobody can be asked; the error is ctx's.
func (env Env) confirm(ctx context.Context, question string) (yes, asked bool, err error) {
	answer, asked, err := env.ask(ctx, question, false)
	if ctx.Err() != nil {
		return false, asked, ctx.Err()
	}
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "y", "yes":
		return err == nil && asked, asked, nil
	}
	return false, asked, nil
}

// askAboutKeys asks about host keys, all in one question.
func (env Env) askAboutKeys(ctx context.Context, keys []*remote.UnknownHostKeyError) error {
	sort.Slice(keys, func(i, j int) bool { return keys[i].Host < keys[j].Host })
	say(env.Stderr, "not known yet, by their host keys:\n")
	width := 0
	for _, k := range keys {
		width = max(width, len(k.Host))
	}
	for _, k := range keys {
		say(env.Stderr, "%s\n", keyLine(k, width))
	}
	yes, asked, err := env.confirm(ctx, "connect to them, and remember the keys? (yes/no) ")
	switch {
	case err != nil:
		return err
	case !asked:
		return unreachable(&usageError{fmt.Sprintf("%d host keys are not known, and there is no terminal to ask about them", len(keys)),
			"log in once with ssh, or use --accept-new where the network can be trusted"})
	case !yes:
		return unreachable(&usageError{"host keys not accepted; nothing was touched", "compare the fingerprints on the hosts: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub"})
	}
	return nil
}
