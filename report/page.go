package report

import (
	"cmp"
	"fmt"
	"html/template"
	"math"
	"slices"
	"time"

	"djship/rollout"
)

// A page is what the HTML report shows, ready to be written.
type page struct {
	CSS      template.CSS
	JS       template.JS
	Title    string
	ID       string
	Version  string
	Began    time.Time
	Code     string // that was pushed
	Check    bool
	Outcome  string
	Bad      bool
	Counts   string
	Seconds  float64
	LogDir   string
	Ticks    []tick
	Failures []failure
	Stages   []stageRows
	Steps    []stepRow
	Quiet    int // steps that had nothing to do on any host
	Changes  []changeRow
}

// A tick is a line of the timeline's scale.
type tick struct {
	Left float64 // per cent
	Text string
}

// A failure is what went wrong in the same way on one or more hosts.
type failure struct {
	Step, Status, Hint string
	Error              []string
	Hosts              []string
}

// stageRows are the hosts of a stage and how its gate ended.
type stageRows struct {
	Name  string
	Hosts []hostRow
	Gate  *rollout.Gate
}

// A hostRow is a host's line in the timeline, and what is known of the host.
type hostRow struct {
	Name, Anchor string
	Word         string // its status as people read it
	Domain       string
	Status       rollout.Status
	Batch        int
	Left, Width  float64 // per cent
	Seconds      float64
	Changed      int
	Bars         []bar
	Steps        []stepLine
	Switched     string // what was seen at its switch
	Quiet        int    // steps that found nothing to do
	Error        []string
	Hint         string
}

// A bar is a step in the timeline.
type bar struct {
	Left, Width float64 // per cent of the run
	Class       string
	Step        int // its place in the host's list, from 0
}

// A stepLine is a step in a host's list.
type stepLine struct {
	At      string // since the begin of the run
	Name    string
	Status  rollout.Status
	Detail  string
	Seconds float64
	Change  string // anchor of its text among the changes
}

// A stepRow says how a step went across the hosts.
type stepRow struct {
	Name                  string
	Class                 string
	Changed, Failed, Kept int
	Median, Slowest       float64
	Where                 string  // the slowest, if that is worth knowing
	Low, Mid, High        float64 // per cent of the slowest of all
}

// quiet tells whether there was nothing to do anywhere.
func (r stepRow) quiet() bool { return r.Changed+r.Failed+r.Kept == 0 && r.Slowest == 0 }

// A changeRow is a diff and the hosts that have it.
type changeRow struct {
	Anchor, Step string
	Status       rollout.Status
	Hosts        []string
	Diff         []string
}

// newPage makes the page of a run that may have ended or not.
func newPage(s *state) page {
	p := page{CSS: template.CSS(pageCSS), JS: template.JS(pageJS), Title: title(s.start), ID: printable(s.id), Version: s.start.Version, Code: pushed(s.start.Pushed),
		Began: s.began, Check: s.start.Check, Outcome: "unfinished", Bad: true, Seconds: s.last.Sub(s.began).Seconds()}
	if s.end != nil {
		p.Outcome, p.Counts, p.Seconds, p.LogDir = outcome(*s.end), s.counts(), s.end.Seconds, s.end.LogDir
		p.Bad = p.Outcome != "done"
	}
	b := pageBuilder{state: s, span: math.Max(s.last.Sub(s.began).Seconds(), 0.001), color: map[string]string{}, changes: map[string]*changeRow{}}
	p.Ticks = ticks(b.span)
	all := b.steps()
	p.Steps = slices.DeleteFunc(slices.Clone(all), stepRow.quiet)
	p.Quiet = len(all) - len(p.Steps)
	p.Stages = b.stages()
	p.Failures = b.failures()
	for _, c := range b.order {
		p.Changes = append(p.Changes, *c)
	}
	return p
}

type pageBuilder struct {
	*state
	span    float64 // seconds from the first event to the last
	color   map[string]string
	changes map[string]*changeRow
	order   []*changeRow
}

// colors is how many steps have a colour of their own: those that took longest.
const colors = 8

// steps are the run's steps with the time they took, and hands out their colours.
func (b *pageBuilder) steps() []stepRow {
	times := map[string][]float64{}
	var rows []stepRow
	for _, s := range b.bySteps() {
		row := stepRow{Name: s.name, Changed: len(s.hosts), Slowest: s.slowest}
		if s.slowest > 1 && len(b.state.order) > 1 {
			row.Where = printable(s.where)
		}
		rows = append(rows, row)
	}
	counts := map[string]*stepRow{}
	for i := range rows {
		counts[rows[i].Name] = &rows[i]
	}
	for _, h := range b.state.order {
		for _, s := range h.steps {
			r := counts[s.name()]
			if s.Seconds > 0 {
				times[r.Name] = append(times[r.Name], s.Seconds)
			}
			switch s.Status {
			case rollout.Failed:
				r.Failed++
			case rollout.Kept:
				r.Kept++
			}
		}
	}
	top := 0.001
	for _, r := range rows {
		top = max(top, r.Slowest)
	}
	for i := range rows {
		r := &rows[i]
		t := times[r.Name]
		slices.Sort(t)
		if len(t) > 0 {
			r.Median = (t[len(t)/2] + t[(len(t)-1)/2]) / 2
			r.Low, r.Mid, r.High = 100*t[0]/top, 100*r.Median/top, 100*r.Slowest/top
		}
	}
	b.paint(rows, times)
	return rows
}

// paint gives the steps that took most time together a colour each.
func (b *pageBuilder) paint(rows []stepRow, times map[string][]float64) {
	sum := func(name string) (all float64) {
		for _, t := range times[name] {
			all += t
		}
		return all
	}
	var names []string
	for _, r := range rows {
		if sum(r.Name) > 0 {
			names = append(names, r.Name)
		}
	}
	slices.SortStableFunc(names, func(x, y string) int { return cmp.Compare(sum(y), sum(x)) })
	for i, name := range names[:min(colors, len(names))] {
		b.color[name] = fmt.Sprintf("c%d", i+1)
	}
	for i := range rows {
		rows[i].Class = cmp.Or(b.color[rows[i].Name], "c0")
	}
}

// stages are the hosts by the stage they were in, in the order of the run's list. In a run with
// stages, hosts that were not started are in none and stand last.
func (b *pageBuilder) stages() []stageRows {
	rows := map[string][]hostRow{}
	var names []string
	for _, h := range b.state.order {
		if _, ok := rows[h.stage]; !ok && h.stage != "" {
			names = append(names, h.stage)
		}
		rows[h.stage] = append(rows[h.stage], b.host(h))
	}
	var all []stageRows
	for _, name := range names {
		stage := stageRows{Name: printable(name), Hosts: rows[name]}
		for i := range b.gates {
			if b.gates[i].Stage == name {
				stage.Gate = &b.gates[i]
			}
		}
		all = append(all, stage)
	}
	if none := rows[""]; none != nil {
		rest := stageRows{Hosts: none}
		if len(all) > 0 {
			rest.Name = "not begun"
		}
		all = append(all, rest)
	}
	return all
}

func (b *pageBuilder) host(h *host) hostRow {
	row := hostRow{Name: printable(h.name), Anchor: "host-" + printable(h.name), Word: h.word(), Domain: printable(h.domain), Status: h.status(), Batch: h.batch}
	if h.end != nil {
		row.Seconds, row.Changed = h.end.Seconds, h.end.Changed
		row.Error, row.Hint = printableLines(h.end.Error), h.end.Hint
		if end := b.at(h.ended); h.end.Status != rollout.Skipped {
			row.Left, row.Width = b.part(end-h.end.Seconds), b.part(math.Min(h.end.Seconds, end))
		}
	}
	if h.switched != nil {
		row.Switched = from(*h.switched) + "; " + seen(*h.switched)
	}
	for _, s := range h.steps {
		if s.Status == rollout.OK && s.Seconds == 0 {
			row.Quiet++
			continue
		}
		row.Steps = append(row.Steps, stepLine{At: tookSeconds(b.at(s.at) - s.Seconds), Name: printable(s.name()), Status: s.Status,
			Detail: printable(s.Detail), Seconds: s.Seconds, Change: b.change(h, s)})
		if s.Seconds > 0 || s.Status == rollout.Failed {
			row.Bars = append(row.Bars, b.bar(s, len(row.Steps)-1))
		}
	}
	return row
}

// bar is a step in the timeline, the nth of its host's list.
func (b *pageBuilder) bar(s stepEnd, n int) bar {
	class := cmp.Or(b.color[s.name()], "c0")
	if s.Status == rollout.Failed {
		class += " failed"
	}
	return bar{Left: b.part(b.at(s.at) - s.Seconds), Width: b.part(s.Seconds), Class: class, Step: n}
}

// at is a time in seconds since the run began.
func (b *pageBuilder) at(t time.Time) float64 { return t.Sub(b.began).Seconds() }

// part is seconds as per cent of the run, to a hundredth.
func (b *pageBuilder) part(seconds float64) float64 {
	return math.Round(1e4*min(1, max(0, seconds/b.span))) / 100
}

// change keeps a step's diff, once for all hosts that have the same, and returns its anchor.
func (b *pageBuilder) change(h *host, s stepEnd) string {
	if s.Diff == "" {
		return ""
	}
	key := s.name() + "\x00" + string(s.Status) + "\x00" + s.Diff
	c := b.changes[key]
	if c == nil {
		c = &changeRow{Anchor: fmt.Sprintf("change-%d", len(b.order)+1), Step: printable(s.name()), Status: s.Status, Diff: printableLines(s.Diff)}
		b.changes[key], b.order = c, append(b.order, c)
	}
	c.Hosts = append(c.Hosts, printable(h.name))
	return c.Anchor
}

// failures are the hosts that failed, together where it was the same.
func (b *pageBuilder) failures() []failure {
	var all []failure
	index := map[string]int{}
	for _, h := range b.state.order {
		if !h.bad() {
			continue
		}
		key := h.failureKey()
		i, ok := index[key]
		if !ok {
			i = len(all)
			index[key] = i
			all = append(all, failure{Step: printable(h.brokenStep()), Status: h.word(), Hint: h.end.Hint, Error: h.errorLines()})
		} else {
			all[i].Error = h.anywhere().errorLines()
		}
		all[i].Hosts = append(all[i].Hosts, printable(h.name))
	}
	return all
}

// ticks are the lines of a scale of so many seconds: about six, at round times.
func ticks(span float64) []tick {
	steps := []float64{0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400}
	step := steps[len(steps)-1]
	for _, s := range steps {
		if span/s <= 6 {
			step = s
			break
		}
	}
	var all []tick
	for n := 0; float64(n)*step <= 0.96*span; n++ { // at the very end there is no room for text
		at := float64(n) * step
		text := fullSeconds(time.Duration(at * float64(time.Second)))
		if step < 1 {
			text = fmt.Sprintf("%.1fs", at)
		}
		all = append(all, tick{Left: math.Round(1e4*at/span) / 100, Text: text})
	}
	return all
}
