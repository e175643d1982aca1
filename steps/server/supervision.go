package server

import (
	"strings"

	"djship/assets"
	"djship/shell"
	"djship/steps/model"
)

// SupervisionLines are the settings by which djship finds the supervisord that runs the sites, and it the sites.
var SupervisionLines = []string{"file=/run/supervisord.sock", "pidfile=/run/djship-supervisord.pid", "files=" + model.Supervisor + "/*.conf"}

// Supervision refuses a host whose /etc/supervisord.conf lacks what sites are run by: it is another
// supervisord's, whose programs djship's unit would start a second time, or was edited too much.
type Supervision struct{}

// Name implements Step.
func (Supervision) Name() string { return "supervisord's configuration" }

// ID implements Step.
func (Supervision) ID() string { return "supervision" }

// Probe implements Step: the lines of the file that name files, without blanks at the sign, "there" before
// them; and "twice" where Debian's own file has programs.
func (Supervision) Probe() model.Script {
	return model.Script(shell.Set("supervisord_conf", model.SupervisordConf, "debians_conf", debiansSupervisord) + assets.Code("shell/supervision.sh"))
}

// Plan implements Step.
func (Supervision) Plan(f model.Facts, seen model.Observed) model.Change {
	if model.HasLine(seen.Text, "twice") {
		return model.Refusal(debiansSupervisord+" has programs in it: djship's supervisord, which reads all of /etc/supervisor/*.conf, would start them a second time",
			"put each into a file of its own in /etc/supervisor/conf.d/ on the host, which that file includes"+model.Again)
	}
	var missing []string
	for _, line := range SupervisionLines {
		if !strings.Contains(seen.Text, "\n"+line) {
			missing = append(missing, line)
		}
	}
	switch {
	case missing == nil || !model.HasLine(seen.Text, "there"):
		return model.Change{}
	case f.Written[model.SupervisordConf] == nil:
		return model.Refusal(model.SupervisordConf+" is not djship's: another supervisord is at work here, or was",
			f.ElseAdopt("", "what the bash scripts have made `djship adopt PROJECT DOMAIN` takes over; else stop that one and move the file out of the way; what it has run goes on under djship's, where each of its [program:...] sections is put "+
				"into a file of its own, as /etc/supervisor/NAME.conf, before you run the same command again"))
	}
	return model.Refusal(model.SupervisordConf+" lacks "+strings.Join(missing, ", "),
		"put that back into it: sites are found by it. `djship prereq --overwrite "+model.SupervisordConf+"` takes djship's own and keeps yours beside it")
}

const debiansSupervisord = model.Supervisor + "/supervisord.conf" // of Debian's package supervisor
