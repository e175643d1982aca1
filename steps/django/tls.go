package django

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// The values of TLS.Mode.
const (
	TLSOff   = "off"   // http alone: TLS ends before the host, or nowhere
	TLSFiles = "files" // with a certificate that somebody puts on the host
	TLSACME  = "acme"  // with one that the host gets and renews by itself
)

// TLS is what the inventory says of how visitors come to a site: its names, its certificate, what stands before it. Lists are parted by
// blanks, so that sites can be compared. The zero value is an inventory that says nothing.
type TLS struct {
	Mode        string // "" where the inventory does not say: then what a host has on record counts
	Aliases     string // names of the site beside its domain, and that with www.
	Redirects   string // names that lead visitors on to the domain; "" for what a host has on record, LeadOff for none
	Names       string // those of all names that the certificate has; "" for all
	Certificate string // TLSFiles: a path on the host, of the certificate and those between it and a root
	Key         string // TLSFiles: a path on the host
	HSTS        int    // for how many seconds browsers are told to come by https alone; 0 for not at all
	Proxies     string // addresses and networks that are believed when they say for whom they ask
	ACME        ACME
}

// A word is one of what a record has of a TLS.
type word struct {
	key  string
	text *string
}

// words are what a record calls what it has, in order: "aliases example.net www.example.net" is a line of one.
func (t *TLS) words() []word {
	return append([]word{
		{"tls", &t.Mode}, {"aliases", &t.Aliases}, {"redirects", &t.Redirects}, {"tls_names", &t.Names}, {"tls_certificate", &t.Certificate}, {"tls_key", &t.Key}, {"trusted_proxies", &t.Proxies},
	}, t.ACME.words()...)
}

// Lines are what the record of a site has of it: nothing for a site of http that has no other names.
func (t TLS) Lines() string {
	if t.Mode == TLSOff {
		t.Mode = ""
	}
	t.Redirects = strings.Join(t.led(), " ")
	var b strings.Builder
	for _, w := range t.words() {
		if *w.text != "" {
			fmt.Fprintf(&b, "%s %s\n", w.key, *w.text)
		}
	}
	if t.HSTS > 0 {
		fmt.Fprintf(&b, "hsts %d\n", t.HSTS)
	}
	return b.String()
}

// ReadTLS reads what Lines has written, by its keys.
func ReadTLS(kept map[string]string) TLS {
	var t TLS
	for _, w := range t.words() {
		*w.text = kept[w.key]
	}
	t.HSTS, _ = strconv.Atoi(kept["hsts"])
	if t != (TLS{}) && t.Mode == "" {
		t.Mode = TLSOff
	}
	return t
}

// over is what counts on a host that has something on record: where the inventory does not say whether the site speaks https that stays, and what goes with it.
func (t TLS) over(has TLS) TLS {
	if t.Mode != "" {
		return t
	}
	has.Aliases, has.Proxies = cmp.Or(t.Aliases, has.Aliases), cmp.Or(t.Proxies, has.Proxies)
	return has
}

// On tells whether the site is to be met by https on its hosts.
func (t TLS) On() bool { return t.Mode == TLSFiles || t.Mode == TLSACME }

// Names are all by which visitors come, the domain first, and those last that only lead on to it.
func (s Site) Names() []string { return s.named(strings.Fields(s.TLS.Aliases), s.TLS.led()) }

// named are the domain, that with www., and further names, each once.
func (s Site) named(further ...[]string) []string {
	all := []string{s.Domain, "www." + s.Domain}
	for _, name := range slices.Concat(further...) {
		if !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	return all
}

// CertificateNames are those that the certificate has, the domain first: of one that a person brings, names that only lead on to the domain need not be in there.
func (s Site) CertificateNames() []string {
	all := s.Names()
	if s.TLS.Mode == TLSFiles {
		all = s.named(strings.Fields(s.TLS.Aliases))
	}
	if s.TLS.Names == "" {
		return all
	}
	has := strings.Fields(s.TLS.Names)
	return slices.DeleteFunc(all, func(name string) bool { return !slices.Contains(has, name) })
}

// Pair are the paths of the certificate and its key on a host.
func (s Site) Pair() (certificate, key string) {
	if s.TLS.Mode == TLSFiles {
		return s.TLS.Certificate, s.TLS.Key
	}
	live := "/etc/letsencrypt/live/" + s.Project
	return live + "/fullchain.pem", live + "/privkey.pem"
}

// HTTPSConf is the file by which nginx speaks https for the site.
func (l Layout) HTTPSConf() string { return l.NginxParts + "/https.conf" }

// ChallengeConf is the file by which nginx answers what a CA asks to know that a name is the site's.
func (l Layout) ChallengeConf() string { return l.NginxParts + "/challenge.conf" }
