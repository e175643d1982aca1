package adopt

import (
	"fmt"
	"slices"
	"strings"
)

// location takes over a location: one that djship's own file has keeps what is said in it besides.
func (f *front) location(d directive) {
	home := f.site.home
	var own, covers string
	switch strings.TrimSuffix(strings.TrimPrefix(d.text(), "location "), "/") {
	case "":
		own = toApp
	case "/static":
		own, covers = toStatic, "alias "+home+"/static"
	case "/media":
		own, covers = toMedia, "alias "+home+"/media"
	case "/static/admin": // what is in there is copied to where djship's own file looks
		if len(d.block) == 1 && strings.HasPrefix(d.block[0].text(), "alias "+home+"/lib/python") && strings.HasSuffix(strings.TrimSuffix(d.block[0].text(), "/"), "/django/contrib/admin/static/admin") {
			return
		}
		f.problem("%s", d.text())
		return
	default:
		f.foreign(d)
		return
	}
	lines := f.within[own]
	for _, inner := range d.block {
		switch {
		case covers != "" && strings.TrimSuffix(inner.text(), "/") == covers, own == toApp && f.proxied(inner):
		case own == toApp && toHTTPS(inner):
			f.https = true
		case inner.name() == "access_log" || inner.name() == "error_log":
			f.leave(inner)
		case own == toApp && inner.name() == "proxy_set_header" && len(inner.words) == 3 && plainForm.MatchString(inner.text()):
			f.carry(&lines, inner)
		case f.allowed(inner):
			f.carry(&lines, inner)
		}
	}
	f.within[own] = lines
}

// proxied tells whether a directive of the location that leads to gunicorn means what djship's own does.
func (f *front) proxied(d directive) bool {
	switch d.name() {
	case "proxy_pass":
		return d.text() == "proxy_pass http://"+f.site.project+"_gunicorn"
	case "proxy_redirect":
		return d.text() == "proxy_redirect off"
	case "proxy_http_version":
		return true
	case "proxy_set_header":
		return len(d.words) == 3 && slices.Contains([]string{"host", "x-real-ip", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "x-forwarded-port", "x-forwarded-protocol", "x-forwarded-ssl", "upgrade", "connection"},
			strings.ToLower(strings.Trim(d.words[1], `"'`)))
	}
	return false
}

// foreign takes over a location that djship's own file has not.
func (f *front) foreign(d directive) {
	if !plainForm.MatchString(d.text()) {
		f.problem("%s", d.text())
		return
	}
	taken := directive{words: d.words, opens: true}
	for _, inner := range d.block {
		switch {
		case inner.name() == "access_log" || inner.name() == "error_log":
			f.leave(inner)
		case f.proxied(inner) && inner.name() != "proxy_set_header", inner.name() == "proxy_set_header" && len(inner.words) == 3 && plainForm.MatchString(inner.text()), f.allowed(inner):
			taken.block = append(taken.block, inner)
		}
	}
	var text strings.Builder
	taken.write(&text, 1)
	for _, other := range f.blocks {
		if other.text() == taken.text() {
			var there strings.Builder
			if other.write(&there, 1); there.String() != text.String() {
				f.problem("two of %s", d.text())
			}
			return
		}
	}
	f.blocks = append(f.blocks, taken)
}

// edited tells whether there is more to carry over than djship's own file says.
func (f front) edited() bool {
	return f.listens != nil || f.https || f.server != nil || f.blocks != nil || f.within[toApp] != nil || f.within[toStatic] != nil || f.within[toMedia] != nil
}

// compose is djship's own file with what is carried over.
func (f front) compose(own string) (string, error) {
	put := func(line, text string, before bool) error {
		at := strings.Index(own, "\n\t"+line)
		if at < 0 || text == "" {
			if text == "" {
				return nil
			}
			return fmt.Errorf("djship's nginx file has no line %q", line)
		}
		at++
		if !before {
			at += strings.Index(own[at:], "\n") + 1
		}
		own = own[:at] + text + own[at:]
		return nil
	}
	var server strings.Builder
	for _, l := range f.listens {
		fmt.Fprintf(&server, "\tlisten %s;\n", l)
	}
	for _, line := range f.server {
		if strings.HasPrefix(line, "client_max_body_size ") {
			own = strings.Replace(own, "\tclient_max_body_size 20m;\n", "", 1)
		}
		fmt.Fprintf(&server, "\t%s\n", line)
	}
	if f.https {
		server.WriteString("\tif ($scheme = http) {\n\t\treturn 301 https://$host$request_uri;\n\t}\n")
	}
	var blocks strings.Builder
	for _, d := range f.blocks {
		d.write(&blocks, 1)
		blocks.WriteString("\n")
	}
	inner := func(of string) string {
		var b strings.Builder
		for _, line := range f.within[of] {
			fmt.Fprintf(&b, "\t\t%s\n", line)
		}
		return b.String()
	}
	for _, p := range []struct {
		line, text string
		before     bool
	}{{"disable_symlinks ", server.String(), true}, {"location /static/ {", inner(toStatic), false}, {"location /media/ {", inner(toMedia), false}, {"location / {", inner(toApp), false},
		{"# The static files of releases", blocks.String(), true}} {
		if err := put(p.line, p.text, p.before); err != nil {
			return "", err
		}
	}
	return own, nil
}
