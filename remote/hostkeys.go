package remote

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"golang.org/x/crypto/ssh"
)

// hostKeys is what is known of servers' keys: known_hosts files, each read once, and what a person
// has accepted in this run. The zero value is ready; safe for concurrent use.
type hostKeys struct {
	mu       sync.Mutex
	files    map[string]*knownFile
	accepted map[string][]ssh.PublicKey // by known_hosts name
}

// knownKeys is what is known of one host.
type knownKeys struct {
	keys     []knownKey
	portless []knownKey // where keys has none, of the address without its port: good for a match, no proof of a change
	accepted []ssh.PublicKey
}

// knownHostsCommand stands for a file where a KnownHostsCommand prints what is known.
const knownHostsCommand = "KnownHostsCommand"

// known looks an endpoint up. It is an error only where a KnownHostsCommand fails.
func (s *hostKeys) known(ctx context.Context, ep Endpoint) (knownKeys, error) {
	name := knownName(ep)
	var command *knownFile
	if ep.KnownHostsCommand != "" {
		out, err := shellCommand(ctx, ep.KnownHostsCommand).Output()
		if err != nil {
			return knownKeys{}, &HostKeyError{Host: ep.name(), Name: name, Err: fmt.Errorf("KnownHostsCommand: %w", err)}
		}
		command = parseKnownFile(knownHostsCommand, out)
	}

	s.mu.Lock()
	defer s.mu.Unlock()
	k := knownKeys{accepted: slices.Clone(s.accepted[name])}
	files := make([]*knownFile, 0, 4)
	for _, path := range slices.Concat(ep.KnownHosts, ep.GlobalKnownHosts) {
		files = append(files, s.file(path))
	}
	if command != nil {
		files = append(files, command)
	}
	for _, f := range files {
		k.keys = append(k.keys, f.lookup(name)...)
	}
	isPlain := func(e knownKey) bool { return e.marker == "" }
	if ep.HostKeyAlias == "" && ep.port() != 22 && !slices.ContainsFunc(k.keys, isPlain) {
		portless := ep
		portless.Port = 22
		for _, f := range files {
			k.portless = append(k.portless, f.lookup(knownName(portless))...)
		}
	}
	return k, nil
}

// file is called with s.mu held.
func (s *hostKeys) file(path string) *knownFile {
	f, ok := s.files[path]
	if !ok {
		f = readKnownFile(path)
		if s.files == nil {
			s.files = map[string]*knownFile{}
		}
		s.files[path] = f
	}
	return f
}

// accept trusts a key for this run, whatever becomes of its file.
func (s *hostKeys) accept(name string, key ssh.PublicKey) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.accepted == nil {
		s.accepted = map[string][]ssh.PublicKey{}
	}
	s.accepted[name] = append(s.accepted[name], key)
}

// usable tells whether there is anything a server could prove itself by.
func (k knownKeys) usable() bool {
	isUsable := func(e knownKey) bool { return e.marker != "revoked" }
	return len(k.accepted) > 0 || slices.ContainsFunc(k.keys, isUsable) || slices.ContainsFunc(k.portless, isUsable)
}

// algorithms orders what the server may be asked to prove itself by: the types that are known
// first, so that a server with several keys shows the one that can be checked. configured is
// ssh_config's list; empty for the default.
func (k knownKeys) algorithms(configured []string) []string {
	supported := ssh.SupportedAlgorithms().HostKeys
	allowed := []string{
		ssh.KeyAlgoED25519, ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521,
		ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256,
	}
	if len(configured) > 0 {
		supported = append(supported, ssh.InsecureAlgorithms().HostKeys...)
		allowed = slices.DeleteFunc(slices.Clone(configured), func(a string) bool { return !slices.Contains(supported, a) })
	}
	var types []string
	authority := false
	for _, e := range slices.Concat(k.keys, k.portless) {
		authority = authority || e.marker == "cert-authority"
		if e.marker == "" {
			types = append(types, e.key.Type())
		}
	}
	for _, key := range k.accepted {
		types = append(types, key.Type())
	}
	var first, last []string
	for _, algo := range allowed {
		if slices.Contains(types, keyTypeOf(algo)) {
			first = append(first, algo)
		} else {
			last = append(last, algo)
		}
	}
	plain := slices.Concat(first, last)
	if !authority {
		// A certificate that nobody can check would only hide the key that somebody could.
		return slices.DeleteFunc(plain, isCertAlgorithm)
	}
	var certs []string
	for _, algo := range supported {
		if isCertAlgorithm(algo) && (len(configured) == 0 || slices.Contains(configured, algo)) {
			certs = append(certs, algo)
		}
	}
	return slices.Concat(certs, slices.DeleteFunc(plain, isCertAlgorithm))
}

func isCertAlgorithm(algo string) bool { return strings.Contains(algo, "-cert-v01@") }

// keyTypeOf is the type of the keys that an algorithm signs with.
func keyTypeOf(algo string) string {
	if algo == ssh.KeyAlgoRSASHA256 || algo == ssh.KeyAlgoRSASHA512 {
		return ssh.KeyAlgoRSA
	}
	return algo
}

// judge decides whether the key that a server showed is its own. isNew says that it is taken and
// that known_hosts lacks it.
func (k knownKeys) judge(ep Endpoint, shown ssh.PublicKey) (isNew bool, err error) {
	host, name := ep.name(), knownName(ep)
	key := shown
	cert, isCert := shown.(*ssh.Certificate)
	if isCert {
		key = cert.Key
	}
	for _, e := range slices.Concat(k.keys, k.portless) {
		if e.marker == "revoked" && (sameKey(e.key, key) || isCert && sameKey(e.key, cert.SignatureKey)) {
			return false, &RevokedHostKeyError{Host: host, Name: name, File: e.file, Line: e.line, Fingerprint: ssh.FingerprintSHA256(e.key)}
		}
	}
	if isCert && k.signs(cert) {
		return false, checkHostCert(ep, cert)
	}
	matches := func(e knownKey) bool { return e.marker == "" && sameKey(e.key, key) }
	if slices.ContainsFunc(k.keys, matches) || slices.ContainsFunc(k.portless, matches) {
		return false, nil
	}
	if slices.ContainsFunc(k.accepted, func(a ssh.PublicKey) bool { return sameKey(a, key) }) {
		return true, nil
	}
	return k.judgeNew(ep, key)
}

// judgeNew decides about a key that stands nowhere. As for ssh, another key of any type is a change:
// a host whose key is known would have shown that one, if it still had it.
func (k knownKeys) judgeNew(ep Endpoint, key ssh.PublicKey) (isNew bool, err error) {
	name := knownName(ep)
	var old *knownKey
	for i, e := range k.keys {
		if e.marker == "" && (old == nil || e.key.Type() == key.Type() && old.key.Type() != key.Type()) {
			old = &k.keys[i]
		}
	}
	switch {
	case ep.StrictHostKey == StrictNo:
		return old == nil, nil
	case old != nil:
		return false, &ChangedHostKeyError{Host: ep.name(), Addr: ep.addr(), Name: name, File: old.file, Line: old.line, Type: keyTypeName(key),
			OldType: keyTypeName(old.key), Old: ssh.FingerprintSHA256(old.key), New: ssh.FingerprintSHA256(key)}
	case ep.StrictHostKey == StrictAcceptNew:
		return true, nil
	}
	e := &UnknownHostKeyError{Host: ep.name(), Addr: ep.addr(), Name: name, Key: key,
		Fingerprint: ssh.FingerprintSHA256(key), Strict: ep.StrictHostKey == StrictYes}
	e.File = ownKnownHosts(ep)
	return false, e
}

// ownKnownHosts is the file that new keys go to; "" for none.
func ownKnownHosts(ep Endpoint) string {
	if len(ep.KnownHosts) == 0 {
		return ""
	}
	return ep.KnownHosts[0]
}

// signs tells whether the authority that signed cert is known for this host.
func (k knownKeys) signs(cert *ssh.Certificate) bool {
	return slices.ContainsFunc(slices.Concat(k.keys, k.portless), func(e knownKey) bool {
		return e.marker == "cert-authority" && sameKey(e.key, cert.SignatureKey)
	})
}

// checkHostCert checks a certificate whose authority is trusted: kind, names, dates, signature.
func checkHostCert(ep Endpoint, cert *ssh.Certificate) error {
	principal := ep.HostKeyAlias
	if principal == "" {
		principal = strings.ToLower(strings.Trim(ep.Addr, "[]"))
	}
	err := (&ssh.CertChecker{}).CheckCert(principal, cert)
	if cert.CertType != ssh.HostCert {
		err = fmt.Errorf("the server shows a certificate that is not a host's")
	}
	if err != nil {
		return &HostKeyError{Host: ep.name(), Name: knownName(ep), Err: err}
	}
	return nil
}

// remember writes a key to a known_hosts file, if it is not there yet. Another process may do the same
// at the same time. No path is nothing to write.
func (s *hostKeys) remember(path, name string, shown ssh.PublicKey) error {
	if path == "" {
		return nil
	}
	if cert, ok := shown.(*ssh.Certificate); ok {
		shown = cert.Key
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := lockFile(f); err != nil {
		return fmt.Errorf("locking %s: %w", path, err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	known := parseKnownFile(path, content)
	if s.files == nil {
		s.files = map[string]*knownFile{}
	}
	s.files[path] = known
	for _, e := range known.lookup(name) {
		if e.marker == "" && sameKey(e.key, shown) {
			return nil
		}
	}
	line := knownLine(name, shown)
	if len(content) > 0 && !bytes.HasSuffix(content, []byte("\n")) {
		line = "\n" + line
	}
	if _, err := f.WriteString(line + "\n"); err != nil {
		return err
	}
	known.add([]byte(strings.TrimSpace(line)))
	return nil
}

func sameKey(a, b ssh.PublicKey) bool { return bytes.Equal(a.Marshal(), b.Marshal()) }

// keyTypeName is a key's type as ssh prints it: "ED25519", "RSA", "ECDSA".
func keyTypeName(key ssh.PublicKey) string {
	name := strings.TrimPrefix(key.Type(), "ssh-")
	if strings.HasPrefix(name, "ecdsa") {
		name = "ecdsa"
	}
	return strings.ToUpper(name)
}
