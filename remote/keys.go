package remote

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync"

	"djship/secret"

	"golang.org/x/crypto/ssh"
)

// A keyring holds private keys and agents, each read once for all hosts. The zero value is ready;
// safe for concurrent use.
type keyring struct {
	mu     sync.Mutex
	files  map[string]*keyFile
	agents map[string]*agentKeys
}

// A keyFile is a private key. An encrypted one is decrypted when a server first takes it.
type keyFile struct {
	path   string
	public ssh.PublicKey // nil where it can't be known without the passphrase, or err is set
	err    error         // why the file is no use; fs.ErrNotExist for a missing one
	half   bool          // it holds the public key only: the private one is to be in the agent
	pem    []byte        // of an encrypted key

	mu     sync.Mutex // held while a person is asked
	signer ssh.Signer // nil while encrypted
	denied error      // nobody gave the passphrase
}

// file reads a key.
func (r *keyring) file(path string) *keyFile {
	r.mu.Lock()
	defer r.mu.Unlock()
	k, ok := r.files[path]
	if !ok {
		k = readKey(path)
		if r.files == nil {
			r.files = map[string]*keyFile{}
		}
		r.files[path] = k
	}
	return k
}

func readKey(path string) *keyFile {
	k := &keyFile{path: path}
	content, err := os.ReadFile(path)
	if err != nil {
		k.err = err
		return k
	}
	if public, _, _, _, err := ssh.ParseAuthorizedKey(content); err == nil {
		k.public, k.half = public, true
		return k
	}
	signer, err := ssh.ParsePrivateKey(content)
	var encrypted *ssh.PassphraseMissingError
	switch {
	case err == nil:
		k.signer, k.public = signer, signer.PublicKey()
	case errors.As(err, &encrypted):
		k.pem, k.public = content, encrypted.PublicKey
		if k.public == nil {
			k.public = readPublic(path + ".pub")
		}
	default:
		k.err = fmt.Errorf("key %s: %w", path, err)
	}
	return k
}

// MayBeKey tells whether what is at a path looks like a private key or, where an agent has that, a public one.
// Nothing is decrypted, and a pipe, which can be read but once, may be one.
func MayBeKey(path string) bool {
	const most = 1 << 20
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return true // why is told where it is read
	case info.IsDir() || info.Size() > most:
		return false
	case !info.Mode().IsRegular():
		return true
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return true
	}
	if block, _ := pem.Decode(content); block != nil {
		return strings.HasSuffix(block.Type, "PRIVATE KEY")
	}
	_, _, _, _, err = ssh.ParseAuthorizedKey(content)
	return err == nil
}

// readPublic reads a public key or certificate; nil where there is none.
func readPublic(path string) ssh.PublicKey {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	public, _, _, _, err := ssh.ParseAuthorizedKey(content)
	if err != nil {
		return nil
	}
	return public
}

// encrypted tells whether a passphrase may have to be asked for.
func (k *keyFile) encrypted() bool { return k.pem != nil }

func (k *keyFile) missing() bool { return errors.Is(k.err, fs.ErrNotExist) }

// unlock gives the key to sign with. The first caller asks for the passphrase, up to three times,
// and all others share what came of it; where ctx ends first nothing has come of it, and the error is
// ctx's. decrypted, if not nil, gets the key when it was just decrypted.
func (k *keyFile) unlock(ctx context.Context, ask func(ctx context.Context, path string) (secret.Value, error), decrypted func(key any)) (ssh.Signer, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if k.signer != nil || k.denied != nil {
		return k.signer, k.denied
	}
	key, err := k.decrypt(ctx, ask)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err == nil {
		k.signer, err = ssh.NewSignerFromKey(key)
	}
	if err != nil {
		k.denied = &PassphraseError{Path: k.path, Err: err}
		return nil, k.denied
	}
	if decrypted != nil {
		decrypted(key)
	}
	return k.signer, nil
}

func (k *keyFile) decrypt(ctx context.Context, ask func(ctx context.Context, path string) (secret.Value, error)) (any, error) {
	if ask == nil {
		return nil, errors.New("there is nobody to ask for its passphrase")
	}
	for range 3 {
		passphrase, err := ask(ctx, k.path)
		if err != nil {
			return nil, err
		}
		if !passphrase.IsSet() {
			return nil, errors.New("no passphrase was given")
		}
		key, err := ssh.ParseRawPrivateKeyWithPassphrase(k.pem, []byte(passphrase.Reveal()))
		if !errors.Is(err, x509.IncorrectPasswordError) {
			return key, err
		}
	}
	return nil, errors.New("the passphrase does not open it")
}
