package django

import (
	"strings"
	"testing"
	"time"

	"djship/steps/model"
	"djship/steps/model/modeltest"
)

func TestGunicorn(t *testing.T) {
	s := Gunicorn{site3()}
	does := []string{"site=example home=/webapps/example_project domain=example.com socket=/webapps/.sockets/example-0.sock link=/webapps/.sockets/example.sock files=", `renew_program "$site"`, "\nrpc() {\n"}
	const opens = "opens /webapps/.sockets/example-0.sock\n"
	const running = "running example 5 90000 7200 1795700000\n"
	const up = running + "link example-0.sock\nslot 0 \nsocket 0\n" + opens + "there\ncode\n"
	newer := model.Change{Told: model.Told{Verb: model.Tell, Detail: "the code of example is newer than its gunicorn (started 2h ago): `sudo supervisorctl restart example` on the host takes it into use"}}
	socketAs := func(st string) string { return strings.Replace(up, "there\n", "there\nas "+st+"\n", 1) }
	down := model.Change{Told: model.Told{Verb: model.Start, Detail: "was not running"}, Schedule: model.Schedule{Redo: true}}
	modeltest.Run(t, []modeltest.Case{
		{Name: "right", Step: s, Seen: up},
		{Name: "right, and told between other words", Step: s, Seen: "perl: warning\n" + up + "find: warning\n"},
		{Name: "due", Step: s, Seen: up, Due: true, Has: append(does, " renew=yes\n"), Want: model.Change{Told: model.Told{Verb: model.Restart, Detail: "what it runs on has changed"}, Schedule: model.Schedule{Redo: true}}},
		{Name: "down", Step: s, Seen: "code\n", Has: append(does, " renew=\n"), Want: down},
		{Name: "down, its socket left behind", Step: s, Seen: "there\ncode\n", Has: append(does, " renew=\n"), Want: down},
		{Name: "down, and the site says else", Step: s, Seen: "code\nrunning example 5 90000 7200 1795700000\nthere\n", Has: append(does, " renew=\n"), Want: down},
		{Name: "down and due", Step: s, Seen: "code\n", Due: true, Has: append(does, " renew=yes\n"), Want: model.Change{Told: model.Told{Verb: model.Start, Detail: "was not running"}, Schedule: model.Schedule{Redo: true}}},
		{Name: "down, with newer code", Step: s, Seen: "code\nnewest 1795800000\n", Has: append(does, " renew=\n"), Want: down},
		{Name: "its socket is gone", Step: s, Seen: strings.Replace(up, "there\n", "", 1), Has: append(does, " renew=yes\n"), Want: model.Change{Told: model.Told{Verb: model.Restart, Detail: "its socket is gone"}, Schedule: model.Schedule{Redo: true}}},
		{Name: "its socket is gone, and the site says else", Step: s, Seen: strings.Replace(up, "there\n", "", 1) + "there\n", Has: append(does, " renew=yes\n"), Want: model.Change{Told: model.Told{Verb: model.Restart, Detail: "its socket is gone"}, Schedule: model.Schedule{Redo: true}}},
		{Name: "its socket as it should be", Step: s, Seen: socketAs("socket|example:www-data|660")},
		{Name: "its socket is closed", Step: s, Seen: socketAs("socket|example:www-data|0"), Has: append(does, " renew=yes\n"), Want: model.Change{Told: model.Told{Verb: model.Restart, Detail: "its socket has another owner or mode"}, Schedule: model.Schedule{Redo: true}}},
		{Name: "its socket is open to all", Step: s, Seen: socketAs("socket|example:www-data|666"), Has: append(does, " renew=yes\n"), Want: model.Change{Told: model.Told{Verb: model.Restart, Detail: "its socket has another owner or mode"}, Schedule: model.Schedule{Redo: true}}},
		{Name: "its socket is another's", Step: s, Seen: socketAs("socket|root:www-data|660"), Has: append(does, " renew=yes\n"), Want: model.Change{Told: model.Told{Verb: model.Restart, Detail: "its socket has another owner or mode"}, Schedule: model.Schedule{Redo: true}}},
		{Name: "its socket is of another group", Step: s, Seen: socketAs("socket|example:webapps|660"), Has: append(does, " renew=yes\n"), Want: model.Change{Told: model.Told{Verb: model.Restart, Detail: "its socket has another owner or mode"}, Schedule: model.Schedule{Redo: true}}},
		{Name: "its socket is closed, says the site", Step: s, Seen: up + "as socket|example:www-data|0\n"},
		{Name: "its socket is closed, and it is down", Step: s, Seen: "there\nas socket|example:www-data|0\ncode\n", Has: append(does, " renew=\n"), Want: down},
		{Name: "code of before its workers", Step: s, Seen: up + "newest 1795692800\n"},
		{Name: "code of the same moment", Step: s, Seen: up + "newest 1795692802\n"},
		{Name: "newer code", Step: s, Seen: up + "newest 1795692803\n", Want: newer},
		{Name: "newer code, which is due", Step: s, Seen: up + "newest 1795692803\n", Due: true, Has: append(does, " renew=yes\n"), Want: model.Change{Told: model.Told{Verb: model.Restart, Detail: "what it runs on has changed"}, Schedule: model.Schedule{Redo: true}}},
		{Name: "nginx is led nowhere", Step: s, Seen: strings.Replace(up, "link example-0.sock\n", "", 1), Has: append(does, " renew=\n"), Want: model.Change{Told: model.Told{Verb: model.Update, Detail: "nginx was led elsewhere"}, Schedule: model.Schedule{Redo: true}}},
		{Name: "nginx is led to another's", Step: s, Seen: strings.Replace(up, "link example-0.sock\n", "link other-0.sock\n", 1), Has: append(does, " renew=\n"), Want: model.Change{Told: model.Told{Verb: model.Update, Detail: "nginx was led elsewhere"}, Schedule: model.Schedule{Redo: true}}},
		{Name: "an edited program opens what nginx asks", Step: s, Seen: running + "slot 0 \nopens /webapps/.sockets/example.sock\nthere\ncode\n"},
		{Name: "what is no time", Step: s, Seen: up + "newest 99999999999999999999\nnewest -1\nnewest x\n"},
	})
}

// A closed home hides the code, and not whether gunicorn runs.
func TestGunicornOfAClosedHome(t *testing.T) {
	p := model.NewPlan([]model.Step{Gunicorn{site3()}}, modeltest.Debian12, []model.Observed{{Text: "code\n", Closed: true}})
	if len(p.Changes()) != 1 || p.Items[0].Change.Verb != model.Start {
		t.Errorf("%+v", p.Items[0].Change)
	}
}

func TestRoughly(t *testing.T) {
	for d, want := range map[time.Duration]string{-time.Minute: "0s", 0: "0s", 119 * time.Second: "119s", 2 * time.Minute: "2m", 119 * time.Minute: "119m", 2 * time.Hour: "2h", 47 * time.Hour: "47h", 48 * time.Hour: "2d", 1000 * time.Hour: "42d"} {
		if got := Roughly(d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
}
