package django

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"djship/assets"
	"djship/shell"
	"djship/steps/model"
	"djship/steps/server"
)

// HTTPS is the file by which nginx speaks https for a site, beside that of the site itself, which reads it: so https comes, and goes, and leaves what a person has
// edited there alone. It comes as soon as there is a certificate.
type HTTPS struct {
	server.ManagedFile
	Site      Site
	overwrite server.Options
}

// HTTPS is what has nginx speak https for the site, or not any more.
func (s Site) HTTPS(o server.Options) HTTPS {
	at := s.Layout().HTTPSConf()
	return HTTPS{server.ManagedFile{What: "https of " + s.Domain, Path: at, Mode: "0644", Overwrite: o.Overwrites(at)}, s, o}
}

// ID implements Step.
func (s HTTPS) ID() string { return "https:" + s.Site.Project }

// RenewedMark is the file that is there where the site's certificate has been renewed on the host, as a timer does it.
func (s Site) RenewedMark() string { return model.SiteRecord(s.Project) + ".renewed" }

// httpsShell are the functions of https.sh with what they are about.
func (s Site) httpsShell() model.Script {
	certificate, key := s.Pair()
	return model.Script(shell.Set("site_file", s.nginxFile(), "include", s.include(), "certificate", certificate, "key", key) + assets.Code("shell/https.sh"))
}

// OwnHTTPSProbe prints "site own" where the site's file of nginx speaks https by itself, as a person or certbot has written it.
func (s Site) OwnHTTPSProbe() model.Script { return s.httpsShell() + "site_https\n" }

// Probe implements Step: what https.sh tells, "version NGINX OPENSSL", "now SECONDS" and "renewed", and behind "conf" what is in the file. Where there is to be no https the
// file is all.
func (s HTTPS) Probe() model.Script {
	if !s.Site.TLS.On() {
		return s.ManagedFile.Probe()
	}
	return s.Site.httpsShell() + model.Script(assets.Code("shell/nginxversion.sh")+"site_https\nnginx_version\nport443\npair\necho \"now $(date +%s)\"\n[ ! -e "+
		s.Site.RenewedMark()+" ] || echo renewed\necho conf\n") + s.ManagedFile.Probe()
}

// An httpsState is what is seen of a site's https.
type httpsState struct {
	site, sum string // "absent", "own", "includes", "lacks" with the sum of the file
	holder    string // of port 443; "" for nginx, or nobody
	renewed   bool
	now       time.Time
	nginx     nginxBuild
	pair      pair
	conf      string // what ManagedFile's probe prints
}

func readHTTPS(f model.Facts, text string) httpsState {
	head, conf, _ := strings.Cut(text, "\nconf\n")
	h := httpsState{conf: conf, nginx: usualNginx(f)}
	for line := range strings.Lines(head) {
		line = strings.TrimRight(line, "\n")
		words := append(strings.Split(line, " "), "", "")
		switch {
		case h.pair.read(line):
		case words[0] == "site":
			h.site, h.sum = words[1], words[2]
		case words[0] == "version":
			h.nginx = nginxBuild{words[1], words[2]}
		case words[0] == "holder":
			h.holder = model.Shown(words[1])
		case words[0] == "renewed":
			h.renewed = true
		case words[0] == "now":
			seconds, _ := strconv.ParseInt(words[1], 10, 64)
			h.now = time.Unix(seconds, 0)
		}
	}
	return h
}

// TellsOutput implements model.Telling: what a person should know of https that comes to be.
func (HTTPS) TellsOutput() {}

// Plan implements Step.
func (s HTTPS) Plan(f model.Facts, seen model.Observed) model.Change {
	if !s.Site.TLS.On() {
		return s.off(f, seen.Text)
	}
	s.Site = s.Site.recorded(f)
	h := readHTTPS(f, seen.Text)
	switch {
	case h.site == "own":
		return model.Change{Told: model.Told{Verb: model.Tell, Detail: s.Site.nginxFile() + " speaks https by itself, and is left as it is"}}
	case h.site == "lacks" && !f.Written[s.Site.nginxFile()][h.sum] && !s.overwrite.Overwrites(s.Site.nginxFile()):
		return model.Refusal(s.Site.nginxFile()+" has no place for https", fmt.Sprintf("write `%s` there, below server_name of the server block that serves the site%s; or take djship's own: --overwrite %s",
			s.Site.include(), model.Again, s.Site.nginxFile()))
	case h.holder != "":
		return model.Refusal("port 443 is held by "+h.holder, "stop and disable "+h.holder+" on the host, or move it to another port: nginx needs port 443 for https")
	}
	if s.Site.TLS.Mode == TLSFiles {
		if wrong := h.pair.wrong(s.Site.CertificateNames(), h.now); wrong != nil {
			certificate, key := s.Site.Pair()
			advice := wrong.advice + model.Again
			if spoken := model.ParseStat(model.FirstLine(h.conf)).Kind != model.Absent; spoken && !h.pair.there() {
				advice += "; or " + otherWays
			}
			return model.Refusal("the certificate "+certificate+" with the key "+key+" can't be used: "+wrong.problem, advice)
		}
	} else if !h.pair.there() && !seen.Due {
		return model.Change{}
	}
	s.ManagedFile.Notify = []string{s.Site.HTTPSReload().ID(), s.Site.GunicornForHTTPS().ID()}
	if model.ParseStat(model.FirstLine(h.conf)).Kind != model.Absent {
		s.ManagedFile.Notify = s.ManagedFile.Notify[:1]
	}
	s.ManagedFile.Content = func(f model.Facts) string { return s.content(f, h) }
	s.ManagedFile.Before = model.Script("mkdir -p " + s.Site.Layout().NginxParts)
	if known := s.told(h).Detail; known != "" {
		s.ManagedFile.Before += model.Script("\necho " + shell.Quote("notice: "+known))
	}
	c := s.ManagedFile.Plan(f, model.Observed{Text: h.conf})
	if c.IsZero() {
		return s.told(h)
	}
	return c
}

// told is what a person should know of https as it is.
func (s HTTPS) told(h httpsState) model.Change {
	certificate, _ := s.Site.Pair()
	switch acme := s.Site.TLS.Mode == TLSACME; {
	case !acme && h.pair.until.Sub(h.now) < soonExpired:
		return model.Change{Told: model.Told{Verb: model.Tell, Detail: fmt.Sprintf("%s expires on %s: put the next one in its place, and deploy again", certificate, h.pair.until.UTC().Format(time.DateOnly))}}
	case acme && s.Site.TLS.HSTS > 0 && !h.renewed:
		return model.Change{Told: model.Told{Verb: model.Tell, Detail: "browsers are told to come by https alone by the first deploy behind the first renewal"}}
	}
	return model.Change{}
}

// soonExpired is how long before its end a certificate is told of.
const soonExpired = 21 * 24 * time.Hour

// off takes https away; a file that a person has edited stays beside it.
func (s HTTPS) off(f model.Facts, conf string) model.Change {
	return offFile(s.Path, f, conf, "http alone", s.Site.HTTPSReload().ID(), s.Site.GunicornForHTTPS().ID())
}

// content is the file's text on a host.
func (s HTTPS) content(f model.Facts, h httpsState) string {
	certificate, key := s.Site.Pair()
	data := map[string]any{"Project": s.Site.Project, "Domain": s.Site.Domain, "Listen": h.nginx.listen(f, ""), "Certificate": certificate, "Key": key,
		"Profile": h.nginx.profile(), "Sum": "", "HSTS": 0, "Secured": ""}
	if s.Site.TLS.Mode == TLSFiles {
		data["Sum"] = h.pair.sum
	}
	if s.Site.TLS.Mode == TLSFiles || h.renewed {
		data["HSTS"] = s.Site.TLS.HSTS
	}
	if names := s.Site.CertificateNames(); len(names) < len(s.Site.Names()) {
		for i, name := range names {
			names[i] = regexp.QuoteMeta(name)
		}
		data["Secured"] = strings.Join(names, "|")
	}
	return assets.Render("https/site.conf", data)
}

// HTTPSReload takes it into use.
func (s Site) HTTPSReload() server.Handler {
	at := s.Layout().HTTPSConf()
	return server.Handler{Key: "https-reload:" + s.Domain, What: "nginx reload for https of " + s.Domain, Verb: model.Reload, Detail: "nginx -t, then reload",
		Do: model.Script(assets.Text("shell/nginx.sh") + "reload_nginx " + shell.QuoteAll(at, at, "https of "+s.Domain))}
}

// GunicornForHTTPS is gunicorn once more, where https has come or gone: cookies are for https alone from then on, or not any more.
type GunicornForHTTPS struct{ Gunicorn }

// GunicornForHTTPS is what takes into use in gunicorn that the site speaks https.
func (s Site) GunicornForHTTPS() GunicornForHTTPS { return GunicornForHTTPS{s.Gunicorn()} }

// Name implements Step.
func (s GunicornForHTTPS) Name() string { return "gunicorn " + s.Site.Project + " for https" }

// ID implements Step.
func (s GunicornForHTTPS) ID() string { return "gunicorn-https:" + s.Site.Project }

// Probe implements Step: nothing is seen of it, and the facts tell which release is live.
func (s GunicornForHTTPS) Probe() model.Script { return "" }

// HomeProbe implements model.Resident: nothing is asked there.
func (GunicornForHTTPS) HomeProbe() (string, model.Perl) { return "", "" }

// Plan implements Step.
func (s GunicornForHTTPS) Plan(f model.Facts, seen model.Observed) model.Change {
	if !seen.Due {
		return model.Change{}
	}
	c := model.Change{Told: model.Told{Verb: model.Restart, Detail: "how visitors come has changed"}, Work: model.Work{Script: s.start("yes")}, Schedule: model.Schedule{Redo: true}}
	if site := f.Sites[s.Site.Project]; site.Live != "" {
		c.Detail += "; another process takes over, and no request is lost"
		c.Script, c.Limit = s.Site.Switch(cmp.Or(site.Domain, s.Site.Domain), Switch{As: s.Site.Domain, To: site.Live, Fresh: true, Health: site.Health}), slotLimit
	}
	return c
}
