//go:build linux

package main

import (
	"context"
	"fmt"

	"djship/integration/testbed"
)

// fleetSites is how many sites the host has that is measured beside one with a single site.
const fleetSites = 20

// fleet measures `djship deploy --all` where there is nothing to do: many sites of a host beside one.
func fleet(ctx context.Context, b *bench) error {
	state, err := b.state(b.ways()[0])
	if err != nil {
		return err
	}
	many := &testbed.State{Name: "benchfleet", Key: fmt.Sprint(state.Key, fleetSites), From: state, Make: func(ctx context.Context, h *testbed.Host) error {
		t, err := b.target(h)
		if err != nil {
			return err
		}
		for i := 2; i <= fleetSites; i++ {
			if _, err := b.djshipOn(t, "deploy", fmt.Sprintf("site%02d", i), fmt.Sprintf("site%02d.example", i)).measure(ctx); err != nil {
				return err
			}
		}
		return nil
	}}
	var hosts [2]target
	for i, from := range []*testbed.State{state, many} {
		if hosts[i], err = b.startFrom(ctx, from); err != nil {
			return err
		}
		defer hosts[i].Remove()
	}
	for _, words := range [][]string{{"deploy", "--all", "--check"}, {"deploy", "--all"}} {
		var sides []side
		for i, n := range []int{1, fleetSites} {
			s := b.djshipOn(hosts[i], words...)
			s.name = fmt.Sprintf("%s, sites on the host: %d", s.name, n)
			sides = append(sides, s)
		}
		all, err := inTurn(ctx, b.turns, true, sides...)
		if err != nil {
			return err
		}
		title := fmt.Sprintf("All sites of a host with nothing to do (%s)", words[len(words)-1])
		b.report.sides(title, sides, all)
		b.atMost(title, "that of one site", ratio(all[1], all[0]), 1.5)
	}
	return nil
}
