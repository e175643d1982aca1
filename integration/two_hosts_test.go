//go:build linux

package integration

import (
	"crypto/x509"
	"strings"
	"testing"
	"time"

	"djship/integration/testbed"
	"djship/steps/django/pairtest"
)

// A stage of two hosts, of Debian 11 and 13: each gets secrets of its own by one rotation, both move to another domain by one deploy, one of them with a certificate of the user's, and what is of a newer PostgreSQL does not go back to an older one.
func TestStageOfTwoReleases(t *testing.T) {
	slow(t)
	t.Parallel()
	testbed.Need(t)
	hosts := testbed.UpAll(t, testbed.Spec{Suite: 11, Name: "older", From: state(t, site)}, testbed.Spec{Suite: 13, Name: "newer", From: state(t, site)})
	older, newer := hosts[0], hosts[1]
	for _, h := range hosts {
		within(t, time.Minute, func() error { return answering(h, "example.com") })
	}
	w := workstationFor(t, "[production]", line(older, "root"), line(newer, "root"))

	var before [][]string
	for _, h := range hosts {
		before = append(before, secretsOf(t, h))
	}
	o := w.djship(0, "rotate", "example", "--hold", "2s")
	for i, h := range hosts {
		is := secretsOf(t, h)
		if is[0] == before[i][0] || is[1] == before[i][1] || i > 0 && is[1] == secretsOf(t, older)[1] || i > 0 && is[0] == secretsOf(t, older)[0] {
			t.Errorf("%s: it has no secrets of its own: %v", h.Name(), o)
		}
		same(t, h.Name()+": the passwords", letsIn(t, h, before[i][1])+" "+letsIn(t, h, is[1]), "refused 1")
		answers(t, h, "example.com", "example")
		oneRuns(t, h)
	}
	idle(t, newer, w, "deploy", "example", "example.com")

	w.djship(0, strings.Fields(moveThere)...)
	for _, h := range hosts {
		answers(t, h, newName, "example")
		for _, name := range []string{"example.com", "www.example.com"} {
			if p, err := visit(h, name, "/a?b=c"); err != nil || p.status != 301 || p.header.Get("Location") != "http://"+newName+"/a?b=c" {
				t.Errorf("%s: %s: %d %v %v", h.Name(), name, p.status, p.header, err)
			}
		}
	}
	idle(t, newer, w, "deploy", "example", newName)

	w.djship(0, "backup", "example", "newer.tar", "-l", "newer")
	o = w.djship(1, "restore", "example", "newer.tar", "-l", "older", "--yes")
	if !strings.Contains(o.stderr, "older: the dump is of PostgreSQL 17, and the host has 13: it can't go to an older one") {
		t.Errorf("%v", o)
	}
	on(t, older, `cd / && supervisorctl stop all >/dev/null; runuser -u postgres -- psql -qX -v ON_ERROR_STOP=1 -c 'alter database example rename to other' -c "create database example owner example template template0 lc_collate 'POSIX' lc_ctype 'POSIX' encoding 'UTF8'" && runuser -u postgres -- psql -qX -d example -c 'set role example; create table mine (id int); insert into mine values (1)'; supervisorctl start all >/dev/null`)
	w.djship(0, "backup", "example", "older.tar", "-l", "older")
	o = w.djship(0, "restore", "example", "older.tar", "-l", "newer", "--yes")
	if !strings.Contains(o.stderr, "the database was sorted by C, and is by C.UTF-8 here: what is sorted by the database may stand in another order") || psql(t, newer, "example", "select id from mine") != "1" {
		t.Errorf("another locale: %v", o)
	}

	w.movesWithFiles(t, newer)
}

// movesWithFiles has a site go to a third domain with a certificate that the user has put there, which has to be for the names of before, too.
func (w *workstation) movesWithFiles(t *testing.T, h *testbed.Host) {
	t.Helper()
	root := pairtest.Root(t)
	issuer := root.Below(t, "issuer")
	v := httpsVisitor{Host: h, roots: x509.NewCertPool()}
	v.roots.AddCert(root.Certificate)
	if err := w.inventory(line(h, "root", "djship_tls=files djship_tls_certificate=/etc/ssl/private/example.pem djship_tls_key=/etc/ssl/private/example.key")); err != nil {
		t.Fatal(err)
	}
	pair := issuer.Pair(t, 60*24*time.Hour, newName, "www."+newName, "example.com", "www.example.com")
	putPair(t, h, pairtest.Text(pair.Certificate, issuer.Certificate), pair.Key)
	w.djship(0, "deploy", "example", newName)
	move := []string{"deploy", "example", "third.org", "--move-domain"}
	o := w.run(move...)
	t.Logf("a certificate that is not for third.org: %v", o)
	if p := v.get(t, "https://"+newName+"/"); o.status != 1 || p.status != 200 {
		t.Errorf("with a certificate that is not for third.org: %d, %v", p.status, o)
	}
	pair = issuer.Pair(t, 60*24*time.Hour, "third.org", "www.third.org", newName, "www."+newName, "example.com", "www.example.com")
	putPair(t, h, pairtest.Text(pair.Certificate, issuer.Certificate), pair.Key)
	w.djship(0, move...)
	if p := v.get(t, "https://third.org/"); p.status != 200 {
		t.Errorf("https://third.org/: %d", p.status)
	}
	for _, name := range []string{newName, "www." + newName, "example.com"} {
		if p := v.get(t, "https://"+name+"/a?b=c"); p.status != 301 || p.header.Get("Location") != "https://third.org/a?b=c" {
			t.Errorf("https://%s: %d %v", name, p.status, p.header)
		}
	}
	idle(t, h, w, move...)
}
