package cli

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"djship/inventory"
	"djship/rollout"
)

// rolloutOptions are what a command is asked for that changes hosts.
type rolloutOptions struct {
	selection
	access
	stages []string // groups; nil is the default
	pace   rollout.Pace

	check, diff, exitCode bool
	overwrite             overwrites
	noWait                bool
	logDir                string // "" is the default
	json, noColor         bool

	typed typedLine

	pushed rollout.Pushed                          // the code that is brought; zero for none
	stay   bool                                    // see Rollout.Stay
	staged func(*inventory.Inventory, stagedHosts) // is told of the hosts before any is asked of; nil for nothing
	gone   func(names []string)                    // is told of hosts that could not be reached; nil for nothing
	past   func()                                  // is called where a host is through its first turn and not done; nil for nothing
	idle   func()                                  // is called where it has not gone well, and on some host no change has begun; nil for nothing
}

// A typedLine is a line without its limit, so that it can be said and typed again.
type typedLine struct {
	command string
	args    []string
	flags   []string
}

func readRolloutOptions(in input) (rolloutOptions, error) {
	o := rolloutOptions{
		selection: readSelection(in),
		check:     in.on("check"), diff: in.on("diff"), exitCode: in.on("exit-code"), overwrite: in.overwrites(),
		noWait: in.on("no-wait"), logDir: in.text("log-dir"), json: in.on("json"), noColor: in.on("no-color"),
		typed: typedLine{in.command.name, append([]string{}, in.args...), in.words("limit")},
	}
	if in.set("stages") {
		o.stages = splitList(in.text("stages"))
	}
	var err error
	if o.pace, err = readPace(in); err != nil {
		return o, err
	}
	if o.access, err = readAccess(in); err != nil {
		return o, err
	}
	if o.exitCode && !o.check {
		return o, in.bad("exit-code", "--exit-code goes with --check", "add --check")
	}
	return o, nil
}

// readPace reads how fast a rollout is to go.
func readPace(in input) (rollout.Pace, error) {
	pace := rollout.Pace{Canary: in.on("canary"), Yes: in.on("yes")}
	var err error
	if in.set("batch") {
		if pace.Batch, err = rollout.ParseBatches(in.text("batch")); err != nil {
			return pace, in.bad("batch", "--batch: "+err.Error(), "give sizes of batches, as in 1,25%,100%; the last one goes on")
		}
	}
	if in.set("max-fail") {
		if pace.MaxFail, err = rollout.ParseShare(in.text("max-fail")); err != nil {
			return pace, in.bad("max-fail", "--max-fail: "+err.Error(), "give the hosts of a stage that may fail, as in 2 or 10%")
		}
	}
	if in.set("wait") {
		if pace.Wait, err = parseWait(in.text("wait")); err != nil {
			return pace, in.bad("wait", fmt.Sprintf("--wait: %q is no duration", in.text("wait")), "give it as in 30s, 5m or 1h")
		}
	}
	return pace, nil
}

// splitList splits at commas.
func splitList(s string) []string {
	words := strings.Split(s, ",")
	for i, word := range words {
		words[i] = strings.TrimSpace(word)
	}
	return words
}

// parseWait reads a duration; a number alone is seconds.
func parseWait(s string) (time.Duration, error) {
	if n, err := strconv.ParseUint(s, 10, 31); err == nil {
		return time.Duration(n) * time.Second, nil
	}
	d, err := time.ParseDuration(s)
	if err == nil && d < 0 {
		err = errors.New("negative")
	}
	return d, err
}
