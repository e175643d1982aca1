package report

import (
	"io"
	"strings"
	"sync"
	"time"

	"djship/rollout"
)

const (
	frameTime = 100 * time.Millisecond // the shortest time between two drawings of a terminal
	aliveTime = time.Minute            // the longest time without a line elsewhere, about
)

// A view shows a run to a person. On a terminal it draws from a goroutine of its own, which Close
// ends; else Take writes at once.
type view struct {
	mu      sync.Mutex
	tell    narrator
	screen  screen
	pending []text // to be written with the next frame
	drawn   time.Time
	dirty   bool
	live    bool // the terminal is drawn by draw
	paused  bool
	werr    error
	stop    chan struct{}
	stopped chan struct{}
}

func newView(o Options) *view {
	v := &view{
		tell:   narrator{Options: o, state: newState(), failures: map[string]string{}},
		screen: screen{w: o.Err},
	}
	v.measure()
	if o.Quiet {
		return v
	}
	v.live = o.TTY
	v.stop, v.stopped = make(chan struct{}), make(chan struct{})
	if o.TTY {
		go v.every(frameTime, v.draw)
	} else {
		go v.every(noteTime/2, v.alive)
	}
	return v
}

// measure takes over the terminal's size, which may change at any time.
func (v *view) measure() (columns, rows int) {
	n := &v.tell
	n.err, n.out = pen{color: n.Color}, pen{color: n.OutColor}
	if !n.TTY {
		return 0, 0
	}
	if n.Size != nil {
		columns, rows = n.Size()
	}
	if columns <= 0 {
		columns, rows = 80, 24
	}
	n.err.width = columns - 1 // in the last column some terminals begin a new line
	if n.OutColor {           // the same terminal
		n.out.width = n.err.width
	}
	return columns, rows
}

func (v *view) Take(r rollout.Record) {
	r = clean(r)
	v.mu.Lock()
	defer v.mu.Unlock()
	n := &v.tell
	n.state.take(r)
	if _, ok := r.Event.(rollout.RunStart); ok {
		n.stream = !n.state.start.Check && (!n.TTY || n.Verbosity > 0)
	}
	v.measure()
	v.pending = append(v.pending, n.tell(r)...)
	v.dirty = true
	if !v.live {
		v.flush(nil)
	}
}

// every calls f again and again until Close.
func (v *view) every(d time.Duration, f func(now time.Time)) {
	defer close(v.stopped)
	tick := time.NewTicker(d)
	defer tick.Stop()
	for {
		select {
		case <-v.stop:
			return
		case now := <-tick.C:
			f(now)
		}
	}
}

// draw brings the terminal up to date: after events at once, else once a second for the clock.
func (v *view) draw(now time.Time) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if late := v.tell.lateNotes(now); late != nil {
		v.pending, v.dirty = append(v.pending, late...), true
	}
	if v.paused || !v.dirty && now.Sub(v.drawn) < time.Second || v.behind() {
		return
	}
	columns, rows := v.measure()
	v.flush(frame{narrator: &v.tell, now: now, rows: rows}.lines())
	v.screen.columns = columns
	v.drawn, v.dirty = now, false
}

// behind tells whether the terminal has yet to take earlier frames.
func (v *view) behind() bool {
	to, ok := v.screen.w.(stream)
	return ok && to.behind()
}

// alive says in a log of lines what is going on when nothing was written for long: whoever waits
// for it, a person or a CI job that ends what is silent, should know.
func (v *view) alive(now time.Time) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if late := v.tell.lateNotes(now); late != nil {
		v.pending = append(v.pending, late...)
		v.flush(nil)
	}
	if now.Sub(v.drawn) < aliveTime {
		return
	}
	if line := (frame{narrator: &v.tell, now: now}).still(); line != "" {
		v.pending = append(v.pending, text{lines: []string{line}})
		v.flush(nil)
	}
}

func (v *view) say(message string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.pending = append(v.pending, text{lines: []string{strings.Join(printableLines(message), "; ")}})
	v.dirty = true
	if !v.live || v.paused {
		v.flush(nil)
	}
}

// flush writes what is pending, and below it the lines of the live view.
func (v *view) flush(live []string) {
	columns, _ := v.measure()
	v.screen.clear(columns)
	for _, t := range v.pending {
		if t.result {
			_ = v.screen.flush() // what a terminal does not take it will not take later
			v.write(v.tell.Out, t.lines)
		} else {
			v.screen.print(t.lines)
		}
	}
	if v.pending != nil {
		v.drawn = time.Now()
	}
	v.pending = nil
	v.screen.draw(live)
	if err := v.screen.flush(); v.werr == nil {
		v.werr = err
	}
}

func (v *view) write(w io.Writer, lines []string) {
	for _, l := range lines {
		if _, err := io.WriteString(w, l+"\n"); v.werr == nil {
			v.werr = err
		}
	}
}

func (v *view) pause() (resume func()) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.pending = append(v.pending, v.tell.heldNotes()...)
	v.flush(nil)
	v.paused = true
	return func() {
		v.mu.Lock()
		defer v.mu.Unlock()
		v.paused, v.dirty = false, true
	}
}

func (v *view) Close() error {
	if v.stop != nil {
		close(v.stop)
		<-v.stopped
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.pending = append(v.pending, v.tell.heldNotes()...)
	v.flush(nil)
	return v.werr
}
