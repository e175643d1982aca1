//go:build linux

// Sampler runs on a test host and looks for words in what every process shows of itself to all: it
// reads the words from stdin, one a line, up to an empty line, then all command lines again and
// again until stdin ends. Given folders, it reads the environments of processes and the files of those
// folders, too, as far as it may. It prints each find once, and at the end "N samples, longest pause D".
package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"
)

const every = 5 * time.Millisecond

func main() {
	var words [][]byte
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() && in.Text() != "" {
		words = append(words, bytes.Clone(in.Bytes()))
	}
	var over atomic.Bool
	go func() {
		for in.Scan() {
		}
		over.Store(true)
	}()
	fmt.Println("sampling")
	look := looker{words: words, found: map[string]bool{}}
	folders := os.Args[1:]
	samples, longest, last := 0, time.Duration(0), time.Now()
	for tick := time.NewTicker(every); !over.Load(); <-tick.C {
		now := time.Now()
		samples, longest, last = samples+1, max(longest, now.Sub(last)), now
		look.at("/proc/[0-9]*/cmdline")
		if len(folders) > 0 {
			look.at("/proc/[0-9]*/environ")
		}
		for _, folder := range folders {
			look.below(folder)
		}
	}
	fmt.Printf("%d samples, longest pause %v\n", samples, longest)
}

// most is how long a file may be that is read.
const most = 1 << 20

// looker looks for words.
type looker struct {
	words [][]byte
	found map[string]bool
}

// at looks into the files that match pattern, of which any may be gone or not for reading.
func (l looker) at(pattern string) {
	paths, _ := filepath.Glob(pattern)
	for _, path := range paths {
		text, _ := os.ReadFile(path)
		for i, word := range l.words {
			place := path
			if filepath.Base(path) == "cmdline" {
				place = fmt.Sprintf("%q", text)
			}
			if find := fmt.Sprintf("word %d in %s", i, place); bytes.Contains(text, word) && !l.found[find] {
				l.found[find] = true
				fmt.Println("found", find)
			}
		}
	}
}

// below looks into the plain files of a folder.
func (l looker) below(folder string) {
	_ = filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return nil
		}
		if info, err := d.Info(); err == nil && info.Size() <= most {
			l.at(path)
		}
		return nil
	})
}
