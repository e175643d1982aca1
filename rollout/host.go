package rollout

import (
	"context"
	"errors"
	"strings"
	"time"

	"djship/runner"
	"djship/steps/model"
)

// life is one host's part in a run: it is looked at and, turn after turn, changed and asked whether it serves.
type life struct {
	run    *Rollout
	target Target
	batch  int  // of its stage, in the turn that it is in, from 1
	first  bool // of its stage's hosts that have not ended: it does what one does for all
	canary bool // it is alone in the first batch, and the rollout ends with it

	turn      int // the one that it is in, from 0
	firstTurn int // that it was in

	session *onShell
	plans   []model.Plan // one a turn, as the host was seen last for it
	looked  []time.Time  // when that was; zero where something is known to have changed since
	early   *request     // a request that went out with the probe; nil for none

	next       bool      // its first turn begins behind the look
	started    bool      // its first turn has begun
	began      time.Time // when that was
	stepBegan  time.Time // the current step; zero for none
	progress             // so far
	before     progress  // when its turn began
	madeAtLook int       // changes that were made when it was looked at
	unhealthy  bool      // done, but did not answer at the gate
	end        *HostEnd
	undo
	agreed     map[string]bool   // steps, by their IDs, to which a person has said yes
	migrations []model.Migration // of its site's database, which it has begun with
	site       Site
	sites      map[string]model.Site // that the host has on record
}

// progress counts changes.
type progress struct {
	begun   int // changes that have begun
	changed int // steps changed, or that would
}

// How often a host is looked at anew.
const (
	lostTries  = 4   // the connection went away while the host waited
	staleTries = 100 // another run got in between; each time one run less is in the way
)

// planAge is how old a plan may be when it is applied: a host that has waited, behind other stages and
// questions, is looked at again.
const planAge = 10 * time.Second

// done tells whether the host has ended as asked.
func (l *life) done() bool {
	return l.end != nil && (l.end.Status == OK || l.end.Status == Changed)
}

// startClock notes that the host is being worked on.
func (l *life) startClock() { l.began = l.run.Now() }

// lookAhead looks at the host long before its first turn. Where something forbids to go on the host ends.
func (l *life) lookAhead(ctx context.Context) {
	status, err := l.look(ctx)
	if err == nil && !l.mayBeAgreed() {
		status, err = Failed, l.refused()
	}
	if err != nil {
		l.ended(status, err)
	}
}

// enter begins a turn.
func (l *life) enter(turn, batch int) {
	l.turn, l.batch, l.before = turn, batch, l.progress
	if l.started {
		l.early = nil // it was answered before this turn
		return
	}
	l.started, l.firstTurn = true, turn
	l.startClock()
	l.run.events <- HostStart{Host: l.target.Name, Stage: l.target.Stage, Batch: l.batch, Domain: l.target.Domain}
}

// takeTurn takes the host through its turn. It ends with the last one, or where nothing is left to do.
func (l *life) takeTurn(ctx context.Context) {
	status, err := l.carryOut(ctx)
	if status, err = l.afterTurn(ctx, status, err); err == nil && !l.run.Check && l.turn < len(l.run.turns)-1 && !l.nothingLeft() {
		l.doing("wait for other hosts")
		return
	}
	l.ended(status, err)
	if !l.run.rolls && l.told && !l.run.sharesAfter(l.turn) { // there is no gate that would need the connection, nor another host
		l.hangUp()
		l.plans, l.early = nil, nil
	}
}

// carryOut brings the host to what its turn asks.
func (l *life) carryOut(ctx context.Context) (Status, error) {
	for lost, stale := 0, 0; ; {
		if l.stale() {
			if status, err := l.look(ctx); err != nil {
				return status, err
			}
		}
		if l.mayBeAgreed() && l.agree(ctx) {
			continue
		}
		if err := l.refused(); err != nil {
			return Failed, err
		}
		if l.run.Check || len(l.plan().Changes()) == 0 {
			return l.unchanged(ctx)
		}
		err := l.applyTurn(ctx)
		if err == nil {
			l.remarks(l.turn + 1)
			return l.healthy(ctx, l.turn, nil, healthTimes)
		}
		switch {
		case errors.Is(err, runner.ErrStale):
			stale++
		case l.begun == l.before.begun && l.lost():
			lost++
		default:
			return l.classify(ctx, err)
		}
		if lost == lostTries || stale == staleTries || l.run.stopped(ctx) {
			return l.classify(ctx, err)
		}
	}
}

// stale tells whether the turn's plan may be of another host than it is now: what turns before have changed on this host, or one
// host for all, is to be seen, and what was seen long ago is to be seen again.
func (l *life) stale() bool {
	if l.plans == nil || l.session == nil || l.lost() {
		return true
	}
	at := l.looked[l.turn]
	return at.IsZero() || at.Before(l.run.sharedAt()) || l.run.Now().Sub(at) > planAge
}

// plan is the present turn's.
func (l *life) plan() model.Plan { return l.plans[l.turn] }

// due is the first turn, from the present one on, in which something is to be done or refused. Of those behind
// it, it is only known what they look like now. It is len(l.plans) where there is none.
func (l *life) due() int {
	i := l.turn
	for i < len(l.plans) && len(l.plans[i].Changes())+len(l.plans[i].Refused) == 0 {
		i++
	}
	return i
}

// takes tells whether the host takes a turn that is of one host of its stage.
func (l *life) takes(turn int) bool { return l.first || !l.run.turns[turn].Once }

// nothingLeft tells whether the host was seen to be as asked in all its turns, before it has taken any.
func (l *life) nothingLeft() bool { return l.turn == l.firstTurn && l.due() == len(l.plans) }

// refused is why nothing may be done in the turn that is due.
func (l *life) refused() error {
	if turn := l.refusing(); turn < len(l.plans) {
		return l.refuse(turn)
	}
	return nil
}

// refusing is the turn that is due, where something in it is refused; else it is len(l.plans).
func (l *life) refusing() int {
	turn := l.turn
	if turn == l.firstTurn { // it was looked at for all
		turn = l.due()
	}
	if turn == len(l.plans) || !l.takes(turn) || len(l.plans[turn].Refused) == 0 {
		return len(l.plans)
	}
	return turn
}

// unchanged tells each step of plans that are not applied: there is nothing to do, or it is only a check. Of a
// check that is all that there is to tell, of turns to come as they look now.
func (l *life) unchanged(ctx context.Context) (Status, error) {
	until, of := l.turn+1, l.turn
	if l.run.Check || l.nothingLeft() {
		until = len(l.plans)
		of = l.target.Turns.lastHealth()
	}
	events, changes := l.unapplied(until, l.ofStep)
	l.run.events <- events
	l.remarks(until)
	if l.run.Check {
		if l.changed = changes; changes > 0 {
			return WouldChange, nil
		}
		return OK, nil
	}
	return l.healthy(ctx, of, l.early, 1)
}

// outcome is how a host ends on which all went well.
func (l *life) outcome() Status {
	if l.changed > 0 {
		return Changed
	}
	return OK
}

// panicked ends the host by a fault of djship's.
func (l *life) panicked(err error) {
	var fault *PanicError
	if errors.As(err, &fault) {
		for line := range strings.Lines(fault.Stack) {
			l.run.events <- Output{Host: l.target.Name, Line: strings.TrimRight(line, "\n")}
		}
	}
	if l.end == nil {
		l.ended(Failed, err)
	}
}
