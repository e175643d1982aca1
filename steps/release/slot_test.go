package release

import (
	"strings"
	"testing"
	"time"

	"djship/steps/django"
	"djship/steps/model"
	"djship/steps/model/modeltest"
)

const oldID, newID = "20261125-101500-0000000", "20261126-101500-1a2b3c4"

func TestSlot(t *testing.T) {
	r := Release{Site: django.Site{Project: "example", Python: 3}, ID: newID, Health: "/up", HealthStatic: "/static/a.css", Hold: 10 * time.Second}
	s := Slot{Release: r}
	f := model.Facts{Sites: map[string]model.Site{"example": {Domain: "example.com", Python: 3, Live: oldID}}}
	const zero = "running example 3 60 60 1000\nlink example-0.sock\nslot 0 \nsocket 0\n"
	const old = "running example-a 3 60 60 1000\nlink example-a.sock\nslot a " + oldID + "\nsocket a\ncurrent " + oldID + "\n"
	const now = "running example-b 3 60 60 1000\nlink example-b.sock\nslot b " + newID + "\nsocket b\ncurrent " + newID + "\n"
	const healthy, ready = "state healthy\nsince 2026-11-26T23:20:17Z\n", "ready\n"
	update := func(verb model.Verb, detail string) model.Change {
		return model.Change{Told: model.Told{Verb: verb, Detail: detail}, Schedule: model.Schedule{Limit: switchLimit + r.Hold}}
	}
	urged := func(to string, c model.Change) model.Change {
		c.Urge = model.Script("read -r me _ </proc/self/stat\nprintf '%s %s %s %s\\n' " + to + " \"$me\" \"$(started \"$me\")\" \"$holder\" >/run/djship/back-example\n")
		return c
	}
	notifies := func(c model.Change) model.Change { c.Notify = []string{"cron:example"}; return c }
	does := []string{"site=example id=" + newID + " domain=example.com health=/up health_static=/static/a.css hold=10 fresh='' root=/webapps/.sites/example served=/webapps/.static/example frugal_note=/run/djship/frugal-example maintenance=/etc/nginx/djship/example/maintenance.conf try=''\n"}
	fresh := []string{strings.Replace(does[0], "fresh=''", "fresh=yes", 1)}
	back, restart := s, s
	back.To, restart.Fresh = oldID, "run-2"
	takenBack, toZero := s, s
	takenBack.Back = true
	toZero.To = django.Zero
	modeltest.Run(t, []modeltest.Case{
		{Name: "live, and watched to the end", Step: s, Facts: f, Seen: now + healthy + ready},
		{Name: "the first", Step: s, Facts: f, Seen: zero + ready, Has: does, Want: update(model.Update, newID+" answers in the place of what is in the site's home")},
		{Name: "the next", Step: s, Facts: f, Seen: old + ready, Has: does, Want: update(model.Update, newID+" answers in the place of "+oldID)},
		{Name: "one that has failed before", Step: s, Facts: f, Seen: old + "state failed\nwhy x\n" + ready, Has: does, Want: update(model.Update, newID+" answers in the place of "+oldID)},
		{Name: "made ready by then", Step: s, Facts: f, Seen: old, Has: does, Want: update(model.Update, newID+" answers in the place of "+oldID)},
		{Name: "not there", Step: back, Facts: f, Seen: now + healthy, Want: model.Refusal("the host has no release "+oldID, "`djship releases example` lists those that it has")},
		{Name: "cut off while it was watched", Step: s, Facts: f, Seen: now + "slot a " + oldID + "\n" + ready, Has: does, Want: update(model.Update, "a run that was cut off has left example-a")},
		{Name: "other processes", Step: s, Facts: f, Seen: now + "processes changed\n" + healthy + ready, Has: does, Want: update(model.Update, "its processes begin as they are asked for now")},
		{Name: "a process that does not run", Step: s, Facts: f, Seen: now + "processes worker-2\n" + healthy + ready, Has: does, Want: update(model.Update, "its process worker-2 does not run")},
		{Name: "cut off before it was noted", Step: s, Facts: f, Seen: now + ready, Has: does, Want: update(model.Run, "watches it, which a run that was cut off has not done to the end")},
		{Name: "cut off between nginx and shells", Step: s, Facts: f, Seen: strings.Replace(now, "current "+newID, "current "+oldID, 1) + healthy + ready, Has: does, Want: update(model.Update, "shells had another release than visitors")},
		{Name: "cut off before nginx was led there", Step: s, Facts: f, Seen: old + "running example-b 3 2 2 1000\nslot b " + newID + "\nsocket b\n" + ready, Has: does, Want: update(model.Update, newID+" answers in the place of "+oldID)},
		{Name: "not running", Step: s, Facts: f, Seen: strings.SplitAfterN(now, "\n", 2)[1] + healthy + ready, Has: does, Want: update(model.Start, "was not running")},
		{Name: "without a socket", Step: s, Facts: f, Seen: strings.Replace(now, "socket b\n", "", 1) + healthy + ready, Has: does, Want: update(model.Start, "was not running")},
		{Name: "nobody asks", Step: Slot{Release: s.Release, Stay: true, Asked: true}, Facts: f, Seen: "socket b\n" + now + ready},
		{Name: "asked", Step: Slot{Release: s.Release, Stay: true, Asked: true}, Facts: f, Seen: now + ready, Due: true, Has: fresh, Want: update(model.Restart, "another process takes over, and no request is lost")},
		{Name: "due", Step: s, Facts: f, Seen: now + healthy + ready, Due: true, Has: fresh, Want: update(model.Restart, "another process takes over, and no request is lost")},
		{Name: "restart", Step: restart, Facts: f, Seen: now + healthy + ready + "renewed run-1\n", Has: append(fresh, "echo run-2 >/var/lib/djship/renewed/example"), Want: update(model.Restart, "another process takes over, and no request is lost")},
		{Name: "restarted", Step: restart, Facts: f, Seen: now + healthy + ready + "renewed run-2\n"},
		{Name: "back", Step: back, Facts: f, Seen: now + healthy + ready, Has: []string{" id=" + oldID}, Want: urged(oldID, update(model.Update, oldID+" answers in the place of "+newID))},
		{Name: "taken back", Step: takenBack, Facts: f, Seen: "was " + newID + "\nwas " + oldID + "\nwas " + newID + "\n" + now + healthy + ready, Has: []string{" id=" + oldID}, Want: notifies(update(model.Update, oldID+" answers in the place of "+newID))},
		{Name: "taken back to zero", Step: takenBack, Facts: f, Seen: "was " + newID + "\n" + now + healthy + ready, Has: []string{" id=0 "}, Want: notifies(update(model.Update, "what is in the site's home answers in the place of "+newID))},
		{Name: "taken back to zero, which was between", Step: takenBack, Facts: f, Seen: "was " + oldID + "\nwas 0 2026-11-26T10:15:00Z\nwas " + newID + "\n" + now + healthy + ready, Has: []string{" id=0 "}, Want: notifies(update(model.Update, "what is in the site's home answers in the place of "+newID))},
		{Name: "nothing to take back", Step: takenBack, Facts: f, Seen: "was " + oldID + "\n" + old + ready},
		{Name: "back, done", Step: back, Facts: f, Seen: old + healthy + ready},
		{Name: "back to zero", Step: toZero, Facts: f, Seen: now, Has: []string{" id=0 "}, Want: urged("0", update(model.Update, "what is in the site's home answers in the place of "+newID))},
		{Name: "back to zero, done", Step: toZero, Facts: f, Seen: zero},
		{Name: "zero, and shells have another", Step: toZero, Facts: f, Seen: zero + "current " + newID + "\n", Has: []string{" id=0 "}, Want: urged("0", update(model.Update, "shells had another release than visitors"))},
		{Name: "no site to restart", Step: Slot{Release: r, Stay: true, Fresh: "run-2"}, Seen: ready},
		{Name: "no site to go back with", Step: back},
		{Name: "no site, and none was named", Step: Slot{Release: Release{Site: r.Site}}},
		{Name: "without a link", Step: s, Facts: f, Seen: "running example 3 60 60 1000\nslot 0 \n" + ready, Want: model.Refusal("nginx asks example's gunicorn by a socket that supervisord opens, not by a link that can be led to a release",
			"djship deploy example example.com, which lays the link; where the file of supervisord's was edited, write socket=unix:///webapps/.sockets/example-0.sock in it first")},
		{Name: "without a link, and a release is live", Step: s, Facts: f, Seen: "running example-a 3 60 60 1000\nslot a " + oldID + "\ncurrent " + oldID + "\n" + ready, Has: does, Want: update(model.Update, newID+" answers in the place of "+oldID)},
	})
}

func TestSupervised(t *testing.T) {
	s := Supervised{django.Site{Project: "example", Python: 3}}
	f := model.Facts{Sites: map[string]model.Site{"example": {Domain: "example.com", Python: 3}}}
	modeltest.Run(t, []modeltest.Case{
		{Name: "fits", Step: s, Facts: f},
		{Name: "opens it itself", Step: s, Facts: f, Seen: "socket /etc/supervisor/example.conf\n", Want: model.Refusal("/etc/supervisor/example.conf opens the socket that nginx asks itself",
			"where you have not edited /etc/supervisor/example.conf, `djship deploy example example.com` brings it up to date; else write [fcgi-program:example] and socket=unix:///webapps/.sockets/example-0.sock in it, then `djship deploy example example.com`"+model.Again)},
		{Name: "a worker in the same file", Step: s, Facts: f, Seen: "section program:celery\n", Want: model.Refusal("supervisord's file of example has a section [program:celery] as well",
			"move [program:celery] to a file of its own in /etc/supervisor, since the file of a release comes and goes"+model.Again)},
		{Name: "several processes, and nginx asks elsewhere", Step: s, Facts: f, Seen: "key numprocs\nasks /etc/nginx/sites-enabled/example.com\n",
			Want: model.Refusal("supervisord's file of example sets numprocs; /etc/nginx/sites-enabled/example.com asks gunicorn elsewhere than at /webapps/.sockets/example.sock",
				"take numprocs out of it: a release is one program of one name; write unix:/webapps/.sockets/example.sock in it, then nginx -t && systemctl reload nginx"+model.Again)},
	})
}
