//go:build linux

package integration

import (
	"errors"
	"fmt"
	"regexp"
	"testing"
	"time"

	"djship/integration/testbed"
)

// queueMade gives example a queue of celery's in Debian's redis, with a worker below the supervisord of the scripts, as their owners did that: it has what prepare_env.sh sets. A task notes in the site's
// database which supervisord the worker that does it is of.
const queueMade = `export DEBIAN_FRONTEND=noninteractive
apt-get -qqy install redis-server >/dev/null
cd /webapps/example_project
cat >example/example/celery.py <<'FILE'
import os
from celery import Celery
app = Celery("example", broker="redis://localhost:6379/0")

def supervisord():
    pid = os.getpid()
    while pid > 1:
        with open("/proc/%d/cmdline" % pid) as line:
            if "/supervisord\0" in line.read():
                return str(pid)
        with open("/proc/%d/stat" % pid) as line:
            pid = int(line.read().rsplit(")", 1)[1].split()[1])
    return "none"

@app.task
def note(word):
    from django.contrib.auth.models import User
    User.objects.create(username=word, first_name=supervisord())
FILE
echo 'from .celery import app' >>example/example/__init__.py
cat >celery_start.sh <<'FILE'
#!/bin/bash
source /webapps/example_project/prepare_env.sh
cd example
exec celery -A example worker -c 1 -l info
FILE
chmod 755 celery_start.sh
chown -R example:webapps example celery_start.sh
su -l example -c '. bin/activate && pip -q install celery redis'
printf '[program:worker]\ncommand=/webapps/example_project/celery_start.sh\nuser=example\nstopwaitsecs=60\nkillasgroup=true\nstdout_logfile=/webapps/example_project/logs/worker.log\nredirect_stderr=true\n' >>/etc/supervisor/example.conf
/usr/local/bin/supervisorctl update`

// What tells the process of a supervisord: of that of the scripts, and of djship's.
const (
	supervisordOfBefore = "cat /tmp/supervisord.pid"
	supervisordOfDjship = "systemctl show -p MainPID --value supervisord"
)

var notInAName = regexp.MustCompile(`[^a-z]+`)

// addQueue gives example a queue.
func addQueue(t *testing.T, h *testbed.Host) {
	t.Helper()
	on(t, h, queueMade)
}

// worksOff checks that a task is done by a worker of which supervisord, and that there is no other worker.
func worksOff(t *testing.T, h *testbed.Host, when, supervisord string) {
	t.Helper()
	word := notInAName.ReplaceAllString(when, "-") + fmt.Sprint("-", time.Now().UnixNano())
	on(t, h, asSite("example", "cd example && python -c 'from example.celery import note; note.delay(\""+word+"\")'"))
	by := ""
	took := within(t, time.Minute, func() error {
		if by = psql(t, h, "example", "select first_name from auth_user where username = '"+word+"'"); by == "" {
			return errors.New(when + ": the task is not done\n" + try(t, h, "tail -n 30 /webapps/example_project/logs/worker.log /var/log/supervisor/worker*.log; /usr/local/bin/supervisorctl status"))
		}
		return nil
	})
	same(t, when+": which supervisord runs the worker that does a task", by, on(t, h, supervisord))
	same(t, when+": processes of celery's, of one worker with one child", on(t, h, "pgrep -u example -fc 'celeryd: celery@'"), "2")
	t.Logf("%s: a task is done after %v", when, took)
}
