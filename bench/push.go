//go:build linux

package main

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"

	"djship/integration/testbed"
)

// manyPackages are what a Django project of some years has: 30 packages, and those that these need.
//
//go:embed packages.txt
var manyPackages string

// packages measures the first push of a project with many packages on a ready host, beside the same packages by pip in a new
// virtualenv. Each turn has hosts of its own, on which nobody has asked the index for anything but for the placeholder's.
func packages(ctx context.Context, b *bench) error {
	dir := filepath.Join(b.dir, "packages")
	if err := writeFiles(dir, busy(1, "--workers 3"), map[string]string{"requirements.txt": manyPackages}); err != nil {
		return err
	}
	names := strings.Fields(manyPackages)
	sides := []side{{name: "djship push"}, {name: "pip install in a new virtualenv"}}
	all := make([][]sample, 2)
	for range b.turns {
		for i := range sides {
			got, err := b.onReady(ctx, func(t target) (side, error) {
				if i == 0 {
					return b.djshipOn(t, "push", "example", "--dir", dir, "--hold", "0"), nil
				}
				_, err := openssh(t, "python3-venv", "", "sudo sh -c 'apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null'").measure(ctx)
				return openssh(t, sides[1].name, "", "sudo sh -c 'set -e; python3 -m venv /opt/many; /opt/many/bin/pip install -q --disable-pip-version-check "+strings.Join(names, " ")+"'"), err
			})
			if err != nil {
				return err
			}
			progress(sides[i].name, got)
			all[i] = append(all[i], got)
		}
	}
	title := fmt.Sprintf("First push of a project with %d packages", len(names))
	b.report.sides(title, sides, all)
	b.atMost(title, "pip", ratio(all[0], all[1]), 0.5)
	return nil
}

// onReady measures a side on a host of its own, on which djship has made the site.
func (b *bench) onReady(ctx context.Context, on func(target) (side, error)) (got sample, err error) {
	t, err := b.ready(ctx, b.ways()[0])
	if err != nil {
		return got, err
	}
	defer func() { err = errors.Join(err, t.Remove()) }()
	s, err := on(t)
	if err != nil {
		return got, err
	}
	return s.measure(ctx)
}

// heavySize is how much code there is, in bytes.
const heavySize = 500 << 20

// heavy measures the memory of a push of a project that is mostly media.
func heavy(ctx context.Context, b *bench) error {
	dir := filepath.Join(b.dir, "heavy")
	if err := writeFiles(dir, busy(1, "--workers 3")); err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	picture := make([]byte, 4<<20)
	random := rand.NewChaCha8([32]byte{}) // which nothing can compress, as pictures
	for i := range heavySize / len(picture) {
		_, _ = random.Read(picture) // it returns no error
		if err := os.WriteFile(filepath.Join(dir, "shop", fmt.Sprintf("picture%d.jpg", i)), picture, 0o644); err != nil {
			return err
		}
	}
	for range b.turns {
		got, err := b.onReady(ctx, func(t target) (side, error) {
			return b.djshipOn(t, "push", "example", "--dir", dir, "--hold", "0"), nil
		})
		if err != nil {
			return err
		}
		progress("djship push", got)
		b.report.target(fmt.Sprintf("memory of a push of %d MiB", heavySize>>20), fmt.Sprintf("%d MiB, in %s", got.KB>>10, secs(got.Seconds)), "at most 64 MiB", got.KB>>10 <= 64)
	}
	return nil
}

// begin measures what somebody types who has a Django project in git and a server as it was installed: init, one line edited, up, push, and a
// page of the own code.
func begin(ctx context.Context, b *bench) error {
	for turn := range b.turns {
		dir := filepath.Join(b.dir, fmt.Sprint("begin", turn), "shop")
		if err := writeFiles(dir, busy(1, "--workers 3")); err != nil {
			return err
		}
		if err := os.Remove(filepath.Join(dir, "djship.toml")); err != nil { // init writes it
			return err
		}
		if err := commitAll(ctx, dir); err != nil {
			return err
		}
		if err := b.begun(ctx, dir); err != nil {
			return err
		}
	}
	return nil
}

// begun does so in one folder, on one host.
func (b *bench) begun(ctx context.Context, dir string) (err error) {
	h, err := testbed.Start(ctx, testbed.Spec{Suite: suite})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.Remove()) }()
	t, err := b.target(h)
	if err != nil {
		return err
	}
	typed := func(args ...string) side {
		return side{name: "djship " + args[0], args: append([]string{b.djship}, args...), dir: dir, env: []string{"XDG_STATE_HOME=" + t.dir}}
	}
	var sum sample
	for _, s := range []side{typed("init"), typed("up", "shop", "example.com"), typed("push")} {
		got, err := s.measure(ctx)
		if err != nil {
			return err
		}
		progress(s.name, got)
		sum.Seconds += got.Seconds
		if s.name == "djship init" {
			if err := editHosts(dir, filepath.Join(t.dir, "hosts.ini")); err != nil {
				return err
			}
		}
	}
	page, err := visit(visitorOf(h))
	if err == nil && page != "release 1" {
		err = fmt.Errorf("the site answers %.100q", page)
	}
	if err != nil {
		return err
	}
	b.report.target("from nothing to own code that answers: init, up, push", secs(sum.Seconds), "at most ten minutes", sum.Seconds <= 600)
	return nil
}

// editHosts puts the line of another inventory in place of the one that init leaves to edit.
func editHosts(dir, inventory string) error {
	path := filepath.Join(dir, "hosts.ini")
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	line, err := os.ReadFile(inventory)
	if err != nil {
		return err
	}
	edited := bytes.Replace(text, []byte("web1 ansible_host=192.0.2.10\n"), line, 1)
	if bytes.Equal(edited, text) {
		return errors.New("hosts.ini of init has no line to edit")
	}
	return os.WriteFile(path, edited, 0o644)
}
