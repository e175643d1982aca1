package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"filippo.io/age"
	"golang.org/x/term"

	"djship/backup"
	"djship/inventory"
	"djship/remote"
	"djship/rollout"
	"djship/runner"
	"djship/secret"
	"djship/shell"
	"djship/steps/model"
)

func backupCommand() *command {
	return &command{
		name: "backup", args: "[PROJECT [FILE]]", brief: "write a site's data, secrets and configuration into one file",
		more: "The file is a tar that opens without djship. It holds secrets: with --recipient,\n" +
			"or djship_backup_recipients in the inventory, it is encrypted by age. FILE - is\nstdout. Sites are only read, those that djship did not make, too.",
		examples: []string{"djship backup example", "djship backup example -l web1 example.tar", "djship backup example --json"},
		flags:    []flag{{name: "recipient", short: "r", usage: "who may open it: a `RECIPIENT` of age's (age1...) or a public key of SSH; repeatable", kind: flagTexts}},
		explains: []string{"json", "log-dir"}, accepts: accessFlags,
		offers: offerFirst(completing.projects),
		run:    parseThenRun(readBackupOptions, takeBackups),
	}
}

// backupOptions are what `djship backup` is asked for.
type backupOptions struct {
	selection
	access
	project string // "" for what the folder says
	file    string // "" for one named after site, host and time; "-" for stdout
	to      []string
	json    bool
	logDir  string
}

func readBackupOptions(in input) (backupOptions, error) {
	a, err := readAccess(in)
	o := backupOptions{selection: readSelection(in), access: a, project: in.arg(0), file: in.arg(1), to: in.values["recipient"], json: in.on("json"), logDir: in.text("log-dir")}
	if err == nil && o.file == "-" && o.json {
		err = &usageError{"stdout is for the backup or for --json", "leave out one of the two"}
	}
	return o, err
}

// recipientsVariable names who may open backups of a host's sites.
const recipientsVariable = "djship_backup_recipients"

// recipientsOf are who may open a backup of a host: those that are typed, else those of the inventory.
func recipientsOf(h *inventory.Host, typed []string) ([]age.Recipient, error) {
	words, where := typed, "--recipient"
	if len(words) == 0 {
		said, err := hostVariable(h, recipientsVariable, "")
		if err != nil {
			return nil, err
		}
		where = recipientsVariable + " of " + h.Name
		for part := range strings.SplitSeq(said, ",") {
			if part = strings.TrimSpace(part); strings.HasPrefix(part, "ssh-") {
				words = append(words, part)
			} else {
				words = append(words, strings.Fields(part)...)
			}
		}
	}
	to, err := backup.ReadRecipients(words)
	if err != nil {
		hint := "age-keygen makes one, age1..., and the identity that opens what is sealed for it; a public key of SSH serves, too"
		if path := pathAmong(words); path != "" {
			hint = "the text of the key is wanted, not its file: --recipient " + `"$(cat ` + shell.Quote(path) + `)"`
		}
		return nil, &usageError{where + ": " + err.Error(), hint}
	}
	return to, nil
}

// pathAmong is the word that is a file's name here; "" where none is.
func pathAmong(words []string) string {
	for _, word := range words {
		if info, err := os.Stat(word); err == nil && info.Mode().IsRegular() {
			return word
		}
	}
	return ""
}

// A backupOf is what becomes of a host's backup.
type backupOf struct {
	host  string
	path  string // "-" for stdout
	to    []age.Recipient
	taken backup.Taken
	bytes int64
	sum   string
}

// takeBackups writes a backup of a site of each host.
func takeBackups(env Env, o backupOptions) error {
	project, err := ownSite(o.project, &o.selection, "djship backup PROJECT [FILE]")
	if err != nil {
		return err
	}
	if err := fitsSite(project); err != nil {
		return err
	}
	n, ctx, done, err := reach(env, o.selection, o.access, func(h *inventory.Host) error { _, err := recipientsOf(h, o.to); return err })
	if err != nil {
		return err
	}
	defer done()
	if len(n.hosts) > 1 && o.file != "" {
		return &usageError{"one file is of one host, and these are selected: " + someHosts(n.names()), "say which: -l " + n.hosts[0].Name + "; or leave FILE out, for one of each"}
	}
	if o.file == "-" && env.Screen.Out != nil && term.IsTerminal(int(env.Screen.Out.Fd())) {
		return &usageError{"a backup is nothing for a terminal to show", "name a file, or send it on: djship backup " + project + " - | ..."}
	}
	run, err := env.noteRun(o.logDir, rollout.RunStart{Command: "backup", Args: []string{project}, Hosts: n.names()})
	if err != nil {
		return err
	}
	all := make([]*backupOf, len(n.hosts))
	n.forks = 1 // each has the whole line, and what is begun is finished first
	errs := n.each(ctx, func(ctx context.Context, i int, s runner.Session) error {
		all[i] = &backupOf{host: n.hosts[i].Name, path: o.file}
		return run.backup(ctx, env, o, project, n.hosts[i], s, all[i])
	})
	return run.concludeBackups(env, o, n, all, errs)
}

// backup writes a backup of a host's site.
func (r *notedRun) backup(ctx context.Context, env Env, o backupOptions, project string, h networkHost, s runner.Session, b *backupOf) (err error) {
	began := time.Now()
	r.take(rollout.HostStart{Host: b.host, Stage: h.stage})
	defer func() {
		end := rollout.HostEnd{Host: b.host, Status: rollout.OK, Seconds: time.Since(began).Seconds()}
		if err != nil {
			end.Status, end.Error, end.Hint = rollout.Failed, secret.Masked(err.Error()), rollout.HintOf(err)
		}
		if end.Cause = remote.CauseOf(err); end.Cause != "" {
			end.Status = rollout.Unreachable
		}
		r.take(end)
	}()
	if b.to, err = recipientsOf(h.Host, o.to); err != nil {
		return err
	}
	err = b.write(ctx, env, s, project, o.selection.quiet)
	if missing := (*backup.Missing)(nil); errors.As(err, &missing) {
		others := &otherSites{}
		others.ask(ctx, h.Name, s)
		missing.Next = others.hint(project, missing.Hint())
	}
	return err
}

// write takes a backup, and has it bear its name when it is whole.
func (b *backupOf) write(ctx context.Context, env Env, s runner.Session, project string, quiet bool) error {
	if b.path == "" {
		b.path = backupName(project, b.host, len(b.to) > 0, time.Now())
	}
	var f *backup.File
	var err error
	if b.path == "-" {
		out := io.Writer(env.Screen.Out)
		if env.Screen.Out == nil {
			out = env.Stdout
		}
		f, err = backup.Stream(out, b.to)
	} else {
		f, err = backup.Create(b.path, b.to)
	}
	if err != nil {
		return &backup.Error{What: "site", Err: err, Next: "name another file, or remove that one"}
	}
	defer env.signals.atExit(f.Discard)()
	p := newBackupProgress(env, b.host, quiet)
	b.taken, err = backup.Take(ctx, s, backup.Site{Project: project, Host: b.host, Version: Version}, f, p.told)
	if err == nil {
		p.told("check", 0, 0)
		b.bytes, b.sum, err = f.Commit()
	} else {
		f.Discard()
	}
	p.done()
	return err
}

// backupName is what a backup is called that was given no name.
func backupName(project, host string, sealed bool, now time.Time) string {
	safe := func(r rune) rune {
		if r == '.' || r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '_'
	}
	name := fmt.Sprintf("%s-%s-%s.tar", project, strings.Map(safe, host), now.Format("20060102-150405"))
	if sealed {
		name += ".age"
	}
	return name
}

// backupPattern is what backups are called by backupName, for .gitignore.
var backupPattern = "*-" + strings.Repeat("[0-9]", 8) + "-" + strings.Repeat("[0-9]", 6) + ".tar"

// A backupTold is a backup as --json prints it.
type backupTold struct {
	Host      string   `json:"host"`
	Project   string   `json:"project"`
	File      string   `json:"file"`
	Bytes     int64    `json:"bytes"`
	SHA256    string   `json:"sha256"`
	Encrypted bool     `json:"encrypted"`
	Release   string   `json:"release,omitempty"`
	Tables    int      `json:"tables"`
	Rows      int64    `json:"rows"`
	Files     int      `json:"files"`
	LeftOut   []string `json:"left_out,omitempty"`
}

// told prints a backup that is whole, and what is to be known of it.
func (b *backupOf) told(env Env, o backupOptions) error {
	t := b.taken
	if o.json {
		return sayJSON(env.Stdout, backupTold{b.host, t.Project, b.path, b.bytes, b.sum, len(b.to) > 0, t.Release, t.Tables, t.Rows, t.Files, t.LeftOut})
	}
	out := env.Stdout
	if b.path == "-" {
		out = env.Stderr
	}
	b.said(out, env.Stderr)
	return nil
}

// said tells of it in words: what it is, and on the other stream what it lacks and whom it shows its secrets.
func (b *backupOf) said(out, warnings io.Writer) {
	t := b.taken
	say(out, "%s: %s: %s, database with %d rows in %d tables, %d files\n", b.host, b.path, model.Size(b.bytes), t.Rows, t.Tables, t.Files)
	if len(t.LeftOut) > 0 {
		shown := t.LeftOut[:min(len(t.LeftOut), 5)]
		say(warnings, "%s: warning: not in it: %s\n", b.host, strings.Join(shown, "; "))
		if len(t.LeftOut) > len(shown) {
			say(warnings, "    and %d more, named in its member left-out\n", len(t.LeftOut)-len(shown))
		}
	}
	if len(b.to) == 0 && b.path != "-" {
		say(warnings, "%s: warning: %s has the site's secrets and is not encrypted; only you may read it. --recipient, or %s in the inventory, has age encrypt it\n", b.host, b.path, recipientsVariable)
	}
}

// concludeBackups tells what became of all hosts, and returns the exit status.
func (r *notedRun) concludeBackups(env Env, o backupOptions, n *network, all []*backupOf, errs []error) error {
	var counts rollout.RunEnd
	for i, b := range all {
		switch {
		case b == nil, remote.CauseOf(errs[i]) != "":
			counts.Unreachable++
		case errs[i] != nil:
			counts.Failed++
		default:
			counts.OK++
			if err := b.told(env, o); err != nil {
				return err
			}
		}
	}
	var status error
	switch {
	case slices.ContainsFunc(errs, func(err error) bool { return errors.Is(err, context.Canceled) }):
		say(env.Stderr, "djship: interrupted; what was not whole is gone\n")
		counts.Status, status = statusInterrupted, statusError(statusInterrupted)
	case counts.Failed > 0 || counts.Unreachable > 0:
		status = n.sayFailed(env.Stderr, errs)
		if counts.Status = statusUnreachable; counts.Failed > 0 {
			counts.Status, status = 1, statusError(1)
		}
	}
	r.end(env, counts)
	return status
}

// A backupProgress shows on a terminal how far a backup is, or a restore.
type backupProgress struct {
	to    *os.File // nil where nobody looks
	host  string
	shown time.Time
	last  string
}

func newBackupProgress(env Env, host string, quiet bool) *backupProgress {
	p := &backupProgress{host: host}
	if err := env.Screen.Err; err != nil && !quiet && term.IsTerminal(int(err.Fd())) {
		p.to = err
	}
	return p
}

// told implements backup.Progress.
func (p *backupProgress) told(what string, come, of int64) {
	if p.to == nil || what == p.last && time.Since(p.shown) < 200*time.Millisecond {
		return
	}
	p.last, p.shown = what, time.Now()
	text := p.host + ": " + what
	switch {
	case of > 0 && come <= of:
		text += fmt.Sprintf(", %s of %s", model.Size(come), model.Size(of))
	case come > 0:
		text += ", " + model.Size(come)
	}
	sayText(p.to, "\r"+cutTo(text, columnsOf(p.to)-1)+"\x1b[K")
}

// done takes away what was shown.
func (p *backupProgress) done() {
	if p.to != nil {
		sayText(p.to, "\r\x1b[K")
	}
}

// cutTo is a text's first so many letters.
func cutTo(text string, letters int) string {
	if all := []rune(text); letters > 0 && len(all) > letters {
		return string(all[:letters])
	}
	return text
}
