package inventory

import (
	"cmp"
	"maps"
	"net"
	"slices"
	"strconv"
	"strings"

	"djship/inventory/sshconfig"
	"djship/remote"
	"djship/secret"
)

// origins lists where the parts of an endpoint were set: address, port and user always, the rest
// where somebody set it. Values of options with tokens are as filled in. Passwords are named and not
// shown.
func origins(s sshconfig.Settings, ep remote.Endpoint, filled map[string][]string) []Origin {
	shown := []Origin{
		{"address", ep.Addr, s["hostname"].From},
		{"port", strconv.Itoa(ep.Port), s["port"].From},
		{"user", ep.User, s["user"].From},
	}
	for _, j := range ep.Jumps {
		shown = append(shown, Origin{"through", j.User + "@" + net.JoinHostPort(j.Addr, strconv.Itoa(j.Port)), s["proxyjump"].From})
	}
	for _, option := range slices.Sorted(maps.Keys(s)) {
		v := s[option]
		name := printedOptions[option]
		if name == "" || v.From == sshconfig.FromDefault {
			continue
		}
		value := strings.Join(firstNonEmpty(filled[option], v.Values), " ")
		if option == "proxyjump" {
			value = strings.Join(firstNonEmpty(filled[option], v.Values), ",")
		}
		if strings.HasSuffix(option, "password") {
			value = secret.New(value).String()
		}
		shown = append(shown, Origin{name, value, v.From})
	}
	method := cmp.Or(ep.Become.Method, "nothing to do")
	return append(shown, Origin{"become root", method, cmp.Or(s["becomemethod"].From, s["become"].From, sshconfig.FromDefault)})
}

// firstNonEmpty is the first list that has anything in it.
func firstNonEmpty(lists ...[]string) []string {
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
