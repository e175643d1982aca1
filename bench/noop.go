//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"djship/integration/testbed"
)

// noop measures a deploy that finds nothing to do, each tool on a host that it has made ready itself.
func noop(ctx context.Context, b *bench, away time.Duration) error {
	hosts := map[string]target{}
	for _, w := range b.ways() {
		t, err := b.ready(ctx, w)
		if err != nil {
			return err
		}
		defer t.Remove()
		hosts[w.name] = t
	}
	sides := []side{
		b.djshipOn(hosts["djship"], "deploy", "example", "example.com"),
		openssh(hosts["djship"], "ssh HOST true", "", "true"),
		openssh(hosts["raw"], "raw/probe.sh", "probe.sh", "sudo sh -s"),
	}
	if b.peers != nil {
		sides = append(sides, b.peers.pyinfra(hosts["pyinfra"], "deploy.py"), b.peers.ansible(hosts["ansible"], "deploy.yml"))
	}
	if away > 0 {
		place, err := testbed.NewPlace(ctx, away)
		if err != nil {
			return err
		}
		defer place.Close()
		for i := range sides {
			sides[i].from = place
		}
	}
	all, err := inTurn(ctx, b.turns, true, sides...)
	if err != nil {
		return err
	}
	title := "Deploy with nothing to do, no delay"
	if away > 0 {
		title = fmt.Sprintf("Deploy with nothing to do, %v round trip", away)
	}
	b.report.sides(title, sides, all)
	if away > 0 {
		b.atMost(title, "ssh HOST true", ratio(all[0], all[1]), 1)
		return nil
	}
	b.atMost(title, "raw/probe.sh over ssh", ratio(all[0], all[2]), 1)
	if b.peers != nil {
		b.fasterThan(title, "pyinfra", ratio(all[3], all[0]), 7)
		b.fasterThan(title, "Ansible", ratio(all[4], all[0]), 25)
	}
	return nil
}

func (b *bench) atMost(what, than string, got, want float64) {
	b.report.target(what, fmt.Sprintf("%.2f times %s", got, than), fmt.Sprintf("at most %.1f times", want), got <= want)
}

func (b *bench) fasterThan(what, than string, got, want float64) {
	b.report.target(what, fmt.Sprintf("%.1f times as fast as %s", got, than), fmt.Sprintf("at least %.0f times", want), got >= want)
}

// fresh measures the whole way from a host as installed to an answering site.
func fresh(ctx context.Context, b *bench) error {
	ways := b.ways()
	all := make([][]sample, len(ways))
	sides := make([]side, len(ways))
	for range b.turns {
		for i, w := range ways {
			sides[i].name = w.name
			got, err := b.goneOnce(ctx, w)
			if err != nil {
				return err
			}
			progress(w.name, got)
			all[i] = append(all[i], got)
		}
	}
	sides[1].name = "raw/prereq.sh + raw/deploy.sh"
	b.report.sides("Prereq and deploy on a fresh host", sides, all)
	b.atMost("`up` on a fresh host", "raw/prereq.sh + raw/deploy.sh", ratio(all[0], all[1]), 0.9)
	return nil
}

// goneOnce goes a way from the beginning on a host of its own.
func (b *bench) goneOnce(ctx context.Context, w way) (sum sample, err error) {
	h, err := testbed.Start(ctx, testbed.Spec{Suite: suite, From: w.from})
	if err != nil {
		return sum, err
	}
	defer func() { err = errors.Join(err, h.Remove()) }()
	t, err := b.target(h)
	if err != nil {
		return sum, err
	}
	for _, s := range w.make(t) {
		got, err := s.measure(ctx)
		if err != nil {
			return sum, err
		}
		sum.Seconds += got.Seconds
		sum.CPU += got.CPU
		sum.KB = max(sum.KB, got.KB)
	}
	return sum, nil
}

// second measures the deploy of a site beside the first.
func second(ctx context.Context, b *bench) error {
	ways := b.ways()[:2]
	var all [2][]sample
	sides := make([]side, 2)
	for range b.turns {
		for i, w := range ways {
			t, err := b.ready(ctx, w)
			if err != nil {
				return err
			}
			sides[0] = b.djshipOn(t, "deploy", "second", "second.example")
			if i == 1 {
				sides[1] = openssh(t, "raw/deploy.sh", "deploy.sh", "sudo bash -s second second.example")
			}
			got, err := sides[i].measure(ctx)
			if err = errors.Join(err, t.Remove()); err != nil {
				return err
			}
			progress(sides[i].name, got)
			all[i] = append(all[i], got)
		}
	}
	b.report.sides("A second site on a ready host", sides, all[:])
	b.atMost("a second site on a ready host", "raw/deploy.sh", ratio(all[0], all[1]), 1)
	return nil
}
