package django

import (
	"fmt"
	"strings"

	"djship/assets"
	"djship/shell"
	"djship/steps/model"
	"djship/steps/server"
)

// Lost takes https away where nginx is to speak it by a certificate that is not on the host any more, and by another one, or not at all, from now on. nginx goes on with what it has in
// memory, but it starts no more and takes nothing anew into use: neither the answers to a CA, nor that there is http alone.
type Lost struct{ HTTPS }

// Lost is what makes way for another certificate, or for http alone.
func (s Site) Lost(o server.Options) Lost { return Lost{s.HTTPS(o)} }

// Name implements Step.
func (s Lost) Name() string { return "certificate files of " + s.Site.Domain }

// ID implements Step.
func (s Lost) ID() string { return "lost:" + s.Site.Project }

// Probe implements Step.
func (s Lost) Probe() model.Script {
	return model.Script(shell.Set("conf", s.Path)+assets.Code("shell/lostpair.sh")) + s.ManagedFile.Probe()
}

// Plan implements Step. What the host orders itself is ordered anew while nginx runs, and https stays meanwhile.
func (s Lost) Plan(f model.Facts, seen model.Observed) model.Change {
	head, conf, _ := strings.Cut("\n"+seen.Text, "\nconf\n")
	head += "\n"
	file, is := model.LineAfter(head, "lost ")
	certificate, key := s.Site.Pair()
	orders, runs := s.Site.TLS.Mode == TLSACME, model.HasLine(head, "ActiveState=active") || model.HasLine(head, "active")
	if !is || orders && runs && (file == certificate || file == key) {
		return model.Change{}
	}
	_, content, _ := strings.Cut(conf, "\n")
	if orders && !f.Written[s.Path][model.Sum(content)] && !s.Overwrite {
		return model.Refusal(fmt.Sprintf("%s, which is yours, has nginx read %s, which is gone: nginx takes nothing into use then", s.Path, model.Shown(file)),
			fmt.Sprintf("take djship's own, which keeps yours beside it: --overwrite %s; or put the file back on the host%s", s.Path, model.Again))
	}
	c := s.off(f, conf)
	c.Detail = fmt.Sprintf("%s is gone, and nginx does not start without it: http alone", model.Shown(file))
	if orders {
		c.Detail += " until there is another certificate"
	}
	c.Script = model.Script("echo "+shell.Quote("notice: "+c.Detail)+"\n") + c.Script
	return c
}
