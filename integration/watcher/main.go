//go:build linux

// Watcher runs on a test host as an account like any other and keeps what it gets to see: every
// command line, and every file below the folders of its arguments that it may read. When stdin ends it
// prints each of them once, quoted, and at the end "N looks, longest pause D".
package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"
)

const (
	every = 5 * time.Millisecond
	most  = 64 << 10 // of a file
)

func main() {
	var over atomic.Bool
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		over.Store(true)
	}()
	w := watcher{seen: map[string]bool{}, read: map[string]time.Time{}}
	fmt.Println("watching")
	looks, longest, last := 0, time.Duration(0), time.Now()
	for tick := time.NewTicker(every); !over.Load(); <-tick.C {
		now := time.Now()
		looks, longest, last = looks+1, max(longest, now.Sub(last)), now
		paths, _ := filepath.Glob("/proc/[0-9]*/cmdline")
		for _, path := range paths {
			w.keep("", path)
		}
		for _, folder := range os.Args[1:] {
			w.below(folder)
		}
	}
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for text := range w.seen {
		fmt.Fprintf(out, "%q\n", text)
	}
	fmt.Fprintf(out, "%d looks, longest pause %v\n", looks, longest)
}

// A watcher remembers what it saw, and when a file that it read was written.
type watcher struct {
	seen map[string]bool
	read map[string]time.Time
}

// keep reads a file. One that has gone, or is not for reading, is nothing.
func (w watcher) keep(name, path string) {
	f, err := os.Open(path)
	if err != nil {
		return
	}
	defer f.Close()
	if text, _ := io.ReadAll(io.LimitReader(f, most)); len(text) > 0 {
		w.seen[name+string(text)] = true
	}
}

// below reads the plain files of a folder that were written since it last looked.
func (w watcher) below(folder string) {
	_ = filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return nil
		}
		if info, err := d.Info(); err == nil && !w.read[path].Equal(info.ModTime()) {
			w.read[path] = info.ModTime()
			w.keep(path+": ", path)
		}
		return nil
	})
}
