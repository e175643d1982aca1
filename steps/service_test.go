package steps

import (
	"strings"
	"testing"
	"time"
)

func TestService(t *testing.T) {
	s := Service{Unit: "nginx"}
	guarded := Service{Unit: "postgresql", Alive: "echo alive", Start: "start-it"}
	const enable = "if [ -d /run/systemd/system ]; then [ \"$(systemctl is-enabled nginx 2>/dev/null)\" = enabled ] || systemctl enable -q nginx; else update-rc.d nginx defaults; update-rc.d nginx enable; fi\n"
	const start = "service nginx start || { explain nginx; exit 1; }\n"
	const reread = "[ ! -d /run/systemd/system ] || systemctl daemon-reload\n"
	show := func(active, enabled string) string {
		return "Id=nginx.service\nLoadState=loaded\nActiveState=" + active + "\nUnitFileState=" + enabled + "\n\n"
	}
	restart := Change{Verb: Restart, Detail: "its configuration has changed", Script: reread + enable + "service nginx restart || { explain nginx; exit 1; }\n"}
	runPlans(t, []planCase{
		{name: "right", step: s, seen: show("active", "enabled")},
		{name: "right, without systemd", step: s, seen: "active\nenabled\n"},
		{name: "one that others ask for", step: s, seen: show("active", "static")},
		{name: "masked", step: s, seen: strings.Replace(show("inactive", "masked"), "LoadState=loaded", "LoadState=masked", 1), want: Change{Verb: Refuse, Detail: "nginx is masked on this host",
			Hint: "somebody wanted it never to be started: `systemctl unmask nginx` on the host takes that back, then run the same command again"}},
		{name: "due", step: s, seen: show("active", "enabled"), due: true, want: restart},
		{name: "due and not enabled", step: s, seen: show("active", "disabled"), due: true, want: restart},
		{name: "not enabled", step: s, seen: show("active", "disabled"), want: Change{Verb: Enable, Detail: "was not started at boot", Script: enable}},
		{name: "not enabled, without systemd", step: s, seen: "active\n", want: Change{Verb: Enable, Detail: "was not started at boot", Script: enable}},
		{name: "down", step: s, seen: show("inactive", "enabled"), want: Change{Verb: Start, Detail: "was not running", Script: reread + enable + start}},
		{name: "down, without systemd", step: s, seen: "inactive\nenabled\n", want: Change{Verb: Start, Detail: "was not running", Script: reread + enable + start}},
		{name: "failed", step: s, seen: show("failed", "enabled"), want: Change{Verb: Start, Detail: "was not running", Script: reread + enable + start}},
		{name: "down and due is started, not restarted", step: s, seen: show("inactive", "enabled"), due: true,
			want: Change{Verb: Start, Detail: "was not running", Script: reread + enable + start}},
		{name: "down and not enabled", step: s, seen: show("inactive", "disabled"),
			want: Change{Verb: Start, Detail: "was not running, nor started at boot", Script: reread + enable + start}},
		{name: "not installed", step: s, seen: "Id=nginx.service\nLoadState=not-found\nActiveState=inactive\n",
			want: Change{Verb: Start, Detail: "was not running, nor started at boot", Script: reread + enable + start}},
		{name: "the unit is up and what it stands for is not", step: guarded, seen: show("active", "enabled"),
			want: Change{Verb: Start, Detail: "was not running", Script: Script(strings.ReplaceAll(reread+enable+start, "nginx", "postgresql") + "start-it")}},
		{name: "the unit is up and what it stands for too", step: guarded, seen: show("active", "enabled") + "alive\n"},
	})
}

func TestHandler(t *testing.T) {
	s := Handler{What: "nginx reload", Verb: Reload, Detail: "nginx -t, then reload", Do: "service nginx reload"}
	runPlans(t, []planCase{
		{name: "not due", step: s},
		{name: "due", step: s, due: true, want: Change{Verb: Reload, Detail: "nginx -t, then reload", Redo: true, Script: "service nginx reload"}},
	})
}

func TestGunicorn(t *testing.T) {
	s := Gunicorn{site3()}
	does := []string{"site=example home=/webapps/example_project domain=example.com socket=/webapps/.sockets/example.sock files=", `control update "$site"`}
	const up = "running 5 90000 7200 1795700000\nsocket\ncode\n"
	newer := Change{Verb: Tell, Detail: "the code of example is newer than its gunicorn (started 2h ago): `sudo supervisorctl restart example` on the host takes it into use"}
	down := Change{Verb: Start, Detail: "was not running", Redo: true}
	runPlans(t, []planCase{
		{name: "right", step: s, seen: up},
		{name: "right, and told between other words", step: s, seen: "perl: warning\n" + up + "find: warning\n"},
		{name: "due", step: s, seen: up, due: true, has: append(does, " renew=yes\n"), want: Change{Verb: Restart, Detail: "what it runs on has changed", Redo: true}},
		{name: "down", step: s, seen: "code\n", has: append(does, " renew=\n"), want: down},
		{name: "down, its socket left behind", step: s, seen: "socket\ncode\n", has: append(does, " renew=\n"), want: down},
		{name: "down, and the site says else", step: s, seen: "code\nrunning 5 90000 7200 1795700000\nsocket\n", has: append(does, " renew=\n"), want: down},
		{name: "down and due", step: s, seen: "code\n", due: true, has: append(does, " renew=yes\n"), want: Change{Verb: Start, Detail: "was not running", Redo: true}},
		{name: "down, with newer code", step: s, seen: "code\nnewest 1795800000\n", has: append(does, " renew=\n"), want: down},
		{name: "its socket is gone", step: s, seen: strings.Replace(up, "socket\n", "", 1), has: append(does, " renew=yes\n"), want: Change{Verb: Restart, Detail: "its socket is gone", Redo: true}},
		{name: "its socket is gone, and the site says else", step: s, seen: strings.Replace(up, "socket\n", "", 1) + "socket\n", has: append(does, " renew=yes\n"), want: Change{Verb: Restart, Detail: "its socket is gone", Redo: true}},
		{name: "code of before its workers", step: s, seen: up + "newest 1795692800\n"},
		{name: "code of the same moment", step: s, seen: up + "newest 1795692802\n"},
		{name: "newer code", step: s, seen: up + "newest 1795692803\n", want: newer},
		{name: "newer code, which is due", step: s, seen: up + "newest 1795692803\n", due: true, has: append(does, " renew=yes\n"), want: Change{Verb: Restart, Detail: "what it runs on has changed", Redo: true}},
		{name: "what is no time", step: s, seen: up + "newest 99999999999999999999\nnewest -1\nnewest x\n"},
	})
}

// A closed home hides the code, and not whether gunicorn runs.
func TestGunicornOfAClosedHome(t *testing.T) {
	p := NewPlan([]Step{Gunicorn{site3()}}, debian12, []Observed{{Text: "code\n", Closed: true}})
	if len(p.Changes()) != 1 || p.Items[0].Change.Verb != Start {
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
