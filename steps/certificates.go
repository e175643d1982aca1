package steps

import (
	"djship/secret"
	"djship/steps/django"
	"djship/steps/model"
	"djship/steps/server"
)

// certificateTimer has certificates renewed, whether a workstation is on or not.
var certificateTimer = server.Timer{Unit: "djship-certificates", What: "would renew certificates", Instead: "take djship_tls=acme out of the inventory for this host"}

// Account is what each host of a site has before any of them orders a certificate: the CA may ask whichever of them DNS leads it to. given is the key of
// a site's account that another host has, see django.Account.
func Account(sites []django.Site, o server.Options, given func(of string) secret.Value) []model.Step {
	return together(sites, func(s django.Site) []model.Step {
		if s.TLS.Mode != django.TLSACME {
			return nil
		}
		return list(o.Roles, []part{
			web(server.Packages{Names: []string{"certbot", "openssl"}, Part: server.Certifying}),
			program("program for certificates", model.CertificatesBy, django.CertificatesProgram, o),
			web(django.Account{Site: s, Given: given})})
	})
}

// Secure is what a site has once it is served by http and its hosts have its account: a certificate, what renews it, and nginx that speaks https by it.
// hosts is how many hosts order the same certificate.
func Secure(sites []django.Site, o server.Options, hosts func(domain string) int) []model.Step {
	return together(sites, func(s django.Site) []model.Step {
		if s.TLS.Mode != django.TLSACME {
			return nil
		}
		return list(o.Roles, []part{web(django.Certificate{Site: s, Hosts: hosts(s.Domain)}), timed(certificateTimer, "certificates", o), httpsSteps(s, o), web(s.Redirects(o))})
	})
}
