package adopt

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// A front is what an nginx file of the scripts comes to: what is carried over into djship's own, and what is not.
type front struct {
	site     naming
	names    []string // beside the domain and that with www.
	listens  []string // beside port 80
	https    bool     // who comes by http is sent to https
	server   []string // directives of the server block, a line each
	within   map[string][]string
	blocks   []directive // further locations
	left     []string    // what is left out, for a person
	problems []string    // what can not be taken over
}

// naming is what an nginx file of a site is about.
type naming struct{ project, domain, home, socket string }

// within's keys are djship's own locations.
const (
	toApp    = "/"
	toStatic = "/static/"
	toMedia  = "/media/"
)

// readFront reads what an account has written for nginx, which runs as root: data. Each directive is known and carried over, or means what djship's own file means, or is left out since nothing
// hangs on it; anything else is a problem, for what protects a page may be among it.
func readFront(site naming, text string) front {
	f := front{site: site, within: map[string][]string{}}
	all, err := readNginx(text)
	if err != nil {
		f.problem("it can not be read: %v", err)
		return f
	}
	servers := 0
	for _, d := range all {
		switch {
		case d.name() == "upstream" && d.opens:
			f.upstream(d)
		case d.name() == "server" && d.opens && len(d.words) == 1:
			servers++
			f.serverBlock(d.block)
		default:
			f.problem("%s", d.text())
		}
	}
	if servers == 0 {
		f.problem("it has no server block")
	}
	if f.https && f.listens == nil {
		f.problem("it leads to https, and has none")
	}
	return f
}

func (f *front) problem(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); !slices.Contains(f.problems, text) {
		f.problems = append(f.problems, text)
	}
}

func (f *front) leave(d directive) {
	if text := d.text(); !slices.Contains(f.left, text) {
		f.left = append(f.left, text)
	}
}

// carry takes a directive over into a list of lines, once.
func (f *front) carry(to *[]string, d directive) {
	if text := d.text() + ";"; !slices.Contains(*to, text) {
		for _, other := range *to {
			if name, _, _ := strings.Cut(other, " "); name == d.name() && !slices.Contains(repeated, name) {
				f.problem("%s and %s", strings.TrimSuffix(other, ";"), d.text())
			}
		}
		*to = append(*to, text)
	}
}

// repeated are directives that may stand in a block more than once.
var repeated = []string{"add_header", "allow", "deny", "proxy_set_header", "error_page", "rewrite"}

func (f *front) upstream(d directive) {
	for _, s := range d.block {
		if s.name() != "server" || len(s.words) < 2 || s.words[1] != "unix:"+f.site.socket {
			f.problem("upstream with %s", s.text())
		}
	}
	if d.text() != "upstream "+f.site.project+"_gunicorn" {
		f.problem("%s", d.text())
	}
}

var (
	listenForm = regexp.MustCompile(`^(?:\[::\]:)?(80|443)$`)
	nameForm   = regexp.MustCompile(`^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$`)
	plainForm  = regexp.MustCompile(`^[A-Za-z0-9_ ./:;,=+*@%?&()|^~$"'\[\]\\!<>-]*$`)
)

// The directives that are carried over as they are, in a server block or a location: they name no file, and start nothing.
var carried = strings.Fields(`client_max_body_size client_body_timeout client_header_timeout client_body_buffer_size send_timeout keepalive_timeout underscores_in_headers
	large_client_header_buffers gzip gzip_types gzip_comp_level gzip_min_length gzip_proxied gzip_vary gzip_disable gzip_buffers gzip_http_version add_header expires etag charset deny allow
	autoindex server_tokens satisfy auth_basic limit_rate log_not_found default_type index error_page rewrite return sendfile tcp_nodelay tcp_nopush
	proxy_read_timeout proxy_connect_timeout proxy_send_timeout proxy_buffering proxy_buffers proxy_buffer_size proxy_busy_buffers_size proxy_request_buffering proxy_max_temp_file_size
	ssl_protocols ssl_ciphers ssl_prefer_server_ciphers ssl_session_cache ssl_session_timeout ssl_session_tickets ssl_stapling ssl_stapling_verify ssl_ecdh_curve http2`)

// usual are directives that the scripts wrote for each site, by which nobody has said what they want.
var usual = []string{"client_max_body_size 5M", "keepalive_timeout 5", "underscores_in_headers on"}

func (f *front) serverBlock(block []directive) {
	named := false
	for _, d := range block {
		switch name := d.name(); {
		case name == "listen" && !d.opens:
			f.listen(d)
		case name == "server_name" && !d.opens:
			named = f.serverName(d) || named
		case name == "access_log" || name == "error_log" || slices.Contains(usual, d.text()):
			f.leave(d)
		case name == "location" && d.opens:
			f.location(d)
		case toHTTPS(d):
			f.https = true
		case name == "return" && d.text() == "return 404": // certbot's, behind its own redirects
		case name == "client_max_body_size" || f.allowed(d):
			f.carry(&f.server, d)
		}
	}
	if !named {
		f.problem("a server block without the name %s", f.site.domain)
	}
}

func (f *front) listen(d directive) {
	if len(d.words) < 2 {
		f.problem("%s", d.text())
		return
	}
	m := listenForm.FindStringSubmatch(d.words[1])
	words := []string{d.words[1]}
	for _, word := range d.words[2:] {
		switch word {
		case "ssl", "http2":
			words = append(words, word)
		case "default", "default_server":
			f.leave(d)
		case "ipv6only=on":
		default:
			m = nil
		}
	}
	switch line := strings.Join(words, " "); {
	case m == nil || (m[1] == "443") != slices.Contains(words, "ssl"):
		f.problem("%s", d.text())
	case m[1] == "443" && !slices.Contains(f.listens, line):
		f.listens = append(f.listens, line)
	}
}

// serverName takes names in, and tells whether the site's domain is among them.
func (f *front) serverName(d directive) bool {
	found := false
	for _, name := range d.words[1:] {
		name = strings.ToLower(name)
		switch {
		case name == f.site.domain || name == "www."+f.site.domain:
			found = true
		case !nameForm.MatchString(name):
			f.problem("the name %s", name)
		case !slices.Contains(f.names, name):
			f.names = append(f.names, name)
		}
	}
	return found
}

// toHTTPS tells whether a directive sends visitors on to https.
func toHTTPS(d directive) bool {
	if d.name() == "if" && d.opens {
		cond := strings.Join(d.words[1:], " ")
		return len(d.block) == 1 && toHTTPS(d.block[0]) && (strings.HasPrefix(cond, "($host = ") || cond == "($scheme = http)" || cond == `($scheme != "https")` || cond == "($scheme != https)")
	}
	text := d.text()
	for _, host := range []string{"$host", "$http_host", "$server_name"} {
		if text == "return 301 https://"+host+"$request_uri" || text == "return 302 https://"+host+"$request_uri" || text == "rewrite ^ https://"+host+"$request_uri? permanent" {
			return true
		}
	}
	return false
}

// allowed tells whether a directive may be carried over as it is; else that is a problem.
func (f *front) allowed(d directive) bool {
	ok := !d.opens && slices.Contains(carried, d.name()) && plainForm.MatchString(d.text())
	switch d.name() {
	case "ssl_certificate", "ssl_certificate_key", "ssl_dhparam", "ssl_trusted_certificate":
		ok = len(d.words) == 2 && roots(d.words[1])
		if !ok {
			f.problem("%s: root reads it, and an account may change it; put it into /etc/ssl on the host, and its new place into that line", d.text())
			return false
		}
	case "include":
		ok = d.text() == "include /etc/letsencrypt/options-ssl-nginx.conf"
	case "auth_basic_user_file":
		ok = len(d.words) == 2 && roots(d.words[1])
	case "alias", "root":
		ok = len(d.words) == 2 && f.ofSite(d.words[1])
	}
	if !ok {
		f.problem("%s", d.text())
	}
	return ok
}

// roots tells whether a path is one of root's.
func roots(path string) bool {
	clean := !strings.Contains(path, "..") && !strings.ContainsAny(path, "$*\"'\\")
	return clean && slices.ContainsFunc([]string{"/etc/letsencrypt/", "/etc/ssl/", "/etc/nginx/", "/etc/pki/"}, func(at string) bool { return strings.HasPrefix(path, at) })
}

var ownPath = regexp.MustCompile(`^(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)+/?$`)

// ofSite tells whether a path is one below a folder of the site's home that visitors may see: none that begins with a dot, and not the home itself.
func (f *front) ofSite(path string) bool {
	rest, in := strings.CutPrefix(path, f.site.home)
	return in && ownPath.MatchString(rest) && !strings.HasPrefix(rest, "/.") && !strings.HasPrefix(rest, "/ssl")
}
