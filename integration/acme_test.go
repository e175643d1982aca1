//go:build linux

package integration

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"djship/integration/testbed"
	"djship/steps/django/pairtest"
	"djship/steps/model"
)

// acmeHosts are hosts of a site that get its certificate of a CA, as root's inventory on a workstation has them, and where the CA's names lead.
type acmeHosts struct {
	t     *testing.T
	hosts []*testbed.Host
	names *nameServer
	ca    *ca
	*workstation
}

// upACME starts hosts of a state that can order of a CA.
func upACME(t *testing.T, from string, s caSpec, specs ...testbed.Spec) *acmeHosts {
	t.Helper()
	testbed.Need(t)
	for i := range specs {
		specs[i].From = state(t, from)
	}
	a := &acmeHosts{t: t, hosts: testbed.UpAll(t, specs...)}
	a.names = serveNames(t, a.hosts...)
	a.ca = startCA(t, a.names, s)
	root, err := os.ReadFile(a.ca.signedBy)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range a.hosts {
		on(t, h, "cat >/etc/ssl/ca.pem <<'CA'\n"+string(root)+"CA")
	}
	a.workstation = workstationFor(t)
	a.all()
	return a
}

// all has the inventory name all hosts, with more variables.
func (a *acmeHosts) all(vars ...string) {
	a.t.Helper()
	var lines []string
	for _, h := range a.hosts {
		lines = append(lines, line(h, "root"))
	}
	lines = append(lines, "[all:vars]", "djship_tls=acme", "djship_acme_directory="+a.ca.directory, "djship_acme_ca=/etc/ssl/ca.pem", "djship_acme_email=ann@example.com",
		"djship_acme_eab_kid=kid-1", "djship_acme_eab_key="+eabKey)
	if err := a.inventory(append(lines, vars...)...); err != nil {
		a.t.Fatal(err)
	}
}

// secure says what is wrong with a site's page by https, where the CA's root is trusted; it returns the certificate.
func secure(h *testbed.Host, root *x509.CertPool, name string) (*x509.Certificate, error) {
	client := http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: root},
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, h.Addr()+":443")
		}}}
	r, err := client.Get("https://" + name + "/")
	if err != nil {
		return nil, err
	}
	defer r.Body.Close()
	if r.StatusCode != 200 {
		err = fmt.Errorf("https://%s/: %s", name, r.Status)
	}
	return r.TLS.PeerCertificates[0], err
}

// met checks that each host answers by https for each name, and leads there from http.
func (a *acmeHosts) met(names ...string) {
	a.t.Helper()
	for _, h := range a.hosts {
		for _, name := range names {
			if _, err := secure(h, a.ca.root(), name); err != nil {
				a.t.Errorf("%s: %v", h.Name(), err)
			}
			if p, err := visit(h, name, "/x?y"); err != nil || p.status != 301 || p.header.Get("Location") != "https://"+name+"/x?y" {
				a.t.Errorf("%s, http://%s: %d %v %v", h.Name(), name, p.status, p.header, err)
			}
		}
	}
}

// orders is how many orders the CA was asked for.
func (a *acmeHosts) orders() int {
	a.t.Helper()
	log, err := os.ReadFile(a.ca.log)
	if err != nil {
		a.t.Fatal(err)
	}
	return strings.Count(string(log), "Added order ")
}

// A site with djship_tls=acme is met by https by one deploy, on all of its hosts, whichever of them the CA asks, which wants to know whose customer they are; where that can't be, it is met
// by http as before, and the run says why.
func TestACME(t *testing.T) {
	slow(t)
	t.Parallel()
	a := upACME(t, site, caSpec{eab: true}, testbed.Spec{Suite: 12, Name: "web1"}, testbed.Spec{Suite: 12, Name: "web2"})
	deploy := strings.Fields(deployExample)
	a.names.lead([]string{"example.com"}, a.hosts...)
	a.names.lead([]string{"www.example.com"})

	o := a.run(deploy...)
	for _, want := range []string{"certificate of example.com", "no order is made", "www.example.com has no address in DNS"} {
		if o.status != 1 || !strings.Contains(o.stdout+o.stderr, want) {
			t.Fatalf("%q is not said: %v", want, o)
		}
	}
	if n := a.orders(); n != 0 {
		t.Errorf("%d orders", n)
	}
	answers(t, a.hosts[0], "example.com", "example")

	a.all("djship_tls_names=example.com")
	a.djship(0, deploy...)
	a.met("example.com")
	if p, err := visit(a.hosts[1], "www.example.com", "/x"); err != nil || p.status != 301 || p.header.Get("Location") != "https://example.com/x" {
		t.Errorf("a name that was left out: %d %v %v", p.status, p.header, err)
	}

	a.names.lead([]string{"www.example.com"}, a.hosts...)
	a.all()
	a.djship(0, deploy...)
	a.met("example.com", "www.example.com")
	a.oneAccount(deploy)
	for _, h := range a.hosts {
		idle(t, h, a.workstation, deploy...)
	}
	idle(t, a.hosts[0], a.workstation, "deploy", "--all")
	a.mended(deploy)
	if got := statuses(t, a.workstation, 0); got["example"]["certificate"] == nil {
		t.Errorf("status tells of no certificate: %v", got)
	}
	a.djship(0, "ping")

	// The workstation is off: the hosts renew by themselves, when it is time to, and nginx takes the new pair into use.
	before := a.serials()
	for _, h := range a.hosts {
		on(t, h, "systemctl is-active djship-certificates.timer && systemctl start djship-certificates")
	}
	same(t, "what need not be renewed", strings.Join(a.serials(), " "), strings.Join(before, " "))
	for _, h := range a.hosts {
		orderer{t, h, a.ca}.other()
	}
	a.ca.stop()
	try(t, a.hosts[0], "systemctl start djship-certificates")
	for _, command := range []string{"status", "ping"} {
		o := a.djship(1, command)
		for _, want := range []string{"the certificate of example is valid for", "its renewal has failed", "does not answer"} {
			if !strings.Contains(o.stdout, want) {
				t.Errorf("%s does not say %q: %v", command, want, o)
			}
		}
	}
	same(t, "with the CA down", strings.Join(a.served(), " "), strings.Join(before, " "))
	a.ca.start()
	for _, h := range a.hosts {
		on(t, h, "systemctl start djship-certificates || journalctl -u djship-certificates -n 30 -o cat")
	}
	a.met("example.com", "www.example.com", "alias.example.com")
	for i, serial := range a.served() {
		if serial == before[i] || serial != a.serials()[i] {
			t.Errorf("%s serves %s, had %s, has %s", a.hosts[i].Name(), serial, before[i], a.serials()[i])
		}
	}
	a.djship(0, "status")
	a.secured(deploy)
	a.off(deploy)
	a.lost(deploy)
}

// A host that has no site yet is met by https by one run of up, deploy --all and status know it so, and a deploy that comes near to the CA's limits tells that.
func TestUpToHTTPS(t *testing.T) {
	slow(t)
	if !thorough() {
		t.Skip("not in CI, where a whole run has an hour: `make test-slow` runs it")
	}
	t.Parallel()
	for _, suite := range []int{11, 13} {
		t.Run(fmt.Sprintf("debian%d", suite), func(t *testing.T) {
			t.Parallel()
			a := upACME(t, ready, caSpec{eab: true}, testbed.Spec{Suite: suite})
			a.names.lead([]string{"example.com", "www.example.com"}, a.hosts...)
			a.djship(0, "up", "example", "example.com")
			a.met("example.com", "www.example.com")
			idle(t, a.hosts[0], a.workstation, "up", "example", "example.com")
			idle(t, a.hosts[0], a.workstation, "deploy", "--all")
			if got := statuses(t, a.workstation, 0); got["example"]["certificate"] == nil {
				t.Errorf("status tells of no certificate: %v", got)
			}
			orderer{t, a.hosts[0], a.ca}.other()
			on(t, a.hosts[0], "for i in 1 2 3 4 5; do echo $(date +%s) ok; done >"+model.Certificates+"/example/attempts")
			if o := a.djship(0, strings.Fields(deployExample)...); !strings.Contains(o.stdout+o.stderr, "Let's Encrypt gives 5 certificates a week for the same names: this host had 5, and 1 host orders them") {
				t.Errorf("near its limits: %v", o)
			}
		})
	}
}

// mended does harm to all that renews a certificate on a host: the next deploy mends that, and nothing else.
func (a *acmeHosts) mended(deploy []string) {
	a.t.Helper()
	on(a.t, a.hosts[0], "chmod 600 "+model.CertificatesBy+"; rm /etc/nginx/djship/example/challenge.conf /etc/systemd/system/djship-certificates.service; systemctl disable -q --now djship-certificates.timer; sed -i s/ann@/joe@/ "+model.Certificates+"/example/order.json")
	want := "/etc/systemd/system/djship-certificates.service, ACME account of example, certificate of example.com, program for certificates, timer djship-certificates"
	for _, c := range []struct{ option, status string }{{"--check", "would_change"}, {"-v", "changed"}} {
		a.djship(0, append(slices.Clone(deploy), c.option)...)
		got := stepsWith(events(a.t, a.eventsFile()), c.status)
		slices.Sort(got)
		same(a.t, c.status, strings.Join(got, ", "), want)
	}
	idle(a.t, a.hosts[0], a.workstation, deploy...)
}

// secured has browsers come by https alone, which waits for a renewal: the mark of it is taken away from one host.
func (a *acmeHosts) secured(deploy []string) {
	a.t.Helper()
	on(a.t, a.hosts[1], "rm /var/lib/djship/sites/example.renewed")
	a.all("djship_aliases=alias.example.com", "djship_hsts=1y")
	o := a.djship(0, append(deploy, "-v")...)
	if !strings.Contains(o.stdout+o.stderr, "browsers are told to come by https alone by the first deploy behind the first renewal") {
		a.t.Errorf("%v", o)
	}
	for i, want := range []string{"max-age=31536000", ""} {
		v := httpsVisitor{Host: a.hosts[i], roots: a.ca.root()}
		if got := v.get(a.t, "https://example.com/").header.Get("Strict-Transport-Security"); got != want {
			a.t.Errorf("%s: HSTS %q, not %q", a.hosts[i].Name(), got, want)
		}
	}
}

// off has the site be met by http again, and its certificate renewed no more.
func (a *acmeHosts) off(deploy []string) {
	a.t.Helper()
	var lines []string
	for _, h := range a.hosts {
		lines = append(lines, line(h, "root", "djship_tls=off"))
	}
	if err := a.inventory(lines...); err != nil {
		a.t.Fatal(err)
	}
	a.djship(0, deploy...)
	for _, h := range a.hosts {
		answers(a.t, h, "example.com", "example")
		orderer{a.t, h, a.ca}.other()
		same(a.t, "renewals", on(a.t, h, "systemctl start djship-certificates; journalctl -u djship-certificates --since '-20s' -o cat | grep -c 'ordered for' || :"), "0")
	}
	if got := statuses(a.t, a.workstation, 0); got["example"]["certificate"] != nil {
		a.t.Errorf("status tells of a certificate: %v", got)
	}
}

// lost takes away a certificate that a person had put there: nginx reads nothing anew then, and yet it comes to one of the CA's.
func (a *acmeHosts) lost(deploy []string) {
	a.t.Helper()
	names := []string{"example.com", "www.example.com"}
	root := pairtest.Root(a.t)
	p := root.Pair(a.t, 60*day, names...)
	var lines []string
	for _, h := range a.hosts {
		putPair(a.t, h, pairtest.Text(p.Certificate, root.Certificate), p.Key)
		lines = append(lines, line(h, "root", "djship_tls=files djship_tls_certificate=/etc/ssl/private/example.pem djship_tls_key=/etc/ssl/private/example.key"))
	}
	if err := a.inventory(lines...); err != nil {
		a.t.Fatal(err)
	}
	a.djship(0, deploy...)
	for _, h := range a.hosts {
		on(a.t, h, "rm /etc/ssl/private/example.pem /etc/nginx/djship/example/challenge.conf; ! nginx -q -t")
	}
	a.all()
	a.djship(0, deploy...)
	a.met(names...)
	idle(a.t, a.hosts[0], a.workstation, deploy...)
}

// oneAccount checks that all hosts have one account, that nothing of it is on the workstation, nor of what binds it but the inventory, and that a host that was deployed alone gets it by a run for all.
func (a *acmeHosts) oneAccount(deploy []string) {
	a.t.Helper()
	t, last := a.t, a.hosts[len(a.hosts)-1]
	key := on(t, a.hosts[0], "cat "+model.Certificates+"/example/key.json")
	same(t, "the key of the other", on(t, last, "cat "+model.Certificates+"/example/key.json"), key)
	var parts struct{ D string }
	if err := json.Unmarshal([]byte(key), &parts); err != nil || len(parts.D) < 100 {
		t.Fatalf("the key: %v", err)
	}
	if out, err := exec.Command("grep", "-rlF", parts.D[:40], a.home).CombinedOutput(); err == nil {
		t.Errorf("the key is on the workstation: %s", out)
	}
	if out, _ := exec.Command("grep", "-rlF", eabKey[:20], a.home).CombinedOutput(); strings.TrimSpace(string(out)) != filepath.Join(a.home, "hosts.ini") {
		t.Errorf("what binds the account is in %s", out)
	}
	same(t, "where it lies on a host", on(t, last, "grep -rlsF "+eabKey[:20]+" /etc /var /run /root /home /tmp /usr/local | xargs stat -c '%n %a %U'"), model.Certificates+"/example/eab.json 600 root")
	on(t, last, "cd "+model.Certificates+"/example && rm key.json thumbprint")
	a.names.lead([]string{"alias.example.com"}, a.hosts...)
	a.all("djship_aliases=alias.example.com")
	o := a.djship(1, append(deploy, "-l", last.Name())...)
	if !strings.Contains(o.stdout+o.stderr, "answers by another account: a run of djship for all hosts of the site gives them one") {
		t.Errorf("one host alone: %v", o)
	}
	a.djship(0, deploy...)
	same(t, "the key of the one that had another", on(t, last, "cat "+model.Certificates+"/example/key.json"), key)
	a.met("example.com", "www.example.com", "alias.example.com")
}

// serials are the numbers of the certificates that the hosts have, served those that visitors get.
func (a *acmeHosts) serials() []string {
	a.t.Helper()
	var all []string
	for _, h := range a.hosts {
		all = append(all, strings.ToLower(strings.TrimPrefix(on(a.t, h, "openssl x509 -noout -serial -in /etc/letsencrypt/live/example/fullchain.pem"), "serial=")))
	}
	return all
}

func (a *acmeHosts) served() []string {
	a.t.Helper()
	var all []string
	for _, h := range a.hosts {
		c, err := tls.Dial("tcp", h.Addr()+":443", &tls.Config{ServerName: "example.com", InsecureSkipVerify: true})
		if err != nil {
			a.t.Fatal(err)
		}
		all = append(all, fmt.Sprintf("%016x", c.ConnectionState().PeerCertificates[0].SerialNumber))
		c.Close()
	}
	return all
}
