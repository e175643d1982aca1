package inventory

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// configFiles are ssh_config files read without ssh, the strongest first.
type configFiles struct{ files [][]configLine }

// beyond finds lines that only ssh can follow, with why.
var beyond = []struct {
	line *regexp.Regexp
	why  string
}{
	{regexp.MustCompile(`(?i)^\s*match[\s=]+(?:[^a\s]|a[^l]|al[^l]|all\s*\S)`), "Match with a condition"},
	{regexp.MustCompile(`(?i)^\s*canonicalizehostname[\s=]+"?(?:yes|always|true)`), "CanonicalizeHostname"},
	{regexp.MustCompile(`(?i)^\s*(?:include|user)[\s=].*(?:%|\$\{)`), "a token or variable after Include or User"},
	{regexp.MustCompile(`^\s*\w+\s*=?\s*$`), "an option without a value"},
}

func readConfigFiles(paths []string, home string) (*configFiles, error) {
	c := &configFiles{}
	var passed []string // what IgnoreUnknown names; the first one counts, as of all options
	for _, path := range paths {
		lines, err := readConfig(path, home, 0)
		if err != nil {
			return nil, err
		}
		if err := refuseUnread(lines, true, &passed); err != nil {
			return nil, err
		}
		c.files = append(c.files, lines)
	}
	return c, nil
}

// refuseUnread refuses lines that only ssh can follow, and those that it would refuse itself.
// everywhere says that the lines are for all hosts.
func refuseUnread(lines []configLine, everywhere bool, passed *[]string) error {
	for _, l := range lines {
		for _, b := range beyond {
			if b.line.MatchString(l.text) {
				return &ConfigError{l.at, b.why}
			}
		}
		words, err := sshWords(l.value)
		switch {
		case err != nil && !rawOptions[l.option]:
			return &ConfigError{l.at, err.Error()}
		case l.option == "host":
			everywhere = slices.Equal(words, []string{"*"})
		case l.option == "match":
			everywhere = true
		case l.option == "ignoreunknown" && everywhere && *passed == nil && len(words) > 0:
			*passed = strings.Split(strings.ToLower(words[0]), ",")
		case l.option != "" && !sshOptions[l.option] && !matchPatterns(*passed, l.option):
			return &ConfigError{l.at, fmt.Sprintf("option %q", l.option)}
		}
		for _, file := range l.included {
			if err := refuseUnread(file, everywhere, passed); err != nil {
				return err
			}
		}
	}
	return nil
}

// rawOptions are those whose value is the rest of the line as it stands.
var rawOptions = map[string]bool{"proxycommand": true, "knownhostscommand": true, "localcommand": true, "remotecommand": true}

// matchPatterns tells whether one of patterns with * and ? matches s, and none with a ! before it.
func matchPatterns(patterns []string, s string) bool {
	matched := false
	for _, p := range patterns {
		p, negated := strings.CutPrefix(p, "!")
		if !wildcard(p, s) {
			continue
		}
		if negated {
			return false
		}
		matched = true
	}
	return matched
}

// wildcard matches s with a pattern of * (any run of characters) and ? (any one).
func wildcard(pattern, s string) bool {
	star, from := -1, 0 // the last *, and where in s what is behind it is tried
	p, i := 0, 0
	for i < len(s) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, from = p, i
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == s[i]):
			p++
			i++
		case star >= 0:
			from++
			p, i = star+1, from
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// A ConfigError is an ssh_config that cannot be read without the ssh program.
type ConfigError struct {
	Pos Pos
	Msg string
}

func (e *ConfigError) Error() string {
	return fmt.Sprintf("%s: %s cannot be read without the ssh program", e.Pos, e.Msg)
}

// Hint says what to do next.
func (e *ConfigError) Hint() string {
	return "install OpenSSH's client, or name a simpler file with -F (-F none: no file at all)"
}

// sshOptions are all that ssh knows, old ones that it passes over among them; it refuses others.
var sshOptions = func() map[string]bool {
	known := map[string]bool{}
	for word := range strings.FieldsSeq(`host match include
		addkeystoagent addressfamily batchmode bindaddress bindinterface canonicaldomains
		canonicalizefallbacklocal canonicalizehostname canonicalizemaxdots canonicalizepermittedcnames
		casignaturealgorithms certificatefile challengeresponseauthentication channeltimeout checkhostip
		ciphers clearallforwardings compression connectionattempts connecttimeout controlmaster
		controlpath controlpersist dynamicforward enableescapecommandline enablesshkeysign escapechar
		exitonforwardfailure fingerprinthash forkafterauthentication forwardagent forwardx11
		forwardx11timeout forwardx11trusted gatewayports globalknownhostsfile gssapiauthentication
		gssapidelegatecredentials gssapikeyexchange gssapiclientidentity gssapiserveridentity
		gssapirenewalforcesrekey gssapitrustdns gssapikexalgorithms hashknownhosts
		hostbasedacceptedalgorithms hostbasedauthentication hostbasedkeytypes hostkeyalgorithms
		hostkeyalias hostname identitiesonly identityagent identityfile ipqos
		kbdinteractiveauthentication kbdinteractivedevices kexalgorithms knownhostscommand localcommand
		localforward loglevel logverbose macs nohostauthenticationforlocalhost numberofpasswordprompts
		obscurekeystroketiming passwordauthentication permitlocalcommand permitremoteopen pkcs11provider
		port preferredauthentications proxycommand proxyjump proxyusefdpass pubkeyacceptedalgorithms
		pubkeyacceptedkeytypes pubkeyauthentication rekeylimit remotecommand remoteforward requesttty
		requiredrsasize revokedhostkeys securitykeyprovider sendenv serveralivecountmax
		serveraliveinterval sessiontype setenv stdinnull streamlocalbindmask streamlocalbindunlink
		stricthostkeychecking syslogfacility tag tcpkeepalive tunnel tunneldevice updatehostkeys user
		userknownhostsfile verifyhostkeydns versionaddendum visualhostkey warnweakcrypto xauthlocation
		ignoreunknown keepalive protocol cipher compressionlevel fallbacktorsh globalknownhostsfile2
		rhostsauthentication userknownhostsfile2 useroaming usersh useprivilegedport afstokenpassing
		kerberosauthentication kerberostgtpassing rsaauthentication rhostsrsaauthentication
		smartcarddevice skeyauthentication tisauthentication dsaauthentication identityfile2
		refuseconnection`) {
		known[word] = true
	}
	return known
}()

// aliases are other names of options that make a difference here.
var aliases = map[string]string{
	"identityfile2": "identityfile", "smartcarddevice": "pkcs11provider",
	"challengeresponseauthentication": "kbdinteractiveauthentication", "skeyauthentication": "kbdinteractiveauthentication",
	"tisauthentication": "kbdinteractiveauthentication", "dsaauthentication": "pubkeyauthentication",
	"pubkeyacceptedkeytypes": "pubkeyacceptedalgorithms",
}

// lookup returns what the files say about a host, and nothing of ssh's defaults.
func (c *configFiles) lookup(q query) (settings, error) {
	s := settings{}
	if q.user != "" {
		s.set("user", fromDefault, q.user)
	}
	if q.port != "" {
		s.set("port", fromDefault, q.port)
	}
	var errs []error
	for _, lines := range c.files {
		active := true
		visitConfig(lines, q.host, &active, func(l configLine) {
			option := cmp.Or(aliases[l.option], l.option)
			if !argOptions[option] && unsupported[option] == "" && option != "revokedhostkeys" && option != "proxyusefdpass" {
				return
			}
			values, err := optionValues(option, l.value)
			if err != nil {
				errs = append(errs, &ConfigError{l.at, err.Error()})
				return
			}
			if option == "proxycommand" && s.get("proxyjump") == "none" && !s.has(option) {
				delete(s, "proxyjump") // no jump leaves room for a command
			}
			s.setOnce(option, fromConfig, values...)
		})
	}
	if name, ok := s["hostname"]; ok {
		s.set("hostname", fromConfig, strings.ToLower(name.values[0]))
	}
	return s, errors.Join(errs...)
}

// visitConfig visits the lines that are about a host. active tells, and is told, whether the section
// is.
func visitConfig(lines []configLine, host string, active *bool, visit func(configLine)) {
	for _, l := range lines {
		switch l.option {
		case "host":
			patterns, _ := sshWords(l.value) // refused before where it can't be read
			*active = matchPatterns(patterns, host)
		case "match":
			*active = true
		case "include":
			for _, file := range l.included {
				if within := true; *active {
					visitConfig(file, host, &within, visit)
				}
			}
		default:
			if *active {
				visit(l)
			}
		}
	}
}
