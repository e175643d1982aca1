//go:build linux

package logs

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"djship/assets"
)

// Of ten hosts that log a thousand lines a second each no line is lost, those of a host stay in order, and all are in the order of their times, as far as they come within five seconds.
func TestTenThousandLinesASecond(t *testing.T) {
	const hosts, seconds, each = 10, 3, 1000
	type line struct {
		host, n  int
		at, came time.Time
	}
	var printed []line
	order := NewOrder(0, func(l line) time.Time { return l.at }, func(line) bool { return false }, func(l line) { printed = append(printed, l) })
	dir := t.TempDir()
	var heard, slow, behind atomic.Int64
	var reading, writing sync.WaitGroup
	var all []chan struct{}
	begin := make(chan struct{})
	for host := range hosts {
		path := filepath.Join(dir, strconv.Itoa(host)+".log")
		log, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		defer log.Close()
		cmd := exec.Command("perl", "-e", assets.Code("shell/configvalues.pl")+assets.Code("shell/follow.pl"), "0", "yes", "", "", "a="+path)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
		caught := make(chan struct{})
		all = append(all, caught)
		from := order.Source(func() { behind.Add(1) })
		reading.Go(func() {
			_, _ = io.Copy(newReading(func(l Line) {
				words := strings.Fields(l.Text)
				n, _ := strconv.Atoi(words[len(words)-1])
				from.Add(line{host, n, l.Time, time.Now()})
				heard.Add(1)
			}, from.Said, func() { close(caught) }), out)
		})
		writing.Go(func() {
			<-begin
			began, n := time.Now(), 0
			for n < seconds*each {
				for ; n < min(seconds*each, int(time.Since(began)*each/time.Second)); n++ {
					at := time.Now()
					fmt.Fprintf(log, "%s INFO request of somebody took %d ms, number %d\n", at.UTC().Format("2006-01-02T15:04:05.000000Z"), n%97, n)
					if time.Since(at) > underWay { // where the machine is that busy
						slow.Add(1)
					}
				}
				time.Sleep(5 * time.Millisecond)
			}
		})
	}
	for _, c := range all {
		<-c
	}
	order.Live()
	close(begin)
	stop := make(chan struct{})
	ticked := make(chan struct{})
	go func() {
		defer close(ticked)
		for {
			select {
			case <-stop:
				return
			case <-time.After(100 * time.Millisecond):
				order.Tick(false)
			}
		}
	}()
	writing.Wait()
	for end := time.Now().Add(time.Minute); heard.Load() < hosts*seconds*each && time.Now().Before(end); {
		time.Sleep(50 * time.Millisecond)
	}
	time.Sleep(2 * time.Second) // for what is held back to be printed
	close(stop)
	<-ticked
	order.Tick(true)

	next, late, turned := [hosts]int{}, time.Duration(0), 0
	for i, l := range printed {
		if l.n != next[l.host] {
			t.Fatalf("host %d: line %d where %d is due", l.host, l.n, next[l.host])
		}
		next[l.host]++
		late = max(late, l.came.Sub(l.at))
		if i > 0 && l.at.Before(printed[i-1].at) {
			turned++
		}
	}
	if len(printed) != hosts*seconds*each {
		t.Errorf("%d lines of %d", len(printed), hosts*seconds*each)
	}
	if late < Longest && (turned > int(slow.Load()) || behind.Load() > 0) {
		t.Errorf("%d lines are before older ones, and %d were longer under way into their log than %v; %d hosts are told to be late", turned, slow.Load(), underWay, behind.Load())
	}
	t.Logf("%d lines, the latest came after %v, %d before older ones", len(printed), late, turned)
}

// newReading takes in what follow.pl prints of one host.
func newReading(line func(Line), said func(time.Time), caught func()) *reading {
	return &reading{line: line, said: said, caught: caught, mu: &sync.Mutex{}, logs: map[string]*log{}, zone: time.UTC}
}
