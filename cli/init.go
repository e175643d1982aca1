package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"djship/project"
	"djship/report"
	"djship/steps/django"
	"djship/steps/model"
)

func initCommand() *command {
	return &command{
		name: "init", brief: "look at a Django project, write djship.toml and hosts.ini",
		more: "What is chosen is shown with its reason. Files that are there are left alone,\n" +
			"and what is missing in djship.toml is shown. Nothing of the project is run.",
		examples: []string{"djship init", "djship init --check", "djship init --dir shop"},
		tooMany:  "djship init --dir DIR",
		flags:    []flag{{name: "dir", usage: "the project is in `DIR` (default: .)", kind: flagText}},
		explains: []string{"check", "quiet"},
		meanings: map[string]string{"check": "show what would be written, write nothing", "quiet": "say only what was written, and what has to be decided"},
		run:      parseThenRun(readInitOptions, initProject),
	}
}

// initOptions are what `djship init` is asked for.
type initOptions struct {
	dir          string
	check, quiet bool
}

func readInitOptions(in input) (initOptions, error) {
	o := initOptions{dir: ".", check: in.on("check"), quiet: in.on("quiet")}
	if in.set("dir") {
		o.dir = in.text("dir")
	}
	if o.dir == "" {
		return o, &usageError{"--dir is empty", "leave it out for the folder that you are in"}
	}
	return o, nil
}

const inventoryFile = "hosts.ini"

// startHosts is an inventory with one line to edit.
const startHosts = `# Your servers, as in an inventory of Ansible's: a name, and how it is reached.
# Any login that is root or may sudo. What is read: djship hosts -v

[production]
web1 ansible_host=192.0.2.10

# A server for trying out: where both groups have hosts, staging goes first.
# [staging]
# stage1 ansible_host=192.0.2.20
#
# [staging:vars]
# djship_domain=staging.example.com
`

// initProject says what the project in a folder is, and writes what it does not say itself.
func initProject(env Env, o initOptions) error {
	p, err := project.Read(o.dir, func(name string) error {
		_, err := django.NewSite(name, "example.com", "")
		return err
	})
	if err != nil {
		return err
	}
	if !o.quiet {
		at := o.dir
		if abs, err := filepath.Abs(o.dir); err == nil {
			at = abs
		}
		say(env.Stdout, "%s: a Django project, in %s\n\n", p.Name, at)
		sayChoices(env.Stdout, p.Choices, env.width())
		say(env.Stdout, "\n")
	}
	decide := sayNotes(env.Stdout, p.Notes, env.width(), o.quiet)
	if p.Settings.File == "" {
		err = initFile(env, o, project.OwnFile, p.File())
	} else {
		saySettings(env, p)
	}
	edit := ""
	if p.Settings.Inventory == "" {
		edit = filepath.Join(o.dir, inventoryFile)
		_, missing := os.Lstat(edit)
		err = errors.Join(err, initFile(env, o, inventoryFile, startHosts))
		if missing == nil {
			edit = ""
		}
	}
	if err == nil && !o.quiet {
		sayNext(env.Stdout, p, o, edit, decide)
	}
	return err
}

// settingsName is where a project says of itself what it is, or will.
func settingsName(p *project.Project) string {
	if p.Settings.File == "" || p.Settings.File == project.OwnFile {
		return project.OwnFile
	}
	return "[tool.djship] in " + p.Settings.File
}

// saySettings says that the project's own settings were left alone, and what they lack.
func saySettings(env Env, p *project.Project) {
	name, missing := settingsName(p), p.Missing()
	if missing == "" {
		say(env.Stdout, "%s is there and was left alone\n", name)
		return
	}
	say(env.Stdout, "%s is there and was left alone. It could say besides:\n\n", name)
	sayText(env.Stdout, indented(missing)+"\n")
}

// initFile writes a file where none is, or shows what would be in it.
func initFile(env Env, o initOptions, name, text string) error {
	at := filepath.Join(o.dir, name)
	if o.check {
		if _, err := os.Lstat(at); err == nil {
			return say(env.Stdout, "%s is there and is left alone\n", at)
		}
		say(env.Stdout, "would write %s:\n\n", at)
		return sayText(env.Stdout, indented(text)+"\n")
	}
	err := writeNew(at, text)
	switch {
	case errors.Is(err, fs.ErrExist):
		return say(env.Stdout, "%s is there and was left alone\n", at)
	case err != nil:
		return err
	}
	return say(env.Stdout, "wrote %s\n", at)
}

// writeNew writes a file that is not there yet. What could not be written whole is taken away again.
func writeNew(name, text string) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(name))
	}
	return nil
}

// indented is a text whose lines are set off.
func indented(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if line != "\n" {
			b.WriteString("    ")
		}
		b.WriteString(line)
	}
	return b.String()
}

// sayNotes says what people should know, and tells whether something has to be decided.
func sayNotes(w io.Writer, notes []project.Note, width int, onlyStops bool) bool {
	decide, some := false, false
	for _, n := range notes {
		decide = decide || n.Stops
		if onlyStops && !n.Stops {
			continue
		}
		some = true
		text := n.Text
		if n.Place != "" {
			text = n.Place + ": " + text
		}
		sayFolded(w, "! ", "  ", text, width)
		if n.Advice != "" {
			sayFolded(w, "  hint: ", "        ", n.Advice, width)
		}
	}
	if some {
		say(w, "\n")
	}
	return decide
}

// sayNext says what to type now. edit is the inventory that has an example in it, "" for none.
func sayNext(w io.Writer, p *project.Project, o initOptions, edit string, decide bool) {
	call := "djship up "
	if o.dir != "." && p.Settings.Inventory == "" {
		call = "djship -i " + model.Quote(filepath.Join(o.dir, inventoryFile)) + " up "
	}
	say(w, "\nnext:\n")
	if decide {
		say(w, "  mend or decide what has a ! above; decisions go into %s\n", settingsName(p))
	}
	if edit != "" {
		say(w, "  in %s, put your server's address into the line of web1\n", edit)
	}
	say(w, "  %s\n", call+p.Name+" DOMAIN")
}

// Of the columns of choices none takes more than its share of a terminal.
const (
	widestValue  = 36
	leastReason  = 28
	choiceIndent = "  "
)

// sayChoices prints what was chosen, those keys that are in a table below its name.
func sayChoices(w io.Writer, choices []project.Choice, width int) {
	of := func(c project.Choice) string {
		table, _, deep := strings.Cut(c.Key, ".")
		if !deep {
			return ""
		}
		return table
	}
	for len(choices) > 0 {
		table, n := of(choices[0]), 1
		for n < len(choices) && of(choices[n]) == table {
			n++
		}
		rows := slices.Clone(choices[:n])
		if table != "" {
			say(w, "\n"+choiceIndent+"[%s]\n", table)
			for i := range rows {
				rows[i].Key = strings.TrimPrefix(rows[i].Key, table+".")
			}
		}
		sayRows(w, rows, width)
		choices = choices[n:]
	}
}

// sayRows prints choices in columns, with reasons that are folded where a line is full. width is 0 where lines
// have no end.
func sayRows(w io.Writer, choices []project.Choice, width int) {
	key, value := 0, 0
	for _, c := range choices {
		key = max(key, letters(c.Key))
		if n := letters(c.Text()); n <= widestValue || width == 0 {
			value = max(value, n)
		}
	}
	before := len(choiceIndent) + key + 2
	for _, c := range choices {
		head := choiceIndent + padded(report.Spell(c.Key), key) + "  "
		reasonAt := before + value + 2
		text := report.Spell(c.Text())
		switch {
		case width > 0 && width-reasonAt < leastReason: // the reason has lines of its own
			sayFolded(w, head, strings.Repeat(" ", before), text, width)
			sayFolded(w, strings.Repeat(" ", before), strings.Repeat(" ", before), c.Reason(), width)
		case letters(text) > value:
			sayFolded(w, head, strings.Repeat(" ", before), text, width)
			sayFolded(w, strings.Repeat(" ", reasonAt), strings.Repeat(" ", reasonAt), c.Reason(), width)
		default:
			sayFolded(w, head+padded(text, value)+"  ", strings.Repeat(" ", reasonAt), c.Reason(), width)
		}
	}
}

func letters(s string) int { return utf8.RuneCountInString(report.Spell(s)) }

func padded(s string, to int) string {
	return s + strings.Repeat(" ", max(0, to-utf8.RuneCountInString(s)))
}

// sayFolded prints a text behind first, and goes on behind rest where a line is as wide as width; 0 is no width.
func sayFolded(w io.Writer, first, rest, text string, width int) {
	line, empty := first, true
	for _, word := range strings.Fields(report.Spell(text)) {
		if !empty && width > 0 && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			sayText(w, strings.TrimRight(line, " ")+"\n")
			line, empty = rest, true
		}
		if !empty {
			line += " "
		}
		line, empty = line+word, false
	}
	sayText(w, fmt.Sprintf("%s\n", strings.TrimRight(line, " ")))
}
