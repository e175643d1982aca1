package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"djship/report"
)

// All that cli prints goes two ways. The streams of an Env let only through what shows, whoever writes
// to them (report.Printer). And say, with which cli prints, keeps what comes from outside on its line:
// the name of a host, a server's answer or an error makes no row of its own.

// safe returns env with streams that make printable what is written to them. What draws, and has
// made its own parts printable, goes to Screen.
func (env Env) safe() (safe Env, done func()) {
	env.Screen.Out, _ = env.Stdout.(*os.File)
	env.Screen.Err, _ = env.Stderr.(*os.File)
	out, err := report.NewPrinter(env.Stdout), report.NewPrinter(env.Stderr)
	env.Stdout, env.Stderr = out, err
	return env, func() { _, _ = out.Close(), err.Close() }
}

// paragraph is an argument of say that may have several lines; all but the first begin with indent.
type paragraph struct{ text, indent string }

func (p paragraph) String() string {
	lines := strings.Split(strings.TrimRight(p.text, "\n"), "\n")
	for i, line := range lines {
		lines[i] = report.Spell(strings.ReplaceAll(line, "\t", " "))
	}
	return strings.Join(lines, "\n"+p.indent)
}

// say prints as fmt.Fprintf does, with words that may come from anywhere: each argument stands on one
// line and shows as what it is.
func say(w io.Writer, format string, args ...any) error {
	spelled := make([]any, len(args))
	for i, arg := range args {
		switch arg := arg.(type) {
		case int, int64, float64, paragraph:
			spelled[i] = arg
		default:
			spelled[i] = report.Spell(fmt.Sprint(arg))
		}
	}
	_, err := fmt.Fprintf(w, format, spelled...)
	return err
}

// sayHint prints what to do next below what is wrong, if there is something; both are indented alike.
func sayHint(w io.Writer, indent, hint string) {
	if hint != "" {
		say(w, indent+"hint: %s\n", paragraph{hint, indent + "      "})
	}
}

// sayJSON prints a value as one line of JSON in which everything shows.
func sayJSON(w io.Writer, value any) error {
	line, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return sayText(w, string(report.JSONText(line))+"\n")
}

// sayText prints a text that djship has made: a page, a script, help. The stream sees to what does
// not show in it.
func sayText(w io.Writer, text string) error {
	_, err := io.WriteString(w, text)
	return err
}
