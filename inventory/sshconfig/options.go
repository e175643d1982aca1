package sshconfig

import "strings"

// knownOptions are all that ssh knows, old ones that it passes over among them; it refuses others.
var knownOptions = func() map[string]bool {
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

// supportedOptions are the options of ssh that djship acts on, wherever they are set.
var supportedOptions = map[string]bool{
	"hostname": true, "port": true, "user": true, "identityfile": true, "certificatefile": true,
	"identitiesonly": true, "identityagent": true, "addkeystoagent": true, "proxyjump": true,
	"proxycommand": true, "hostkeyalias": true, "hostkeyalgorithms": true, "userknownhostsfile": true,
	"globalknownhostsfile": true, "knownhostscommand": true, "stricthostkeychecking": true,
	"connecttimeout": true, "serveraliveinterval": true, "serveralivecountmax": true,
}

// ignoredOptions make no difference to what djship does: it shares connections by itself, forwards
// nothing and has no terminal.
var ignoredOptions = map[string]bool{
	"controlmaster": true, "controlpersist": true, "controlpath": true, "compression": true,
	"forwardagent": true, "forwardx11": true, "loglevel": true, "requesttty": true, "tcpkeepalive": true,
	"batchmode": true, "updatehostkeys": true, "visualhostkey": true, "hashknownhosts": true, "checkhostip": true,
	"sendenv": true, "setenv": true,
}

// rawOptions are those whose value is the rest of the line as it stands.
var rawOptions = map[string]bool{"proxycommand": true, "knownhostscommand": true, "localcommand": true, "remotecommand": true}
