package cli

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"djship/attach"
	"djship/logs"
	"djship/report"
	"djship/rollout"
	"djship/runner"
	"djship/secret"
)

func logsCommand() *command {
	return &command{
		name: "logs", args: "[PROJECT]", brief: "what a site's processes and its nginx say",
		more:     "Lines of all hosts, by the time that they tell. What looks like a secret is\nmasked. Ctrl-C ends -f.",
		examples: []string{"djship logs example", "djship logs example -f -l production", "djship logs example --since 10m", "djship logs example -n 1000 --process error --json"},
		tooMany:  "djship logs PROJECT --process NAME",
		flags: []flag{
			{name: "follow", short: "f", usage: "go on with what is added", kind: flagOnOff},
			{name: "lines", short: "n", usage: "begin with the last `LINES` (default: 100)", kind: flagNumber},
			{name: "since", usage: "what was logged since `TIME`: 10m ago, or 2026-11-28T10:15:00Z; with -n its last lines", kind: flagText},
			{name: "process", usage: "only what `NAME` says: access, error or both as nginx, gunicorn, run, or of your own in logs/NAME.log", kind: flagText},
		},
		explains: []string{"json", "no-color"}, accepts: accessFlags,
		offers: offerFirst(completing.projects),
		run:    parseThenRun(readLogsOptions, showLogs),
	}
}

// logsOptions are what `djship logs` is asked for.
type logsOptions struct {
	selection
	access
	project string // "" for what the folder says
	process string // "" for all
	since   string // as typed; "" for the last lines, however old
	lines   int
	follow  bool
	json    bool
	noColor bool
}

const mostLines = 100_000

// processName is what can be asked for by --process.
var processName = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,64}$`)

func readLogsOptions(in input) (logsOptions, error) {
	a, err := readAccess(in)
	few := 100
	if in.set("since") {
		few = mostLines
	}
	o := logsOptions{readSelection(in), a, in.arg(0), in.text("process"), in.text("since"), in.number("lines", few), in.on("follow"), in.on("json"), in.on("no-color")}
	switch {
	case err != nil:
	case o.lines < 0 || o.lines > mostLines:
		err = in.bad("lines", fmt.Sprintf("--lines must be between 0 and %d", mostLines), "leave it out for 100")
	case in.set("process") && !processName.MatchString(o.process):
		err = in.bad("process", fmt.Sprintf("%.100q is no process", o.process), "access, error, nginx, gunicorn, run, or NAME of a logs/NAME.log in the site's home")
	case in.set("since"):
		if _, wrong := parseSince(o.since, time.Now()); wrong != nil {
			err = in.bad("since", wrong.Error(), "give how long ago, as in 10m, 2h or 3d; or when: 2026-11-28T10:15:00Z, or in this machine's zone \"2026-11-28 10:15\"")
		}
	}
	return o, err
}

// A loggedLine is a line of a host's, as `djship logs --json` prints it.
type loggedLine struct {
	Host    string `json:"host"`
	Process string `json:"process"`
	Time    string `json:"time"` // as in RFC 3339, UTC
	Line    string `json:"line"`

	at    time.Time
	loose bool
}

// showLogs prints the hosts' logs of a site, in order.
func showLogs(env Env, o logsOptions) error {
	project, err := ownSite(o.project, &o.selection, "djship logs PROJECT")
	if err != nil {
		return err
	}
	n, ctx, done, err := reach(env, o.selection, o.access)
	if err != nil {
		return err
	}
	defer done()
	if o.follow {
		n.forks = max(n.forks, len(n.hosts)) // none waits for another to end
	}
	order := logs.NewOrder(o.lines, func(l loggedLine) time.Time { return l.at }, func(l loggedLine) bool { return l.loose }, n.linePrinter(env, o))
	stop := n.tick(ctx, order.Tick)
	has, others := &processNames{}, &otherSites{}
	live := func() {
		order.Live()
		if o.follow && ctx.Err() == nil {
			has.sayLack(env, project, o.process)
		}
	}
	request := logs.Request{Project: project, Process: o.process, Lines: o.lines, Follow: o.follow}
	if o.since != "" {
		request.Since, _ = parseSince(o.since, time.Now()) // it was read before
	}
	errs := n.readLogs(ctx, env, request, order, has, others, live)
	stop()
	order.Live()
	order.Tick(true)
	if ctx.Err() != nil {
		return statusError(statusInterrupted)
	}
	lack := 0
	for i, err := range errs {
		if errors.As(err, new(*attach.MissingError)) {
			lack, errs[i] = lack+1, nil
		}
	}
	if lack == len(n.hosts) {
		return noSite(env, project, others.hint(project, statusLists))
	}
	if errors.Join(errs...) == nil && !o.follow && has.sayLack(env, project, o.process) {
		return statusError(1)
	}
	return n.sayFailed(env.Stderr, errs)
}

// processNames are processes of which hosts have logs. Its methods may be called at once.
type processNames struct {
	mu  sync.Mutex
	all map[string]bool
}

func (p *processNames) add(names ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.all == nil {
		p.all = map[string]bool{}
	}
	for _, name := range names {
		p.all[name] = true
	}
}

// sayLack says that there is no log of the process that is wanted, and of which there are some; false where there is one, or none at all, or all are wanted.
func (p *processNames) sayLack(env Env, project, wanted string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.all) == 0 || wanted == "" || p.all[wanted] || wanted == "nginx" && (p.all["access"] || p.all["error"]) {
		return false
	}
	const most = 20
	names := slices.Sorted(maps.Keys(p.all))
	say(env.Stderr, "djship: no host that answers has a log of %s's process %s\n", project, wanted)
	sayHint(env.Stderr, "", "there are logs of "+enumerated(names[:min(len(names), most)]))
	return true
}

// readLogs reads the hosts' logs into order, into has of which processes there are some, where one is wanted, and into others which sites hosts have that lack this one. It calls live when each
// host has said what it had, or can't, and returns the errors by host.
func (n *network) readLogs(ctx context.Context, env Env, r logs.Request, order *logs.Order[loggedLine], has *processNames, others *otherSites, live func()) []error {
	var waiting sync.WaitGroup
	waiting.Add(len(n.hosts))
	go func() {
		waiting.Wait()
		live()
	}()
	errs := make([]error, len(n.hosts))
	rollout.AtOnce(n.forks, len(n.hosts), func(i int) {
		caught := sync.OnceFunc(waiting.Done)
		defer caught()
		from := order.Source(func() {
			say(env.Stderr, "%s: its lines come more than %v late, or its clock is behind: those of others do not wait for them\n", n.hosts[i].Name, logs.Longest)
		})
		defer from.End()
		errs[i] = n.with(ctx, i, func(ctx context.Context, i int, s runner.Session) error {
			err := logs.Read(ctx, s, r, n.listener(i, r, from, has, caught))
			if errors.As(err, new(*attach.MissingError)) {
				others.ask(ctx, n.hosts[i].Name, s)
			}
			return err
		})
		if r.Follow && errs[i] != nil && ctx.Err() == nil && !errors.As(errs[i], new(*attach.MissingError)) {
			say(env.Stderr, "%s: its logs are not followed: %s\n", n.hosts[i].Name, paragraph{secret.Masked(errs[i].Error()), "    "})
		}
	})
	return errs
}

// listener takes in what a host has logged.
func (n *network) listener(i int, r logs.Request, from *logs.Source[loggedLine], has *processNames, caught func()) logs.Listener {
	return logs.Listener{
		Line: func(l logs.Line) {
			if r.Process != "" {
				has.add(l.Process)
			}
			from.Add(loggedLine{n.hosts[i].Name, l.Process, l.Time.UTC().Format(time.RFC3339), strings.ReplaceAll(l.Text, "\t", "    "), l.Time, l.Loose})
		},
		Said: from.Said,
		Caught: func(names []string) {
			has.add(names...)
			caught()
		},
	}
}

// tick calls f again and again until stop or the end of ctx.
func (n *network) tick(ctx context.Context, f func(all bool)) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	over := make(chan struct{})
	go func() {
		defer close(over)
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				f(false)
			}
		}
	}()
	return func() { cancel(); <-over }
}

// inks are the colours of hosts, as a terminal calls them.
var inks = []int{36, 33, 32, 35, 34, 96, 93, 92, 95, 94}

// linePrinter prints lines behind their host and process: in a host's own colour where the screen has colours.
func (n *network) linePrinter(env Env, o logsOptions) func(loggedLine) {
	wide, ink := 0, map[string]int{}
	for i, h := range n.hosts {
		wide = max(wide, len(h.Name))
		ink[h.Name] = inks[i%len(inks)]
	}
	color := screenOf(env, o.noColor).OutColor && env.Screen.Out != nil
	return func(l loggedLine) {
		head := fmt.Sprintf("%-*s %-8s", min(wide, 30), l.Host, l.Process)
		switch {
		case o.json:
			_ = sayJSON(env.Stdout, l)
		case color:
			_ = sayText(env.Screen.Out, fmt.Sprintf("\x1b[%dm%s\x1b[0m %s\n", ink[l.Host], report.Spell(head), report.Spell(l.Line)))
		default:
			say(env.Stdout, "%s %s\n", head, l.Line)
		}
	}
}
