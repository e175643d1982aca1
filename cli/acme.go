package cli

import (
	"net/mail"
	"path"

	"djship/inventory"
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
	return a, nil
}

// isMail tells whether a text is an address of mail and nothing else.
func isMail(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s && a.Name == ""
}
