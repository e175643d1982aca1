package server

import (
	"strings"

	"djship/steps/model"
)

// SupervisionLines are the settings by which djship finds the supervisord that runs the sites, and it the sites.
var SupervisionLines = []string{"file=/run/supervisord.sock", "pidfile=/run/djship-supervisord.pid", "files=/etc/supervisor/*.conf"}

// Supervision refuses a host whose /etc/supervisord.conf lacks what sites are run by: it is another
// supervisord's, whose programs djship's unit would start a second time, or was edited too much.
type Supervision struct{}

// Name implements Step.
func (Supervision) Name() string { return "supervisord's configuration" }

// ID implements Step.
func (Supervision) ID() string { return "supervision" }

// Probe implements Step: the lines of the file that name files, without blanks at the sign; "there" before them.
func (Supervision) Probe() model.Script {
	return `if [ -f /etc/supervisord.conf ]; then
	echo there
	while IFS=' 	=' read -r name value; do
		case $name in file | pidfile | files) echo "$name=$value" ;; esac
	done </etc/supervisord.conf
fi
[ ! -f ` + debiansSupervisord + ` ] || ! grep -q '^[[:space:]]*\[\(program\|fcgi-program\|eventlistener\):' ` + debiansSupervisord + ` || echo twice`
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
	case f.Written[SupervisordConf] == nil:
		return model.Refusal(SupervisordConf+" is not djship's: another supervisord is at work here, or was",
			"stop that one and move the file out of the way; what it has run goes on under djship's, where each of its [program:...] sections is put "+
				"into a file of its own, as /etc/supervisor/NAME.conf, before you run the same command again")
	}
	return model.Refusal(SupervisordConf+" lacks "+strings.Join(missing, ", "),
		"put that back into it: sites are found by it. `djship prereq --overwrite "+SupervisordConf+"` takes djship's own and keeps yours beside it")
}

const (
	SupervisordConf    = "/etc/supervisord.conf"
	debiansSupervisord = "/etc/supervisor/supervisord.conf" // of Debian's package supervisor
)
