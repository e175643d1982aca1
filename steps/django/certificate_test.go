package django

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"djship/assets"
	"djship/runner/scratch"
	"djship/secret"
	"djship/steps/model"
	"djship/steps/model/modeltest"
)

const someKey = `{"kty":"RSA","n":"abc","e":"AQAB","d":"x"}`

func acmeSite() Site {
	s := site3()
	s.TLS = TLS{Mode: TLSACME, ACME: ACME{Directory: "https://ca.example.org/dir"}}
	return s
}

// conf is what probes print of a file.
func probed(text string) string {
	return ":" + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n:") + "\n"
}

func TestAccountPlan(t *testing.T) {
	given := secret.Value{}
	s := Account{Site: acmeSite(), Given: func(of string) secret.Value { return given }}
	for _, c := range []struct {
		what, seen string
		given      string
		verb       model.Verb
		detail     string
	}{
		{"nothing", "", "", model.Create, "its key is made on the server"},
		{"another host has one", "", someKey, model.Create, "that of the site's other hosts"},
		{"as it should be", "key\nthumbprint x\n" + probed(s.conf("x")), "", "", ""},
		{"the same is given", "key\nthumbprint " + Thumbprint(secret.New(someKey)) + "\n" + probed(s.conf(Thumbprint(secret.New(someKey)))), someKey, "", ""},
		{"others have another", "key\nthumbprint x\n" + probed(s.conf("x")), someKey, model.Update, "that of the site's other hosts"},
		{"nginx does not answer", "key\nthumbprint x\n", "", model.Update, s.Site.Layout().ChallengeConf()},
		{"nginx answers by another", "key\nthumbprint x\n" + probed(s.conf("y")), "", model.Update, s.Site.Layout().ChallengeConf()},
		{"no thumbprint", "key\n", "", model.Create, "its key is made on the server"},
	} {
		given = secret.New(c.given)
		got := s.Plan(model.Facts{}, model.Observed{Text: c.seen})
		if got.Verb != c.verb || got.Detail != c.detail {
			t.Errorf("%s: %s %q", c.what, got.Verb, got.Detail)
		}
		if strings.Contains(string(got.Script)+fmt.Sprint(got), `"d":"x"`) {
			t.Errorf("%s: the key is in a text that is shown", c.what)
		}
	}
}

// The thumbprint is that of RFC 7638, of the example that it gives.
func TestThumbprint(t *testing.T) {
	key := `{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"}`
	if got := Thumbprint(secret.New(key)); got != "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs" {
		t.Error(got)
	}
	for _, bad := range []string{"", "{", `{"kty":"EC","n":"a","e":"b"}`, `{"kty":"RSA"}`} {
		if got := Thumbprint(secret.New(bad)); got != "" {
			t.Errorf("%q: %q", bad, got)
		}
	}
}

func TestCertificatePlan(t *testing.T) {
	s := Certificate{Site: acmeSite(), Hosts: 2}
	now := time.Unix(1800000000, 0)
	pair := func(names string, from, until time.Duration, directory, is string) string {
		return fmt.Sprintf("sum aa\nnames %s\nfrom %d\nuntil %d\ndirectory %s\nis %s  /etc/letsencrypt/live/example/fullchain.pem\nis %s  order.json\nnow %d\n",
			names, now.Add(from).Unix(), now.Add(until).Unix(), directory, is, model.Sum(s.order()), now.Unix())
	}
	const day = 24 * time.Hour
	good := pair("example.com www.example.com", -10*day, 80*day, "https://ca.example.org/dir", "aa")
	const ordered = "ordered of https://ca.example.org/dir for example.com, www.example.com: "
	for _, c := range []struct {
		what, seen string
		verb       model.Verb
		detail     string
	}{
		{what: "as it should be", seen: good},
		{what: "there is none", seen: "now 1800000000\n", verb: model.Create, detail: ordered + "there is none that was checked"},
		{what: "somebody has put another", seen: strings.Replace(good, "is aa", "is bb", 1), verb: model.Create, detail: ordered + "what is there is not what was checked"},
		{what: "other names", seen: pair("example.com", -10*day, 80*day, "https://ca.example.org/dir", "aa"), verb: model.Create, detail: ordered + "what is there is for example.com"},
		{what: "another CA", seen: pair("example.com www.example.com", -10*day, 80*day, LetsEncrypt, "aa"), verb: model.Create, detail: ordered + "what is there is of another CA"},
		{what: "a third of 90 days", seen: pair("example.com www.example.com", -60*day, 30*day, "https://ca.example.org/dir", "aa"), verb: model.Create, detail: ordered + "a third of the life of what is there is left, until 2027-02-14"},
		{what: "a third of 6 days", seen: pair("example.com www.example.com", -4*day, 2*day, "https://ca.example.org/dir", "aa"), verb: model.Create, detail: ordered + "a third of the life of what is there is left, until 2027-01-17"},
		{what: "more than that of 6 days", seen: pair("example.com www.example.com", -3*day, 3*day, "https://ca.example.org/dir", "aa")},
		{what: "renewed otherwise", seen: strings.Replace(good, model.Sum(s.order()), "cc", 1), verb: model.Update, detail: "how it is renewed"},
		{what: "the site has its own", seen: "site own\nnow 1800000000\n"},
		{what: "a third of 45 days", seen: pair("example.com www.example.com", -30*day, 15*day, "https://ca.example.org/dir", "aa"), verb: model.Create, detail: ordered + "a third of the life of what is there is left, until 2027-01-30"},
	} {
		got := s.Plan(model.Facts{}, model.Observed{Text: c.seen})
		modeltest.Check(t, got)
		if got.Verb != c.verb || got.Detail != c.detail {
			t.Errorf("%s: %s %q", c.what, got.Verb, got.Detail)
		}
	}
}

func TestRenewalProblem(t *testing.T) {
	now := time.Unix(1800000000, 0).UTC()
	const day = 24 * time.Hour
	in := func(from, until time.Duration, more string) Renewal {
		var r Renewal
		for _, line := range strings.Split(fmt.Sprintf("certificate from %d\ncertificate until %d\n%s", now.Add(from).Unix(), now.Add(until).Unix(), more), "\n") {
			r.Read(line)
		}
		return r
	}
	failed := fmt.Sprintf("renewal failed %d\nrenewal says the CA\nrenewal says is \x1b[31mdown", now.Add(-2*time.Hour).Unix())
	for _, c := range []struct {
		what string
		r    Renewal
		want string
	}{
		{"nothing known", Renewal{}, ""},
		{"well", in(-10*day, 80*day, "renewal ok 1799999000"), ""},
		{"it is time to", in(-61*day, 29*day, ""), ""},
		{"overdue", in(-70*day, 20*day, ""), "the certificate of example is valid for 20d more, until 2027-02-04, and was not renewed when it was time to"},
		{"failed", in(-61*day, 29*day, failed), "the certificate of example is valid for 29d more, until 2027-02-13, and its renewal has failed 2h ago:\nthe CA\nis ?[31mdown"},
		{"expired", in(-91*day, -day, failed), "the certificate of example has expired on 2027-01-14, and its renewal has failed 2h ago:\nthe CA\nis ?[31mdown"},
		{"a person's", in(-61*day, 29*day, "renewal own"), ""},
		{"a person's, soon over", in(-61*day, 20*day, "renewal own"), "the certificate of example is valid for 20d more, until 2027-02-04"},
		{"a person's, expired", in(-91*day, -day, "renewal own"), "the certificate of example has expired on 2027-01-14"},
		{"a person's, gone", in(0, 0, "renewal own\ncertificate gone"), "the certificate of example can't be read where it lay: nginx has what it read of it, and does not start again without it"},
		{"none was had", Renewal{Failed: now.Add(-time.Hour), Says: "no"}, "the certificate of example could not be had, 60m ago:\nno"},
	} {
		if got, _ := c.r.Problem("example", now); got != c.want {
			t.Errorf("%s: %q", c.what, got)
		}
	}
}

// Why a CA does not answer is told in a few words, which fit wherever it is shown.
func TestWhyACADoesNotAnswer(t *testing.T) {
	wrapped := func(cause string) string {
		return "HTTPSConnectionPool(host='ca.example.com', port=443): Max retries exceeded with url: /dir (Caused by " + cause + ")"
	}
	for said, want := range map[string]string{
		wrapped("NewConnectionError('<urllib3.connection.HTTPSConnection object at 0x7f19>: Failed to establish a new connection: [Errno 111] Connection refused')"):        "Connection refused",
		wrapped("NewConnectionError('<urllib3.connection.HTTPSConnection object at 0x7f19>: Failed to establish a new connection: [Errno -2] Name or service not known')"):  "Name or service not known",
		wrapped("SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: unable to get local issuer certificate (_ssl.c:992)'))"): "certificate verify failed: unable to get local issuer certificate",
		wrapped(`SSLError(SSLCertVerificationError("hostname 'ca.example.com' doesn't match 'other.example.com'"))`):                                                        wrapped(`SSLError(SSLCertVerificationError("hostname 'ca.example.com' doesn't match 'other.example.com'"))`),
		"no whole answer within 40 seconds": "no whole answer within 40 seconds",
		"":                                  "Exception",
	} {
		scratch.Check(t, said, assets.Text("certificates/common.py")+"\n"+assets.Text("certificates/ca.py")+fmt.Sprintf("\nassert reason(Exception(%q)) == %q, reason(Exception(%[1]q))\n", said, want), "python3", "-I")
	}
}

// A host that hangs up on a name, as those of djship do on names that are nobody's, is not the site's: no order is made. One that nobody reaches from here may be reached by the CA.
func TestNamesThatLeadElsewhere(t *testing.T) {
	scratch.Check(t, "look", assets.Text("certificates/common.py")+"\n"+assets.Text("certificates/look.py")+`
import http.client, socket, threading
server = socket.socket()
server.bind(("127.0.0.1", 0))
server.listen(4)
port, connect, ask = server.getsockname()[1], http.client.HTTPConnection, visit
http.client.HTTPConnection = lambda address, _, timeout: connect("127.0.0.1", port, timeout=timeout)
def hang_up():
    while True:
        c = server.accept()[0]
        c.recv(4096)
        c.close()
threading.Thread(target=hang_up, daemon=True).start()
visit = lambda address, name, asks: (200, asks + ".print") if address == "127.0.0.1" else ask(address, name, asks)
addresses = lambda name: ["192.0.2.7"]
try:
    look(["example.com"], "print")
    assert False, "an order is made"
except Problem as e:
    assert "example.com leads to 192.0.2.7, which is no host of the site: it hangs up there" in str(e), e
with socket.socket() as s:
    s.bind(("127.0.0.1", 0))
    port = s.getsockname()[1]
    look(["example.com"], "print")
`, "python3", "-I")
}
