package server

import (
	"strings"
	"testing"

	"djship/steps/model"
	"djship/steps/model/modeltest"
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
	restart := model.Change{Told: model.Told{Verb: model.Restart, Detail: "its configuration has changed"}, Work: model.Work{Script: reread + enable + "service nginx restart || { explain nginx; exit 1; }\n"}}
	modeltest.Run(t, []modeltest.Case{
		{Name: "right", Step: s, Seen: show("active", "enabled")},
		{Name: "right, without systemd", Step: s, Seen: "active\nenabled\n"},
		{Name: "one that others ask for", Step: s, Seen: show("active", "static")},
		{Name: "masked", Step: s, Seen: strings.Replace(show("inactive", "masked"), "LoadState=loaded", "LoadState=masked", 1), Want: model.Refusal("nginx is masked on this host", "somebody wanted it never to be started: `systemctl unmask nginx` on the host takes that back, then run the same command again")},
		{Name: "due", Step: s, Seen: show("active", "enabled"), Due: true, Want: restart},
		{Name: "due and not enabled", Step: s, Seen: show("active", "disabled"), Due: true, Want: restart},
		{Name: "not enabled", Step: s, Seen: show("active", "disabled"), Want: model.Change{Told: model.Told{Verb: model.Enable, Detail: "was not started at boot"}, Work: model.Work{Script: enable}}},
		{Name: "not enabled, without systemd", Step: s, Seen: "active\n", Want: model.Change{Told: model.Told{Verb: model.Enable, Detail: "was not started at boot"}, Work: model.Work{Script: enable}}},
		{Name: "down", Step: s, Seen: show("inactive", "enabled"), Want: model.Change{Told: model.Told{Verb: model.Start, Detail: "was not running"}, Work: model.Work{Script: reread + enable + start}}},
		{Name: "down, without systemd", Step: s, Seen: "inactive\nenabled\n", Want: model.Change{Told: model.Told{Verb: model.Start, Detail: "was not running"}, Work: model.Work{Script: reread + enable + start}}},
		{Name: "failed", Step: s, Seen: show("failed", "enabled"), Want: model.Change{Told: model.Told{Verb: model.Start, Detail: "was not running"}, Work: model.Work{Script: reread + enable + start}}},
		{Name: "down and due is started, not restarted", Step: s, Seen: show("inactive", "enabled"), Due: true,
			Want: model.Change{Told: model.Told{Verb: model.Start, Detail: "was not running"}, Work: model.Work{Script: reread + enable + start}}},
		{Name: "down and not enabled", Step: s, Seen: show("inactive", "disabled"),
			Want: model.Change{Told: model.Told{Verb: model.Start, Detail: "was not running, nor started at boot"}, Work: model.Work{Script: reread + enable + start}}},
		{Name: "not installed", Step: s, Seen: "Id=nginx.service\nLoadState=not-found\nActiveState=inactive\n",
			Want: model.Change{Told: model.Told{Verb: model.Start, Detail: "was not running, nor started at boot"}, Work: model.Work{Script: reread + enable + start}}},
		{Name: "the unit is up and what it stands for is not", Step: guarded, Seen: show("active", "enabled"),
			Want: model.Change{Told: model.Told{Verb: model.Start, Detail: "was not running"}, Work: model.Work{Script: model.Script(strings.ReplaceAll(reread+enable+start, "nginx", "postgresql") + "start-it")}}},
		{Name: "the unit is up and what it stands for too", Step: guarded, Seen: show("active", "enabled") + "alive\n"},
	})
}

func TestHandler(t *testing.T) {
	s := Handler{Key: "nginx-reload:example.com", What: "nginx reload", Verb: model.Reload, Detail: "nginx -t, then reload", Do: "service nginx reload"}
	modeltest.Run(t, []modeltest.Case{
		{Name: "not due", Step: s},
		{Name: "due", Step: s, Due: true, Want: model.Change{Told: model.Told{Verb: model.Reload, Detail: "nginx -t, then reload"}, Work: model.Work{Script: "service nginx reload"}, Schedule: model.Schedule{Redo: true}}},
	})
}
