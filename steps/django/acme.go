package django

import "djship/secret"

// ACME is how a host gets the certificate of a site.
type ACME struct {
	Email     string // whom the CA writes to; "" for nobody
	Directory string // the URL of the CA's directory; "" for Let's Encrypt's
	CA        string // a path on the host: who has signed the directory's own certificate; "" where hosts trust it anyway

	// By what the CA knows whose account it is to be, where it wants to; the key is not on record.
	EABKid string
	EABKey secret.Value
}

// words are what a record calls it.
func (a *ACME) words() []word {
	return []word{{"acme_email", &a.Email}, {"acme_directory", &a.Directory}, {"acme_ca", &a.CA}}
}
