package cli

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"djship/secret"
)

// ask puts a question, of a line or more, on the terminal and returns the line that was typed; a hidden one is not
// shown. When ctx ends, so does the question, and the terminal is as it was. asked is false where
// nobody can be asked.
func (env Env) ask(ctx context.Context, hidden bool, question ...string) (answer string, asked bool, err error) {
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
	for _, line := range question[:len(question)-1] {
		say(tty, "%s\n", line)
	}
	say(tty, "%s", question[len(question)-1])
	answer, err = tty.within(ctx).line()
	if hidden || err != nil || tty.ended {
		say(tty, "\n")
	}
	return answer, true, err
}

// askSecret asks for a password without echo. instead says where else it can come from.
func (env Env) askSecret(ctx context.Context, what, instead string) (secret.Value, error) {
	typed, asked, err := env.ask(ctx, true, what+": ")
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

// confirm asks a question. asked is false where nobody can be asked; the error is ctx's.
func (env Env) confirm(ctx context.Context, question string) (yes, asked bool, err error) {
	answer, asked, err := env.ask(ctx, false, question)
	if ctx.Err() != nil {
		return false, asked, ctx.Err()
	}
	return err == nil && asked && isYes(answer), asked, nil
}

// isYes tells whether an answer is y or yes, in letters of any case; nothing else means yes.
func isYes(answer string) bool {
	answer = strings.ToLower(strings.TrimSpace(answer))
	return answer == "y" || answer == "yes"
}

// agreedByName puts a question that is answered by a project's name, where --yes has not answered it. what is asked is said where nobody is there.
func (env Env) agreedByName(ctx context.Context, o rolloutOptions, project, question, what string) error {
	return env.agreedBy(ctx, o, project, "its name", what, question, "Its name, to go on: ")
}

// agreedBy is agreedByName of any word, which is called as called says; the question is of a line or more.
func (env Env) agreedBy(ctx context.Context, o rolloutOptions, word, called, what string, question ...string) error {
	if o.pace.Yes {
		return nil
	}
	answer, asked, err := env.ask(ctx, false, question...)
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil:
		return err
	case !asked:
		return &usageError{"there is no terminal to ask " + what, "add --yes"}
	case strings.TrimSpace(answer) != word:
		say(env.Stderr, "djship: that is not %s: nothing was touched\n", called)
		return statusError(4)
	}
	return nil
}
