// Package model holds what steps are made of: a Step has a probe, shell text that only reads; what that has printed
// is Observed, beside the Facts of the host; NewPlan, a pure function, asks each step of a list for the Change that
// follows. Nothing here knows of SSH, nor of any step.
package model

import (
	"strings"
	"time"

	"djship/secret"
)

// A Script is text for a POSIX shell run by root, with the functions of the prelude at hand. It
// holds no secret: it stands in logs.
type Script string

// A Step is one aspect of a host and the state it should be in.
// Applying a step twice is the same as applying it once.
type Step interface {
	// Name is what people call the aspect: "nginx site example.com". It is unique in a list.
	Name() string
	// ID is what steps and hosts know it by, and does not change with its wording: "gunicorn:example",
	// "file:/etc/supervisord.conf". It is unique in a list, of letters, digits and "-_.:/", and so is its Slug.
	ID() string
	// Probe reads the aspect and prints what Plan needs. It never writes.
	Probe() Script
	// Plan is pure: the zero Change means that nothing is to be done.
	Plan(f Facts, seen Observed) Change
}

// Observed is what is known of a step's aspect when its change is planned.
type Observed struct {
	Text string // what its probe printed
	// Closed says that the site's account may not enter its home, so that nothing in there could be looked at.
	Closed bool
	// Due says that the step has to act whatever its probe shows: an earlier step's change asks
	// for it in Change.Notify, or a run was interrupted after it had begun.
	Due bool
}

// A Change is what a step would do about its aspect: what is said of it, what is done, and how that is scheduled.
type Change struct {
	Told
	Work
	Schedule
}

// Told is what is said of a change.
type Told struct {
	Verb   Verb
	Detail string // one line: what, and why
	Diff   string // unified, secrets masked
	Hint   string // for Refuse: what to do next
	Ask    string // for Refuse: the question that a person on a terminal is asked in place of it, where the step is Asking
	Warn   bool   // for Keep: it is more than an edit, which is normal; somebody should look at it
	// Migrations are what a change does to a site's database.
	Migrations []Migration
	Tables     []Table // of that database, where it is not known yet which these are
}

// Work is what is done for a change.
type Work struct {
	Before Script // runs before the files are put; fails the step while nothing has changed
	Files  []File // put one by one, each whole or not at all
	Blobs  []Blob // what the scripts find by the function blob
	Script Script // runs after them
	// Env is the environment of Before and Script beyond what is there: it may hold secrets, so it
	// stands in no text that is shown or can be seen in ps.
	Env map[string]secret.Value
}

// Given is work whose scripts have a value in a variable of the shell, with a name in lower case; nothing that they start has it in its environment.
func Given(name string, value secret.Value) Work {
	passed := strings.ToUpper(name)
	return Work{Env: map[string]secret.Value{passed: value}, Before: Script(name + "=${" + passed + "-}\nunset " + passed + "\n")}
}

// Schedule is what a change has to do with others, and with time.
type Schedule struct {
	Notify []string // IDs of later steps that become due by this change
	// Redo makes the step due in the next run where this one is cut off before its end: for
	// changes whose half-done state a probe can't tell from done.
	Redo bool
	// StartsAfter is the ID of an earlier step: the change may be made beside those between that step and its own
	// turn, which then only waits for it. It puts no files, and needs nothing of what they make. Where that step changes
	// nothing, it waits its turn.
	StartsAfter string
	// Limit is how long the change may take; 0 is 10 minutes.
	Limit time.Duration
	// Urge leaves word for another run that holds the host's lock, before that is waited for: what that does may make way for
	// this change. It runs without the lock, beside whatever is at work, and changes nothing else.
	Urge Script
	// OnlyIfActs takes a refusal back where no other step wants to touch the host.
	OnlyIfActs bool
}

// IsZero tells whether nothing is to be done or said.
func (c Change) IsZero() bool { return c.Verb == "" }

// Acts tells whether the change touches the host.
func (c Change) Acts() bool {
	return !c.IsZero() && c.Verb != Keep && c.Verb != Refuse && c.Verb != Tell
}

// Verb says what a change does.
type Verb string

// The verbs. Three do nothing: Keep leaves a file that the user has changed alone, Refuse ends the host's run
// before anything is touched, and Tell is what a person should know of an aspect that is as it should be.
const (
	Create  Verb = "create"
	Update  Verb = "update"
	Install Verb = "install"
	Run     Verb = "run"
	Start   Verb = "start"
	Enable  Verb = "enable"
	Restart Verb = "restart"
	Reload  Verb = "reload"
	Remove  Verb = "remove"
	Keep    Verb = "keep"
	Refuse  Verb = "refuse"
	Tell    Verb = "tell"
)

// A File is content that belongs at a path of the host.
type File struct {
	Path    string
	Content string
	Mode    string // octal, as chmod takes it: "0644"
	Owner   string // "" is root; a file of another account is written by that account itself
	// Over is the version, as st prints it, of what the file replaces, or "absent"; where something else is
	// there by then the plan is stale. "" replaces whatever is there.
	Over   string
	Backup bool // the present version is kept beside it
}

// DueMarks are the names of the files on a host by which a step is noted as due: that of its ID, which is written, and
// that of its name, which djship wrote until steps had IDs. A host counts a step as due by either.
func DueMarks(s Step) []string {
	byID, byName := Slug(s.ID()), Slug(s.Name())
	if byID == byName {
		return []string{byID}
	}
	return []string{byID, byName}
}

// Slug is an ID or a name as the name of a file.
func Slug(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.', r == '_', r == '-':
			return r
		}
		return '-'
	}, name)
}
