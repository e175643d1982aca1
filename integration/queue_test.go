//go:build linux

package integration

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// sender sends five short tasks a second, and at times one that outlives a push, for half a minute.
const sender = `import django, os, time
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
django.setup()
from notes.tasks import note
end, sent = time.time() + 30, 0
while time.time() < end:
    note.delay("task-%d" % sent, 12 if sent % 30 == 0 else 0.1)
    sent += 1
    time.sleep(0.2)
print("sent", sent, flush=True)
`

const noteTask = `

@shared_task
def note(text, seconds):
    import time
    time.sleep(seconds)
    Note.objects.create(text=text)
`

// A queue in the site's own redis is worked off over pushes: no task is lost, and none done twice. What is in that redis nobody reads without the site's password, and who has that can't have it
// write elsewhere.
func TestSlowQueueLosesNoTask(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w := up(t, 12, site)
	if err := w.inventory(line(h, "root") + " djship_services=redis"); err != nil {
		t.Fatal(err)
	}
	dir := fromCorpus(t, "celery", map[string]string{"notes/tasks.py": noteTask, "send.py": sender})
	push := func() { w.djship(0, "push", "example", "--dir", dir, "--hold", "0") }
	push()
	w.djship(0, "run", "example", "--detach", "--", "python", "send.py")
	for n := range 3 {
		commitAll(t, dir, map[string]string{"shop/urls.py": fmt.Sprintf("# %d\n", n)})
		push()
	}
	sent := ""
	within(t, 60*time.Second, func() error {
		log := try(t, h, "cat "+home+"/logs/run.log")
		if _, after, ok := strings.Cut(log, "sent "); ok {
			sent, _, _ = strings.Cut(after, "\n")
			return nil
		}
		return fmt.Errorf("the tasks are not sent:\n%s", log)
	})
	const count = `cd / && su postgres -c 'psql -At example -c "select count(*), count(distinct text) from notes_note"'`
	want := sent + "|" + sent
	within(t, 60*time.Second, func() error {
		if got := on(t, h, count); got != want {
			return fmt.Errorf("done, and different ones: %s, want %s", got, want)
		}
		return nil
	})

	const socket = "/run/redis-example/redis.sock"
	if got := try(t, h, "su nobody -s /bin/sh -c 'redis-cli -s "+socket+" ping'"); !strings.Contains(got, "NOAUTH") {
		t.Errorf("redis without a password: %s", got)
	}
	const as = `su example -s /bin/bash -c '. /webapps/.sites/example/redis && at=${REDIS_URL#*:*:} && REDISCLI_AUTH=${at%%@*} redis-cli -s ` + socket
	if got := try(t, h, as+` get x'`); got != "" {
		t.Errorf("the site's own: %s", got)
	}
	for _, command := range []string{"config set dir /tmp", "monitor", "save", "acl list"} {
		if got := try(t, h, as+" "+command+"'"); !strings.Contains(got, "NOPERM") {
			t.Errorf("%s: %s", command, got)
		}
	}
	same(t, "who may read the password", on(t, h, "stat -c '%U:%G %a' /webapps/.sites/example/redis /etc/redis/redis-example.conf"), "root:example 640\nroot:redis 640")
	same(t, "Debian's own, without a password", try(t, h, "systemctl is-active redis-server"), "inactive\n(status 3)")
	idle(t, h, w, "push", "example", "--dir", dir, "--hold", "0")
}
