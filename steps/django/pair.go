package django

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"strings"
	"time"

	"djship/steps/model"
)

// A pair is what is seen of a certificate and its key on a host.
type pair struct {
	texts [2]string // PEM: of the certificate and those behind it, and of the public half of the key
	stats []string  // of the two files, as the function pair of https.sh prints it
	sum   string    // SHA-256 of the certificate's file
	until time.Time // when the certificate expires; zero where there is none that can be read
}

// read reads a line of https.sh where it is about the pair.
func (p *pair) read(line string) bool {
	kind, rest, ok := strings.Cut(line, ":")
	switch {
	case !ok:
		return false
	case kind == "c":
		p.texts[0] += rest + "\n"
		if chain, err := certificates(p.texts[0]); err == nil && len(chain) > 0 {
			p.until = chain[0].NotAfter
		}
	case kind == "k":
		p.texts[1] += rest + "\n"
	case kind == "m":
		p.stats = append(p.stats, rest)
	case kind == "s":
		p.sum = rest
	default:
		return false
	}
	return true
}

// there tells whether both files are, with something in them.
func (p pair) there() bool { return !p.until.IsZero() && p.texts[1] != "" }

// certificates are those of a text of PEM, in order.
func certificates(text string) ([]*x509.Certificate, error) {
	var all []*x509.Certificate
	for rest := []byte(text); ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return all, nil
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return all, err
		}
		all = append(all, c)
	}
}

// A fault is why a pair can't be used, and what to do about it.
type fault struct{ problem, advice string }

// wrong is why visitors of names would be refused with the pair; nil where they would not. Who has signed the last certificate is for browsers to know.
func (p pair) wrong(names []string, now time.Time) *fault {
	if len(p.stats) != 2 {
		return &fault{"they could not be looked at", "look at them on the host"}
	}
	if f := p.readable(); f != nil {
		return f
	}
	chain, err := certificates(p.texts[0])
	switch {
	case err != nil:
		return &fault{fmt.Sprintf("certificate %d in the file can't be read: %v", len(chain)+1, err), "put it there as PEM, as its issuer has sent it"}
	case len(chain) == 0:
		return &fault{"there is no certificate in the file", "put it there as PEM, with the lines BEGIN CERTIFICATE and END CERTIFICATE"}
	}
	leaf := chain[0]
	key, _ := pem.Decode([]byte(p.texts[1]))
	switch {
	case key == nil:
		return &fault{"the key can't be read", "put it there as PEM, without a password"}
	case !bytes.Equal(key.Bytes, leaf.RawSubjectPublicKeyInfo) && len(chain) > 1 && bytes.Equal(key.Bytes, chain[len(chain)-1].RawSubjectPublicKeyInfo):
		return &fault{"the certificate of the key is the last one in the file", "the site's own comes first there, then who has signed it"}
	case !bytes.Equal(key.Bytes, leaf.RawSubjectPublicKeyInfo):
		return &fault{"the key is of another certificate", "put the key there with which this one was asked for"}
	case now.After(leaf.NotAfter):
		return &fault{"it expired on " + leaf.NotAfter.UTC().Format(time.DateOnly), "put one there that is valid"}
	case now.Before(leaf.NotBefore):
		return &fault{"it is not valid before " + leaf.NotBefore.UTC().Format(time.DateOnly), "look at the host's clock, or wait"}
	}
	var missing []string
	for _, name := range names {
		if leaf.VerifyHostname(name) != nil {
			missing = append(missing, name)
		}
	}
	if missing != nil {
		return &fault{"it is not for " + model.Shown(strings.Join(missing, ", ")) + ", but for " + model.Shown(strings.Join(leaf.DNSNames, ", ")), "get one with these names, or name those that it has in djship_tls_names"}
	}
	return chained(chain, now)
}

// readable is what keeps the files from being used, as far as it can be told without what is in them.
func (p pair) readable() *fault {
	for i, what := range []string{"certificate", "key"} {
		s := model.ParseStat(p.stats[i])
		switch {
		case s.Kind == model.Absent:
			return &fault{"the " + what + " is not there", "put it there, root's, the key with mode 0600"}
		case s.Kind != "regular file":
			return &fault{"the " + what + " is a " + s.Kind, "put a file there"}
		case s.Owner != "root":
			return &fault{"the " + what + " belongs to " + model.Shown(s.Owner), "give it to root: chown root: on the host"}
		case what == "key" && s.OpenToOthers():
			return &fault{"everybody on the host can read or change the key", "chmod 0600 on the host"}
		}
	}
	return nil
}

// chained is what is wrong with the certificates behind the first; nil for nothing.
func chained(chain []*x509.Certificate, now time.Time) *fault {
	for i, c := range chain[1:] {
		below := chain[i]
		if err := below.CheckSignatureFrom(c); err != nil {
			return &fault{fmt.Sprintf("certificate %d in the file (%s) has not signed the one before it", i+2, model.Shown(c.Subject.String())), "the site's own comes first, then who has signed it, and so on"}
		}
		if now.After(c.NotAfter) {
			return &fault{fmt.Sprintf("certificate %d in the file (%s) expired on %s", i+2, model.Shown(c.Subject.String()), c.NotAfter.UTC().Format(time.DateOnly)), "get the present one from its issuer"}
		}
	}
	// An issuer that says where its own certificate is to be had is no root.
	if last := chain[len(chain)-1]; len(chain) == 1 && len(last.IssuingCertificateURL) > 0 && !bytes.Equal(last.RawIssuer, last.RawSubject) {
		return &fault{"the certificate of who has signed it (" + model.Shown(last.Issuer.String()) + ") is not in the file, and many visitors' browsers lack it",
			"append what its issuer calls chain, bundle or intermediate"}
	}
	return nil
}
