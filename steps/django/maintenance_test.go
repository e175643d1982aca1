package django

import (
	"strings"
	"testing"

	"djship/assets"
	"djship/secret"
	"djship/steps/model"
	"djship/steps/model/modeltest"
)

func TestMaintenance(t *testing.T) {
	on := Maintenance{Site: Site{Project: "example", Python: 3}, On: true, Allow: "192.0.2.7 2001:db8::7"}
	off := Maintenance{Site: on.Site}
	f := model.Facts{Sites: map[string]model.Site{"example": {Domain: "example.com", Python: 3, Live: "20261126-101500-1a2b3c4"}}}
	home := model.Facts{Sites: map[string]model.Site{"example": {Domain: "example.com", Python: 3}}}
	const conf, place = "/etc/nginx/djship/example/maintenance.conf", "includes\n"
	text := on.content(f)
	seen := ":" + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n:") + "\n"
	change := func(verb model.Verb, detail, diff, content, code, call string) model.Change {
		functions := "site=example domain=example.com conf=" + conf + " page=/etc/nginx/djship/example/maintenance.html code=" + code + " usual=" +
			"'" + strings.ReplaceAll(assets.Text("maintenance/page.html"), "'", `'\''`) + "'\n" + assets.Code("shell/nginx.sh") + assets.Code("shell/slotask.sh") + assets.Code("shell/maintenance.sh")
		c := model.Change{Told: model.Told{Verb: verb, Detail: detail, Diff: diff}, Work: model.Work{Script: model.Script(functions + call)}, Schedule: model.Schedule{Redo: true}}
		if content != "" {
			c.Before, c.Files = model.Script(functions+"take_page\n"), []model.File{{Path: conf, Content: content, Mode: "0644"}}
		}
		return c
	}
	const release, page = "/webapps/.sites/example/releases/20261126-101500-1a2b3c4", "visitors get its page, and status 503"
	modeltest.Run(t, []modeltest.Case{
		{Name: "off already", Step: off, Facts: f, Seen: place},
		{Name: "on already", Step: on, Facts: f, Seen: place + seen},
		{Name: "on", Step: on, Facts: f, Seen: place, Want: change(model.Create, page, secret.Diff("/dev/null", conf, "", text), text, release, "shut\n")},
		{Name: "on, for what is in the home", Step: on, Facts: home, Seen: place,
			Want: change(model.Create, page, secret.Diff("/dev/null", conf, "", on.content(home)), on.content(home), "/webapps/example_project/example", "shut\n")},
		{Name: "on, of another release", Step: on, Facts: home, Seen: place + seen,
			Want: change(model.Update, page, secret.Diff(conf, conf, text, on.content(home)), on.content(home), "/webapps/example_project/example", "shut\n")},
		{Name: "on, cut off", Step: on, Facts: f, Seen: place + seen, Due: true, Want: change(model.Update, page, "", text, release, "shut\n")},
		{Name: "no place", Step: on, Facts: f, Want: model.Refusal("/etc/nginx/sites-available/example.com has no place for maintenance",
			"where you have not edited it: djship deploy example example.com brings it up to date; else write `include /etc/nginx/djship/example/*.conf;` there, below server_name of each server block that serves the site")},
		{Name: "no site", Step: on},
		{Name: "no site to show", Step: off},
		{Name: "off", Step: off, Facts: f, Seen: seen, Want: change(model.Update, "visitors meet the site again", secret.Diff(conf, "/dev/null", text, ""), "", release, "open\n")},
		{Name: "off, cut off", Step: off, Facts: f, Due: true, Want: change(model.Update, "visitors meet the site again", "", "", release, "open\n")},
	})
	if !strings.Contains(text, `if ($remote_addr = "2001:db8::7") {`) || !strings.Contains(site3().asset("nginx.conf")(f), "\tinclude /etc/nginx/djship/example/*.conf;\n") {
		t.Errorf("who is let in, and by which line nginx reads it:\n%s", text)
	}
}
