package ansible

import (
	"fmt"

	"djship/inventory/source"
)

// vaultHeader begins everything that ansible-vault has encrypted.
const vaultHeader = "$ANSIBLE_VAULT;"

// wholeFile is what a VaultError is about where no variable is.
const wholeFile = "the whole file"

// A VaultError is something encrypted with ansible-vault, which djship does not decrypt.
type VaultError struct {
	Pos  source.Pos
	What string // the variable, or "the whole file"
}

func (e *VaultError) Error() string {
	return fmt.Sprintf("%s: %s is encrypted with ansible-vault, which djship does not read", e.Pos, e.What)
}

// Hint says what to do next.
func (e *VaultError) Hint() string {
	switch {
	case e.What == wholeFile:
		return "write it decrypted to a file of mode 0600 (ansible-vault view " + e.Pos.File + "), or keep it away from this inventory"
	case !IsSecretVar(e.What):
		return "write the value itself, or take it out of what djship reads"
	}
	return "leave " + e.What + " out of the inventory and give the password when asked: -k for the login, -K for sudo"
}
