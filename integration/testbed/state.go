//go:build linux

package testbed

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// A State is what was done to a host, for hosts to start from in the time of a boot. It is made when first asked
// for and kept in the cache folder.
type State struct {
	Name string                                   // small letters and digits: "prereq3"
	Key  string                                   // all that Make depends on; another key makes it anew
	From *State                                   // what it starts from; nil is freshly installed
	Make func(ctx context.Context, h *Host) error // does it, on a host of the wanted release

	saved string // the base, where somebody has named a host as it was
}

// Python is a host that has Debian's Python 3.
var Python = &State{Name: "python", Key: "1", Make: func(ctx context.Context, h *Host) error {
	_, err := h.Run(ctx, "apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install python3")
	return err
}}

// layersOf are the layers that make up a state, topmost first; what is missing of them is made.
func layersOf(ctx context.Context, suite int, s *State) ([]string, error) {
	if s == nil {
		name, err := installed(ctx, suite)
		return []string{name}, err
	}
	if s.saved != "" {
		return append([]string{s.saved}, below(s.saved)...), nil
	}
	under, err := layersOf(ctx, suite, s.From)
	if err != nil {
		return nil, err
	}
	if err := checkName(s.Name); err != nil {
		return nil, err
	}
	kind := fmt.Sprintf("deb%d-%s-", suite, s.Name)
	name := kind + digest(under[0], s.Key)
	err = makeBase(name, kind, func(tmp string) error {
		if s.Make == nil {
			return errors.New("there is none, and nothing says how to make it")
		}
		h, err := Start(ctx, Spec{Suite: suite, Name: s.Name, From: s.From})
		if err != nil {
			return err
		}
		err = s.Make(ctx, h)
		if err == nil {
			err = h.detach(ctx, tmp)
		}
		return errors.Join(err, h.Remove())
	})
	return append([]string{name}, under...), err
}

// SaveAs keeps what the host is now under a name, for others to start from ([Saved]) instead of
// what had it before. The host is shut down for it and started again.
func (h *Host) SaveAs(ctx context.Context, name string) error {
	if err := checkName(name); err != nil {
		return err
	}
	kind := fmt.Sprintf("deb%d-%s-", h.Suite, name)
	base := kind + randomHex(6)
	err := makeBase(base, kind, func(tmp string) error { return h.detach(ctx, tmp) })
	if err != nil {
		return err
	}
	h.Base = append([]string{base}, h.Base...)
	if err := h.save(); err != nil {
		return err
	}
	if err := h.overlay(); err != nil {
		return err
	}
	return h.Start(ctx)
}

// checkName refuses the name of a state that would not be told from another's among the bases.
func checkName(name string) error {
	for _, c := range name {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return fmt.Errorf("a state can't be called %q: small letters and digits only", name)
		}
	}
	if name == "" {
		return errors.New("a state needs a name")
	}
	return nil
}

// detach shuts the host down and moves all that it has written into a new base's folder.
func (h *Host) detach(ctx context.Context, tmp string) error {
	if err := h.Shutdown(ctx); err != nil {
		return err
	}
	if err := errors.Join(unmount(h.Root()), h.harvest()); err != nil {
		return err
	}
	layers, err := json.Marshal(h.Base)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(tmp, "below"), layers, 0o644); err != nil {
		return err
	}
	// mv, since a disk of limited size is another file system.
	return run(ctx, "mv", h.path("disk/upper"), filepath.Join(tmp, "layer"))
}

// Saved is the state that [Host.SaveAs] kept last under a name on a host of that release.
func Saved(suite int, name string) (*State, error) {
	found, _ := filepath.Glob(basePath(fmt.Sprintf("deb%d-%s-????????????", suite, name)))
	if len(found) == 0 {
		return nil, fmt.Errorf("nothing is saved as %q of a Debian %d host", name, suite)
	}
	last := slices.MaxFunc(found, func(a, b string) int { return changed(a + "/below").Compare(changed(b + "/below")) })
	return &State{Name: name, saved: filepath.Base(last)}, nil
}

// below are the layers that a base lies on, topmost first.
func below(base string) []string {
	var names []string
	json.Unmarshal([]byte(readOr(filepath.Join(basePath(base), "below"))), &names)
	return names
}

// spares is how many bases of a kind are kept besides the newest: people go back and forth between two versions.
const spares = 2

// prune removes all but a few bases of a kind, those used longest ago, and half-made ones. What a host or another
// base lies on stays, and so does the one named. Its caller holds the kind's lock.
func prune(but, kind string) error {
	return locked("hosts", func() error {
		needed := []string{but}
		all, err := hosts()
		for _, h := range all {
			needed = append(needed, h.Base...)
		}
		bases, _ := filepath.Glob(basePath("*"))
		for _, b := range bases {
			needed = append(needed, below(filepath.Base(b))...)
		}
		idle := slices.DeleteFunc(bases, func(b string) bool {
			of, ok := strings.CutPrefix(filepath.Base(b), kind)
			return !ok || strings.Contains(of, "-") || slices.Contains(needed, filepath.Base(b))
		})
		slices.SortFunc(idle, func(a, b string) int { return changed(b).Compare(changed(a)) })
		whole := 0
		for _, b := range idle {
			if !strings.HasSuffix(b, part) {
				whole++
			}
			if whole > spares || strings.HasSuffix(b, part) {
				err = errors.Join(err, os.RemoveAll(b))
			}
		}
		return err
	})
}

// changed is when a file was changed last; for a base's folder, when it was used last.
func changed(path string) time.Time {
	info, err := os.Stat(path)
	if err != nil {
		return time.Time{}
	}
	return info.ModTime()
}
