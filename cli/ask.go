package cli

import (
	"bufio"
	"fmt"
	"os"
	"sort"
	"strings"
	"sync"

	"golang.org/x/term"

	"djship/remote"
)

// The prompts of this file are on the terminal itself, so that stdin and stdout may be pipes.

// openTTY opens the terminal of this process; an error means that nobody can be asked.
func openTTY() (*os.File, error) { return os.OpenFile("/dev/tty", os.O_RDWR, 0) }

// askSecret asks for a password without echo.
func (env Env) askSecret(prompt string) (remote.Secret, error) {
	tty, err := openTTY()
	if err != nil {
		return remote.Secret{}, &usageError{"there is no terminal to ask for the " + strings.TrimSuffix(prompt, ": "),
			"set ansible_password or ansible_become_password in the inventory, or use a key and password-less sudo"}
	}
	defer tty.Close()
	say(tty, "%s", prompt)
	b, err := term.ReadPassword(int(tty.Fd()))
	say(tty, "\n")
	if err != nil {
		return remote.Secret{}, fmt.Errorf("can't read the password: %w", err)
	}
	return remote.NewSecret(string(b)), nil
}

// askPassphrase returns what asks for the passphrase of a key, nil where nobody can be asked.
func (env Env) askPassphrase() func(path string) (remote.Secret, error) {
	tty, err := openTTY()
	if err != nil {
		return nil
	}
	_ = tty.Close()
	var one sync.Mutex
	return func(path string) (remote.Secret, error) {
		one.Lock()
		defer one.Unlock()
		return env.askSecret("passphrase for " + path + ": ")
	}
}

// confirm asks a question that only the word yes answers in the affirmative. asked is false where
// nobody can be asked.
func (env Env) confirm(question string) (yes, asked bool) {
	tty, err := openTTY()
	if err != nil {
		return false, false
	}
	defer tty.Close()
	say(tty, "%s", question)
	answer, _ := bufio.NewReader(tty).ReadString('\n')
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "y", "yes":
		return true, true
	}
	return false, true
}

// askAboutKeys asks about host keys, all in one question.
func (env Env) askAboutKeys(keys []*remote.UnknownHostKeyError) error {
	sort.Slice(keys, func(i, j int) bool { return keys[i].Host < keys[j].Host })
	say(env.Stderr, "not known yet, by their host keys:\n")
	for _, k := range keys {
		say(env.Stderr, "%s\n", keyLine(k))
	}
	yes, asked := env.confirm("connect to them, and remember the keys? (yes/no) ")
	switch {
	case !asked:
		return unreachable(&usageError{fmt.Sprintf("%d host keys are not known, and there is no terminal to ask about them", len(keys)),
			"log in once with ssh, or use --accept-new where the network can be trusted"})
	case !yes:
		return unreachable(&usageError{"host keys not accepted; nothing was touched", "compare the fingerprints on the hosts: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub"})
	}
	return nil
}
