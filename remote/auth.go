package remote

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
)

// offers is what a hop has to log in with, and how far it got with it.
type offers struct {
	keys     []*offer
	methods  []string // refused so far, in order, as the server calls them
	accepted string   // what the login succeeded by, as far as known
	answered bool     // a question was answered with the password
	notes    []error  // why something was not offered
	agent    *agentKeys
	err      error // what ended the login on our side: *PassphraseError, *AgentError
}

// An offer is a key. It signs through the agent or a key file.
type offer struct {
	h      *hop
	label  string // "key /home/a/.ssh/id_ed25519"
	public ssh.PublicKey
	sign   func() (ssh.Signer, error) // asks for a passphrase where that is needed
}

// authMethods lists the ways to log in that the endpoint has, in the order to try them.
func (h *hop) authMethods() []ssh.AuthMethod {
	methods := []ssh.AuthMethod{ssh.PublicKeysCallback(func() ([]ssh.Signer, error) {
		h.offers.keys = h.collectKeys()
		signers := make([]ssh.Signer, len(h.offers.keys))
		for i, o := range h.offers.keys {
			signers[i] = o
		}
		return signers, nil
	})}
	if !h.ep.Password.IsSet() {
		return methods
	}
	return append(methods,
		ssh.PasswordCallback(func() (string, error) {
			h.offers.accepted = "password"
			return h.ep.Password.Reveal(), nil
		}),
		ssh.KeyboardInteractive(h.answer))
}

// answer replies to a server's questions where the only one is for the password.
func (h *hop) answer(_, _ string, questions []string, echos []bool) ([]string, error) {
	switch {
	case len(questions) == 0:
		return nil, nil
	case h.offers.answered:
		return nil, errNoMore
	case len(questions) > 1 || echos[0]:
		h.offers.notes = append(h.offers.notes, fmt.Errorf("the server asks %q, and only a password can be given", questions))
		return nil, errNoMore
	}
	h.offers.answered, h.offers.accepted = true, "keyboard-interactive"
	return []string{h.ep.Password.Reveal()}, nil
}

// errNoMore ends a login on our side.
var errNoMore = errors.New("nothing more to offer")

// refused notes which methods the server has refused so far. One that has refused the password is
// not given it again in another way, as it may be counting: then the error ends the login.
func (o *offers) refused(methods []string) error {
	o.methods = slices.DeleteFunc(slices.Clone(methods), func(m string) bool { return m == "none" })
	if slices.Contains(o.methods, "password") {
		return errNoMore
	}
	return nil
}

// tried lists what was offered, for people.
func (o *offers) tried() []string {
	var tried []string
	for _, k := range o.keys {
		tried = append(tried, k.label)
	}
	for _, m := range o.methods {
		if m == "password" || m == "keyboard-interactive" && o.answered {
			tried = append(tried, m)
		}
	}
	return tried
}

// collectKeys gives the keys to offer: the configured ones first, then the agent's others, last
// those that would need a passphrase. Servers refuse a login after a few keys, and most have just
// one in mind.
func (h *hop) collectKeys() []*offer {
	ag, err := h.agent()
	if err != nil {
		return nil // the login is at its end
	}
	if ag.err != nil {
		h.offers.notes = append(h.offers.notes, ag.err)
	}
	var ready, locked []*offer
	for _, path := range h.ep.IdentityFiles {
		k := h.d.keys.file(path)
		o := h.fileOffer(k, ag)
		switch {
		case o != nil && k.encrypted() && ag.find(k.public) == nil:
			locked = append(locked, o)
		case o != nil:
			ready = append(ready, o)
		}
	}
	var first, others []*offer
	for _, k := range ag.list {
		o := &offer{h: h, label: "agent key " + ssh.FingerprintSHA256(k.public), public: k.public,
			sign: func() (ssh.Signer, error) { return agentSigner{k.signer, h, ag.socket}, nil }}
		switch {
		case certifies(k.public, slices.Concat(ready, locked)):
			first = append(first, o)
		case !h.ep.IdentitiesOnly:
			others = append(others, o)
		}
	}
	return h.withCertificates(dedupe(slices.Concat(first, ready, others, locked)))
}

// agent gives the endpoint's agent; the login's clock stands while it is waited for.
func (h *hop) agent() (*agentKeys, error) {
	defer h.hold()()
	var err error
	h.offers.agent, err = h.d.keys.agent(h.ctx, h.ep.AgentSocket)
	return h.offers.agent, err
}

// certifies tells whether key is a certificate for one of keys.
func certifies(key ssh.PublicKey, keys []*offer) bool {
	cert, ok := key.(*ssh.Certificate)
	return ok && slices.ContainsFunc(keys, func(o *offer) bool { return sameKey(o.public, cert.Key) })
}

// fileOffer is a configured key, from the agent if it has it; nil where there is none.
func (h *hop) fileOffer(k *keyFile, ag *agentKeys) *offer {
	if k.err != nil {
		if !k.missing() {
			h.offers.notes = append(h.offers.notes, k.err)
		}
		return nil
	}
	o := &offer{h: h, label: "key " + k.path, public: k.public}
	if s := ag.find(k.public); s != nil {
		o.label += " (agent)"
		o.sign = func() (ssh.Signer, error) { return agentSigner{s, h, ag.socket}, nil }
		return o
	}
	if k.half {
		return nil
	}
	o.sign = func() (ssh.Signer, error) {
		release := h.hold()
		defer release()
		return k.unlock(h.ctx, h.d.Passphrase, h.toAgent(ag, k.path))
	}
	if o.public == nil { // an old key format that hides even the public half
		s, err := o.sign()
		if err != nil {
			h.offers.notes = append(h.offers.notes, err)
			return nil
		}
		o.public = s.PublicKey()
	}
	return o
}

// toAgent is what hands a decrypted key to the agent; nil where that is not wanted.
func (h *hop) toAgent(ag *agentKeys, path string) func(any) {
	if !h.ep.AddKeysToAgent || ag.client == nil {
		return nil
	}
	return func(key any) { ag.add(h.ctx, agent.AddedKey{PrivateKey: key, Comment: path}) }
}

// withCertificates puts before each key the certificates that there are for it.
func (h *hop) withCertificates(keys []*offer) []*offer {
	var certs []*ssh.Certificate
	paths := slices.Clone(h.ep.CertificateFiles)
	for _, path := range h.ep.IdentityFiles {
		paths = append(paths, path+"-cert.pub")
	}
	for _, path := range paths {
		if cert, ok := readPublic(path).(*ssh.Certificate); ok {
			certs = append(certs, cert)
		}
	}
	var all []*offer
	for _, o := range keys {
		for _, cert := range certs {
			if sameKey(cert.Key, o.public) {
				all = append(all, &offer{h: h, label: "certificate for " + o.label, public: cert, sign: o.sign})
			}
		}
		all = append(all, o)
	}
	return dedupe(all)
}

// dedupe keeps the first offer of each key.
func dedupe(keys []*offer) []*offer {
	seen := map[string]bool{}
	return slices.DeleteFunc(keys, func(o *offer) bool {
		blob := string(o.public.Marshal())
		twice := seen[blob]
		seen[blob] = true
		return twice
	})
}

// PublicKey is what the server is asked about first.
func (o *offer) PublicKey() ssh.PublicKey { return o.public }

// Algorithms lists the signatures that the key can make; SHA-1 ones are not among them.
func (o *offer) Algorithms() []string {
	keyType := o.public.Type()
	if cert, ok := o.public.(*ssh.Certificate); ok {
		keyType = cert.Key.Type()
	}
	if keyType == ssh.KeyAlgoRSA {
		return []string{ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256}
	}
	return []string{keyType}
}

// Sign signs with the best algorithm.
func (o *offer) Sign(rand io.Reader, data []byte) (*ssh.Signature, error) {
	return o.SignWithAlgorithm(rand, data, o.Algorithms()[0])
}

// SignWithAlgorithm is called when the server has said that it takes the key.
func (o *offer) SignWithAlgorithm(rand io.Reader, data []byte, algorithm string) (*ssh.Signature, error) {
	s, err := o.sign()
	if err != nil {
		var denied *PassphraseError
		if errors.As(err, &denied) {
			o.h.offers.err = denied
		}
		return nil, err
	}
	o.h.offers.accepted = o.label
	if with, ok := s.(ssh.AlgorithmSigner); ok {
		return with.SignWithAlgorithm(rand, data, algorithm)
	}
	return s.Sign(rand, data)
}
