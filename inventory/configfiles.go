package inventory

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"

	sshconfig "github.com/kevinburke/ssh_config"
)

// configFiles are ssh_config files read without ssh, the strongest first.
type configFiles struct{ files []*sshconfig.Config }

// misread finds lines that the library takes for something else than ssh does, with why.
var misread = []struct {
	line *regexp.Regexp
	why  string
}{
	{regexp.MustCompile(`(?i)^\s*match\s+(?:[^a\s]|a[^l]|al[^l]|all\s*\S)`), "Match with a condition"},
	{regexp.MustCompile(`(?i)^\s*host\b.*\t\S`), "a tab between names after Host"},
	{regexp.MustCompile(`(?i)^\s*(?:host|include)\b.*"`), "quotes after Host or Include"},
	{regexp.MustCompile(`(?i)^\s*host\b.*\?`), "a ? after Host"},
	{regexp.MustCompile(`"[^"]*#[^"]*"`), "a # within quotes"},
	{regexp.MustCompile(`^\s*\w+\s*=?\s*$`), "an option without a value"},
	{regexp.MustCompile(`(?i)^\s*canonicalizehostname\s*=?\s*(?:yes|always|true)`), "CanonicalizeHostname"},
}

func readConfigFiles(paths []string, home string) (*configFiles, error) {
	c := &configFiles{}
	for _, path := range paths {
		if err := walkConfig(path, home, 0, refuseMisread); err != nil {
			return nil, err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, &SourceError{path, err}
		}
		cfg, err := sshconfig.DecodeBytes(data)
		if err != nil {
			return nil, &ConfigError{Pos{File: path}, strings.TrimPrefix(err.Error(), "ssh_config: ")}
		}
		c.files = append(c.files, cfg)
	}
	return c, nil
}

// refuseMisread refuses a line that the library takes for something else than ssh does.
func refuseMisread(l configLine) error {
	for _, m := range misread {
		if m.line.MatchString(l.text) {
			return &ConfigError{l.at, m.why}
		}
	}
	if l.option != "" && !sshOptions[l.option] {
		return &ConfigError{l.at, fmt.Sprintf("option %q", l.option)}
	}
	return nil
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

// sshOptions are all that ssh knows; it refuses others, where the library passes them over.
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
		userknownhostsfile verifyhostkeydns versionaddendum visualhostkey warnweakcrypto xauthlocation`) {
		known[word] = true
	}
	return known
}()

// lookup returns what the files say about a host, and nothing of ssh's defaults.
func (c *configFiles) lookup(q query, me string) (settings, error) {
	s := settings{}
	if q.user != "" {
		s.set("user", fromDefault, q.user)
	}
	if q.port != "" {
		s.set("port", fromDefault, q.port)
	}
	options := []string{"revokedhostkeys", "proxyusefdpass"}
	for option := range argOptions {
		options = append(options, option)
	}
	for option := range unsupported {
		options = append(options, option)
	}
	var errs []error
	both := false
	for _, option := range options {
		for _, file := range c.files {
			values, err := file.GetAll(q.host, option)
			if err != nil {
				errs = append(errs, err)
			}
			if len(values) == 0 {
				continue
			}
			if !accumulates(option) {
				values = optionValues(option, values[0])
			}
			both = both || option == "proxyjump" && s.has("proxycommand") || option == "proxycommand" && s.has("proxyjump")
			s.setOnce(option, fromConfig, values...)
		}
	}
	if both {
		errs = append(errs, errors.New("ProxyJump and ProxyCommand are both set; which comes first only the ssh program tells"))
	}
	if name, ok := s["hostname"]; ok {
		s.set("hostname", fromConfig, strings.ToLower(name.values[0]))
	}
	return s, errors.Join(errs...)
}
