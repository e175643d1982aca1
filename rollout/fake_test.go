package rollout

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"djship/runner"
	"djship/steps/model"
)

// aspect is a step whose probe says what to plan: "good", "bad", or "refuse WHY", to which a person may say yes where that is a question.
type aspect string

func (a aspect) Name() string        { return string(a) }
func (a aspect) ID() string          { return model.Slug(string(a)) }
func (a aspect) Probe() model.Script { return model.Script("look at " + string(a)) }

func (a aspect) Plan(_ model.Facts, seen model.Observed) model.Change {
	text := strings.TrimSpace(seen.Text)
	if why, ok := strings.CutPrefix(text, "refuse "); ok {
		c := model.Refusal(why, "mend "+why)
		if strings.HasSuffix(why, "?") {
			c.Ask = why
		}
		return c
	}
	if what, ok := strings.CutPrefix(text, "tell "); ok {
		return model.Change{Told: model.Told{Verb: model.Tell, Detail: what}}
	}
	if text == "good" {
		return model.Change{}
	}
	return model.Change{Told: model.Told{Verb: model.Create, Detail: "it is " + text}, Work: model.Work{Script: model.Script("make " + string(a))}}
}

// Agreed implements model.Asking.
func (a aspect) Agreed() model.Step { return agreed{a} }

// agreed is an aspect to which a person has said yes.
type agreed struct{ aspect }

func (a agreed) Plan(f model.Facts, seen model.Observed) model.Change {
	if strings.HasPrefix(seen.Text, "refuse ") {
		seen.Text = "agreed to"
	}
	return a.aspect.Plan(f, seen)
}

// A fake is a host: what it is like, what goes wrong on it, and what was done to it.
type fake struct {
	name string
	list []string

	unreachable error
	noExec      error
	noUpload    error
	system      string            // what os-release says; "" for Debian
	refuse      string            // a reason why the first aspect is refused
	tells       string            // what the first aspect tells of itself
	fails       string            // the aspect whose change fails
	diverges    string            // the aspect that never gets good
	loses       string            // the aspect at whose change the connection goes away
	panics      bool              // djship fails on what it sends
	garbles     bool              // the probe's answer lacks what was asked for
	lockedFor   time.Duration     // by somebody else
	rival       bool              // changes the host between the first look and the first change
	rivals      bool              // and between all others
	noForward   bool              // sshd forwards nothing
	reached     string            // by this address
	listens     string            // nothing listens elsewhere; "" is on every address
	unmarked    bool              // answers come without the mark of the site's server block
	nginx       string            // what nginx -T prints
	record      string            // the domain of the site that the host has on record
	live        string            // the release that is live there
	log         string            // what the site's account reads in its log
	answer      func() int        // the site's status; nil is 200, 0 is nobody there
	slow        time.Duration     // before it answers
	deaf        bool              // it does not look at what comes then
	says        string            // what each change prints besides
	onChange    func(name string) // called when a change begins
	onMade      func(name string) // and when it is made
	refuses     map[string]string // why aspects are refused
	connectTime time.Duration     // how long things take
	changeTime  time.Duration

	mu       sync.Mutex
	bad      map[string]bool
	last     string
	sessions []*fakeSession
	probes   int
	guards   int
	tunnels  int
	uploads  int
	dials    int
	serving  int // requests
	served   int // the most of them at once
	made     []string
	then     string // what is looked at then
	end      string // what is noted of the run then
	ends     []string
}

func newFake(name string, bad ...string) *fake {
	f := &fake{name: name, list: []string{"one", "two", "three"}, bad: map[string]bool{}, connectTime: time.Millisecond, changeTime: time.Second}
	for _, b := range bad {
		f.bad[b] = true
	}
	return f
}

// listOf makes a list of aspects.
func listOf(names ...string) *runner.List {
	var list []model.Step
	for _, name := range names {
		list = append(list, aspect(name))
	}
	return runner.NewList(list...)
}

func (f *fake) open(ctx context.Context) (Connection, error) {
	select {
	case <-time.After(f.connectTime):
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	if f.panics {
		panic("index out of range [-1]")
	}
	if f.unreachable != nil {
		return nil, f.unreachable
	}
	s := &fakeSession{fake: f, done: make(chan struct{})}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sessions = append(f.sessions, s)
	return s, nil
}

// serve answers one request.
func (f *fake) serve(conn io.ReadWriter) {
	request, err := http.ReadRequest(bufio.NewReader(conn))
	if err != nil {
		return
	}
	f.mu.Lock()
	f.serving++
	f.served = max(f.served, f.serving)
	f.mu.Unlock()
	status := http.StatusOK
	if f.answer != nil {
		status = f.answer()
	}
	time.Sleep(f.slow)
	f.mu.Lock()
	f.serving--
	f.mu.Unlock()
	if status <= 0 || request.Host == "" {
		return
	}
	mark := "X-Djship-Site: example.com\r\n"
	if f.unmarked || request.Header.Get("X-Djship-Check") == "" {
		mark = ""
	}
	fmt.Fprintf(conn, "HTTP/1.1 %d x\r\n%sContent-Length: 2\r\n\r\nok", status, mark)
}
