//go:build linux

package integration

import (
	"strings"
	"testing"
)

// The way back takes back what is beyond the release to which it leads, however often others have migrated and gone back since, with the data as it was destroyed last; what it can't bring is refused before anything is touched.
func TestMigrationsGoBackOverSeveral(t *testing.T) {
	slowDebians(t, func(t *testing.T, suite int) {
		m := upMoving(t, suite)
		const thing, name = "class Thing(models.Model):\n", "    name = models.CharField(max_length=20)\n"
		const color, size = "    color = models.CharField(max_length=9, null=True)\n", "    size = models.IntegerField()\n"
		pushes := func(models, after, migrationName, operations string, flags ...string) string {
			t.Helper()
			m.code.commit(t, shopWith(thing+models, map[string]string{migrationName: migration(after, operations)}))
			m.w.djship(0, push(flags...)...)
			return releasesTold(t, m.w)[0].ID
		}
		says := func(o outcome, words ...string) {
			t.Helper()
			for _, want := range words {
				if !strings.Contains(o.stdout+o.stderr, want) {
					t.Errorf("it does not say %q: %v", want, o)
				}
			}
		}
		applied := func() string {
			return m.sql("select string_agg(left(name, 4), ' ' order by name) from django_migrations where app = 'shop'")
		}
		one := pushes(name+color+size, "0001_initial", "0002_more", "migrations.AddField('Thing', 'color', models.CharField(max_length=9, null=True)), migrations.AddField('Thing', 'size', models.IntegerField(default=3), preserve_default=False)")
		m.sql("insert into shop_thing (name, color, size) select 'thing ' || i, 'c' || i, i from generate_series(1, 20) i")
		two := pushes(name+size, "0002_more", "0003_color", "migrations.RemoveField('Thing', 'color')")
		three := pushes(name, "0003_color", "0004_size", "migrations.RemoveField('Thing', 'size')")
		same(t, "what is applied", applied(), "0001 0002 0003 0004")

		m.w.djship(0, "rollback", "example", one, "--migrate-back")
		same(t, "behind the first way back", applied(), "0001 0002")
		same(t, "the data", m.sql("select count(*), sum(size), max(color) from shop_thing where color = 'c' || id"), "20|210|c9")
		wants := "wants shop.0003_color, shop.0004_size, as the database had it then; that was taken back on this host since"
		over := unchanged(t, m.h)
		said(t, m.w, m.w.run("rollback", "example", three), "can't go on with the database as it is", "release "+three+" "+wants, "djship push --ref with its commit migrates that")
		o := m.w.run("rollback", "example", three, "--migrate-back")
		said(t, m.w, o, "release "+three+" "+wants, "nothing was changed", "`djship push --ref` with the commit of that release migrates what it wants")
		if strings.Contains(o.stdout+o.stderr, "maintenance") {
			t.Errorf("visitors were kept out: %v", o)
		}
		said(t, m.w, m.w.run("rollback", "example", two, "--migrate-back"), "release "+two+" wants shop.0003_color, as the database had it then")
		over(true)

		m.sql("update shop_thing set color = 'new', size = 100 where id = 1")
		pushes(name+"    price = models.IntegerField(default=7)\n", "0004_size", "0005_price", "migrations.AddField('Thing', 'price', models.IntegerField(default=7))", "--allow-break")
		same(t, "migrated once more", applied(), "0001 0002 0003 0004 0005")
		says(m.w.djship(0, "rollback", "example", three, "--migrate-back", "--check"), "takes back shop.0005_price,")
		o = m.w.djship(0, "rollback", "example", three, "--migrate-back")
		says(o, "taken back: shop.0005_price")
		same(t, "behind the second way back", applied(), "0001 0002 0003 0004")
		idle(t, m.h, m.w, "rollback", "example", three, "--migrate-back")
		says(m.w.djship(0, "rollback", "example", one, "--migrate-back"), "taken back: shop.0004_size, shop.0003_color", "put back is what was kept of ")
		same(t, "behind the third way back", applied(), "0001 0002")
		same(t, "the data as it was last", m.sql("select count(*), sum(size), min(color), max(color) from shop_thing"), "20|309|c10|new")
		saysPage(t, m.h, "first, 20 things")
		same(t, "what is left", scratches(t, m.h), "")
	})
}
