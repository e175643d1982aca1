package steps

import (
	"strings"
	"testing"
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
	runPlans(t, []planCase{
		{name: "right", step: s, seen: "running\nsocket\n"},
		{name: "due", step: s, seen: "running\nsocket\n", due: true, has: append(does, " renew=yes\n"), want: Change{Verb: Restart, Detail: "what it runs on has changed", Redo: true}},
		{name: "down", step: s, has: append(does, " renew=\n"), want: Change{Verb: Start, Detail: "was not running", Redo: true}},
		{name: "down, its socket left behind", step: s, seen: "socket\n", has: append(does, " renew=\n"), want: Change{Verb: Start, Detail: "was not running", Redo: true}},
		{name: "down and due", step: s, due: true, has: append(does, " renew=yes\n"), want: Change{Verb: Start, Detail: "was not running", Redo: true}},
		{name: "its socket is gone", step: s, seen: "running\n", has: append(does, " renew=yes\n"), want: Change{Verb: Restart, Detail: "its socket is gone", Redo: true}},
	})
}
