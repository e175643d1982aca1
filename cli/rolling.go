package cli

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	urfave "github.com/urfave/cli/v2"

	"djship/inventory"
	"djship/rollout"
)

// rolling is what the flags say about stages and batches.
type rolling struct {
	stages []string // groups; nil is the default
	pace   rollout.Pace
}

func rollingFlags(category string) []urfave.Flag {
	str := func(name, usage string) urfave.Flag {
		return &urfave.StringFlag{Name: name, Usage: usage, Category: category, EnvVars: envVar(name)}
	}
	boolean := func(name, usage string) urfave.Flag {
		return &urfave.BoolFlag{Name: name, Usage: usage, Category: category, EnvVars: envVar(name)}
	}
	return []urfave.Flag{
		str("stages", "groups `A,B` in turn (default: staging,production)"),
		str("batch", "so many at once: `1,25%,100%`, as Ansible's serial"),
		str("max-fail", "go on while at most `N` (or N%) of a stage have failed"),
		boolean("canary", "one host of each stage alone first"),
		str("wait", "between batches wait `DURATION`, as in 30s or 5m"),
		boolean("yes", "say yes beforehand to each question between stages"),
	}
}

func readRolling(c *urfave.Context) (rolling, error) {
	r := rolling{pace: rollout.Pace{Canary: c.Bool("canary"), Yes: c.Bool("yes")}}
	var err error
	if c.IsSet("stages") {
		r.stages = splitList(c.String("stages"))
	}
	if c.IsSet("batch") {
		if r.pace.Batch, err = rollout.ParseBatches(c.String("batch")); err != nil {
			return r, badValue(c, "batch", "--batch: "+err.Error(), "give sizes of batches, as in 1,25%,100%; the last one goes on")
		}
	}
	if c.IsSet("max-fail") {
		if r.pace.MaxFail, err = rollout.ParseShare(c.String("max-fail")); err != nil {
			return r, badValue(c, "max-fail", "--max-fail: "+err.Error(), "give the hosts of a stage that may fail, as in 2 or 10%")
		}
	}
	if c.IsSet("wait") {
		if r.pace.Wait, err = parseWait(c.String("wait")); err != nil {
			return r, badValue(c, "wait", fmt.Sprintf("--wait: %q is no duration", c.String("wait")), "give it as in 30s, 5m or 1h")
		}
	}
	return r, nil
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

// staged is the hosts of a run in the order of their stages.
type staged struct {
	names []string // of the stages that have hosts; empty where the run has no stages
	hosts []*inventory.Host
	of    map[*inventory.Host]string // a host's stage
}

// stage puts each host into the one stage that it is in. A host in none, or in two, is refused: it
// would be left out, or its turn would be anybody's guess.
func (r rolling) stage(inv *inventory.Inventory, hosts []*inventory.Host) (staged, error) {
	names := r.stages
	if names == nil && !slices.ContainsFunc(inventory.DefaultStages, func(s string) bool { return inv.Group(s) == nil }) {
		names = inventory.DefaultStages
	}
	if names == nil {
		return staged{hosts: hosts}, nil
	}
	s := staged{of: map[*inventory.Host]string{}}
	var twice []string
	for i, name := range names {
		group := inv.Group(name)
		if group == nil || slices.Contains(names[:i], name) {
			return s, badStage(inv, name, group == nil)
		}
		for _, h := range group.AllHosts() {
			if first, ok := s.of[h]; ok && slices.Contains(hosts, h) {
				twice = append(twice, fmt.Sprintf("%s is in %s and in %s", h.Name, first, name))
			} else if !ok {
				s.of[h] = name
			}
		}
	}
	var none []string
	for _, name := range names {
		before := len(s.hosts)
		for _, h := range hosts {
			if s.of[h] == name {
				s.hosts = append(s.hosts, h)
			}
		}
		if len(s.hosts) > before {
			s.names = append(s.names, name)
		}
	}
	for _, h := range hosts {
		if _, ok := s.of[h]; !ok {
			none = append(none, h.Name)
		}
	}
	switch {
	case twice != nil:
		return s, &usageError{strings.Join(twice, "\n"), "a host has one stage: take it out of a group, or name other groups with --stages"}
	case none != nil:
		return s, &usageError{fmt.Sprintf("in none of the stages %s: %s", strings.Join(names, ", "), strings.Join(none, ", ")),
			"name all stages with --stages, pick hosts with -l, or roll all at once with --stages all"}
	}
	return s, nil
}

func badStage(inv *inventory.Inventory, name string, unknown bool) error {
	if !unknown {
		return &usageError{fmt.Sprintf("--stages: %s is named twice", name), "name each group once"}
	}
	var groups []string
	for _, g := range inv.Groups() {
		groups = append(groups, g.Name)
	}
	return &usageError{fmt.Sprintf("--stages: the inventory has no group %q", name), "its groups are " + strings.Join(groups, ", ")}
}
