package sshconfig

import (
	"fmt"
	"maps"
	"slices"
)

// unsupportedOptions are options of ssh_config that change how ssh logs in and that djship passes over.
var unsupportedOptions = map[string]string{
	"addressfamily": "AddressFamily", "bindaddress": "BindAddress", "bindinterface": "BindInterface",
	"ciphers": "Ciphers", "macs": "MACs", "kexalgorithms": "KexAlgorithms",
	"casignaturealgorithms": "CASignatureAlgorithms", "pubkeyacceptedalgorithms": "PubkeyAcceptedAlgorithms",
	"pkcs11provider": "PKCS11Provider", "securitykeyprovider": "SecurityKeyProvider",
	"preferredauthentications": "PreferredAuthentications", "pubkeyauthentication": "PubkeyAuthentication",
	"passwordauthentication": "PasswordAuthentication", "kbdinteractiveauthentication": "KbdInteractiveAuthentication",
	"hostbasedauthentication": "HostbasedAuthentication", "verifyhostkeydns": "VerifyHostKeyDNS",
	"requiredrsasize": "RequiredRSASize", "rekeylimit": "RekeyLimit",
}

// Notes says what settings ask for and djship does not do.
func (s Settings) Notes() []string {
	var notes []string
	for _, option := range slices.Sorted(maps.Keys(unsupportedOptions)) {
		if v := s[option]; len(v.Values) > 0 && v.From != FromDefault {
			notes = append(notes, fmt.Sprintf("%s %s is passed over: djship has no such setting (%s)", unsupportedOptions[option], v.Values[0], v.From))
		}
	}
	switch v := s.Get("addkeystoagent"); v {
	case "", "yes", "no", "true", "false":
	default:
		notes = append(notes, fmt.Sprintf("AddKeysToAgent %s is passed over: no key is handed to the agent (%s)", v, s["addkeystoagent"].From))
	}
	return notes
}
