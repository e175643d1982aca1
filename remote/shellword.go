package remote

// ShellWord quotes s for a POSIX shell, for commands that people are told to type.
func ShellWord(s string) string { return shellWord(s) }
