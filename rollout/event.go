// Package rollout takes hosts through a run: stage by stage, turn by turn, batch by batch, each host probed,
// changed and checked for health. It tells what happens as events and knows nothing of SSH, flags
// or screens.
package rollout

import (
	"time"

	"djship/remote"
	"djship/steps/model"
)

// Schema is the version of the JSON form of the events; it grows with any change that a reader of
// the old form could trip over.
const Schema = 1

// An Event is one thing that happened in a run. The types that implement it are a closed list:
// RunStart, HostStart, Step, Migration, Switch, HostEnd, Gate and RunEnd are what scripts are promised; Activity,
// StepStart, Output, Note, Probed, Sending, Waiting and TurnStart are for screens and logs only and have no JSON form.
type Event interface{ event() }

// RunStart is the first event of a run.
type RunStart struct {
	Version string   `json:"version"`
	Command string   `json:"command"` // "prereq", "deploy", "up"
	Args    []string `json:"args"`
	Check   bool     `json:"check"`
	Hosts   []string `json:"hosts"`
	Stages  []string `json:"stages"`
	Pushed
}

// Pushed is the code that a run brings to hosts; zero for one that brings none.
type Pushed struct {
	Release string `json:"release,omitempty"` // its ID
	Commit  string `json:"commit,omitempty"`  // "" where it is none of git's
	Tree    string `json:"tree,omitempty"`    // the hash of git's tree object
	Dirty   bool   `json:"dirty,omitempty"`   // the work tree had more than the commit
}

// HostStart says that a host's first turn has begun.
type HostStart struct {
	Host  string `json:"host"`
	Stage string `json:"stage"` // empty where the inventory has no stages
	Batch int    `json:"batch"` // counted from 1 within the stage
	// Domain is the site's on this host, where the inventory has another than the one typed.
	Domain string `json:"domain,omitempty"`
}

// Status is how a step or a host ended.
type Status string

// The values of Status. Hosts use all but Kept; steps use the first five.
const (
	OK          Status = "ok"
	Changed     Status = "changed"
	WouldChange Status = "would_change"
	Failed      Status = "failed"
	Kept        Status = "kept" // a file that the user has changed, left alone
	Unreachable Status = "unreachable"
	Skipped     Status = "skipped" // it was not begun, or left between two turns, for no fault of its own
)

// StepEnd is a step's end on a host.
type StepEnd struct {
	Host    string  `json:"host"`
	Phase   string  `json:"phase,omitempty"` // the turn's name; empty where the host has but one; "back" on the way back
	Step    string  `json:"step"`
	Status  Status  `json:"status"`
	Detail  string  `json:"detail"` // one line: what, and why
	Diff    string  `json:"diff"`   // unified, secrets masked
	Seconds float64 `json:"seconds"`
	// Warn says of a kept file that it is more than an edit, which is normal: somebody should look at it.
	Warn bool `json:"warn,omitempty"`
}

// Switch is what was seen on a host when its site began to answer by another release, and while that was watched.
type Switch struct {
	Host string `json:"host"`
	model.Switched
}

// Migration is one that a host applies to its site's database, or would, before it begins.
type Migration struct {
	Host string `json:"host"`
	model.Migration
}

// HostEnd is a host's last event.
type HostEnd struct {
	Host    string  `json:"host"`
	Status  Status  `json:"status"`
	Changed int     `json:"changed"` // steps changed, or in a check run, that would change
	Error   string  `json:"error"`   // what happened, with the last lines of the real output
	Hint    string  `json:"hint"`    // what to do next
	Seconds float64 `json:"seconds"`
	// Cause says of an unreachable host by which door it was, Addr where it was dialled: what was said of it
	// could be said of another, but for its address.
	Cause remote.Cause `json:"cause,omitempty"`
	Addr  string       `json:"addr,omitempty"`
}

// Various is the cause of a run whose hosts could not be worked on for several.
const Various remote.Cause = "various"

// GateStatus is how a gate ended.
type GateStatus string

// The values of GateStatus.
const (
	GatePassed   GateStatus = "passed"
	GateFailed   GateStatus = "failed"
	GateDeclined GateStatus = "declined"
)

// Gate is the end of a stage: may the next one begin?
type Gate struct {
	Stage  string     `json:"stage"`
	Status GateStatus `json:"status"`
	Detail string     `json:"detail"`
}

// RunEnd is the last event of a run.
type RunEnd struct {
	Status      int     `json:"status"` // the exit status
	OK          int     `json:"ok"`     // host counts from here on
	Changed     int     `json:"changed"`
	WouldChange int     `json:"would_change"`
	Failed      int     `json:"failed"`
	Unreachable int     `json:"unreachable"`
	Skipped     int     `json:"skipped"`
	Seconds     float64 `json:"seconds"`
	LogDir      string  `json:"log_dir"`
	// Cause is the one that all unreachable hosts have in common, or Various.
	Cause remote.Cause `json:"cause,omitempty"`
}

// Activity says what a host is doing outside of steps: "connect", "probe", "wait for lock", "upload", "health",
// "wait for other hosts", "wait for an answer".
type Activity struct{ Host, Name string }

// Sending says how much of what a host needs has been sent to it.
type Sending struct {
	Host       string
	Sent, Size int64 // bytes
}

// Probed says what a host's probe found, before anything is changed.
type Probed struct {
	Host    string
	Facts   string // one line: "Debian 12, 2 CPUs, Python 3.11.2"
	Total   int    // steps in the list
	Planned int    // of them, those that want a change
}

// StepStart says that a step begins to change something.
type StepStart struct {
	Host, Step string
	Phase      string // as in Step
	Verb       string // "create", "update", "run", "restart" ...
	Detail     string
	Script     string // what is going to run, secrets never in it
	Index      int    // counted from 1 among the planned changes
	Of         int
}

// Output is one line that a step printed, without its newline and with what looks like a secret masked. It may
// hold anything a host can send: a screen must make it printable first.
type Output struct {
	Host, Step, Line string
	Told             bool // it is what the step is about, and no by-product
}

// Note is a remark for a person: a warning, or who holds a lock. Host is empty for the whole run.
type Note struct{ Host, Text string }

// TurnStart says that hosts of a stage begin a turn, where it has a name.
type TurnStart struct {
	Stage, Phase string
	Batch        int // counted from 1 within the turn
}

// Waiting says that no host is at work on purpose: the next batch begins at a time.
type Waiting struct {
	Stage string
	Batch int // the next one
	Until time.Time
}

func (RunStart) event()  {}
func (HostStart) event() {}
func (StepEnd) event()   {}
func (HostEnd) event()   {}
func (Switch) event()    {}
func (Migration) event() {}
func (Gate) event()      {}
func (RunEnd) event()    {}
func (Activity) event()  {}
func (Probed) event()    {}
func (Sending) event()   {}
func (StepStart) event() {}
func (Output) event()    {}
func (Note) event()      {}
func (Waiting) event()   {}
func (TurnStart) event() {}

// A Record is an event with what every event has: when, and in which run.
type Record struct {
	Time  time.Time
	Run   string
	Event Event
}

// A Sink takes the events of a run. One goroutine calls Take, so a Sink needs no lock for that;
// Close is called once, after the RunEnd.
type Sink interface {
	Take(Record)
	Close() error
}
