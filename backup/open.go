package backup

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"filippo.io/age"
	"filippo.io/age/agessh"
	"golang.org/x/crypto/ssh"
)

// ReadIdentities reads who opens what is encrypted: a file of age's identities (AGE-SECRET-KEY-1...), or a private key of SSH, whose passphrase is asked for where it has one.
func ReadIdentities(text []byte, passphrase func() ([]byte, error)) ([]age.Identity, error) {
	if !bytes.Contains(text, []byte("-----BEGIN")) {
		return age.ParseIdentities(bytes.NewReader(text))
	}
	id, err := agessh.ParseIdentity(text)
	var locked *ssh.PassphraseMissingError
	if errors.As(err, &locked) && locked.PublicKey != nil {
		id, err = agessh.NewEncryptedSSHIdentity(locked.PublicKey, text, passphrase)
	}
	return []age.Identity{id}, err
}

// ErrSealed says that a backup is encrypted, and nothing was named that opens it.
var ErrSealed = errors.New("it is encrypted")

// sealedMark is what all that age has encrypted begins with.
const sealedMark = "age-encryption.org/"

// Open reads a backup, be it encrypted or not.
func Open(r io.Reader, by []age.Identity) (io.Reader, error) {
	plain := bufio.NewReaderSize(r, 1<<16)
	if mark, _ := plain.Peek(len(sealedMark)); string(mark) != sealedMark {
		return plain, nil
	}
	if len(by) == 0 {
		return nil, ErrSealed
	}
	open, err := age.Decrypt(plain, by...)
	if errors.As(err, new(*age.NoIdentityMatchError)) {
		return nil, errors.New("none of the identities opens it: it is encrypted to others")
	}
	if err != nil {
		return nil, fmt.Errorf("it can't be decrypted: %w", err)
	}
	return bufio.NewReaderSize(open, 1<<16), nil
}
