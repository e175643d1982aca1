package server

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"djship/assets"
	"djship/steps/model"
)

// FreeMemory refuses a host that is short of memory: compiling psycopg2 takes some.
type FreeMemory struct{ MinKB int64 }

// Name implements Step.
func (FreeMemory) Name() string { return "memory" }

// ID implements Step.
func (FreeMemory) ID() string { return "memory" }

// Probe implements Step; the facts tell.
func (FreeMemory) Probe() model.Script { return "" }

// Plan implements Step.
func (s FreeMemory) Plan(f model.Facts, _ model.Observed) model.Change {
	if f.AvailableKB >= s.MinKB {
		return model.Change{}
	}
	return model.Refusal(fmt.Sprintf("%d MiB of memory are available; %d MiB are needed", f.AvailableKB>>10, s.MinKB>>10), "end something on the host, or add swap")
}

// maxSkew is how wrong a clock may be before certificates and package lists are refused for it.
const maxSkew = 5 * time.Minute

// Clock refuses a host whose clock is wrong.
type Clock struct{ Now time.Time }

// Name implements Step.
func (Clock) Name() string { return "clock" }

// ID implements Step.
func (Clock) ID() string { return "clock" }

// Probe implements Step.
func (Clock) Probe() model.Script { return "date +%s" }

// Skew is how far ahead the host's clock is.
func (s Clock) Skew(seen model.Observed) (time.Duration, bool) {
	seconds, err := strconv.ParseInt(strings.TrimSpace(seen.Text), 10, 64)
	if err != nil {
		return 0, false
	}
	return time.Unix(seconds, 0).Sub(s.Now).Round(time.Second), true
}

// Plan implements Step.
func (s Clock) Plan(_ model.Facts, seen model.Observed) model.Change {
	skew, ok := s.Skew(seen)
	if !ok || skew.Abs() <= maxSkew {
		return model.Change{}
	}
	return model.Refusal("the clock is "+skewed(skew), "apt and pip refuse certificates and package lists then: `timedatectl set-ntp true` on the host")
}

// skewed says how far a clock is off, for a person.
func skewed(by time.Duration) string {
	off := by.Abs().String()
	if days := int(by.Abs().Hours()+12) / 24; days > 1 {
		off = fmt.Sprintf("%d days", days)
	}
	if by < 0 {
		return off + " behind"
	}
	return off + " ahead"
}

// Resolver refuses a host that resolves no names.
type Resolver struct{}

// Name implements Step.
func (Resolver) Name() string { return "DNS" }

// ID implements Step.
func (Resolver) ID() string { return "dns" }

// Probe implements Step.
func (Resolver) Probe() model.Script {
	return `timeout 5 getent ahosts pypi.org >/dev/null && echo ok`
}

// Plan implements Step.
func (Resolver) Plan(_ model.Facts, seen model.Observed) model.Change {
	if seen.Text != "" {
		return model.Change{}
	}
	return model.Refusal("the host does not resolve pypi.org", "look at /etc/resolv.conf on the host; with a mirror or a proxy for pip this may be right")
}

// Port80 refuses a host where nginx does not run and something else listens on port 80.
type Port80 struct{}

// Name implements Step.
func (Port80) Name() string { return "port 80" }

// ID implements Step.
func (Port80) ID() string { return "port:80" }

// Probe implements Step: the name of the program that listens, "free" or "unknown".
func (Port80) Probe() model.Script {
	return model.Script(assets.Code("shell/port80.sh"))
}

// Plan implements Step.
func (Port80) Plan(_ model.Facts, seen model.Observed) model.Change {
	switch holder := strings.TrimSpace(model.FirstLine(seen.Text)); holder {
	case "nginx", "free", "unknown", "":
		return model.Change{}
	default:
		return model.Refusal("port 80 is held by "+holder, "stop and disable "+holder+" on the host, or move it to another port: nginx needs port 80")
	}
}

// Registries refuses a host that does not reach the package mirrors that it is set up with.
type Registries struct{}

// Name implements Step.
func (Registries) Name() string { return "package registries" }

// ID implements Step.
func (Registries) ID() string { return "registries" }

// Probe implements Step: a line "NAME HOST:PORT" for each registry that takes no connection. Where
// a proxy is set up nothing can be told.
func (Registries) Probe() model.Script {
	return model.Script(assets.Code("shell/registries.sh"))
}

// Plan implements Step.
func (Registries) Plan(_ model.Facts, seen model.Observed) model.Change {
	lines := strings.Split(strings.TrimSpace(seen.Text), "\n")
	if lines[0] == "" {
		return model.Change{}
	}
	return model.Refusal("no connection to "+strings.Join(lines, ", "), "look at the host's firewall and DNS; a mirror is set in /etc/apt/sources.list and in /etc/pip.conf (index-url)")
}
