package cli

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"djship/inventory"
	"djship/steps/django"
	"djship/steps/model"
)

const (
	tlsVar         = "djship_tls"
	certificateVar = "djship_tls_certificate"
	keyVar         = "djship_tls_key"
	aliasesVar     = "djship_aliases"
	redirectsVar   = "djship_redirects"
	namesVar       = "djship_tls_names"
	hstsVar        = "djship_hsts"
	proxiesVar     = "djship_trusted_proxies"
)

// tlsOf is what the inventory says, for a host, of how visitors come to a site; the zero value where it says nothing of that.
func tlsOf(h *inventory.Host, site django.Site) (django.TLS, error) {
	said := map[string]string{}
	something := false
	for _, name := range []string{tlsVar, aliasesVar, redirectsVar, namesVar, certificateVar, keyVar, hstsVar, proxiesVar} {
		value, ok, err := inventory.Own(h, name)
		if err != nil {
			return django.TLS{}, err
		}
		said[name], something = strings.TrimSpace(value), something || ok
	}
	acme, err := acmeOf(h)
	if err != nil {
		return django.TLS{}, err
	}
	if !something {
		return django.TLS{}, nil
	}
	t := django.TLS{Mode: said[tlsVar], Certificate: said[certificateVar], Key: said[keyVar]}
	if t.Mode == django.TLSACME {
		t.ACME = acme
	}
	var problem *usageError
	t.Redirects = django.LeadOff
	if said[redirectsVar] != django.LeadOff {
		t.Redirects, problem = furtherNames(redirectsVar, said[redirectsVar])
	}
	if problem == nil {
		t.Aliases, problem = furtherNames(aliasesVar, said[aliasesVar])
	}
	if problem == nil {
		if t.Names, problem = certificateNames(said[namesVar], site, t); problem == nil {
			problem = pairProblem(t)
		}
	}
	if problem == nil {
		t.HSTS, problem = hstsSeconds(said[hstsVar], t)
	}
	if problem == nil {
		t.Proxies, problem = networks(said[proxiesVar])
	}
	if problem != nil {
		problem.problem += ", for " + h.Name
		return django.TLS{}, problem
	}
	return t, nil
}

// mostNames are what a certificate of Let's Encrypt may have.
const mostNames = 100

// furtherNames are those of a site that a variable gives, in their order.
func furtherNames(variable, said string) (string, *usageError) {
	var all []string
	for _, name := range listed(said) {
		name = django.ASCII(name)
		if err := django.CheckAlias(name); err != nil {
			advice := ""
			if bad := new(django.NameError); errors.As(err, &bad) {
				advice = bad.Hint()
			}
			return "", &usageError{variable + ": " + err.Error(), advice}
		}
		if !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	if len(all) > mostNames-2 {
		return "", &usageError{fmt.Sprintf("%s has %d names", variable, len(all)), fmt.Sprintf("a certificate has %d at most", mostNames)}
	}
	return strings.Join(all, " "), nil
}

// certificateNames are those of a site's names that its certificate has.
func certificateNames(said string, site django.Site, t django.TLS) (string, *usageError) {
	site.TLS = t
	has := listed(said)
	for i, name := range has {
		name = django.ASCII(name)
		has[i] = name
		if !slices.Contains(site.Names(), name) {
			return "", &usageError{fmt.Sprintf("%s has %.100q, which is no name of the site", namesVar, name), "it has " + strings.Join(site.Names(), " ") + "; further ones are named in " + aliasesVar}
		}
	}
	if len(has) > 0 && !t.On() {
		return "", &usageError{fmt.Sprintf("%s is of a certificate, and %s is %s", namesVar, tlsVar, cmp.Or(t.Mode, "not set")), "leave the one out, or set the other"}
	}
	if len(has) > 0 && !slices.Contains(has, site.Domain) {
		return "", &usageError{fmt.Sprintf("%s lacks %s, the site's own", namesVar, site.Domain), "it names all that the certificate has"}
	}
	return strings.Join(has, " "), nil
}

// hostPath is how a path on a host is written that nginx and shells read as it stands.
var hostPath = regexp.MustCompile(`^/[A-Za-z0-9._/@+-]+$`)

// pairProblem is what is wrong with the mode and with where a certificate is said to lie; nil for nothing.
func pairProblem(t django.TLS) *usageError {
	if t.Mode != "" && t.Mode != django.TLSOff && t.Mode != django.TLSFiles && t.Mode != django.TLSACME {
		return &usageError{fmt.Sprintf("%s is %.100q", tlsVar, t.Mode), "it is acme, files or off"}
	}
	for _, part := range []struct{ name, at string }{{certificateVar, t.Certificate}, {keyVar, t.Key}} {
		switch {
		case t.Mode == django.TLSFiles && part.at == "":
			return &usageError{tlsVar + "=files, and there is no " + part.name, "both certificate and key are named, by their paths on the host"}
		case t.Mode != django.TLSFiles && part.at != "":
			return &usageError{fmt.Sprintf("%s is for %s=files, and that is %s", part.name, tlsVar, cmp.Or(t.Mode, "not set")), "leave the one out, or set the other"}
		case part.at == "":
		case !hostPath.MatchString(part.at) || path.Clean(part.at) != part.at:
			return &usageError{fmt.Sprintf("%s is %.100q", part.name, part.at), "it is a whole path on the host, as in /etc/ssl/private/example.pem"}
		case strings.HasPrefix(part.at, model.Webapps+"/"):
			return &usageError{part.name + " is " + part.at + ", where a site may lay what it likes", "keep it in a folder of root's, as in /etc/ssl/private/example.pem"}
		}
	}
	return nil
}

// hstsForm is a time as people write it: "1y", "26w", "180d", "31536000".
var hstsForm = regexp.MustCompile(`^([0-9]{1,9})([dwy]?)$`)

// hstsSeconds is for how many seconds browsers are told to come by https alone.
func hstsSeconds(said string, t django.TLS) (int, *usageError) {
	if said == "" || said == "off" || said == "no" || said == "false" {
		return 0, nil
	}
	parts := hstsForm.FindStringSubmatch(said)
	if parts == nil {
		return 0, &usageError{fmt.Sprintf("%s is %.100q", hstsVar, said), "it is a time, as in 1y, 26w, 180d, or a number of seconds"}
	}
	n, _ := strconv.Atoi(parts[1])
	n *= map[string]int{"": 1, "d": 24 * 60 * 60, "w": 7 * 24 * 60 * 60, "y": 365 * 24 * 60 * 60}[parts[2]]
	switch {
	case n > 10*365*24*60*60:
		return 0, &usageError{fmt.Sprintf("%s is %.100q", hstsVar, said), "ten years are the most: browsers forget sooner"}
	case n > 0 && !t.On():
		return 0, &usageError{fmt.Sprintf("%s has browsers come by https alone, and %s is %s", hstsVar, tlsVar, cmp.Or(t.Mode, "not set")), "who ends TLS before the host says so to visitors"}
	}
	return n, nil
}

// networks are addresses and networks, as nginx takes them.
func networks(said string) (string, *usageError) {
	var all []string
	for _, word := range listed(said) {
		if word == "off" || word == "none" {
			continue
		}
		prefix, err := netip.ParsePrefix(word)
		if addr, bad := netip.ParseAddr(word); bad == nil && addr.Zone() == "" {
			prefix, err = netip.PrefixFrom(addr, addr.BitLen()), nil
		}
		if err != nil {
			return "", &usageError{fmt.Sprintf("%s: %.100q is no address or network", proxiesVar, word), "as in 10.0.0.0/8 2001:db8::7"}
		}
		if prefix.Bits() == 0 {
			return "", &usageError{fmt.Sprintf("%s: %s are all there are: each visitor could claim to be another", proxiesVar, word), "name the addresses of the load balancer"}
		}
		if text := prefix.Masked().String(); !slices.Contains(all, text) {
			all = append(all, text)
		}
	}
	return strings.Join(all, " "), nil
}
