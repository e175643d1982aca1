//go:build linux

package integration

import (
	"strings"
	"testing"
	"time"

	"djship/integration/testbed"
)

// scratches are the names of scratch databases that a host has, and what is noted of such.
func scratches(t *testing.T, h *testbed.Host) string {
	t.Helper()
	return on(t, h, "runuser -u postgres -- psql -XAtqc \"select datname from pg_database where datname like 'djship%'\"; cat /var/lib/djship/scratch 2>/dev/null; ls -d /webapps/example_project/.djship-rehearsal 2>/dev/null || :")
}

// columns are those of a table of the site's.
func columns(t *testing.T, h *testbed.Host, table string) string {
	t.Helper()
	return strings.TrimSpace(on(t, h, "runuser -u postgres -- psql -XAtq -d example -c \"select string_agg(column_name, ' ' order by ordinal_position) from information_schema.columns where table_name = '"+table+"'\""))
}

// What the live release can't go on with is refused before the database is touched, by migration, table and column; what it can go on with is migrated; and no
// scratch database is left.
func TestGate(t *testing.T) {
	eachDebian(t, func(t *testing.T, suite int) { checkGate(t, upMoving(t, suite)) })
}

func checkGate(t *testing.T, m *moving) {
	h, w, c := m.h, m.w, m.code
	on(t, h, "runuser -u postgres -- psql -Xq -d example -c 'create extension if not exists file_fdw; create schema \"od''d\"; alter schema \"od''d\" owner to example; alter extension file_fdw set schema \"od''d\"' 2>/dev/null || runuser -u postgres -- psql -Xq -d example -c 'create extension if not exists pageinspect'")
	c.commit(t, map[string]string{"shop/models.py": strings.Replace(shop["shop/models.py"], "    name =", "    color = models.CharField(max_length=9, null=True)\n    name =", 1),
		"shop/migrations/0002_color.py": migration("0001_initial", "migrations.AddField('Thing', 'color', models.CharField(max_length=9, null=True))")})
	w.djship(0, push()...)
	same(t, "columns", columns(t, h, "shop_thing"), "id name color")
	idle(t, h, w, push()...)
	two := releasesTold(t, w)[0].ID // and another that migrates nothing is live when the next is pushed
	c.commit(t, map[string]string{"about.txt": "as the one before\n"})
	w.djship(0, push()...)
	first := releasesTold(t, w)
	one := first[len(first)-1].ID
	w.djship(0, "rollback", "example", one) // which fits, and is not to be taken for fitting when more was migrated
	w.djship(0, push()...)

	over := unchanged(t, h)
	c.commit(t, map[string]string{"shop/models.py": strings.Replace(shop["shop/models.py"], "name =", "title =", 1),
		"shop/migrations/0003_title.py": migration("0002_color", "migrations.RemoveField('Thing', 'color'), migrations.RenameField('Thing', 'name', 'title')")})
	o := w.run(push()...)
	said(t, w, o, "the live release can't go on with what its database would be:", "shop.0003_title: shop_thing.name is title, and old code names it in each statement", "db_column=\"name\"",
		"shop.0003_title: shop_thing.color is gone", "the database is as it was, and the live release goes on. Split the migration, or push with --allow-break")
	if file := w.eventsFile(); !strings.Contains(file, `"type":"migration"`) || !strings.Contains(file, `"breaks":[{"table":"shop_thing","column":"name","why":"is title, and old code names it in each statement","split":"keep the name`) {
		t.Errorf("what breaks is no event: %s", file)
	}
	over(true)
	same(t, "columns after a refusal", columns(t, h, "shop_thing"), "id name color")
	same(t, "what is left", scratches(t, h), "")
	o = w.djship(0, push("--allow-break")...)
	if !strings.Contains(o.stdout+o.stderr, "migrated nevertheless, as --allow-break says") {
		t.Errorf("it does not tell: %v", o)
	}
	same(t, "columns where it was allowed", columns(t, h, "shop_thing"), "id title")
	if page := get(t, h, "example.com", "/"); page.status != 200 {
		t.Errorf("visitors are not let in again: %v", page)
	}

	for _, to := range [][]string{{}, {two}, {one}} {
		o = w.run(append([]string{"rollback", "example"}, to...)...)
		said(t, w, o, "can't go on with the database as it is, which was migrated since it was live:", "shop_thing.name is title, and old code names it in each statement", "nothing was changed")
		saysPage(t, h, "first, 0 things")
	}

	c.commit(t, map[string]string{"shop/migrations/0004_slow.py": "import time\n" + migration("0003_title", "migrations.RunPython(lambda apps, editor: time.sleep(6), migrations.RunPython.noop)")})
	done := make(chan outcome)
	go func() { done <- w.run(push()...) }()
	var name string
	for end := time.Now().Add(90 * time.Second); name == "" && time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		name, _, _ = strings.Cut(scratches(t, h), "\n")
	}
	time.Sleep(2 * time.Second)
	same(t, "who owns it and may connect", on(t, h, "runuser -u postgres -- psql -XAtqc \"select pg_get_userbyid(datdba), has_database_privilege('public', oid, 'connect'), (select rolcreatedb from pg_roles where rolname = 'example') from pg_database where datname = '"+name+"'\""), "postgres|f|f")
	if o := <-done; o.status != 0 {
		t.Error(o)
	}
	same(t, "what is left", scratches(t, h), "")
}
