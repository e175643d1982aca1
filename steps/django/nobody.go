package django

import (
	"strings"

	"djship/assets"
	"djship/steps/model"
	"djship/steps/server"
)

// Nobody is the server block for names that no site of the host has: they get no answer, and no site's certificate. Where another file of nginx is there for them that
// one stays; the welcome page that Debian's package has brought, and nobody has edited, gives way.
type Nobody struct{ server.ManagedFile }

const (
	nobodyConf = "/etc/nginx/sites-enabled/djship-nobody"
	welcome    = "/etc/nginx/sites-enabled/default"
	gaveWay    = model.State + "/welcome" // notes that it has given way, for it to be back when djship leaves the host
)

// NobodysNames is that block.
func NobodysNames(o server.Options) Nobody {
	return Nobody{server.ManagedFile{What: "names that are nobody's", Path: nobodyConf, Mode: "0644", Overwrite: o.Overwrites(nobodyConf), Notify: []string{NobodyReload().ID()}}}
}

// ID implements Step.
func (Nobody) ID() string { return "nobody" }

// Probe implements Step: the version of nginx, "primary PORT" for each port on which another file has a default server, "welcome" where that
// of Debian's package is as it came, and the file behind "conf".
func (s Nobody) Probe() model.Script {
	return model.Script("nobody="+nobodyConf+" welcome="+welcome+"\n"+assets.Code("shell/nginxversion.sh")+assets.Code("shell/nobody.sh")+"nginx_version\nprimary\necho conf\n") + s.ManagedFile.Probe()
}

// Plan implements Step.
func (s Nobody) Plan(f model.Facts, seen model.Observed) model.Change {
	head, conf, _ := strings.Cut("\n"+seen.Text, "\nconf\n")
	nginx := readHTTPS(f, head).nginx
	head += "\n"
	data := map[string]any{"Plain": "", "Secure": "", "Reject": nginx.rejects(), "Profile": indented(nginx.profile())}
	comes := model.HasLine(head, "welcome")
	if comes || !model.HasLine(head, "primary 80") {
		data["Plain"] = "\tlisten 80 default_server;"
		if f.IPv6 {
			data["Plain"] = "\tlisten 80 default_server;\n\tlisten [::]:80 default_server;"
		}
	}
	if !model.HasLine(head, "primary 443") {
		data["Secure"] = indented(nginx.listen(f, " default_server"))
	}
	s.ManagedFile.Content = func(model.Facts) string { return assets.Render("https/nobody.conf", data) }
	if data["Plain"] == "" && data["Secure"] == "" {
		return model.Change{} // others see to both
	}
	c := s.ManagedFile.Plan(f, model.Observed{Text: conf})
	if comes && (c.IsZero() || len(c.Files) > 0) {
		if c.IsZero() {
			c = model.Change{Told: model.Told{Verb: model.Update}, Schedule: model.Schedule{Notify: s.Notify}}
		}
		c.Detail = strings.TrimPrefix(c.Detail+"; nginx's page of welcome gives way to it, and stays in sites-available", "; ")
		c.Script += model.Script("\nremember " + welcome + " root && : >" + gaveWay + " && rm -f " + welcome + "\n")
	}
	return c
}

// indented are lines of a server block.
func indented(lines string) string { return "\t" + strings.ReplaceAll(lines, "\n", "\n\t") }

// NobodyReload takes it into use; where nginx refuses it, what was there before is there again.
func NobodyReload() server.Handler {
	return server.Handler{Key: "nobody-reload", What: "nginx reload for names that are nobody's", Verb: model.Reload, Detail: "nginx -t, then reload",
		Do: model.Script(assets.Text("shell/nginx.sh") + "reload_nginx " + nobodyConf + " " + nobodyConf + " \"names that are nobody's\" || {\n" +
			"take_back " + welcome + "\nrm -f " + gaveWay + "\nnginx -q -t && service nginx reload\nexit 1\n}\n")}
}
