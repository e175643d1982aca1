package cli

import (
	"net/mail"
	"path"
	"regexp"

	"djship/inventory"
	"djship/secret"
	"djship/steps/django"
)

// acmeOf is what the inventory says, for a host, of who issues its sites' certificates.
func acmeOf(h *inventory.Host) (a django.ACME, err error) {
	for _, v := range []struct {
		name string
		to   *string
		fits func(string) bool
		like string
	}{
		{"djship_acme_email", &a.Email, isMail, "ann@example.com"},
		{"djship_acme_directory", &a.Directory, isAddress, "https://acme-v02.api.letsencrypt.org/directory"},
		{"djship_acme_ca", &a.CA, func(s string) bool { return hostPath.MatchString(s) && path.Clean(s) == s }, "/etc/ssl/certs/our-root.pem, a path on the host"},
	} {
		if *v.to, err = hostVariable(h, v.name, ""); err != nil {
			return a, err
		}
		if *v.to != "" && !v.fits(*v.to) {
			return a, &usageError{v.name + " of " + h.Name + " is wrong", "it looks like " + v.like}
		}
	}
	return a, eabOf(h, &a)
}

// eabOf reads by what a CA that wants to know it knows whose account it is.
func eabOf(h *inventory.Host, a *django.ACME) error {
	kid, err := hostVariable(h, eabKidVar, "")
	if err != nil {
		return err
	}
	key, err := hostVariable(h, eabKeyVar, "")
	switch {
	case err != nil:
		return err
	case (kid == "") != (key == ""):
		return &usageError{"of " + eabKidVar + " and " + eabKeyVar + " " + h.Name + " has one alone", "the CA gives both"}
	case kid != "" && !eabKid.MatchString(kid):
		return &usageError{eabKidVar + " of " + h.Name + " is wrong", "it is a word that the CA has given"}
	case key != "" && !eabKey.MatchString(key):
		return &usageError{eabKeyVar + " of " + h.Name + " is no key", "it is letters, digits, - and _, as the CA has given it"}
	}
	a.EABKid, a.EABKey = kid, secret.New(key)
	return nil
}

const (
	eabKidVar = "djship_acme_eab_kid"
	eabKeyVar = "djship_acme_eab_key"
)

var (
	eabKid = regexp.MustCompile(`^[!-~]{1,300}$`)
	eabKey = regexp.MustCompile(`^[A-Za-z0-9_-]{16,1000}={0,2}$`)
)

// isMail tells whether a text is an address of mail and nothing else.
func isMail(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s && a.Name == ""
}
