//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
)

// releases is a host to which others than djship bring releases, and the git checkout that these are of.
type releases struct {
	target
	dir string
	n   int
}

// withReleases starts a host that the expert's scripts made, with its first release live.
func (b *bench) withReleases(ctx context.Context) (r *releases, err error) {
	t, err := b.ready(ctx, b.ways()[1])
	if err != nil {
		return nil, err
	}
	r = &releases{target: t, dir: filepath.Join(b.dir, "releases")}
	if _, err = openssh(t, "raw/releases.sh", "releases.sh", "sudo bash -s").measure(ctx); err == nil {
		err = r.commit(ctx)
	}
	if err == nil {
		err = r.released(ctx, "first")
	}
	if err == nil {
		err = answers(ctx, t.Addr())
	}
	if err != nil {
		err = errors.Join(err, t.Remove())
	}
	return r, err
}

// capistrano brings the next release by git, pip, a link and HUP.
func (r *releases) capistrano(ctx context.Context) error {
	if err := r.commit(ctx); err != nil {
		return err
	}
	return r.released(ctx, "next")
}

// released has what was committed last made a release on the host.
func (r *releases) released(ctx context.Context, which string) error {
	got, err := openssh(r.target, "raw/release.sh", "release.sh", fmt.Sprintf("sudo bash -s %d %s", r.n, which)).measure(ctx)
	progress("a release as by Capistrano", got)
	return err
}

// ansible brings the next release by a play.
func (r *releases) ansible(ctx context.Context, p *peers) error {
	if err := r.commit(ctx); err != nil {
		return err
	}
	play := p.ansible(r.target, "push.yml")
	play.args = append(play.args, "-e", fmt.Sprint("release=", r.n))
	got, err := play.measure(ctx)
	progress(play.name, got)
	return err
}

// commit makes a new release of the project and gives it to the repository on the host.
func (r *releases) commit(ctx context.Context) error {
	r.n++
	if err := writeFiles(r.dir, busy(r.n, "")); err != nil {
		return err
	}
	if err := commitAll(ctx, r.dir); err != nil {
		return err
	}
	login := r.SSH("deploy")
	return git(ctx, r.dir, []string{"GIT_SSH_COMMAND=ssh " + strings.Join(login[:len(login)-1], " ")},
		"push", "-q", "--receive-pack=sudo -u example git-receive-pack", login[len(login)-1]+":/webapps/example_project/repo.git", "HEAD:main")
}
