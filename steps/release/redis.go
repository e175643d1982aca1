package release

import (
	"fmt"
	"strings"

	"djship/assets"
	"djship/shell"
	"djship/steps/django"
	"djship/steps/model"
)

// Redis is one of the site's own, which Debian's package runs: its data and its password no other site of the host has. The account finds its addresses in a file that the
// environment of releases takes in.
type Redis struct{ Site django.Site }

// Name implements Step.
func (s Redis) Name() string { return "redis of " + s.Site.Project }

// ID implements Step.
func (s Redis) ID() string { return "redis:" + s.Site.Project }

// conf is the file that Debian's unit reads, text what stands in it but for the line with the password.
func (s Redis) conf() string { return "/etc/redis/redis-" + s.Site.Project + ".conf" }
func (s Redis) text() string {
	return fmt.Sprintf(`# The redis of the site %[1]s, for which root has its password in %[2]s. Written by djship.
port 0
unixsocket /run/redis-%[1]s/redis.sock
unixsocketperm 777
dir /var/lib/redis/%[1]s
appendonly yes
maxmemory-policy noeviction
`, s.Site.Project, s.Site.Layout().Redis)
}

// variables are those that both of its shell texts want.
func (s Redis) variables() string {
	return shell.Set("site", s.Site.Project, "conf", s.conf(), "note", s.Site.Layout().Redis)
}

// Probe implements Step.
func (s Redis) Probe() model.Script {
	return model.Script(s.variables() + assets.Code("shell/redisprobe.sh"))
}

// Plan implements Step.
func (s Redis) Plan(_ model.Facts, seen model.Observed) model.Change {
	sum, there := model.LineAfter(seen.Text, "conf ")
	c := model.Change{Told: model.Told{Verb: model.Create, Detail: s.conf()}, Work: model.Work{
		Script: model.Script(s.variables() + shell.Set("text", s.text()) + assets.Code("shell/redis.sh"))}}
	switch {
	case !model.HasLine(seen.Text, "systemd"):
		return model.Refusal("the host has no systemd, which a redis for each site wants", "take redis out of djship_services of this host, and give REDIS_URL in local_env.sh of the site's home")
	case model.HasLine(seen.Text, "LoadState=masked"):
		return model.Refusal("redis-server@"+s.Site.Project+" is masked on this host", "somebody wanted it never to be started: `systemctl unmask redis-server@"+s.Site.Project+"` on the host takes that back"+model.Again)
	case !there:
	case !strings.HasPrefix(sum, model.Sum(s.text())):
		c.Verb, c.Detail = model.Update, s.conf()+" is another than djship writes"
	case !model.HasLine(seen.Text, "note"):
		c.Verb, c.Detail = model.Update, "a password for the site's account"
	case !model.HasLine(seen.Text, "ActiveState=active"):
		c.Verb, c.Detail = model.Start, "was not running"
	case !model.HasLine(seen.Text, "UnitFileState=enabled"):
		c.Verb, c.Detail = model.Enable, "was not started at boot"
	default:
		return model.Change{}
	}
	return c
}
