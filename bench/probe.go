//go:build linux

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"djship/runner"
	"djship/steps"
	"djship/steps/django"
	"djship/steps/server"
)

// mark stands for the word that each run makes up to part the answer to its probe.
const mark = "djshipMARK"

// probe measures the probe's own work, on the host itself, without SSH.
func probe(ctx context.Context, b *bench) error {
	t, err := b.ready(ctx, b.ways()[0])
	if err != nil {
		return err
	}
	defer t.Remove()
	var times []sample
	for range b.turns + 1 {
		began := time.Now()
		if _, err := probeOn(ctx, t); err != nil {
			return err
		}
		times = append(times, sample{Seconds: time.Since(began).Seconds()})
	}
	took := median(seconds(times[1:]))
	b.report.target("the probe's own work on the host", secs(took), "at most 0.15 s", took <= 0.15)
	return nil
}

// probeOn runs the probe of a deploy on a ready host and returns its answer.
func probeOn(ctx context.Context, t target) (string, error) {
	site, err := django.NewSite("example", "example.com", "3")
	if err != nil {
		return "", err
	}
	cmd, err := t.Command(ctx, "/bin/sh")
	if err != nil {
		return "", err
	}
	cmd.Stdin = strings.NewReader(runner.Probe(steps.Deploy(site, server.Options{}), mark, mark+"s"))
	out, err := cmd.Output()
	return string(out), err
}

// version measures start-up.
func version(ctx context.Context, b *bench) error {
	s := side{name: "djship version", args: []string{b.djship, "version"}}
	all, err := inTurn(ctx, b.turns, true, s)
	if err != nil {
		return err
	}
	took := median(seconds(all[0]))
	b.report.target("start-up: `djship version`", secs(took), "at most 15 ms", took <= 0.015)
	return nil
}

// bigInventory measures reading an inventory of 10,000 hosts with four variables each, in 200 groups
// that have variables, too.
func bigInventory(ctx context.Context, b *bench) error {
	var ini strings.Builder
	for g := range 200 {
		fmt.Fprintf(&ini, "[group%03d]\n", g)
		for i := g * 50; i < (g+1)*50; i++ {
			fmt.Fprintf(&ini, "web%05d.example.com ansible_host=10.1.%d.%d ansible_user=deploy ansible_port=2222 djship_domain=site%d.example.com\n", i, i/250, i%250, i)
		}
		fmt.Fprintf(&ini, "[group%03d:vars]\nregion=r%d\ntier=%d\n", g, g, g%3)
	}
	path := filepath.Join(b.dir, "big.ini")
	if err := os.WriteFile(path, []byte(ini.String()), 0o644); err != nil {
		return err
	}
	s := side{name: "djship hosts", args: []string{b.djship, "-i", path, "hosts"}}
	all, err := inTurn(ctx, b.turns, true, s)
	if err != nil {
		return err
	}
	took := median(seconds(all[0]))
	b.report.target("`djship hosts`, 10,000 hosts with four variables each in 200 groups with `:vars`", fmt.Sprintf("%s, %d MiB", secs(took), peak(all[0])>>10), "at most 0.1 s", took <= 0.1)
	return nil
}
