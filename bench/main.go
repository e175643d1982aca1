//go:build linux

// Command bench measures djship against what one would use in its place: plain ssh, an expert's shell scripts,
// pyinfra and Ansible, on disposable Debian hosts. Sides take turns, so that a machine that has other things to do
// slows each of them alike; a ratio is the median of the ratios of the turns.
//
// It needs what integration/testbed needs, and a Python 3.11 with venv for pyinfra and Ansible.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"djship/integration/testbed"
)

// A part is something that can be measured by itself.
type part struct {
	name  string
	what  string
	turns int // by default
	run   func(context.Context, *bench) error
}

// parts are in the order of the report.
var parts = []part{
	{"near", "deploy with nothing to do, no delay", 9, func(ctx context.Context, b *bench) error { return noop(ctx, b, 0) }},
	{"far", "deploy with nothing to do, 100 ms round trip", 5, func(ctx context.Context, b *bench) error { return noop(ctx, b, roundTrip) }},
	{"trips", "round trips of a run with nothing to do", 1, trips},
	{"probe", "the probe's own work on the host", 9, probe},
	{"fleet", "deploy --all with nothing to do, 20 sites beside one", 9, fleet},
	{"up", "prereq and deploy on a fresh host", 3, fresh},
	{"second", "a second site on a ready host", 3, second},
	{"crowd", "10, 100 and 1,000 hosts, 100 ms away", 3, crowd},
	{"exec", "a command on 50 and 1,000 hosts, 100 ms away", 3, execs},
	{"begin", "init, up and push on a fresh host", 1, begin},
	{"packages", "the first push of a project with many packages", 3, packages},
	{"heavy", "the memory of a push of 500 MiB", 1, heavy},
	{"backup", "the memory of a backup of 10 GiB, and of its way back", 1, backups},
	{"line", "one changed line on three hosts, 100 ms round trip", 5, line},
	{"back", "the way back to the release before", 5, wayBack},
	{"switch", "what visitors feel of pushes", 20, switches},
	{"wait", "how long visitors wait beside a migration", 1, waits},
	{"gate", "whether live code can go on with migrations", 1, gate},
	{"real", "how many migrations of real projects roll", 1, realOnes},
	{"hosts", "an inventory of 10,000 hosts", 9, bigInventory},
	{"version", "start-up", 25, version},
}

func main() {
	// Some of what is measured runs in a process of its own: this program again.
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case "measure":
			os.Exit(measureChild(os.Args[2:]))
		case "crowd":
			fail(serveCrowd(os.Args[2:]))
			return
		case "shells":
			fail(serveShells(os.Args[2:]))
			return
		}
	}
	var names []string
	for _, p := range parts {
		names = append(names, p.name)
	}
	only := flag.String("only", strings.Join(names, ","), "measure these `PARTS`")
	turns := flag.Int("n", 0, "take `N` turns of each part (default: by part)")
	peers := flag.Bool("peers", true, "measure pyinfra and Ansible too")
	markdown := flag.String("markdown", "", "write the tables as Markdown to `FILE`, too")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	fail(run(ctx, strings.Split(*only, ","), *turns, *peers, *markdown))
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// A bench is one run of this program.
type bench struct {
	djship string // the program under test
	dir    string // what is made for this run alone
	turns  int
	peers  *peers // nil where pyinfra and Ansible are left out
	report report
}

func run(ctx context.Context, only []string, turns int, withPeers bool, markdown string) (err error) {
	for _, name := range only {
		if !slices.ContainsFunc(parts, func(p part) bool { return p.name == name }) {
			return fmt.Errorf("there is no part %q", name)
		}
	}
	if err := testbed.Ready(); err != nil {
		return err
	}
	b := &bench{}
	if b.dir, err = os.MkdirTemp("", "djship-bench-"); err != nil {
		return err
	}
	defer os.RemoveAll(b.dir)
	b.djship = filepath.Join(b.dir, "djship")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", b.djship, "djship")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("building djship: %w\n%s", err, out)
	}
	if withPeers {
		if b.peers, err = newPeers(ctx); err != nil {
			return err
		}
	}
	var errs []error
	for _, p := range parts {
		if !slices.Contains(only, p.name) {
			continue
		}
		fmt.Fprintf(os.Stderr, "%s: %s\n", p.name, p.what)
		if b.turns = turns; turns == 0 {
			b.turns = p.turns
		}
		if err := p.run(ctx, b); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", p.name, err))
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	b.report.text(os.Stdout)
	if markdown != "" {
		errs = append(errs, b.report.write(markdown))
	}
	return errors.Join(errs...)
}
