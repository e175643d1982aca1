package release

import (
	"strings"
	"testing"

	"djship/steps/django"
	"djship/steps/model"
	"djship/steps/model/modeltest"
)

func TestRedis(t *testing.T) {
	s := Redis{django.Site{Project: "example", Python: 3}}
	const conf = "/etc/redis/redis-example.conf"
	runs, noted := "Id=redis-server@example.service\nLoadState=loaded\nActiveState=active\nUnitFileState=enabled\n", "systemd\nnote\nconf "+model.Sum(s.text())+"  -\n"
	does := []string{"user default on >%s ~* %s+@all -@admin +client", "put_for \"$site\" \"$note\""}
	modeltest.Run(t, []modeltest.Case{
		{Name: "right", Step: s, Seen: noted + runs},
		{Name: "absent", Step: s, Seen: "systemd\n", Has: does, Want: told(model.Create, conf)},
		{Name: "edited", Step: s, Seen: "systemd\nnote\nconf 1234  -\n" + runs, Has: does, Want: told(model.Update, conf+" is another than djship writes")},
		{Name: "no password", Step: s, Seen: strings.Replace(noted, "note\n", "", 1) + runs, Has: does, Want: told(model.Update, "a password for the site's account")},
		{Name: "stopped", Step: s, Seen: noted + strings.Replace(runs, "=active", "=inactive", 1), Has: does, Want: told(model.Start, "was not running")},
		{Name: "not at boot", Step: s, Seen: noted + strings.Replace(runs, "=enabled", "=disabled", 1), Has: does, Want: told(model.Enable, "was not started at boot")},
		{Name: "masked", Step: s, Seen: noted + "LoadState=masked\n", Want: model.Refusal("redis-server@example is masked on this host", "somebody wanted it never to be started: `systemctl unmask redis-server@example` on the host takes that back"+model.Again)},
		{Name: "no systemd", Step: s, Want: model.Refusal("the host has no systemd, which a redis for each site wants", "take redis out of djship_services of this host, and give REDIS_URL in local_env.sh of the site's home")},
	})
	with := aPush()
	with.Redis = true
	const takesIn = "\n. /webapps/.sites/example/redis\n"
	if !strings.Contains((Environ{with}).Content(model.Facts{}), takesIn) || strings.Contains((Environ{aPush()}).Content(model.Facts{}), takesIn) {
		t.Error("the environment of a release takes redis in where the host has one, and there alone")
	}
}
