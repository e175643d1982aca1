package server

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"
)

// SiteHeader is what the server block that djship writes adds to an answer where CheckHeader was in the
// request: the site's domain.
const (
	CheckHeader = "X-Djship-Check"
	SiteHeader  = "X-Djship-Site"
)

// A ServerBlock is the server block by which nginx answers for a name.
type ServerBlock struct {
	File   string // where it stands
	Names  []string
	Listen string // the first listen directive that leads to it
	// Named says that one of the names is the one that was asked for: else nginx has no block for it.
	Named bool
	// Tells says that whatever this block answers has SiteHeader in it, where it is asked for.
	Tells bool
	Text  string // of the file
}

// String names the block for a person.
func (b ServerBlock) String() string {
	names := strings.Join(b.Names[:min(3, len(b.Names))], " ")
	switch {
	case names == "":
		names = "no server_name"
	case len(b.Names) > 3:
		names += " ..."
	}
	return fmt.Sprintf("the server block of %s (%s; listen %s)", b.File, names, b.Listen)
}

// NginxServers are the server blocks of a configuration.
func NginxServers(read []directive) []nginxServer {
	var blocks []nginxServer
	for _, d := range read {
		if d.words[0] == "http" {
			for _, in := range d.block {
				if in.words[0] == "server" && in.block != nil {
					blocks = append(blocks, serverOf(in))
				}
			}
		}
	}
	return blocks
}

// An nginxServer is a server block and what it listens on.
type nginxServer struct {
	ServerBlock
	listens []nginxListen
}

type nginxListen struct {
	words   string
	addr    netip.AddrPort // unspecified for all addresses of its family
	both    bool           // [::] that takes IPv4 as well
	primary bool
}

func serverOf(d directive) nginxServer {
	b := nginxServer{ServerBlock: ServerBlock{File: d.file}}
	for _, in := range d.block {
		switch in.words[0] {
		case "server_name":
			b.Names = append(b.Names, in.words[1:]...)
		case "listen":
			if l, ok := listenOf(in.words[1:]); ok {
				b.listens = append(b.listens, l)
			}
		}
	}
	if !slices.ContainsFunc(d.block, func(in directive) bool { return in.words[0] == "listen" }) {
		b.listens = []nginxListen{{words: "80", addr: netip.AddrPortFrom(netip.IPv4Unspecified(), 80)}}
	}
	own, others := headers(d.block)
	b.Tells = own && !others
	return b
}

// headers tells whether directives add SiteHeader, and whether any add other headers, which in a block
// within would take the place of it.
func headers(list []directive) (own, others bool) {
	for _, d := range list {
		if d.words[0] == "add_header" || d.words[0] == "more_clear_headers" || d.words[0] == "more_set_headers" {
			mine := len(d.words) > 1 && strings.EqualFold(d.words[1], SiteHeader)
			own, others = own || mine, others || !mine
		}
		_, within := headers(d.block)
		others = others || within
	}
	return own, others
}

// listenOf reads the words of a listen directive; false for sockets of files and names that are not
// addresses.
func listenOf(words []string) (nginxListen, bool) {
	if len(words) == 0 {
		return nginxListen{}, false
	}
	l := nginxListen{words: words[0],
		primary: slices.Contains(words, "default_server") || slices.Contains(words, "default"),
		both:    slices.Contains(words, "ipv6only=off")}
	at := strings.Replace(words[0], "localhost", "127.0.0.1", 1)
	at = strings.Replace(at, "*:", "0.0.0.0:", 1)
	if at == "*" {
		at = "0.0.0.0"
	}
	for _, form := range []string{at, at + ":80", "0.0.0.0:" + at} {
		if addr, err := netip.ParseAddrPort(form); err == nil {
			l.addr = addr
			return l, true
		}
	}
	return l, false
}

// ChooseServer is how nginx chooses the block for a request: those for the very address before those for all,
// of them by name, and else the default.
func ChooseServer(blocks []nginxServer, name string, at netip.AddrPort) *nginxServer {
	for _, fits := range []func(nginxListen) bool{
		func(l nginxListen) bool { return l.addr == at },
		func(l nginxListen) bool {
			return l.addr.Port() == at.Port() && l.addr.Addr().IsUnspecified() && l.addr.Addr().Is4() == at.Addr().Is4()
		},
		func(l nginxListen) bool { return l.addr.Port() == at.Port() && l.addr.Addr().IsUnspecified() && l.both },
	} {
		var can []*nginxServer
		var primary *nginxServer
		for i := range blocks {
			for _, l := range blocks[i].listens {
				if fits(l) {
					blocks[i].Listen = l.words
					can = append(can, &blocks[i])
					if l.primary {
						primary = &blocks[i]
					}
					break
				}
			}
		}
		if len(can) == 0 {
			continue
		}
		if b := byName(can, strings.ToLower(name)); b != nil {
			b.Named = true
			return b
		}
		if primary != nil {
			return primary
		}
		return can[0]
	}
	return nil
}

// byName is the block that has a name: as it is, by the longest wildcard in front, by the longest one
// behind, or by the first regular expression.
func byName(can []*nginxServer, name string) *nginxServer {
	var found *nginxServer
	best := 0
	for _, b := range can {
		for _, n := range b.Names {
			rank := 0
			lower := strings.ToLower(n)
			switch {
			case lower == name || lower == "."+name:
				rank = 4000
			case strings.HasPrefix(lower, "*.") && strings.HasSuffix(name, lower[1:]), strings.HasPrefix(lower, ".") && strings.HasSuffix(name, lower):
				rank = 3000 + len(n)
			case strings.HasSuffix(lower, ".*") && strings.HasPrefix(name, lower[:len(lower)-1]):
				rank = 2000 + len(n)
			case strings.HasPrefix(n, "~"):
				if re, err := regexp.Compile("(?i)" + strings.TrimPrefix(n[1:], "*")); err == nil && re.MatchString(name) {
					rank = 1000
				}
			}
			if rank > best {
				found, best = b, rank
			}
		}
	}
	return found
}
