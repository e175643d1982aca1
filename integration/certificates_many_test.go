//go:build linux

package integration

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"djship/integration/testbed"
	"djship/steps/model"
)

// Five hosts behind one name, in random order, all have their certificates at the first try, a hundred of them (or as many as DJSHIP_ISSUES says), though the CA refuses nonces: whichever of them the CA
// asks answers for whichever has ordered. Each can renew alone, where the others are down and DNS leads to them no more.
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
	hosts := testbed.UpAll(t, specs...)
	names := serveNames(t, hosts...)
	names.lead([]string{"example.com", "www.example.com"}, hosts...)
	c := startCA(t, names, caSpec{env: []string{"PEBBLE_WFE_NONCEREJECT=5"}})
	var orderers []orderer
	for i, h := range hosts {
		key := ""
		if i > 0 {
			key = on(t, hosts[0], "cat "+model.Certificates+"/example/key.json")
		}
		orderers = append(orderers, newOrderer(t, h, c, key, "example.com", "www.example.com"))
	}

	began := time.Now()
	var all errgroup.Group
	for i, o := range orderers {
		all.Go(func() error {
			for n := i; n < issues; n += len(orderers) {
				// Without what is noted of the pair that is there it is of another CA, and ordered anew; limits are those of another.
				out, err := o.h.Run(t.Context(), "cd "+model.Certificates+"/example && rm -f attempts && { [ ! -f pair ] || sed -i 's/^directory .*/directory https:..other/' pair; } && python3 -I "+model.CertificatesBy+" order example")
				if err != nil || !strings.Contains(out, "ordered for") {
					return fmt.Errorf("order %d, on %s: %w\n%s", n, o.h.Name(), err, out)
				}
			}
			return nil
		})
	}
	if err := all.Wait(); err != nil {
		t.Error(err)
	}
	log, err := os.ReadFile(c.log)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d issues in %v; refused by the CA: %d", issues, time.Since(began).Round(time.Second), strings.Count(string(log), "set INVALID"))
	if n := strings.Count(string(log), "set INVALID"); n > 0 {
		t.Errorf("%d challenges failed", n)
	}

	for i, o := range orderers {
		names.lead([]string{"example.com", "www.example.com"}, o.h)
		for j, other := range hosts {
			if j != i {
				if err := other.CutNetwork(); err != nil {
					t.Fatal(err)
				}
			}
		}
		on(t, o.h, "cd "+model.Certificates+"/example && rm -f attempts && sed -i 's/^directory .*/directory https:..other/' pair && python3 -I "+model.CertificatesBy+" renew | grep renewed")
		for _, other := range hosts {
			if err := other.RestoreNetwork(); err != nil {
				t.Fatal(err)
			}
		}
	}
}
