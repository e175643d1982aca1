//go:build linux

package integration

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"djship/integration/testbed"
	"djship/steps/model"
)

// orderAgain orders what is there anew, whatever is noted of orders before.
const orderAgain = "cd " + model.Certificates + "/example && rm -f attempts && { [ ! -f pair ] || sed -i 's/^directory .*/directory https:..other/' pair; } && python3 -I " + model.CertificatesBy + " "

// Five hosts behind one name, in random order, all have their certificates at the first try, a hundred of them (or as many as DJSHIP_ISSUES says), though the CA refuses nonces and lets
// orders wait: whichever of them the CA asks answers for whichever has ordered. Each can renew alone, where the others are down and DNS leads to them no more. As time goes by, each has
// the next certificate before the last one has expired, though the CA is down for a while; and a host has twenty of them renewed in time.
func TestCertificatesOfManyHosts(t *testing.T) {
	slow(t)
	if !thorough() {
		t.Skip("not in CI, where a whole run has an hour: `make test-slow` runs it")
	}
	t.Parallel()
	testbed.Need(t)
	issues := 100
	if n, err := strconv.Atoi(os.Getenv("DJSHIP_ISSUES")); err == nil {
		issues = n
	}
	var specs []testbed.Spec
	for i := range 5 {
		specs = append(specs, testbed.Spec{Suite: 11 + i%3, From: certbot})
	}
	m := manyHosts{t: t, hosts: testbed.UpAll(t, specs...)}
	m.names = serveNames(t, m.hosts...)
	m.names.lead(ofMany, m.hosts...)
	m.ca = startCA(t, m.names, caSpec{env: []string{"PEBBLE_WFE_NONCEREJECT=5", "PEBBLE_VA_NOSLEEP=0", "PEBBLE_VA_SLEEPTIME=3"}})
	for i, h := range m.hosts {
		key := ""
		if i > 0 {
			key = on(t, m.hosts[0], "cat "+model.Certificates+"/example/key.json")
		}
		m.orderers = append(m.orderers, newOrderer(t, h, m.ca, key, ofMany...))
	}
	m.issues(issues)
	for _, o := range m.orderers {
		o.secure()
	}
	m.alone()
	m.lives(5*time.Minute, 12*time.Minute)
	m.twenty(m.orderers[1])
}

// ofMany are the names that lead to all hosts.
var ofMany = []string{"example.com", "www.example.com"}

// manyHosts are hosts behind one name.
type manyHosts struct {
	t        *testing.T
	hosts    []*testbed.Host
	names    *nameServer
	ca       *ca
	orderers []orderer
}

// each has each host do something at the same time.
func (m manyHosts) each(f func(i int, o orderer) error) {
	m.t.Helper()
	var all errgroup.Group
	for i, o := range m.orderers {
		all.Go(func() error { return f(i, o) })
	}
	if err := all.Wait(); err != nil {
		m.t.Error(err)
	}
}

// issues has so many orders made by all of them.
func (m manyHosts) issues(issues int) {
	m.t.Helper()
	began := time.Now()
	m.each(func(i int, o orderer) error {
		for n := i; n < issues; n += len(m.orderers) {
			out, err := o.h.Run(m.t.Context(), orderAgain+"order example")
			if err != nil || !strings.Contains(out, "ordered for") {
				return fmt.Errorf("order %d, on %s: %w\n%s", n, o.h.Name(), err, out)
			}
		}
		return nil
	})
	log, err := os.ReadFile(m.ca.log)
	if err != nil {
		m.t.Fatal(err)
	}
	invalid, issued, asked := strings.Count(string(log), "set INVALID"), strings.Count(string(log), "Issued certificate serial"), map[string]int{}
	for _, h := range m.hosts {
		asked[h.Name()] = len(strings.Fields(on(m.t, h, "grep -o 'acme-challenge/[^ ]*' /var/log/nginx/access.log | grep -v djship- || :")))
	}
	m.t.Logf("%d orders in %v, %d issued, %d challenges refused by the CA; it asked %v", issues, time.Since(began).Round(time.Second), issued, invalid, asked)
	if invalid > 0 || issued < issues {
		m.t.Errorf("%d issued, %d challenges failed", issued, invalid)
	}
}

// alone renews on each host where the others are down, and DNS leads to them no more.
func (m manyHosts) alone() {
	m.t.Helper()
	for i, o := range m.orderers {
		for j, other := range m.hosts {
			if j != i {
				if err := other.CutNetwork(); err != nil {
					m.t.Fatal(err)
				}
			}
		}
		m.names.lead(ofMany, o.h)
		on(m.t, o.h, orderAgain+"renew | grep renewed")
		for _, other := range m.hosts {
			if err := other.RestoreNetwork(); err != nil {
				m.t.Fatal(err)
			}
		}
	}
	m.names.lead(ofMany, m.hosts...)
	m.t.Log("each has renewed with the four others down")
}

// lives has hosts look at their certificates as often as the timer does within six days, while these live on and are renewed, and visitors come: nobody meets one that has expired, though
// the CA is down for a tenth of a life when it is time to renew.
func (m manyHosts) lives(life, long time.Duration) {
	m.t.Helper()
	m.ca.gives(life)
	m.each(func(i int, o orderer) error { _, err := o.h.Run(m.t.Context(), orderAgain+"renew"); return err })
	met, end := visitTLS(m.t.Context(), m.hosts)
	began := time.Now()
	var ca sync.WaitGroup
	ca.Go(func() {
		time.Sleep(life * 2 / 3)
		m.ca.stop()
		time.Sleep(life / 10)
		m.ca.start()
	})
	serials := make([]map[string]bool, len(m.orderers))
	m.each(func(i int, o orderer) error {
		serials[i] = map[string]bool{}
		for time.Since(began) < long {
			next := time.Now().Add(life / 24)
			serial, err := o.h.Run(m.t.Context(), "rm -f "+model.Certificates+"/example/attempts; python3 -I "+model.CertificatesBy+" renew >/dev/null || :; openssl x509 -noout -serial -in /etc/letsencrypt/live/example/fullchain.pem")
			if err != nil {
				return err
			}
			serials[i][serial] = true
			time.Sleep(time.Until(next))
		}
		return nil
	})
	ca.Wait()
	end()
	had := 0
	for _, s := range serials {
		had += len(s)
	}
	m.t.Logf("lives of %v for %v on %d hosts: %d certificates, %d handshakes, %d of them with one that had expired, %d that failed", life, long, len(m.hosts), had, met.all.Load(), met.expired.Load(), met.failed.Load())
	if met.expired.Load() > 0 || met.failed.Load() > 0 || met.all.Load() < 100 || had < 3*len(m.hosts) {
		m.t.Error("a visitor has met a certificate that had expired, or none")
	}
}

// twenty renews the certificates of twenty more sites of one host by one run.
func (m manyHosts) twenty(o orderer) {
	m.t.Helper()
	t, h := m.t, o.h
	m.ca.gives(90 * day)
	var names []string
	for i := range 20 {
		names = append(names, fmt.Sprintf("site%d.example.com", i))
	}
	m.names.lead(names, h)
	on(t, h, `cd `+model.Certificates+`
for i in $(seq 0 19); do
	echo 'tls acme' >/var/lib/djship/sites/site$i
	python3 -I `+model.CertificatesBy+` account site$i </dev/null
	sed "s/\"names\":\[[^]]*\]/\"names\":[\"site$i.example.com\"]/" example/order.json >site$i/order.json
	sed -e "s/server_name [^;]*;/server_name site$i.example.com;/" -e "s/\$1\.[^\"]*\"/\$1.$(cat site$i/thumbprint)\"/" -e 's/listen 443.*/ server_name site'$i'.example.com;/' /etc/nginx/sites-enabled/example >/etc/nginx/sites-enabled/site$i
done
nginx -t 2>&1 && systemctl reload nginx`)
	first := time.Now()
	on(t, h, "python3 -I "+model.CertificatesBy+" renew")
	took := time.Since(first)
	on(t, h, "cd "+model.Certificates+" && sed -i 's/^directory .*/directory https:..other/' site*/pair")
	again := time.Now()
	out := on(t, h, "python3 -I "+model.CertificatesBy+" renew")
	t.Logf("20 sites of one host: first certificates in %v, all renewed in %v", took.Round(time.Second), time.Since(again).Round(time.Second))
	// The site of before has a certificate of minutes, which may be due, too.
	if n := strings.Count(out, ": renewed") - strings.Count(out, "example: renewed"); n != 20 || time.Since(again) > time.Hour {
		t.Errorf("%d of 20 were renewed:\n%s", n, out)
	}
	same(t, "proven", on(t, h, "ls /var/lib/djship/sites/site*.renewed | wc -l"), "20")
}
