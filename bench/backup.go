//go:build linux

package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// mediaSize are the media of the site that is backed up, in bytes: one large file and many smaller ones.
const mediaSize = 10 << 30

// layMedia makes them, without taking room on the host's disk: what is read there are zeros.
const layMedia = `cd /webapps/example_project/media && mkdir many && truncate -s 9G large && for n in $(seq 1024); do truncate -s 1M "many/$n"; done && chown -R example large many`

// peaks prints what processes of logins have had of memory at most, "NAME KIB" a line, until /run/measured is there.
//
//go:embed peaks.sh
var peaks string

// backups measures the memory of a backup of a large site and of its way back, here and on the host.
func backups(ctx context.Context, b *bench) (err error) {
	t, err := b.ready(ctx, b.ways()[0])
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.Remove()) }()
	if _, err := t.Run(ctx, layMedia); err != nil {
		return err
	}
	file := filepath.Join(b.dir, "example.tar")
	defer os.Remove(file)
	for _, args := range [][]string{{"backup", "example", file}, {"restore", "example", file, "--yes"}} {
		s := b.djshipOn(t, args...)
		s.bound = time.Hour
		got, there, err := s.watched(ctx, t)
		if err != nil {
			return err
		}
		progress("djship "+args[0], got)
		said := fmt.Sprintf("%d MiB, in %s; on the host: %s", got.KB>>10, secs(got.Seconds), there)
		fmt.Fprintf(os.Stderr, "  %s\n", said)
		b.report.target(fmt.Sprintf("memory of a %s with %d GiB of media", args[0], mediaSize>>30), said, "at most 64 MiB", got.KB>>10 <= 64)
	}
	return nil
}

// watched measures a side, and what the host's processes have had of memory meanwhile, in words.
func (s side) watched(ctx context.Context, t target) (got sample, there string, err error) {
	if _, err := t.Run(ctx, "rm -f /run/measured"); err != nil {
		return got, "", err
	}
	seen := make(chan error, 1)
	go func() {
		out, err := t.Run(ctx, peaks)
		there = strings.Join(strings.Split(strings.TrimSpace(out), "\n"), ", ")
		seen <- err
	}()
	got, err = s.measure(ctx)
	_, stopped := t.Run(ctx, "touch /run/measured")
	return got, there, errors.Join(err, stopped, <-seen)
}
