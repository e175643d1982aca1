//go:build linux

package integration

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"djship/integration/testbed"
)

// sender sends five short tasks a second, and each so many a long one, until there is a file ~/enough.
const sender = `import django, os, sys, time
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
django.setup()
import notes.tasks
task, long, every = getattr(notes.tasks, sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
send, sent = getattr(task, "delay", task), 0
while not os.path.exists(os.path.expanduser("~/enough")):
    send("%s-%d" % (sys.argv[1], sent), long if sent % every == 0 else 0.1)
    sent += 1
    time.sleep(0.2)
print("sent", sent, sys.argv[1], flush=True)
`

const noteTask = `

@shared_task
def note(text, seconds):
    import time
    time.sleep(seconds)
    Note.objects.create(text=text)
`

// A queue in the site's own redis is worked off over pushes: no task is lost, and none done twice, by celery with threads, as docs/life.md advises. What is in that redis nobody reads without the site's password, and who has that can't have
// it write elsewhere.
func TestSlowQueueLosesNoTask(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w := up(t, 12, site)
	if err := w.inventory(line(h, "root") + " djship_services=redis"); err != nil {
		t.Fatal(err)
	}
	dir := fromCorpus(t, "celery", map[string]string{"notes/tasks.py": noteTask, "send.py": sender, "djship.toml": "[processes]\nworker = \"celery -A shop worker -P threads -c 8\"\n"}) // with less room long tasks hold up short ones
	w.djship(0, "push", "example", "--dir", dir, "--hold", "0")
	load := queueLoad{pushes: 3, long: 12, every: 30}
	if thorough() {
		load = queueLoad{pushes: 50, long: 60, every: 75}
	}
	load.workedOff(t, h, w, dir, "note")

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
	w.djship(0, "remove", "example", "--no-backup", "--yes")
	same(t, "what is left of it", try(t, h, "systemctl is-active redis-server@example; ls -d /etc/redis/redis-example.conf /var/lib/redis/example 2>/dev/null; pgrep -x redis-server"), "inactive\n(status 1)")
}

// A queue of huey's, which is told to end in another way, is worked off over pushes, too.
func TestSlowHueyLosesNoTask(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w := up(t, 12, site)
	must(t, w.inventory(line(h, "root")+" djship_services=redis"))
	dir := fromCorpus(t, "celery", map[string]string{"notes/tasks.py": noteTask, "send.py": sender})
	commitAll(t, dir, hueyProject)
	w.djship(0, "push", "example", "--dir", dir, "--hold", "0")
	queueLoad{pushes: 4, long: 12, every: 30}.workedOff(t, h, w, dir, "huey_note")
}

// hueyProject adds a queue of huey's to a project that has one of celery's. Huey drops what it does when it is told TERM, and ends it when it is told INT.
var hueyProject = map[string]string{
	"requirements.txt": "huey\n",
	"Procfile":         "huey: python manage.py run_huey -w 4\n",
	"shop/settings.py": `
import redis
INSTALLED_APPS += ["huey.contrib.djhuey"]
HUEY = {"huey_class": "huey.RedisHuey", "name": "shop", "immediate": False, "connection": {"connection_pool": redis.ConnectionPool.from_url(os.environ["REDIS_URL"])}}
`,
	"notes/tasks.py": `

from huey.contrib.djhuey import db_task

@db_task()
def huey_note(text, seconds):
    import time
    time.sleep(seconds)
    Note.objects.create(text=text)
`,
}

// A queueLoad is so many pushes while tasks are sent, each so many of them one of so many seconds.
type queueLoad struct{ pushes, long, every int }

// workedOff sends tasks of a name through pushes, and checks that each is done once.
func (l queueLoad) workedOff(t *testing.T, h *testbed.Host, w *workstation, dir, task string) {
	t.Helper()
	on(t, h, "rm -f "+home+"/enough")
	w.djship(0, "run", "example", "--detach", "--", "python", "send.py", task, strconv.Itoa(l.long), strconv.Itoa(l.every))
	began := time.Now()
	for n := range l.pushes {
		commitAll(t, dir, map[string]string{"shop/urls.py": fmt.Sprintf("# %s %d\n", task, n)})
		w.djship(0, "push", "example", "--dir", dir, "--hold", "0")
	}
	took := time.Since(began)
	on(t, h, "touch "+home+"/enough")
	sent := 0
	within(t, time.Minute, func() error {
		found := regexp.MustCompile(`sent (\d+) ` + task + `\n`).FindStringSubmatch(on(t, h, "cat "+home+"/logs/run.log") + "\n")
		if found == nil {
			return errors.New("the tasks are not sent")
		}
		sent, _ = strconv.Atoi(found[1])
		return nil
	})
	done := func() string {
		return on(t, h, `cd / && su postgres -c "psql -At example -c \"select count(distinct text), count(*) from notes_note where text like '`+task+`-%'\""`)
	}
	within(t, time.Duration(5*l.long)*time.Second+time.Minute, func() error {
		if now := done(); !strings.HasPrefix(now, strconv.Itoa(sent)+"|") {
			return fmt.Errorf("different ones done, and all: %s, sent %d", now, sent)
		}
		return nil
	})
	time.Sleep(time.Duration(l.long+15) * time.Second) // for one that an old worker has given back as it ended
	same(t, fmt.Sprintf("different tasks of %s that were done over %d pushes, and all", task, l.pushes), done(), fmt.Sprintf("%d|%d", sent, sent))
	t.Logf("%d tasks of %s over %d pushes in %v", sent, task, l.pushes, took.Round(time.Second))
}
