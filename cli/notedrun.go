package cli

import (
	"cmp"
	"path/filepath"
	"time"

	"djship/report"
	"djship/rollout"
)

// A notedRun keeps the log of a command that is no rollout.
type notedRun struct {
	id, dir string
	began   time.Time
	sink    rollout.Sink
	one     chan struct{} // held by who gives sink something, or prints
}

// noteRun begins the log of a command, in a folder of its own or dir.
func (env Env) noteRun(dir string, start rollout.RunStart) (*notedRun, error) {
	now := time.Now()
	r := &notedRun{id: report.NewRunID(now), began: now, one: make(chan struct{}, 1)}
	r.dir = cmp.Or(dir, filepath.Join(runsDir(env), r.id))
	var err error
	if r.sink, err = report.Logs(r.dir); err != nil {
		return nil, &usageError{err.Error(), cmp.Or(rollout.HintOf(err), "name another folder with --log-dir")}
	}
	start.Version, start.Stages = Version, []string{}
	r.take(start)
	return r, nil
}

// names are its hosts'.
func (n *network) names() []string {
	var names []string
	for _, h := range n.hosts {
		names = append(names, h.Name)
	}
	return names
}

// take logs an event.
func (r *notedRun) take(e rollout.Event) {
	r.one <- struct{}{}
	defer func() { <-r.one }()
	r.sink.Take(rollout.Record{Time: time.Now(), Run: r.id, Event: e})
}

// end closes the log, and removes those of runs of long ago.
func (r *notedRun) end(env Env, counts rollout.RunEnd) {
	counts.Seconds, counts.LogDir = time.Since(r.began).Seconds(), r.dir
	r.take(counts)
	if err := r.sink.Close(); err != nil {
		say(env.Stderr, "djship: can't write all of the logs: %s\n", err)
	}
	if err := report.Prune(runsDir(env), report.Keep); err != nil {
		say(env.Stderr, "djship: can't remove old logs: %s\n", err)
	}
}
