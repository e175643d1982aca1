// Package secret keeps secrets from being seen: a Value shows as a mask however it is printed, and Masked hides what
// looks like a secret in a text that somebody else has written.
package secret

import (
	"encoding/json"
	"fmt"
)

// Mask stands for a secret wherever one is printed; its length says nothing about the secret's.
const Mask = "********"

// A Value is a secret: a password, a passphrase, the address of an index with a password in it. However it is
// printed, formatted or marshalled it shows as a mask of fixed length; only Reveal gives the secret. The zero
// Value means "none was given".
type Value struct{ value string }

// New returns s as a Value.
func New(s string) Value { return Value{s} }

// Reveal returns the value itself.
func (s Value) Reveal() string { return s.value }

// IsSet tells whether a value was given; the empty string is none.
func (s Value) IsSet() bool { return s.value != "" }

// String returns the mask, or the empty string where nothing was given.
func (s Value) String() string {
	if !s.IsSet() {
		return ""
	}
	return Mask
}

// Format prints the mask for every verb, so that %#v and %x hide the value as well.
func (s Value) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(s.String())) }

// MarshalJSON gives the mask.
func (s Value) MarshalJSON() ([]byte, error) { return json.Marshal(s.String()) }

// MarshalYAML gives the mask.
func (s Value) MarshalYAML() (any, error) { return s.String(), nil }
