package inventory

import (
	"strings"

	"djship/secret"
)

// A Variable is one of djship's own that an inventory may set.
type Variable struct {
	Name  string
	Means string // one line, for a person
}

// Variables are all that djship reads besides those that say how to reach a host.
var Variables = []Variable{
	{"djship_domain", "the domain where it differs from the one typed: a staging group's, say"},
	{"djship_health_path", "what must answer when a host is done; / where not set"},
	{"djship_packages", "Debian packages that a host needs for what is pushed to it, beside those that the project names"},
	{"djship_cron", "yes or no: whether a host runs jobs of pushed sites; where not set the first of its stage does"},
	{"djship_workers", "how many processes beside gunicorn run there, as in worker=2 beat=0; where not set, one of each"},
	{"djship_services", "what sites that are pushed there have beside PostgreSQL: redis; where not set, nothing"},
	{"djship_aliases", "further names of the site, as in example.net www.example.net; its domain and www. of that it has by itself"},
	{"djship_redirects", "names that lead to the domain, as after a move; off for none"},
	{"djship_tls", "https: acme, files or off; where not set, as it is on the host"},
	{"djship_tls_names", "which of the site's names the certificate has; where not set, all"},
	{"djship_tls_certificate", "where on the host the certificate of djship_tls=files lies, with its chain"},
	{"djship_tls_key", "where on the host its key lies"},
	{"djship_hsts", "for how long browsers are to come by https alone, as in 1y; where not set, they are not told so"},
	{"djship_trusted_proxies", "addresses and networks of load balancers, which say for whom they ask"},
	{"djship_acme_email", "whom the certificate's issuer writes to"},
	{"djship_acme_directory", "the URL of the issuer's ACME directory; where not set, Let's Encrypt's"},
	{"djship_acme_ca", "a file on the host: who has signed that directory's own certificate"},
	{"djship_acme_eab_kid", "as whose account an issuer knows the site's that binds accounts to customers"},
	{"djship_acme_eab_key", "the key to that, a secret"},
	{"djship_backup", "daily: the host backs sites up each night and keeps 7 of each, or as many as daily=30 says; off: no more"},
	{"djship_backup_recipients", "who may open backups: recipients of age's or SSH keys, with commas between"},
	{pythonMirrorVar, "where Pythons are from that a host's distribution does not have, laid out as releases of python-build-standalone"},
	{pipIndexVar, "the package index that pip asks on the host; where not set, the host's own configuration counts"},
}

// pipIndexVar and pythonMirrorVar are those of them that may hold a password, in their URL.
const (
	pipIndexVar     = "djship_pip_index_url"
	pythonMirrorVar = "djship_python_mirror"
)

// variableNames are those of Variables.
func variableNames() []string {
	var names []string
	for _, v := range Variables {
		names = append(names, v.Name)
	}
	return names
}

// Own returns one of Variables as a host has it; ok tells whether it is set. A template is an error, as
// nobody fills it in: a site would be made whose domain has braces.
func Own(h *Host, name string) (text string, ok bool, err error) {
	v, ok := h.Var(name)
	if !ok {
		return "", false, nil
	}
	text, err = literalText(h, name, v)
	return text, true, err
}

// maskedURL is a URL with the name and password that it may have made unreadable: a token stands in either.
func maskedURL(text string) string {
	at := strings.LastIndex(text, "@")
	if at < 0 {
		return text
	}
	scheme := ""
	for _, s := range []string{"http://", "https://"} {
		if strings.HasPrefix(text, s) {
			scheme = s
		}
	}
	return scheme + secret.Mask + text[at:]
}
