package server

import (
	"strings"

	"djship/steps/model"
)

// Places refuses to change a host that lacks a folder in which a file of a site's has to lie, and which a package
// has made once.
type Places struct{}

// Name implements Step.
func (Places) Name() string { return "folders of packages" }

// ID implements Step.
func (Places) ID() string { return "package-folders" }

// Probe implements Step: those that are missing, where their program is there.
func (Places) Probe() model.Script {
	return `for place in /etc/ssh/sshd_config.d /etc/logrotate.d; do [ -d "$place" ] || echo "$place"; done
[ ! -x /usr/sbin/nginx ] || for place in /etc/nginx/sites-available /etc/nginx/sites-enabled /var/log/nginx; do [ -d "$place" ] || echo "$place"; done`
}

// Plan implements Step.
func (Places) Plan(_ model.Facts, seen model.Observed) model.Change {
	missing := strings.Fields(seen.Text)
	if len(missing) == 0 {
		return model.Change{}
	}
	return model.RefusalToChange("there is no folder "+strings.Join(missing, ", nor "),
		"move away on the host what is in its place, then `mkdir "+strings.Join(missing, " ")+"`"+model.Again)
}
