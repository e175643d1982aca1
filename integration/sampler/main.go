//go:build linux

// Sampler runs on a test host and looks for words in what every process shows of itself to all: it
// reads the words from stdin, one a line, up to an empty line, then all command lines again and
// again until stdin ends. It prints each find once, and at the end "N samples, longest pause D".
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
	found := map[string]bool{}
	samples, longest, last := 0, time.Duration(0), time.Now()
	for tick := time.NewTicker(every); !over.Load(); <-tick.C {
		now := time.Now()
		samples, longest, last = samples+1, max(longest, now.Sub(last)), now
		paths, _ := filepath.Glob("/proc/[0-9]*/cmdline")
		for _, path := range paths {
			text, _ := os.ReadFile(path) // of a process that has gone: nothing
			for i, word := range words {
				if find := fmt.Sprintf("word %d in %q", i, text); bytes.Contains(text, word) && !found[find] {
					found[find] = true
					fmt.Println("found", find)
				}
			}
		}
	}
	fmt.Printf("%d samples, longest pause %v\n", samples, longest)
}
