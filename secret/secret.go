// Package secret keeps secrets from being seen: a Value shows as a mask however it is printed, and Masked hides what
// looks like a secret in a text that somebody else has written.
package secret

import (
	"encoding/json"
	"fmt"
)

// Mask stands for a secret wherever one is printed; its length says nothing about the secret's.
const Mask = "********"

// A Secret is a password or passphrase. However it is printed, formatted or marshalled it shows
// as a mask of fixed length; only Reveal gives the value, and only code that writes it to a
// connection, an agent or a key parser may call that. The zero Secret means "none was given".
type Value struct{ value string }

// NewSecret returns s as a Secret.
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
