//go:build linux

package integration

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"djship/integration/testbed"
	"djship/steps/model"
)

// A host has certificates by Debian's certbot and nothing but what nginx answers by itself, though the CA refuses every seventh nonce; they are renewed when a third of their life is left
// and not before, or when the CA says so, by the program alone, and certbot's own timer leaves them to it. Whatever stands in the way is said, and what was there serves on.
func TestCertificateProgram(t *testing.T) {
	slowDebians(t, func(t *testing.T, suite int) {
		testbed.Need(t)
		h := testbed.Up(t, testbed.Spec{Suite: suite, From: certbot, DiskSize: 2 << 30})
		names := serveNames(t, h)
		names.lead([]string{"example.com", "www.example.com"}, h)
		names.lead([]string{"nowhere.example.com"})
		names.leadHere(t, "elsewhere.example.com")
		c := startCA(t, names, caSpec{env: []string{"PEBBLE_WFE_NONCEREJECT=15"}})
		o := newOrderer(t, h, c, "", "example.com", "www.example.com")
		o.says(o.program("order example"), "example: to be ordered for example.com, www.example.com (there is none yet)")
		o.secure()
		first := o.serial()
		o.says(on(t, h, "cat /etc/letsencrypt/renewal/example.conf"), "autorenew = False", "authenticator = manual")
		on(t, h, "certbot renew --no-random-sleep-on-renew")
		if got := o.program("renew"); got != "" || o.serial() != first {
			t.Errorf("what need not be renewed: %q", got)
		}
		if got := try(t, h, "stat -c '%a %U' "+model.Certificates+" "+model.Certificates+"/example/key.json /etc/letsencrypt/archive/example/privkey1.pem"); got != "700 root\n600 root\n600 root" {
			t.Errorf("secrets: %s", got)
		}
		o.wishes()
		lives := []time.Duration{6 * day}
		if thorough() {
			lives = append(lives, 45*day, 90*day)
		}
		for _, life := range lives {
			o.thirds(life)
		}
		o.bound(names)
		o.limits()
		o.cutOff()
		o.faults()
		o.says(on(t, h, "head -n 1 "+model.Certificates+"/example/outcome"), "ok ")
		o.gone()
	})
}

const day = 24 * time.Hour

// thirds moves the clock through the life of a certificate, of the CA's, too: it is renewed when a third is left, and not before. That of a CA that says when is asked, too: within a
// day around two thirds.
func (o orderer) thirds(life time.Duration) {
	o.t.Helper()
	o.ca.gives(life)
	o.other()
	o.says(o.program("renew"), "example: renewed")
	before := o.serial()
	for _, at := range []time.Duration{life / 3, life/3 + time.Hour, life*2/3 - 25*time.Hour} {
		if got := o.at(at, "renew"); got != "" || o.serial() != before {
			o.t.Errorf("%v of %v: %s", at, life, got)
		}
	}
	o.says(o.at(life*2/3+time.Hour, "renew"), "a third of its life is left", "example: renewed")
	if o.serial() == before {
		o.t.Errorf("%v: %s is still there", life, before)
	}
	o.serves(o.serial())
}

// wishes has the CA say when it would have the certificate renewed.
func (o orderer) wishes() {
	o.t.Helper()
	before := o.serial()
	certificate := on(o.t, o.h, "cat /etc/letsencrypt/live/example/cert.pem")
	for _, text := range []string{"{", `{"suggestedWindow": {"start": "soon", "end": 7}}`, `{"suggestedWindow": {"start": "2099-01-01T00:00:00.123456Z", "end": "2099-01-02T00:00:00+01:00"}}`} {
		o.ca.suggest(certificate, text)
		if got := o.at(2*day, "renew"); got != "" || o.serial() != before {
			o.t.Errorf("%s: %s", text, got)
		}
	}
	o.ca.suggest(certificate, `{"suggestedWindow": {"start": "2020-01-01T00:00:00Z", "end": "2020-01-02T00:00:00.5Z"}}`)
	if got := o.at(23*time.Hour, "renew"); got != "" {
		o.t.Errorf("on its first day: %s", got)
	}
	o.says(o.at(2*day, "renew"), "the CA wants it to be renewed by now", "example: renewed")
	if o.serial() == before {
		o.t.Error("it was not renewed when the CA wanted it to be")
	}
}

// bound asks a CA that wants to know whose customer somebody is, without and with the words for that.
func (o orderer) bound(names *nameServer) {
	o.t.Helper()
	strict := orderer{o.t, o.h, startCA(o.t, names, caSpec{eab: true, port: 14100})}
	defer strict.ca.stop()
	strict.trusts()
	strict.order("example.com", "www.example.com")
	strict.says(strict.program("order example"), "it gives two words for that, djship_acme_eab_kid and djship_acme_eab_key", "(status 1)")
	on(o.t, o.h, "umask 077; printf '%s' '{\"kid\": \"kid-1\", \"key\": \""+eabKey+"\"}' >"+model.Certificates+"/example/eab.json")
	strict.says(strict.program("order example"), "(it is of another CA)")
	strict.says(on(o.t, o.h, "cat "+model.Certificates+"/example/outcome"), "ok ", "renewed")
	on(o.t, o.h, "rm "+model.Certificates+"/example/eab.json")
	o.trusts()
	o.order("example.com", "www.example.com")
	o.says(o.program("order example"), "(it is of another CA)")
}

// limits comes near to what CAs bear.
func (o orderer) limits() {
	o.t.Helper()
	attempts := func(word string) {
		on(o.t, o.h, "for i in 1 2 3 4; do echo $(date +%s) "+word+"; done | tail -n +"+map[string]string{"ok": "1", "failed": "2"}[word]+" >"+model.Certificates+"/example/attempts")
	}
	o.other()
	attempts("ok")
	o.says(o.program("order example 2"), "notice: Let's Encrypt gives 5 certificates a week for the same names: this host had 4, and 2 hosts order them")
	served := o.serial()
	o.other()
	attempts("failed")
	o.ca.set(0, "rejectedIdentifier")
	o.says(o.program("order example"), "4 orders for the site have failed within an hour, and CAs bear 5")
	o.says(o.program("order example"), "4 orders for the site have failed within an hour, and CAs bear 5: no order is made before")
	on(o.t, o.h, "rm "+model.Certificates+"/example/attempts")
	o.ca.set(0, "rateLimited")
	o.says(o.program("order example"), "too many of these: retry after 2 hours", "The CA gives no more for now", "(status 1)")
	o.ca.set(0, "")
	same(o.t, "what is noted of an order that was not taken", try(o.t, o.h, "cat "+model.Certificates+"/example/attempts 2>/dev/null"), "(status 1)")
	if o.serial() != served || o.served() != served {
		o.t.Errorf("at its limits %s is there and %s served, not %s", o.serial(), o.served(), served)
	}
}

// faults does harm, one after another, when it is time to renew: what is the matter is said, and what is there serves on.
func (o orderer) faults() {
	o.t.Helper()
	t, h := o.t, o.h
	served := o.serial()
	for _, f := range []struct {
		what       string
		harm, mend func()
		says       []string
	}{
		{"a name is in no DNS", func() { o.order("example.com", "nowhere.example.com") }, func() {}, []string{"no order is made", "nowhere.example.com"}},
		{"a name leads elsewhere", func() { o.order("example.com", "elsewhere.example.com") }, func() {}, []string{"no order is made", "elsewhere.example.com leads to ", ", which is no host of the site: it answers 404 there"}},
		{"the CA is down", o.ca.stop, o.ca.start, []string{"does not answer"}},
		{"the clock is ahead", func() { o.order("example.com", "www.example.com"); o.other(); o.ca.set(-3*time.Hour, "") }, func() { o.ca.set(0, "") }, []string{"this host's clock is 180 minutes ahead", "timedatectl set-ntp true"}},
		{"the clock is behind", func() { o.ca.set(3*time.Hour+time.Minute, "") }, func() { o.ca.set(0, "") }, []string{"this host's clock is 180 minutes behind"}},
		{"the chain is none", func() { o.ca.breakChain(on(t, h, "cat /etc/ssl/ca.pem") + "\n") }, func() { o.ca.breakChain("") }, []string{"the CA has given a pair that is not taken, and what was there serves on", "fullchain.pem is no chain"}},
		{"nginx refuses its configuration", func() { o.order("example.com"); on(t, h, "echo 'oops;' >/etc/nginx/conf.d/oops.conf") }, func() { on(t, h, "rm /etc/nginx/conf.d/oops.conf") }, []string{"nginx refuses its configuration"}},
		{"the disk is full", func() {
			o.order("example.com", "www.example.com")
			if err := h.FillDisk(0); err != nil {
				t.Fatal(err)
			}
		}, func() {
			if err := h.EmptyDisk(); err != nil {
				t.Fatal(err)
			}
		}, []string{"No space left on device"}},
		{"the account is closed", func() {
			on(t, h, "for i in 1 2 3 4 5 6 7 8; do REQUESTS_CA_BUNDLE=/etc/ssl/ca.pem certbot unregister --non-interactive --server "+o.ca.directory+" --account $(ls "+o.accounts()+") && exit; done; exit 1") // certbot stumbles over a nonce that is refused
		}, func() { on(t, h, "rm "+model.Certificates+"/example/key.json") }, []string{"gives no account", "deactivated", "remove /var/lib/djship/certificates/example/key.json on each host"}},
	} {
		f.harm()
		got := o.program("order example")
		if o.served() != served {
			t.Errorf("%s: %s is served, not %s", f.what, o.served(), served)
		}
		f.mend()
		o.says(got, append(f.says, "(status 1)")...)
		o.says(on(t, h, "cat "+model.Certificates+"/example/outcome"), append(f.says, "failed ")...)
		if f.what == "nginx refuses its configuration" { // the pair is there, and taken into use once it can be
			on(t, h, "ls "+model.Certificates+"/example/unused")
			o.program("renew")
			same(t, "not in use yet", try(t, h, "ls "+model.Certificates+"/example | grep unused"), "(status 1)")
			served = o.serial()
		}
		if o.serial() != served {
			t.Errorf("%s: what was there is gone", f.what)
		}
	}
	on(t, h, "printf '' | python3 -I "+model.CertificatesBy+" account example")
	o.nginx("example.com", "www.example.com")
	o.secure()
	o.order("example.com", "www.example.com")
	o.says(o.program("renew"), "example: renewed")
	if o.serial() == served {
		t.Error("with another account nothing new has come")
	}
	o.serves(o.serial())
}

// gone has no certificate any more, as `djship remove` takes it away, and what is not on record any more is not renewed.
func (o orderer) gone() {
	o.t.Helper()
	o.other()
	on(o.t, o.h, "rm "+model.SiteRecord("example"))
	same(o.t, "of a site that is not on record", o.program("renew"), "")
	on(o.t, o.h, "rm /etc/nginx/sites-enabled/example && set -e\ncertbot delete --non-interactive --cert-name example\nrm -rf /var/lib/djship/certificates/example /var/lib/djship/sites/example.renewed\nnginx -t 2>&1")
	same(o.t, "left of the certificate", on(o.t, o.h, "find /etc/letsencrypt/live /etc/letsencrypt/archive /etc/letsencrypt/renewal /var/lib/djship -name 'example*'"), "")
	same(o.t, "renewed behind it", o.program("renew"), "")
	same(o.t, "certificates of certbot", on(o.t, o.h, "certbot certificates 2>/dev/null | grep -c 'Certificate Name' || :"), "0")
}

// accounts is where certbot keeps those with the CA.
func (o orderer) accounts() string {
	return "/etc/letsencrypt/accounts/" + strings.TrimPrefix(o.ca.directory, "https://") + "/"
}

// at has the program do something when so much time has gone by, for the CA, too.
func (o orderer) at(ahead time.Duration, args string) string {
	o.t.Helper()
	o.ca.set(ahead, "")
	defer o.ca.set(0, "")
	return o.otherwise(fmt.Sprintf("import time; now = time.time; time.time = lambda: now() + %d", int(ahead.Seconds())), args)
}

// otherwise has the program do something in a Python in which something is other than usual.
func (o orderer) otherwise(python, args string) string {
	o.t.Helper()
	return try(o.t, o.h, "python3 -I -c "+quote(python+"\nimport runpy, sys\nsys.argv = sys.argv[1:]\nrunpy.run_path(sys.argv[0], run_name='__main__')")+" "+model.CertificatesBy+" "+args)
}

// cutOff ends the program when certbot has a certificate, and nobody knows of it yet: the next run takes it into use.
func (o orderer) cutOff() {
	o.t.Helper()
	before := o.serial()
	o.other()
	o.says(o.otherwise(`import os, subprocess
wait = subprocess.Popen.communicate
def end(p, *args, **more):
    said = wait(p, *args, **more)
    if p.args[0] == "certbot" and p.returncode == 0:
        os._exit(9)
    return said
subprocess.Popen.communicate = end`, "order example"), "(status 9)")
	got := o.serial()
	if got == before || o.served() != before {
		o.t.Fatalf("%s is there, as %s was, and %s is served", got, before, o.served())
	}
	on(o.t, o.h, "sed -i 's,^directory .*,directory "+o.ca.directory+",' "+model.Certificates+"/example/pair")
	same(o.t, "what was said behind an order that was cut off", o.program("renew"), "")
	o.serves(got)
}
