package release

import (
	"fmt"
	"strings"

	"djship/assets"
	"djship/shell"
	"djship/steps/django"
	"djship/steps/model"
)

// Supervised refuses a host where a person has edited the file of the site's supervisor program, or of its nginx site, so that no slot can be made of the
// one, or the other asks past the slots: before anything is touched, and with what to write.
type Supervised struct{ Site django.Site }

// Name implements Step.
func (s Supervised) Name() string { return "slots for " + s.Site.Project }

// ID implements Step.
func (s Supervised) ID() string { return "supervised:" + s.Site.Project }

// Probe implements Step.
func (s Supervised) Probe() model.Script {
	return model.Script("domain=$(sed -n 's/^domain //p' "+model.SiteRecord(s.Site.Project)+" 2>/dev/null | head -n 1)\n") + model.Script(shell.Set("site", s.Site.Project)+assets.Code("shell/supervisedfits.sh"))
}

// Plan implements Step.
func (s Supervised) Plan(f model.Facts, seen model.Observed) model.Change {
	p, at := s.Site.Project, s.Site.Layout()
	var wrong, write []string
	deploy := "djship deploy " + p + " " + f.Sites[p].Domain
	add := func(is, does string) { wrong, write = append(wrong, is), append(write, does) }
	for line := range strings.Lines(seen.Text) {
		what, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch rest = model.Shown(rest); what {
		case "socket":
			add(rest+" opens the socket that nginx asks itself", fmt.Sprintf("where you have not edited %s, `%s` brings it up to date; else write [fcgi-program:%s] and socket=unix://%s in it, then `%s`", rest, deploy, p, at.OwnSocket, deploy))
		case "section":
			add("supervisord's file of "+p+" has a section ["+rest+"] as well", fmt.Sprintf("move [%s] to a file of its own in %s, since the file of a release comes and goes", rest, model.Supervisor))
		case "key":
			add("supervisord's file of "+p+" sets "+rest, "take "+rest+" out of it: a release is one program of one name")
		case "asks":
			add(rest+" asks gunicorn elsewhere than at "+at.Socket, fmt.Sprintf("write unix:%s in it, then nginx -t && systemctl reload nginx", at.Socket))
		}
	}
	if wrong == nil {
		return model.Change{}
	}
	return model.Refusal(strings.Join(wrong, "; "), strings.Join(write, "; ")+model.Again)
}
