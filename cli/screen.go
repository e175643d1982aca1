package cli

import (
	"os"

	"golang.org/x/term"

	"djship/report"
)

// screenOf is what the terminal, if there is one, can show.
func screenOf(env Env, noColor bool) report.Options {
	s := report.Detect(env.Screen.Out, env.Screen.Err, env.Getenv)
	if env.Screen.Out == nil || env.Screen.Err == nil {
		s.Out, s.Err = env.Stdout, env.Stderr
	}
	if noColor {
		s.Color, s.OutColor = false, false
	}
	return s
}

// width is how many columns stdout has; 0 where it is no terminal and everything is printed in full.
func (env Env) width() int {
	if env.Screen.Out == nil {
		return 0
	}
	return columnsOf(env.Screen.Out)
}

func columnsOf(f *os.File) int {
	w, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return w
}
