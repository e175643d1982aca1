//go:build linux

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"

	"djship/integration/testbed"
)

// A side is one way to do what is measured.
type side struct {
	name  string
	args  []string
	stdin string // a file
	dir   string
	env   []string       // besides this program's
	from  *testbed.Place // where it runs; nil is here
	bound time.Duration  // it is killed after; 0 is ten minutes
}

// A sample is one measured command.
type sample struct {
	Seconds float64
	CPU     float64 // seconds of processor time, which others at work on the machine don't change
	KB      int64   // the most memory that the process had, as getrusage tells
	Status  int
}

// measure runs a side once. The command runs below a small process of its own: a child begins with its parent's
// peak of memory, and this program's is larger than that of what it measures.
func (s side) measure(ctx context.Context) (sample, error) {
	bound := s.bound
	if bound == 0 {
		bound = 10 * time.Minute
	}
	ctx, cancel := context.WithTimeout(ctx, bound)
	defer cancel()
	self, err := os.Executable()
	if err != nil {
		return sample{}, err
	}
	args := append([]string{self, "measure", s.stdin}, s.args...)
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	if s.from != nil {
		cmd = s.from.Command(ctx, args...)
	}
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), s.env...)
	var result, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &result, &said
	if err := cmd.Run(); err != nil {
		return sample{}, fmt.Errorf("%s: %w\n%s", s.name, err, tail(said.String()))
	}
	var got sample
	if err := json.Unmarshal(result.Bytes(), &got); err != nil {
		return sample{}, fmt.Errorf("%s: %w", s.name, err)
	}
	if got.Status != 0 {
		return got, fmt.Errorf("%s: status %d\n%s", s.name, got.Status, tail(said.String()))
	}
	return got, nil
}

// measureChild is the small process: it runs a command with a file as stdin and prints the sample as JSON. What the
// command prints goes to stderr.
func measureChild(args []string) int {
	cmd := exec.Command(args[1], args[2:]...)
	if args[0] != "" {
		f, err := os.Open(args[0])
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		cmd.Stdin = f
	}
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	began := time.Now()
	err := cmd.Run()
	took := time.Since(began)
	os.Stderr.Write(said.Bytes())
	if cmd.ProcessState == nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	usage := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	json.NewEncoder(os.Stdout).Encode(sample{took.Seconds(), (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds(), usage.Maxrss, cmd.ProcessState.ExitCode()})
	return 0
}

// inTurn measures the sides one after the other, n times: A B C, A B C. Each side is run once before, unmeasured,
// where warm says so.
func inTurn(ctx context.Context, n int, warm bool, sides ...side) ([][]sample, error) {
	all := make([][]sample, len(sides))
	if warm {
		for _, s := range sides {
			if _, err := s.measure(ctx); err != nil {
				return nil, err
			}
		}
	}
	for range n {
		for i, s := range sides {
			got, err := s.measure(ctx)
			if err != nil {
				return nil, err
			}
			progress(s.name, got)
			all[i] = append(all[i], got)
		}
	}
	return all, nil
}

func progress(name string, s sample) {
	fmt.Fprintf(os.Stderr, "  %-28s %8.3f s %8.3f s CPU %6d MiB\n", name, s.Seconds, s.CPU, s.KB>>10)
}

func tail(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return strings.Join(lines[max(0, len(lines)-15):], "\n")
}

// median is the middle one of some numbers, or the mean of the two in the middle.
func median(of []float64) float64 {
	sorted := slices.Sorted(slices.Values(of))
	n := len(sorted)
	if n == 0 {
		return 0
	}
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// seconds are the times of some samples.
func seconds(of []sample) []float64 {
	var s []float64
	for _, one := range of {
		s = append(s, one.Seconds)
	}
	return s
}

// cpu are the processor times of some samples.
func cpu(of []sample) []float64 {
	var s []float64
	for _, one := range of {
		s = append(s, one.CPU)
	}
	return s
}

// ratio is the median of a's times by b's, turn by turn.
func ratio(a, b []sample) float64 {
	var r []float64
	for i := range a {
		r = append(r, a[i].Seconds/b[i].Seconds)
	}
	return median(r)
}

// peak is the most memory of any sample, in KB.
func peak(of []sample) int64 {
	var most int64
	for _, s := range of {
		most = max(most, s.KB)
	}
	return most
}
