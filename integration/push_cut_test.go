//go:build linux

package integration

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"djship/integration/testbed"
)

// A cut is how a push of another release is ended: so long after a step has come to its end, or after so many bytes.
type cut struct {
	how   string // "reset", "killed", "power", "Ctrl-C", "Ctrl-C twice"
	after string // a step, as the events name it; "" for the run's beginning
	delay time.Duration
	bytes int64 // instead: so many have passed, of a thousandth of all
}

func (c cut) String() string {
	if c.bytes > 0 {
		return fmt.Sprintf("%s after %d/1000 of the bytes", c.how, c.bytes)
	}
	return fmt.Sprintf("%s %v after %q", c.how, c.delay, c.after)
}

// Steps of a push, by the beginning of their names.
const (
	codeStep    = "code of example"
	environStep = "variables of release"
	checkStep   = "check of release"
	migrateStep = "migrations of example"
	switchStep  = "live release of example"
)

// cuts are the moments, in chains: each chain is one host's.
var cuts = map[string][]cut{
	"reset by bytes": {{how: "reset", bytes: 150}, {how: "reset", bytes: 400}, {how: "reset", bytes: 600}, {how: "reset", bytes: 700}, {how: "reset", bytes: 800}, {how: "reset", bytes: 900}, {how: "reset", bytes: 990}},
	"killed": {{how: "killed", after: codeStep}, {how: "killed", after: environStep, delay: 300 * time.Millisecond}, {how: "killed", after: checkStep, delay: 200 * time.Millisecond},
		{how: "killed", after: migrateStep, delay: 300 * time.Millisecond}, {how: "killed", after: migrateStep, delay: 700 * time.Millisecond}, {how: "killed", after: migrateStep, delay: 1200 * time.Millisecond},
		{how: "killed", after: migrateStep, delay: 2500 * time.Millisecond}, {how: "killed", after: switchStep}},
	"power": {{how: "power", after: codeStep}, {how: "power", after: checkStep, delay: 200 * time.Millisecond}, {how: "power", after: migrateStep, delay: 200 * time.Millisecond},
		{how: "power", after: migrateStep, delay: 700 * time.Millisecond}, {how: "power", after: migrateStep, delay: 1300 * time.Millisecond}, {how: "power", after: switchStep}},
	"Ctrl-C": {{how: "Ctrl-C", after: codeStep}, {how: "Ctrl-C", after: checkStep, delay: 200 * time.Millisecond}, {how: "Ctrl-C", after: migrateStep, delay: 500 * time.Millisecond}, {how: "Ctrl-C", after: switchStep},
		{how: "Ctrl-C twice", after: codeStep}, {how: "Ctrl-C twice", after: environStep, delay: 200 * time.Millisecond}, {how: "Ctrl-C twice", after: checkStep, delay: 200 * time.Millisecond},
		{how: "Ctrl-C twice", after: migrateStep, delay: 500 * time.Millisecond}, {how: "Ctrl-C twice", after: migrateStep, delay: 1500 * time.Millisecond},
		{how: "Ctrl-C", delay: 300 * time.Millisecond}, {how: "Ctrl-C", after: migrateStep, delay: 1900 * time.Millisecond}, {how: "Ctrl-C twice", after: migrateStep, delay: 2 * time.Second}},
}

// A push of another release is cut anywhere: visitors are answered all along, but for a power cut, and another push, or a plain deploy, ends in one of the two releases.
func TestSlowPushCut(t *testing.T) {
	slow(t)
	t.Parallel()
	for name, chain := range cuts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := &pushTrial{trial: trial{t: t, suite: 12, from: site, command: strings.Fields("push example --dir code --hold 1s --json")}}
			r.begin()
			r.code = repositoryFor(t, r.w, "code", minimal)
			r.live = r.next()
			all := r.cutter.allow(uncut, false)
			r.w.djship(0, r.command...)
			r.whole = all.passed.Load() // the first is as large as another, but for uv and its packages
			r.live = r.next()
			all = r.cutter.allow(uncut, false)
			r.w.djship(0, r.command...)
			r.whole = all.passed.Load()
			r.inOne("before all", r.live)
			for i, c := range chain {
				r.over(c, i%2 == 0)
			}
			last := r.next()
			r.w.djship(0, r.command...)
			r.inOne("after all", last)
			r.nothingLeft()
		})
	}
}

// A pushTrial takes pushes to their ends over cuts.
type pushTrial struct {
	trial
	code  *repository
	live  string // what the site answers
	n     int
	whole int64 // bytes of a push
}

// next commits another release, with a migration of its own, and returns what it answers.
func (r *pushTrial) next() string {
	r.t.Helper()
	r.n++
	says := fmt.Sprint("release ", r.n)
	r.code.write("config/says.txt", says)
	r.code.write("own/static/own/site.css", "/* "+says+" */")
	before := ""
	if r.n > 1 {
		before = fmt.Sprintf("('own', '%04d_more')", r.n-1)
	}
	r.code.write(fmt.Sprintf("own/migrations/%04d_more.py", r.n), fmt.Sprintf(
		"from django.db import migrations\nclass Migration(migrations.Migration):\n    dependencies = [%s]\n    operations = [migrations.RunSQL('select pg_sleep(0.3)')]\n", before))
	r.code.commit(says)
	return says
}

// over cuts one push, looks at what visitors got, and finishes by a push or by a deploy.
func (r *pushTrial) over(c cut, push bool) {
	r.t.Helper()
	was, next := r.live, r.next()
	visits := visitAll(r.h)
	at, status := r.interrupted(c)
	if c.how != "power" {
		r.ended(c.String(), at)
	}
	said := visits.stop()
	if len(said.failed) > 0 && c.how != "power" {
		r.t.Errorf("%v: %d of %d requests failed: %q", c, len(said.failed), said.all, said.failed)
	}
	r.cutter.allow(uncut, false)
	if c.how == "power" {
		within(r.t, time.Minute, func() error { return answering(r.h, "example.com") })
		settled(r.t, r.h)
		// Where the power went while both ran, both come up, and nginx is led to one of them.
		r.answersOne(fmt.Sprint(c, ", after the boot"), was, next)
	}
	by := strings.Fields(deployExample)
	if push {
		by = r.command
	}
	visits = visitAll(r.h)
	if o := r.w.run(by...); o.status != 0 {
		r.t.Errorf("%v, then %v", c, o)
	}
	if said := visits.stop(); len(said.failed) > 0 {
		r.t.Errorf("%v, then %s: %d of %d requests failed: %q", c, by[0], len(said.failed), said.all, said.failed)
	}
	what := fmt.Sprintf("%v (status %d), then %s", c, status, by[0])
	if push {
		was = next
	}
	r.live = r.inOne(what, was, next)
	r.sameSecrets(what)
	r.w.djship(0, append(by, "--check", "--exit-code")...)
	r.t.Logf("%s: %s is live", what, r.live)
}

// interrupted runs a push and cuts it.
func (r *pushTrial) interrupted(c cut) (at time.Time, status int) {
	r.t.Helper()
	upTo := int64(uncut)
	if c.bytes > 0 {
		upTo = r.whole * c.bytes / 1000
	}
	allowed := r.cutter.allow(upTo, false)
	run := begin(r.t, r.w, r.command...)
	ready := make(chan struct{})
	go func() {
		defer close(ready)
		if c.bytes > 0 {
			select {
			case <-allowed.cut:
			case <-run.ended:
			}
			return
		}
		for c.after != "" && !stepEnded(run.seen.String(), c.after) {
			select {
			case <-run.ended:
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
		time.Sleep(c.delay)
	}()
	<-ready
	at = time.Now()
	r.strike(c, run)
	return at, run.status(r.t, lasts+20*time.Second)
}

// stepEnded tells whether the events have the end of a step.
func stepEnded(events, step string) bool {
	for line := range strings.Lines(events) {
		if strings.Contains(line, `"type":"step"`) && strings.Contains(line, `"step":"`+step) {
			return true
		}
	}
	return false
}

func (r *pushTrial) strike(c cut, run *running) {
	r.t.Helper()
	switch c.how {
	case "reset":
		r.cutter.allow(0, false)
	case "killed":
		_ = run.cmd.Process.Kill()
		r.cutter.hangUp()
	case "power":
		must(r.t, r.h.PowerOff())
		must(r.t, r.h.Start(r.t.Context()))
		r.cutter.hangUp()
	case "Ctrl-C":
		_ = run.cmd.Process.Signal(os.Interrupt)
	case "Ctrl-C twice":
		_ = run.cmd.Process.Signal(os.Interrupt)
		time.Sleep(100 * time.Millisecond)
		_ = run.cmd.Process.Signal(syscall.SIGINT)
	}
}

// Where the power goes while two releases run, before the switch or while the new one is watched, the one that is live comes up alone. The next run ends what was begun: it is watched
// to the end, and where it is worse than the one before, that is started, and answers again.
func TestPowerGoneBetweenReleases(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w, c := upPushed(t, 12)
	const dies = "import os, sys, threading\nif 'gunicorn' in sys.modules and os.path.exists('/var/tmp/ill'):\n    threading.Timer(2, os._exit, [1]).start()\n"
	for _, p := range []struct {
		what  string
		files map[string]string
		flags []string
		until string // what is there when the power goes
		after string // the page that comes up
		next  string // run then
		ends  string // the page at the end
	}{
		{"before the switch", served("time.sleep(1000)"), nil, "[ -e /etc/supervisor/example-b.conf.waits ] && supervisorctl status example-b | grep -q RUNNING", "first", deployExample, "first"},
		{"while it is watched", says("watched"), []string{"--hold", "300s"}, "[ $(readlink /webapps/.sockets/example.sock) = example-b.sock ]", "watched", "", "watched"},
		{"while it is watched, and it is ill", map[string]string{"shop/views.py": dies + says("ill")["shop/views.py"]}, []string{"--hold", "300s"},
			"[ $(readlink /webapps/.sockets/example.sock) = example-a.sock ]", "ill", "fails", "watched"},
	} {
		c.commit(t, p.files)
		run := begin(t, w, push(p.flags...)...)
		within(t, time.Minute, func() error { return equal(try(t, h, p.until+" && echo so"), "so") })
		time.Sleep(time.Second)
		must(t, h.PowerOff())
		must(t, h.Start(t.Context()))
		_ = run.cmd.Process.Kill()
		within(t, time.Minute, func() error { return answering(h, "example.com") })
		settled(t, h)
		same(t, p.what+": what has come up", try(t, h, "supervisorctl status | wc -l"), "1")
		saysPage(t, h, p.after+", 0 things")
		switch p.next {
		case "":
			w.djship(0, push("--hold", "1s")...)
		case "fails":
			on(t, h, "touch /var/tmp/ill; supervisorctl restart $(supervisorctl status | cut -d' ' -f1)")
			o := w.djship(1, push("--hold", "10s")...)
			if !strings.Contains(o.stderr+o.stdout, "workers of gunicorn have died since the switch") {
				t.Errorf("%v", o)
			}
		default:
			w.djship(0, strings.Fields(p.next)...)
		}
		same(t, p.what+": slots", try(t, h, oneSlot), "")
		saysPage(t, h, p.ends+", 0 things")
		for name := range p.files {
			must(t, c.write(map[string]string{name: shop[name]}))
		}
	}
}

// inOne checks that all of a host is in one release, one of these, and returns what it answers.
func (r *pushTrial) inOne(what string, releases ...string) string {
	r.t.Helper()
	page := r.answersOne(what, releases...)
	same(r.t, what+": slots", try(r.t, r.h, oneSlot), "")
	same(r.t, what+": shells", try(r.t, r.h, "cat /webapps/example_project/current/config/says.txt"), page)
	if sheet := get(r.t, r.h, "example.com", "/static/own/site.css"); sheet.body != "/* "+page+" */" {
		r.t.Errorf("%s: the static file is %d %q", what, sheet.status, sheet.body)
	}
	return page
}

// answersOne returns the one of some releases that the site answers.
func (r *pushTrial) answersOne(what string, releases ...string) string {
	r.t.Helper()
	p, err := visit(r.h, "example.com", "/")
	if err != nil || p.status != 200 {
		r.t.Errorf("%s: %d %v", what, p.status, err)
	}
	found := false
	for _, one := range releases {
		found = found || p.body == one
	}
	if !found {
		r.t.Errorf("%s: it answers %q, which is none of %q", what, p.body, releases)
	}
	return p.body
}

// oneSlot prints what is wrong where not exactly one program runs, of which nginx's link, the file and the release that is live tell.
const oneSlot = `status=$(supervisorctl status)
case $status in example-[ab]*RUNNING*) ;; *) echo "$status" ;; esac
[ "$(echo "$status" | wc -l)" = 1 ] || echo "$status"
slot=${status%% *}
[ "$(readlink /webapps/.sockets/example.sock)" = "$slot.sock" ] || ls -l /webapps/.sockets
[ "$(ls /webapps/.sockets)" = "$(printf '%s\n' "$slot.sock" example.sock)" ] || ls -l /webapps/.sockets
[ "$(ls /etc/supervisor)" = "$(printf '%s\n' "$slot.conf" example.conf.zero)" ] || ls -l /etc/supervisor
live=$(readlink /webapps/.sites/example/current)
grep -q "DJSHIP_RELEASE=\"${live#releases/}\"" "/etc/supervisor/$slot.conf" || { echo "$live"; cat "/etc/supervisor/$slot.conf"; }`

// nothingLeft checks that nothing of what was cut is left where releases lie.
func (r *pushTrial) nothingLeft() {
	r.t.Helper()
	same(r.t, "left", try(r.t, r.h, `cd /webapps && find .sites .static .sockets example_project /etc/supervisor /var/lib/djship \( -name '*.new' -o -name '*djship-new*' -o -name '*.read' -o -name .build -o -name .index -o -name '.djship-*' -o -name 'tmp_*' -o -name index.lock -o -name frugal \) ! -path '*/venvs/*/lib/*'
cd .sites/example && for d in releases static env; do [ "$(ls $d)" = "$(ls about | grep -v '\.')" ] || ls $d about; done`), "")
}

// visits are requests of a site's first page, each after the one before.
type visits struct {
	end    chan struct{}
	done   sync.WaitGroup
	all    int
	failed []string
}

// visitAll visits until stop.
func visitAll(h *testbed.Host) *visits {
	v := &visits{end: make(chan struct{})}
	v.done.Go(func() {
		for {
			select {
			case <-v.end:
				return
			case <-time.After(20 * time.Millisecond):
			}
			v.all++
			if p, err := visit(h, "example.com", "/"); err != nil || p.status != 200 || !strings.HasPrefix(p.body, "release ") {
				v.failed = append(v.failed, fmt.Sprintf("%s: %d %.200s %v", time.Now().Format("05.000"), p.status, p.body, err))
			}
		}
	})
	return v
}

func (v *visits) stop() *visits {
	close(v.end)
	v.done.Wait()
	return v
}
