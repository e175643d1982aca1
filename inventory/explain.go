package inventory

import (
	"cmp"
	"fmt"
	"maps"
	"net"
	"slices"
	"strconv"
	"strings"

	"djship/remote"
	"djship/secret"
)

// origins lists where the parts of an endpoint were set: address, port and user always, the rest
// where somebody set it. Values of options with tokens are as filled in. Passwords are named and not
// shown.
func origins(s settings, ep remote.Endpoint, filled map[string][]string) []Origin {
	shown := []Origin{
		{"address", ep.Addr, s["hostname"].from},
		{"port", strconv.Itoa(ep.Port), s["port"].from},
		{"user", ep.User, s["user"].from},
	}
	for _, j := range ep.Jumps {
		shown = append(shown, Origin{"through", j.User + "@" + net.JoinHostPort(j.Addr, strconv.Itoa(j.Port)), s["proxyjump"].from})
	}
	for _, option := range slices.Sorted(maps.Keys(s)) {
		v := s[option]
		name := printedOptions[option]
		if name == "" || v.from == fromDefault {
			continue
		}
		value := strings.Join(firstList(filled[option], v.values), " ")
		if option == "proxyjump" {
			value = strings.Join(firstList(filled[option], v.values), ",")
		}
		if strings.HasSuffix(option, "password") {
			value = secret.New(value).String()
		}
		shown = append(shown, Origin{name, value, v.from})
	}
	method := cmp.Or(ep.Become.Method, "nothing to do")
	return append(shown, Origin{"become root", method, cmp.Or(s["becomemethod"].from, s["become"].from, fromDefault)})
}

// firstList is the first list that has anything in it.
func firstList(lists ...[]string) []string {
	for _, l := range lists {
		if len(l) > 0 {
			return l
		}
	}
	return nil
}

// printedOptions are the options shown where they are set, by their name in ssh_config.
var printedOptions = map[string]string{
	"identityfile": "IdentityFile", "certificatefile": "CertificateFile", "identitiesonly": "IdentitiesOnly",
	"identityagent": "IdentityAgent", "addkeystoagent": "AddKeysToAgent", "proxyjump": "ProxyJump",
	"proxycommand": "ProxyCommand", "hostkeyalias": "HostKeyAlias", "hostkeyalgorithms": "HostKeyAlgorithms",
	"userknownhostsfile": "UserKnownHostsFile", "globalknownhostsfile": "GlobalKnownHostsFile",
	"knownhostscommand": "KnownHostsCommand", "stricthostkeychecking": "StrictHostKeyChecking",
	"connecttimeout": "ConnectTimeout", "serveraliveinterval": "ServerAliveInterval",
	"serveralivecountmax": "ServerAliveCountMax", "password": "password", "becomepassword": "become password",
	"becomeuser": "become user", "becomeflags": "become flags", "becomeexe": "become command",
}

// unsupported are options of ssh_config that change how ssh logs in and that djship passes over.
var unsupported = map[string]string{
	"addressfamily": "AddressFamily", "bindaddress": "BindAddress", "bindinterface": "BindInterface",
	"ciphers": "Ciphers", "macs": "MACs", "kexalgorithms": "KexAlgorithms",
	"casignaturealgorithms": "CASignatureAlgorithms", "pubkeyacceptedalgorithms": "PubkeyAcceptedAlgorithms",
	"pkcs11provider": "PKCS11Provider", "securitykeyprovider": "SecurityKeyProvider",
	"preferredauthentications": "PreferredAuthentications", "pubkeyauthentication": "PubkeyAuthentication",
	"passwordauthentication": "PasswordAuthentication", "kbdinteractiveauthentication": "KbdInteractiveAuthentication",
	"hostbasedauthentication": "HostbasedAuthentication", "verifyhostkeydns": "VerifyHostKeyDNS",
	"requiredrsasize": "RequiredRSASize", "rekeylimit": "RekeyLimit",
}

// notes says what the settings ask for and djship does not do.
func notes(s settings) []string {
	var notes []string
	for _, option := range slices.Sorted(maps.Keys(unsupported)) {
		if v := s[option]; len(v.values) > 0 && v.from != fromDefault {
			notes = append(notes, fmt.Sprintf("%s %s is passed over: djship has no such setting (%s)", unsupported[option], v.values[0], v.from))
		}
	}
	switch v := s.get("addkeystoagent"); v {
	case "", "yes", "no", "true", "false":
	default:
		notes = append(notes, fmt.Sprintf("AddKeysToAgent %s is passed over: no key is handed to the agent (%s)", v, s["addkeystoagent"].from))
	}
	return notes
}
