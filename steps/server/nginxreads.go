package server

import (
	"cmp"
	"fmt"
	"net/netip"
	"path"
	"slices"
	"strings"

	"djship/assets"
	"djship/shell"
	"djship/steps/model"
)

// NginxReads refuses a host whose nginx would not read the site's file in sites-enabled, would not serve the site by
// it, or refuses its configuration as it is. nginx itself is asked, where it runs and the site is not there yet: of
// one that is, its health tells.
type NginxReads struct {
	Domain string // "" for any
}

// Name implements Step.
func (NginxReads) Name() string { return "nginx reads sites-enabled" }

// ID implements Step.
func (NginxReads) ID() string { return "nginx-reads-sites" }

// Probe implements Step: what nginx -T prints, or "# refused: WHY", and `# holds: "PROGRAM"` of those that listen on
// port 80. Where nginx runs, its logs and its pid file are there, and nothing is made by asking; where it does not,
// its files are printed that are likely to say what it includes.
func (s NginxReads) Probe() model.Script {
	return model.Script(shell.Set("site_file", s.LookedAt())+AskNginx()) + model.Script(assets.Code("shell/nginxreads.sh"))
}

// AskNginx is the shell function ask_nginx, which prints the configuration of the nginx that runs as it would be read
// now, or why it is refused.
func AskNginx() string { return assets.Code("shell/nginxask.sh") }

// LookedAt implements model.Located.
func (s NginxReads) LookedAt() string {
	return "/etc/nginx/sites-enabled/" + cmp.Or(s.Domain, "example.com")
}

// Plan implements Step.
func (s NginxReads) Plan(f model.Facts, seen model.Observed) model.Change {
	if why := RefusedBy(seen.Text, "[emerg]"); why != "" {
		return model.RefusalToChange("nginx refuses its configuration as it is: "+why, "mend the file and line that nginx names"+model.Again)
	}
	if by := holders(seen.Text); by != nil && !slices.Contains(by, "nginx") {
		return model.RefusalToChange("nginx runs, and port 80 is held by "+strings.Join(by, ", "), "stop and disable that on the host, or move it to another port: nginx needs port 80"+model.Again)
	}
	files, main := NginxFiles(seen.Text)
	if main == "" {
		return model.Change{}
	}
	read := ReadNginx(files, main, path.Dir(main), 0)
	reads, patterns := s.included(read, path.Dir(main))
	if !reads {
		of := "none"
		if patterns != nil {
			of = strings.Join(patterns, " and ")
		}
		return model.RefusalToChange(fmt.Sprintf("nginx would not read %s: of sites, %s includes %s", s.LookedAt(), main, of),
			"put `include /etc/nginx/sites-enabled/*;` into the http block of "+main+" on the host, see that `nginx -t` is content"+model.Again)
	}
	for _, d := range read {
		if d.words[0] == "user" && len(d.words) > 1 && d.words[1] != "www-data" {
			return model.RefusalToChange(fmt.Sprintf("nginx runs as %s (%s): it could not reach sites, which let www-data in", d.words[1], d.file), "write `user www-data;` there, and `systemctl restart nginx`"+model.Again)
		}
	}
	if by := nearer(read, f.Own); by != nil {
		return model.RefusalToChange(fmt.Sprintf("visitors would come to %s, and not to the site's, which listens on all addresses", by), "write `listen 80` there, as sites do"+model.Again)
	}
	return model.Change{}
}

// included tells whether the site's file is among what the http block includes; patterns are what it includes by
// patterns.
func (s NginxReads) included(read []directive, root string) (ok bool, patterns []string) {
	for _, d := range read {
		for _, in := range d.block {
			if d.words[0] != "http" || in.words[0] != "include" || len(in.words) != 2 {
				continue
			}
			if inPattern(in.words[1], root, s.LookedAt()) {
				return true, nil
			}
			pattern := in.words[1]
			if !path.IsAbs(pattern) {
				pattern = path.Join(root, pattern)
			}
			if strings.Contains(pattern, "*") && !slices.Contains(patterns, pattern) {
				patterns = append(patterns, pattern)
			}
		}
	}
	return false, patterns
}

// nearer is a server block that is nearer to visitors than one which listens on all addresses, where each IPv4 address of
// the host has one; nil where not.
func nearer(read []directive, own []string) *Served {
	blocks := NginxServers(read)
	var first *Served
	for _, text := range own {
		addr, err := netip.ParseAddr(text)
		if err != nil || !addr.Is4() {
			continue
		}
		at := netip.AddrPortFrom(addr, 80)
		i := slices.IndexFunc(blocks, func(b nginxServer) bool {
			return slices.ContainsFunc(b.listens, func(l nginxListen) bool { return l.addr == at })
		})
		if i < 0 {
			return nil
		}
		if first == nil {
			first = &blocks[i].Served
			first.Listen = at.String()
		}
	}
	return first
}

// holders are the programs of lines `# holds: "PROGRAM"`.
func holders(text string) []string {
	var all []string
	for line := range strings.Lines(text) {
		if name, ok := strings.CutPrefix(strings.TrimSpace(line), `# holds: "`); ok {
			all = append(all, strings.TrimSuffix(name, `"`))
		}
	}
	return all
}

// RefusedBy is why a program refuses its configuration, by lines "# refused: WHY": the first that has word in it,
// else the first; "" where it does not.
func RefusedBy(text, word string) string {
	var first string
	for line := range strings.Lines(text) {
		why, ok := strings.CutPrefix(strings.TrimRight(line, "\r\n"), "# refused: ")
		switch {
		case !ok:
		case strings.Contains(why, word):
			return why
		case first == "":
			first = why
		}
	}
	return first
}
