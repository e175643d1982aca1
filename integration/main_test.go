//go:build linux

// Package integration tests djship from end to end: the program itself, on real Debian hosts.
package integration

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// scratch is a folder for this run of the tests.
var scratch string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		var err error
		if scratch, err = os.MkdirTemp("", "djship-integration-"); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(scratch)
		askpass := "#!/bin/sh\necho " + sitePassword + "\n"
		if err := os.WriteFile(filepath.Join(scratch, "askpass"), []byte(askpass), 0o700); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		return m.Run()
	}())
}

// program is the path of djship, built once.
var program = sync.OnceValues(func() (string, error) {
	path := filepath.Join(scratch, "djship")
	build := exec.Command("go", "build", "-ldflags", "-X djship/cli.nameServer=127.0.0.1:1", "-o", path, "..") // nobody is asked for names
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building djship: %w\n%s", err, out)
	}
	return path, nil
})

// recipe is a hash of all that decides what djship does to a host.
var recipe = sync.OnceValues(func() (string, error) {
	sum := sha256.New()
	var err error
	for _, dir := range []string{"../assets", "../steps"} {
		err = errors.Join(err, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := os.ReadFile(path)
			fmt.Fprintf(sum, "%s %d\n%s", path, len(text), text)
			return err
		}))
	}
	return hex.EncodeToString(sum.Sum(nil)), err
})
