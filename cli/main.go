// Package cli is djship's command line. Each command is a file: its options, how they are read from a
// line, and what it does. A line goes through readLine, refuse and input to the command that it names.
// A new command is a file, and a line in commands.
package cli

import (
	"io"
	"os"

	"djship/secret"
)

// An Env is what a command meets of the world outside.
type Env struct {
	Stdin          *os.File
	Stdout, Stderr io.Writer
	Getenv         func(string) string     // but for the variables of flags, see input
	Passwords      map[string]secret.Value // by the name of their variable
	Own            []string                // names of all variables that are set and djship's by their name

	Screen struct{ Out, Err *os.File } // the streams themselves, for what draws; nil where they are no files

	signals *signals
}

// OS returns the Env of this process, and takes the passwords out of its environment, so that no
// child has them.
func OS() Env {
	return Env{Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv, Own: ownVariables(os.Environ()), Passwords: takePasswords()}
}

// commands are all that djship can do, in the order in which help lists them.
func commands() []*command {
	return []*command{
		initCommand(), prereqCommand(), deployCommand(), upCommand(), adoptCommand(), pushCommand(),
		rollbackCommand(), restartCommand(), maintenanceCommand(), releasesCommand(),
		configCommand(), rotateCommand(), backupCommand(), restoreCommand(), removeCommand(), runCommand(), manageCommand(), logsCommand(), execCommand(),
		hostsCommand(), inventoryCommand(), pingCommand(), statusCommand(), unlockCommand(),
		runsCommand(), logCommand(), reportCommand(),
		completionCommand(), completeCommand(), manCommand(),
		versionCommand(), helpCommand(),
	}
}

// Main runs the command line, the program's name first, and returns the exit status.
func Main(args []string, env Env) int {
	env, done := env.safe()
	defer done()
	env.signals = listen(env.Stderr)
	return exitStatus(runLine(env, args[1:]), env.Stderr)
}

// runLine runs the command that words name, if nothing is wrong with them.
func runLine(env Env, words []string) error {
	l := readLine(words)
	if err := l.refuse(); err != nil {
		return err
	}
	l = l.orHelp()
	if err := l.refuseVariables(env.Own); err != nil {
		return err
	}
	in, err := l.input()
	if err != nil {
		return err
	}
	return l.command.run(env, in)
}

// orHelp is the line, or help where that is asked for or no command is named.
func (l line) orHelp() line {
	switch {
	case l.help && l.name != "":
		return line{command: helpCommand(), args: []string{l.name}}
	case l.help, l.name == "" && !l.version:
		return line{command: helpCommand()}
	case l.version:
		return line{command: versionCommand()}
	}
	return l
}
