//go:build linux

package integration

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

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
[ ! -e /webapps/.sites/example/frugal ] || WEB_CONCURRENCY=1
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
	slow(t)
	eachDebian(t, func(t *testing.T, suite int) {
		h, w := up(t, suite, site)
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
	})
}
