package adopt

import (
	"fmt"
	"slices"
	"strings"

	"djship/assets"
	"djship/secret"
	"djship/shell"
	"djship/steps/django"
	"djship/steps/model"
	"djship/steps/server"
)

// Fits refuses a site that can't be taken over, with all that stands in the way, before anything is touched.
type Fits struct{ look }

// NewFits makes the step for a site.
func NewFits(s django.Site) Fits { return Fits{look{s}} }

// Name implements model.Step.
func (s Fits) Name() string { return "site " + s.Site.Project + " as the scripts made it" }

// ID implements model.Step.
func (s Fits) ID() string { return "adopt-fits:" + s.Site.Project }

// Database implements model.Stored.
func (s Fits) Database() string { return s.Site.Project }

// Probe implements model.Step.
func (s Fits) Probe() model.Script {
	return model.Script("[ -s "+noteOf(s.Site.Project)+" ] || {\n"+s.set()+assets.Code("shell/adoptpassword.sh")+"}\n") + s.look.Probe()
}

// Plan implements model.Step.
func (s Fits) Plan(_ model.Facts, o model.Observed) model.Change {
	at, p := s.read(o.Text), s.Site.Project
	switch {
	case at.domain != "" && at.domain != s.Site.Domain:
		return model.Refusal(model.Shown("taking "+p+" over has begun as "+at.domain), model.Shown("djship adopt "+p+" "+at.domain))
	case at.kept != "":
		return model.Change{}
	case at.recorded:
		return model.Change{Told: model.Told{Verb: model.Tell, Detail: "djship has made it: there is nothing to take over"}}
	case at.home == "":
		return model.Refusal("there is no "+s.Site.Layout().Home+": the scripts have made no site "+p+" here", "to make it: djship up "+p+" "+s.Site.Domain)
	}
	if wrong := s.problems(at); wrong != nil {
		return model.Refusal("it can not be taken over as it is, and nothing was touched: "+strings.Join(wrong, "; "), "change that on the host"+model.Again)
	}
	return model.Change{}
}

// problems are all that stand in the way.
func (s Fits) problems(at seen) []string {
	var all []string
	add := func(format string, args ...any) { all = append(all, model.Shown(fmt.Sprintf(format, args...))) }
	p, home := s.Site.Project, s.Site.Layout().Home
	if !at.systemd {
		add("the host does not run systemd with D-Bus")
	}
	if at.home != p {
		add("%s belongs to %s", home, at.home)
	}
	for _, path := range []string{s.Site.Layout().Variables, s.Site.Layout().Start, model.SupervisordConf} {
		if at.files[path] == "" {
			add("%s is missing, or empty: the script that made the site did not get to its end", path)
		}
	}
	if !at.whole {
		add("%s has no virtualenv of this host's Python 3", home)
	}
	if _, there := at.files[s.Site.Layout().Own]; there {
		add("%s is there already, which djship has for what is yours", s.Site.Layout().Own)
	}
	for _, path := range at.taken {
		add("%s is there already", path)
	}
	for _, path := range at.foreign {
		add("%s is not root's: any account may have written what it starts", path)
	}
	if len(at.tools) < 3 && at.old == "" {
		add("/usr/local/bin has no supervisord of pip's")
	}
	if at.old != "" && at.asked == "none" {
		add("the supervisord that runs (process %s) has no socket of root's: see file= in %s", at.old, model.SupervisordConf)
	}
	if at.runs {
		add("processes of %s run, and no supervisord of /usr/local/bin that would run them", p)
	}
	all = append(all, s.frontProblems(at)...)
	all = append(all, configProblems(at.files[model.SupervisordConf])...)
	for _, text := range append(s.programs(at).problems, s.scripts(at).problems...) {
		add("%s", text)
	}
	return append(all, s.passwordProblems(at)...)
}

func (s Fits) frontProblems(at seen) []string {
	var all []string
	switch found := append(slices.Clone(at.linked), at.own...); {
	case len(found) == 0:
		return []string{"nginx has no file for it in sites-enabled"}
	case len(found) > 1:
		return []string{"nginx has several files for it: " + model.Shown(found[0][0]+" and "+found[1][0])}
	case strings.HasSuffix(found[0][1], ".maintenance.conf"):
		return []string{model.Shown(found[0][0] + " leads to its maintenance page: lay it to the site's own file again")}
	default:
		for _, text := range s.front(at).problems {
			all = append(all, model.Shown(fmt.Sprintf("%s has: %s", found[0][0], text)))
		}
	}
	return all
}

// passwordProblems are why the database's password can't be hashed anew.
func (s Fits) passwordProblems(at seen) []string {
	if len(at.password) < 2 {
		return []string{"PostgreSQL does not tell how its role logs in"}
	}
	if at.password[1] == "other" {
		return []string{"its role in PostgreSQL has a password that is neither in .django_db_password nor in prepare_env.sh: write the one that the site uses into the first"}
	}
	if at.password[0] == "md5" {
		for _, name := range at.packages {
			if version, ok := strings.CutPrefix(name, "psycopg2_binary-"); ok && version < "2.8" {
				return []string{"its psycopg2-binary is older than 2.8, and logs in by md5 alone, which djship does not leave: install a newer one"}
			}
		}
	}
	return nil
}

// Kept keeps what taking a site over replaces.
type Kept struct{ look }

// NewKept makes the step for a site.
func NewKept(s django.Site) Kept { return Kept{look{s}} }

// Name implements model.Step.
func (s Kept) Name() string { return "what is replaced of " + s.Site.Project }

// ID implements model.Step.
func (s Kept) ID() string { return "adopt-kept:" + s.Site.Project }

// TellsOutput implements model.Telling.
func (Kept) TellsOutput() {}

// Plan implements model.Step.
func (s Kept) Plan(_ model.Facts, o model.Observed) model.Change {
	if at := s.read(o.Text); at.kept != "" || at.recorded {
		return model.Change{}
	}
	return model.Change{Told: model.Told{Verb: model.Create, Detail: "kept as it is in a folder of " + notes + ", for --undo"},
		Work:     model.Work{Script: model.Script(s.set() + assets.Text("shell/adoptlinks.sh") + assets.Text("shell/adoptkeep.sh"))},
		Schedule: model.Schedule{Redo: true}}
}

// Scripts puts djship's own scripts in the place of those of before, and what was set in these where djship keeps it.
type Scripts struct {
	look
	options server.Options
}

// NewScripts makes the step for a site.
func NewScripts(s django.Site, o server.Options) Scripts { return Scripts{look{s}, o} }

// Name implements model.Step.
func (s Scripts) Name() string { return "scripts of " + s.Site.Project }

// ID implements model.Step.
func (s Scripts) ID() string { return "adopt-scripts:" + s.Site.Project }

// Plan implements model.Step.
func (s Scripts) Plan(f model.Facts, o model.Observed) model.Change {
	at := s.read(o.Text)
	if at.has("home") || at.recorded && at.kept == "" {
		return model.Change{}
	}
	p, where, is := s.Site.Project, s.Site.Layout(), s.scripts(at)
	c := model.Change{Told: model.Told{Verb: model.Update, Detail: where.Variables + ", " + where.Start + ": djship's own, without secrets in them"}, Schedule: model.Schedule{Redo: true}}
	put := func(path, content, mode string) {
		c.Files = append(c.Files, model.File{Path: path, Content: content, Mode: mode, Owner: p})
	}
	if is.lines != nil {
		text := "# Taken over from what prepare_env.sh and gunicorn_start.sh were.\n" + strings.Join(is.lines, "\n") + "\n"
		c.Detail += "; yours goes to " + where.Own + ": " + model.Shown(strings.Join(is.carried, ", "))
		c.Diff += secret.Diff("/dev/null", where.Own, "", text)
		put(where.Own, text, "0600")
	}
	if is.left != nil {
		c.Detail += "; left out: " + model.Shown(strings.Join(is.left, ", "))
	}
	for _, one := range []struct{ path, value, sum, what string }{{where.SecretKey, is.key, at.keySum, "secret key"}, {where.Password, is.password, at.wordSum, "password"}} {
		if differs(one.value, one.sum) {
			c.Detail += "; " + one.path + " gets the " + one.what + " that is in use"
			put(one.path, one.value+"\n", "0600")
		}
	}
	start, variables := s.Site.GunicornScript(s.options), s.Site.Own("environment script", where.Variables, "prepare_env.sh", "0644", s.options)
	for _, m := range []server.ManagedFile{start.ManagedFile, variables} {
		c.Diff += secret.Diff(m.Path, m.Path, at.files[m.Path], m.Content(f))
		put(m.Path, m.Content(f), m.Mode)
	}
	c.Script = model.Script("echo home >>" + noteOf(p) + "\n")
	return c
}

// Hands has djship's supervisord stand beside the one of before.
type Hands struct{ look }

// NewHands makes the step for a site.
func NewHands(s django.Site) Hands { return Hands{look{s}} }

// Name implements model.Step.
func (s Hands) Name() string { return "supervisord of " + s.Site.Project }

// ID implements model.Step.
func (s Hands) ID() string { return "adopt-hands:" + s.Site.Project }

// own is the site's program as djship has it, with what a person has set.
func (s Hands) own(f model.Facts, p programs) (string, bool, []string) {
	return p.compose(s.Site.Program(server.Options{}).Content(f))
}

// Plan implements model.Step.
func (s Hands) Plan(f model.Facts, o model.Observed) model.Change {
	at := s.read(o.Text)
	if at.has("hands") || at.recorded && at.kept == "" {
		return model.Change{}
	}
	p := s.programs(at)
	own, edited, left := s.own(f, p)
	c := model.Change{Told: model.Told{Verb: model.Update, Detail: "djship's own in " + model.Tools + " is started beside the one that runs"}, Schedule: model.Schedule{Redo: true}}
	for _, file := range []struct{ path, asset, mode string }{{model.SupervisordConf, "host/supervisord.conf", "0644"}, {"/etc/systemd/system/supervisord.service", "host/supervisord.service", "0644"}, {"/etc/init.d/supervisord", "host/supervisord.init", "0755"}} {
		c.Files = append(c.Files, model.File{Path: file.path, Content: assets.Text(file.asset), Mode: file.mode})
	}
	mine, word, known := []string{model.ProgramConf(s.Site.Project)}, "", model.Script("")
	if p.own.file != "" && p.own.file != mine[0] {
		mine = append(mine, p.own.file)
	}
	for _, b := range p.beside {
		if !slices.Contains(mine, b.file) {
			mine = append(mine, b.file)
		}
		c.Detail += "; " + b.program() + " goes over to it"
		c.Diff += secret.Diff(b.file, model.ProgramConf(b.program()), at.files[b.file], b.alone())
		c.Files = append(c.Files, model.File{Path: noteOf(s.Site.Project) + "." + b.program() + ".conf", Content: b.alone(), Mode: "0600"})
	}
	if edited {
		word = "yes"
		known = knownAs(model.ProgramConf(s.Site.Project), s.Site.Program(server.Options{}).Content(f))
		c.Detail += "; " + model.ProgramConf(s.Site.Project) + " keeps what you have set"
		c.Diff += secret.Diff(p.own.file, model.ProgramConf(s.Site.Project), at.files[p.own.file], own)
		c.Files = append(c.Files, model.File{Path: noteOf(s.Site.Project) + ".program.conf", Content: own, Mode: "0600"})
	}
	if left != nil {
		c.Detail += "; left out: " + model.Shown(strings.Join(left, ", "))
	}
	if p.others != nil {
		c.Detail += "; what is not the site's stays with the one of before: " + model.Shown(strings.Join(p.others, ", "))
	}
	c.Script = known + model.Script(s.set("mine", strings.Join(mine, " "), "others", strings.Join(p.others, " "), "edited", word)+
		assets.Text("shell/supervise.sh")+assets.Text("shell/adoptold.sh")+assets.Text("shell/adoptstaged.sh")+assets.Text("shell/adopthands.sh"))
	return c
}

// knownAs notes what djship would put in the place of an edited file, as it does where somebody edits one later: so that it can be told whether its own has changed since.
func knownAs(path, own string) model.Script {
	return model.Script("written " + shell.QuoteAll(model.Sum(own), path) + "\n")
}

// Front has nginx serve the site by a file of root's.
type Front struct {
	look
	options server.Options
}

// NewFront makes the step for a site.
func NewFront(s django.Site, o server.Options) Front { return Front{look{s}, o} }

// Name implements model.Step.
func (s Front) Name() string { return "nginx of " + s.Site.Project }

// ID implements model.Step.
func (s Front) ID() string { return "adopt-front:" + s.Site.Project }

// Plan implements model.Step.
func (s Front) Plan(f model.Facts, o model.Observed) model.Change {
	at := s.read(o.Text)
	if at.has("front") || at.recorded && at.kept == "" || len(at.linked)+len(at.own) != 1 {
		return model.Change{}
	}
	is, link := s.front(at), append(slices.Clone(at.linked), at.own...)[0]
	site := s.Site
	if is.names != nil && site.TLS.Aliases == "" {
		site.TLS.Aliases = strings.Join(is.names, " ")
	}
	file := site.NginxSite(s.options).ManagedFile
	text, err := is.compose(file.Content(f))
	if err != nil {
		return model.Refusal(err.Error(), "this is a fault of djship's")
	}
	c := model.Change{Told: model.Told{Verb: model.Update, Detail: file.Path + " in the place of " + model.Shown(link[1]), Diff: secret.Diff(model.Shown(link[1]), file.Path, s.text(at, link), text)}, Schedule: model.Schedule{Redo: true}}
	put, edited, known := model.File{Path: file.Path, Content: text, Mode: file.Mode}, "", model.Script("")
	if is.edited() {
		known = knownAs(file.Path, file.Content(f))
		edited, put.Path, put.Mode = "yes", noteOf(s.Site.Project)+".nginx.conf", "0600"
		c.Detail += ": yours, with what is carried over"
	} else {
		c.Detail += ": djship's own"
	}
	if is.left != nil {
		c.Detail += "; left out: " + model.Shown(strings.Join(is.left, ", "))
	}
	record := django.Record{Site: site}
	c.Files = []model.File{put, {Path: record.LookedAt(), Content: record.Content(), Mode: "0600"}}
	c.Before = "mkdir -p " + model.State + "/sites\n"
	c.Script = known + model.Script(s.set("old_link", link[0], "file", file.Path, "edited", edited)+assets.Text("shell/nginx.sh")+assets.Text("shell/adoptstaged.sh")+assets.Text("shell/adoptfront.sh"))
	return c
}

func (s Front) text(at seen, link [2]string) string {
	if text := at.files[link[1]]; text != "" {
		return text
	}
	return at.files[s.Site.Layout().Home+"/nginx.conf"]
}

// Ended ends what the supervisord of before runs of the site, once djship's has taken its place.
type Ended struct{ look }

// NewEnded makes the step for a site.
func NewEnded(s django.Site) Ended { return Ended{look{s}} }

// Name implements model.Step.
func (s Ended) Name() string { return "end of what was before " + s.Site.Project }

// ID implements model.Step.
func (s Ended) ID() string { return "adopt-ended:" + s.Site.Project }

// Plan implements model.Step.
func (s Ended) Plan(_ model.Facts, o model.Observed) model.Change {
	at := s.read(o.Text)
	if !at.has("front") || at.has("ended") {
		return model.Change{}
	}
	var beside []string
	for _, b := range s.programs(at).beside {
		beside = append(beside, b.program())
	}
	return model.Change{Told: model.Told{Verb: model.Update, Detail: "it ends when nobody is connected to it any more"},
		Work: model.Work{Script: model.Script(shell.Set("beside", strings.Join(beside, " ")) + s.set() + assets.Text("shell/supervise.sh") + assets.Text("shell/adoptold.sh") +
			assets.Text("shell/adoptstaged.sh") + assets.Text("shell/adoptend.sh"))}, Schedule: model.Schedule{Redo: true}}
}
