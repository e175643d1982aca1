package cli

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"djship/project"
	"djship/shell"
	"djship/steps/django"
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

// isStartHosts tells whether an inventory is still the one to edit.
func isStartHosts(name string) bool {
	info, err := os.Lstat(name)
	if err != nil || !info.Mode().IsRegular() || info.Size() != int64(len(startHosts)) {
		return false
	}
	text, err := os.ReadFile(name)
	return err == nil && string(text) == startHosts
}

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
	edit, elsewhere := "", env.Getenv("DJSHIP_INVENTORY")
	switch {
	case elsewhere != "":
		say(env.Stdout, "no hosts.ini: DJSHIP_INVENTORY names %s\n", elsewhere)
	case p.Settings.Inventory == "":
		edit = filepath.Join(o.dir, inventoryFile)
		_, missing := os.Lstat(edit)
		err = errors.Join(err, initFile(env, o, inventoryFile, startHosts))
		if missing == nil && !isStartHosts(edit) {
			edit = ""
		}
	}
	if err == nil && !o.quiet {
		sayNext(env.Stdout, p, o.dir, inventoryOf(o, p, elsewhere), edit, decide)
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

// inventoryOf is the inventory that has to be named, "" where the usual one is right.
func inventoryOf(o initOptions, p *project.Project, elsewhere string) string {
	switch {
	case elsewhere != "":
		return ""
	case p.Settings.Inventory != "":
		return filepath.Join(o.dir, p.Settings.Inventory)
	case o.dir != ".":
		return filepath.Join(o.dir, inventoryFile)
	}
	return ""
}

// sayNext says what to type now. edit is the inventory that has an example in it, "" for none.
func sayNext(w io.Writer, p *project.Project, dir, inventory, edit string, decide bool) {
	call, code, from := "djship ", p.Name, ""
	if inventory != "" {
		call = "djship -i " + shell.Quote(inventory) + " "
	}
	if p.Settings.File == "" || p.Settings.Project != "" { // it says, or what was written does
		code = ""
	}
	if dir != "." {
		from = "--dir " + shell.Quote(dir)
	}
	say(w, "\nnext:\n")
	if decide {
		say(w, "  mend or decide what has a ! above; decisions go into %s\n", settingsName(p))
	}
	if edit != "" {
		say(w, "  in %s, put your server's address into the line of web1\n", edit)
	}
	say(w, "  %s\n", call+"up "+p.Name+" DOMAIN")
	say(w, "  %s\n", strings.Join(slices.DeleteFunc([]string{call + "push", code, from}, func(word string) bool { return word == "" }), " "))
}
