//go:build linux

package integration

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"djship/assets"
	"djship/integration/testbed"
	"djship/integration/visitors"
	"djship/rollout"
	"djship/runner"
	"djship/steps/django"
	"djship/steps/model"
	"djship/steps/release"
)

// application is a WSGI application without Django: what it answers tells the release that it is of.
const application = `import os, time
def application(env, start):
    path, body = env['PATH_INFO'], b''
    n = int(env.get('CONTENT_LENGTH') or 0)
    while n > 0:
        part = env['wsgi.input'].read(min(n, 65536))
        if not part: break
        n -= len(part)
    status = '200 OK'
    if path == '/slow': time.sleep(3)
    if path == '/bad': status = BAD
    if path == '/': status = FIRST
    body = b'x' * 3000000 if path == '/big' else (RELEASE + '\n').encode()
    start(status, [('Content-Type', 'text/plain'), ('Content-Length', str(len(body)))])
    return [body]
`

// fakeRelease puts a release on a host as a push does, with the environment of the site; more is Python behind the application, which may be changed by it.
func fakeRelease(t testing.TB, h *testbed.Host, id, more string) {
	t.Helper()
	s := django.Site{Project: "example"}.Layout()
	code := s.Releases + "/" + id
	text := fmt.Sprintf("RELEASE, BAD, FIRST = %q, '200 OK', '200 OK'\n%s%s", id, application, more)
	env := fmt.Sprintf(`code=%[1]s environment=%[2]s
export WSGI_APPLICATION=app:application WEB_CONCURRENCY=${WEB_CONCURRENCY:-3} PYTHONPATH=%[1]s
[ ! -e /run/djship/frugal-example ] || WEB_CONCURRENCY=1
`, code, s.Home)
	on(t, h, fmt.Sprintf(`getent group example >/dev/null || { groupadd -r example && usermod -aG example example; }
mkdir -p %[1]s %[2]s %[3]s && chmod 755 /webapps/.sites && chgrp example /webapps/.sites/example && chmod 750 /webapps/.sites/example
cat >%[1]s/app.py <<'PY'
%[4]sPY
cat >%[2]s/%[5]s <<'ENV'
%[6]sENV
grep -qs DJSHIP_RELEASE %[7]s/prepare_env.sh %[7]s/local_env.sh || cat >>%[7]s/local_env.sh <<'ENV'
djship_release=${DJSHIP_RELEASE-$(basename "$(readlink /webapps/.sites/example/current)")}
[ ! "$djship_release" ] || { . /webapps/.sites/example/env/$djship_release; cd "$code"; }
ENV
`, code, s.Environs, s.About, text, id, env, s.Home))
}

// releaseID is the ID of the nth release of a test.
func releaseID(n int) string { return fmt.Sprintf("20261126-%06d-1a2b3c4", n) }

// switchTo has a release answer, or fails, and tells what was said of it.
func switchTo(t testing.TB, h *testbed.Host, slot release.Slot) []string {
	t.Helper()
	slot.Release.Site = django.Site{Project: "example", Python: 3}
	return takeStep(t, h, slot)
}

// takeStep has a host take one step, and tells what came of it.
func takeStep(t testing.TB, h *testbed.Host, step model.Step) []string {
	t.Helper()
	all := told{}
	r := &rollout.Rollout{ID: fmt.Sprintf("%s-%d", h.Name(), time.Now().UnixNano()), Command: "test", Forks: 1, Patient: true, Holder: "a test", Now: time.Now, Sink: all,
		Pace: rollout.Pace{Batch: []rollout.Share{{N: 1}}}}
	r.Targets = []rollout.Target{{Name: "web1", Turns: rollout.NewTurns(rollout.Turn{Name: "switch", List: runner.NewList(step)}),
		Open: openOf(h)}}
	r.Run(t.Context())
	return all["web1"]
}

func openOf(h *testbed.Host) func(context.Context) (rollout.Connection, error) {
	return func(ctx context.Context) (rollout.Connection, error) { return logIn(ctx, h) }
}

// Releases take each other's place under more load than the site can bear, and no request is lost; the first takes that of the placeholder.
func TestSlowSwitchLosesNoRequest(t *testing.T) {
	slowDebians(t, func(t *testing.T, suite int) {
		h, w := up(t, suite, site)
		switchUnderLoad(t, h, w)
	})
}

func switchUnderLoad(t *testing.T, h *testbed.Host, w *workstation) {
	for worker, command := range map[string]string{"sync": "", "gthread": "--worker-class gthread --threads 4"} {
		on(t, h, fmt.Sprintf("sed -i '/GUNICORN_CMD_ARGS/d' %[1]s/local_env.sh 2>/dev/null; echo 'export GUNICORN_CMD_ARGS=\"%[2]s\"' >>%[1]s/local_env.sh", home, command))
		fakeRelease(t, h, releaseID(0), "")
		switchTo(t, h, release.Slot{Release: release.Release{ID: releaseID(0)}})
		crowd := visitors.Start(h.Addr()+":80", "example.com", 30)
		for n := range 10 {
			fakeRelease(t, h, releaseID(n+1), "")
			same(t, "switch", strings.Join(switchTo(t, h, release.Slot{Release: release.Release{ID: releaseID(n + 1)}})[1:], ", "), "changed")
		}
		met := crowd.Stop()
		t.Logf("%s: %d requests, %d failed, slowest %v", worker, met.Requests, met.Failed, met.Slowest)
		if met.Failed > 0 || met.Requests < 200 || len(met.Answers) != 11 {
			t.Errorf("%s: %d of %d requests failed, %d releases: %q", worker, met.Failed, met.Requests, len(met.Answers), met.Errors)
		}
		idle(t, h, w, "deploy", "example", "example.com")
	}
}

// switchScript is the text by which a host's shell makes a switch, with what the work of a run gives it.
func switchScript(t testing.TB, h *testbed.Host, to django.Switch) string {
	t.Helper()
	text := "stage=/run/switch\nmkdir -p $stage\n" + assets.Text("shell/prelude.sh") + strings.Replace(assets.Text("shell/work.sh"), "\nexec 2>&1\n", "\n", 1)
	const path = "/root/switch.sh"
	on(t, h, "cat >"+path+" <<'DJSHIP-SWITCH'\n"+text+string(django.Site{Project: "example", Python: 3}.Switch("example.com", to))+"DJSHIP-SWITCH")
	return path
}

// oneAnswers checks that exactly one program of the site runs, which answers with the release that shells have, and that what is on the disk is what supervisord has.
func oneAnswers(t testing.TB, h *testbed.Host, what string) {
	t.Helper()
	within(t, 20*time.Second, func() error { // a program that has just begun is none that runs
		if out := try(t, h, "supervisorctl status | grep -c . ; supervisorctl status | grep -c RUNNING"); out != "1\n1" {
			return fmt.Errorf("%s: programs: %s", what, out)
		}
		return nil
	})
	same(t, what+": to be taken in", try(t, h, "supervisorctl update"), "")
	same(t, what+": files", try(t, h, "ls /etc/supervisor/*.conf | wc -l; ls /webapps/.sockets | wc -l"), "1\n2")
	live, _ := strings.CutPrefix(try(t, h, "readlink /webapps/.sites/example/current"), "releases/")
	p := get(t, h, "example.com", "/")
	if p.status != 200 || strings.TrimSpace(p.body) != live {
		t.Errorf("%s: %d %q answers, shells have %q", what, p.status, p.body, live)
	}
}

// A switch that is killed anywhere has lost no request, and a deploy ends it in one of the two releases; so does a power cut, but for those on the way.
func TestSlowSwitchCutAnywhere(t *testing.T) {
	slowDebians(t, func(t *testing.T, suite int) {
		h, w := up(t, suite, site)
		switchCutAnywhere(t, h, w)
	})
}

func switchCutAnywhere(t *testing.T, h *testbed.Host, w *workstation) {
	fakeRelease(t, h, releaseID(0), "")
	switchTo(t, h, release.Slot{Release: release.Release{ID: releaseID(0)}})
	const points = 20
	began := time.Now()
	fakeRelease(t, h, releaseID(1), "")
	on(t, h, "sh "+switchScript(t, h, django.Switch{To: releaseID(1)}))
	whole := time.Since(began)
	crowd := visitors.Start(h.Addr()+":80", "example.com", 4)
	for n := range points {
		id, at := releaseID(n+2), whole*time.Duration(n+1)/points
		fakeRelease(t, h, id, "")
		try(t, h, fmt.Sprintf("setsid sh %s >/dev/null 2>&1 & work=$!; sleep %.2f; kill -9 -- -$work; wait", switchScript(t, h, django.Switch{To: id, Hold: time.Second}), at.Seconds()))
		w.djship(0, "deploy", "example", "example.com")
		oneAnswers(t, h, fmt.Sprintf("killed after %v", at))
	}
	met := crowd.Stop()
	t.Logf("%d requests, %d releases, slowest %v", met.Requests, len(met.Answers), met.Slowest)
	if met.Failed > 0 {
		t.Errorf("%d of %d requests failed: %q", met.Failed, met.Requests, met.Errors)
	}
	for n := range 3 {
		id, at := releaseID(n+100), whole*time.Duration(n+1)/4
		fakeRelease(t, h, id, "")
		on(t, h, fmt.Sprintf("setsid sh %s >/dev/null 2>&1 & sleep %.2f; sync", switchScript(t, h, django.Switch{To: id, Hold: time.Second}), at.Seconds()))
		if err := h.PowerOff(); err != nil {
			t.Fatal(err)
		}
		if err := h.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		within(t, 60*time.Second, func() error { return answering(h, "example.com") })
		w.djship(0, "deploy", "example", "example.com")
		oneAnswers(t, h, fmt.Sprintf("power cut after %v", at))
	}
}

// Releases that are not fit answer nobody, and what was live goes on; one that is found out later is taken back. The message says what was the matter.
func TestSlowBrokenReleasesAnswerNobody(t *testing.T) {
	slowDebians(t, func(t *testing.T, suite int) {
		h, w := up(t, suite, site)
		brokenReleases(t, h, w)
	})
}

func brokenReleases(t *testing.T, h *testbed.Host, w *workstation) {
	fakeRelease(t, h, releaseID(0), "")
	switchTo(t, h, release.Slot{Release: release.Release{ID: releaseID(0)}})
	for n, c := range []struct {
		what, code string
		hold       time.Duration
		met        bool // by visitors, before it was taken back
		says       []string
	}{
		{"a syntax error", "def x(:\n", 0, false, []string{"does not come up: /: gunicorn ends as it begins", "SyntaxError", "has answered nobody"}},
		{"a missing module", "import nosuch\n", 0, false, []string{"No module named 'nosuch'", "has answered nobody"}},
		{"a server error", "FIRST = '500 Oops'\n", 0, false, []string{"does not come up: / answers 500"}},
		{"a wrong host", "FIRST = '400 Bad Request'\n", 0, false, []string{"/ answers 400", "is example.com in ALLOWED_HOSTS?"}},
		{"no such page", "FIRST = '404 Not Found'\n", 0, false, []string{"/ answers 404"}},
		{"a redirect in a circle", "def application(env, start):\n    start('302 Found', [('Location', '/')])\n    return [b'']\n", 0, false, []string{"/ redirects in a circle"}},
		{"memory that is gone", "import signal; os.kill(os.getpid(), signal.SIGKILL)\n", 0, false, []string{"does not come up", "SIGKILL"}},
		{"a worker that ends", "import threading\ndef die():\n    time.sleep(2)\n    os._exit(1)\nthreading.Thread(target=die).start()\n", 5 * time.Second, true, []string{"workers of gunicorn have died since the switch", "release " + releaseID(0) + " answers again"}},
		{"a page that is broken", "BAD = '500 Oops'\n", 8 * time.Second, true, []string{"requests since the switch were answered with an error (5xx), before it ", "release " + releaseID(0) + " answers again"}},
	} {
		id := releaseID(n + 1)
		fakeRelease(t, h, id, c.code)
		crowd := visitors.Start(h.Addr()+":80", "example.com", 3)
		stop := make(chan struct{})
		if strings.HasPrefix(c.code, "BAD") {
			go func() {
				for {
					select {
					case <-stop:
						return
					case <-time.After(100 * time.Millisecond):
						visit(h, "example.com", "/bad")
					}
				}
			}()
		}
		said := strings.Join(switchTo(t, h, release.Slot{Release: release.Release{ID: id, Hold: c.hold}}), "\n")
		close(stop)
		met := crowd.Stop()
		for _, words := range c.says {
			if !strings.Contains(said, words) {
				t.Errorf("%s: it does not say %q:\n%s", c.what, words, said)
			}
		}
		if _, visited := met.Answers[id+"\n"]; met.Failed > 0 || visited && !c.met {
			t.Errorf("%s: %d of %d requests failed, %q; it was met: %v", c.what, met.Failed, met.Requests, met.Errors, visited)
		}
		same(t, c.what+": noted", try(t, h, "grep state /webapps/.sites/example/about/"+id+".state"), "state failed")
		oneAnswers(t, h, c.what)
		same(t, c.what+": live", strings.TrimSpace(get(t, h, "example.com", "/").body), releaseID(0))
	}
	idle(t, h, w, "deploy", "example", "example.com")
}

// Where memory does not suffice for two sets of workers the new gunicorn begins with one, and has as many as the one before when that has gone. One that was cut
// off in between gets them by the next deploy.
func TestSlowSwitchWhereMemoryIsShort(t *testing.T) {
	slowDebians(t, func(t *testing.T, suite int) {
		h, w := up(t, suite, site)
		memoryIsShort(t, h, w)
	})
}

func memoryIsShort(t *testing.T, h *testbed.Host, w *workstation) {
	fakeRelease(t, h, releaseID(0), "")
	switchTo(t, h, release.Slot{Release: release.Release{ID: releaseID(0)}})
	on(t, h, "sed 's/^MemAvailable:.*/MemAvailable: 20000 kB/' /proc/meminfo >/root/meminfo && mount --bind /root/meminfo /proc/meminfo")
	const workers = "pgrep -c -P $(supervisorctl pid $(supervisorctl status | awk '{ print $1; exit }'))"
	crowd := visitors.Start(h.Addr()+":80", "example.com", 4)
	fakeRelease(t, h, releaseID(1), "")
	on(t, h, "sh "+switchScript(t, h, django.Switch{To: releaseID(1), Hold: time.Second})+" >/root/said")
	if met := crowd.Stop(); met.Failed > 0 {
		t.Errorf("%d of %d requests failed: %q", met.Failed, met.Requests, met.Errors)
	}
	same(t, "said", on(t, h, "head -n 1 /root/said"), "memory is short: the new gunicorn begins with one worker")
	same(t, "workers", try(t, h, workers), "3")
	oneAnswers(t, h, "memory is short")

	on(t, h, "mkdir -p /run/djship && echo 5 >/run/djship/frugal-example") // what a run that was cut off leaves
	w.djship(0, "deploy", "example", "example.com")
	same(t, "workers that were still to come", try(t, h, workers), "5")
	on(t, h, "umount /proc/meminfo")
	idle(t, h, w, "deploy", "example", "example.com")
}
