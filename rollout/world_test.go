package rollout

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// A world is the hosts of a test and what was told of them.
type world struct {
	*Rollout
	hosts  map[string]*fake
	events []Record
	ended  time.Time
	stop   chan struct{}
	cut    context.CancelFunc
	ctx    context.Context
}

func (w *world) Take(r Record) { w.events = append(w.events, r) }

func (w *world) Close() error { return nil }

// run runs the rollout, and waits until nothing of it is left.
func (w *world) run() int {
	status := w.Run(w.ctx)
	w.ended = time.Now()
	w.cut()
	time.Sleep(time.Hour)
	return status
}

// newWorld makes a rollout of hosts, each written "stage/name" or only "name". Their sites are asked.
func newWorld(hosts ...string) *world {
	w := &world{hosts: map[string]*fake{}, stop: make(chan struct{})}
	w.ctx, w.cut = context.WithCancel(context.Background())
	w.Rollout = &Rollout{ID: "run", Command: "deploy", Forks: 100, Patient: true, Sink: w, Stop: w.stop, Now: time.Now}
	for i, full := range hosts {
		stage, name, ok := strings.Cut(full, "/")
		if !ok {
			stage, name = "", full
		}
		f := newFake(name, "two")
		f.connectTime += time.Duration(i) * time.Millisecond // one after another, so that events have an order
		f.changeTime += time.Duration(i) * 10 * time.Millisecond
		w.hosts[name] = f
		w.Targets = append(w.Targets, Target{Name: name, Stage: stage, Open: f.open,
			Turns: NewTurns(Turn{List: listOf(f.list...), Health: &Health{Project: "example", Domain: "example.com", Path: "/"}, Rolls: true})})
		if stage != "" && !slices.Contains(w.Stages, stage) {
			w.Stages = append(w.Stages, stage)
		}
	}
	return w
}

// told are the events that scripts see, in short; those of single steps are left out.
func (w *world) told() []string {
	var told []string
	for _, r := range w.events {
		switch e := r.Event.(type) {
		case HostStart:
			told = append(told, strings.TrimSpace(fmt.Sprintf("%s starts %s %d", e.Host, e.Stage, e.Batch)))
		case HostEnd:
			told = append(told, fmt.Sprintf("%s %s", e.Host, e.Status))
		case Gate:
			told = append(told, fmt.Sprintf("gate %s %s: %s", e.Stage, e.Status, e.Detail))
		case Note:
			told = append(told, strings.TrimSpace(e.Host+" note: "+e.Text))
		case RunEnd:
			told = append(told, fmt.Sprintf("run %d", e.Status))
		}
	}
	return told
}

// byHost sorts what was told of each host.
func (w *world) byHost() map[string]HostEnd {
	ends := map[string]HostEnd{}
	for _, r := range w.events {
		if e, ok := r.Event.(HostEnd); ok {
			ends[e.Host] = e
		}
	}
	return ends
}
