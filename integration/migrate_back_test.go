//go:build linux

package integration

import (
	"strings"
	"testing"
)

const keptAt = "/var/lib/djship/kept"

// shopWith is the project with other models and further migrations behind its first.
func shopWith(models string, migrations map[string]string) map[string]string {
	files := map[string]string{"shop/models.py": "from django.db import models\n" + models}
	for name, text := range migrations {
		files["shop/migrations/"+name+".py"] = text
	}
	return files
}

// What migrations destroy is kept before they begin; the way back to the release before takes them back with it, as a whole or not at all.
func TestMigrationsGoBack(t *testing.T) {
	slowDebians(t, func(t *testing.T, suite int) { checkMigrationsGoBack(t, upMoving(t, suite)) })
}

func checkMigrationsGoBack(t *testing.T, m *moving) {
	const name = "    name = models.CharField(max_length=20)\n"
	m.code.commit(t, shopWith("class Thing(models.Model):\n"+name+"    color = models.CharField(max_length=9, null=True, unique=True)\n    size = models.IntegerField()\n    price = models.DecimalField(max_digits=6, decimal_places=2)\nclass Extra(models.Model):\n    thing = models.ForeignKey(Thing, models.CASCADE)\n",
		map[string]string{"0002_more": migration("0001_initial", "migrations.AddField('Thing', 'color', models.CharField(max_length=9, null=True, unique=True)), migrations.AddField('Thing', 'size', models.IntegerField(default=3), preserve_default=False), "+
			"migrations.AddField('Thing', 'price', models.DecimalField(max_digits=6, decimal_places=2, default=0)), migrations.CreateModel('Extra', [('id', models.AutoField(primary_key=True)), ('thing', models.ForeignKey('shop.Thing', models.CASCADE))])")}))
	m.w.djship(0, push()...)
	old := releasesTold(t, m.w)[0].ID
	m.sql("insert into shop_thing (name, color, size, price) select 'thing ' || i, 'c' || i, i, i + 0.25 from generate_series(1, 20) i; insert into shop_extra (thing_id) select i from generate_series(1, 20) i")
	rows := func() string {
		return m.sql("select id, name, color, size, price from shop_thing order by 1; select id, thing_id from shop_extra order by 1; select table_name, column_name, data_type, is_nullable from information_schema.columns where table_name like 'shop%' order by 1, 2")
	}
	before := rows()
	m.code.commit(t, shopWith("class Thing(models.Model):\n"+name+"    price = models.IntegerField()\n", map[string]string{"0003_less": migration("0002_more",
		"migrations.RemoveField('Thing', 'color'), migrations.RemoveField('Thing', 'size'), migrations.DeleteModel('Extra'), migrations.AlterField('Thing', 'price', models.IntegerField())")}))

	// Where there is no room for it nothing is begun.
	on(t, m.h, "mkdir -p "+keptAt+" && mount -t tmpfs -o size=4k tmpfs "+keptAt+" && head -c 4096 /dev/zero >"+keptAt+"/full || :")
	o := m.w.run(push("--allow-break")...)
	said(t, m.w, o, "what the migrations destroy can not be kept on the host", "nothing was begun", "the release before goes on serving")
	on(t, m.h, "umount "+keptAt)
	m.w.djship(0, "maintenance", "example", "off")
	same(t, "rows where nothing was begun", rows(), before)

	o = m.w.djship(0, push("--allow-break", "--backup")...)
	for _, want := range []string{"kept before: table shop_extra, 20 rows; column shop_thing.color, 20 rows; column shop_thing.size, 20 rows; column shop_thing.price, 20 rows; in " + keptAt, "the whole database is kept as it was before"} {
		if !strings.Contains(o.stdout+o.stderr, want) {
			t.Errorf("it does not say %q: %v", want, o)
		}
	}
	same(t, "who may read it", on(t, m.h, "stat -c '%U %a' "+keptAt+" "+keptAt+"/example "+keptAt+"/example/* | sort | uniq -c | tr -s ' \n' ' '"), "2 root 600 2 root 700")
	on(t, m.h, "/usr/lib/postgresql/*/bin/pg_restore -l "+keptAt+"/example/*.dump | grep -q 'TABLE DATA public shop_thing'")
	same(t, "a price that was cut", m.sql("select price from shop_thing where id = 11"), "11")

	said(t, m.w, m.w.run("rollback", "example"), "shop_thing.color is gone", "djship rollback example "+old+" --migrate-back takes back shop.0003_less, with the data that was kept")
	m.sql("insert into shop_thing (name, price) values ('late', 1)")
	said(t, m.w, m.w.run("rollback", "example", "--migrate-back"), "nothing was taken back: 1 rows of shop_thing have nothing for ", "visitors of this host meet the site again")
	if p := get(t, m.h, "example.com", "/"); p.status != 200 {
		t.Errorf("visitors are kept out: %v", p)
	}
	m.sql("delete from shop_thing where name = 'late'; update shop_thing set name = 'other', price = 7 where id = 1; delete from shop_thing where id = 2")
	m.w.djship(0, "rollback", "example", "--migrate-back", "--check")
	o = m.w.djship(0, "rollback", "example", "--migrate-back")
	for _, want := range []string{"taken back: shop.0003_less", "put back is what was kept of "} {
		if !strings.Contains(o.stdout+o.stderr, want) {
			t.Errorf("it does not say %q: %v", want, o)
		}
	}
	want := strings.NewReplacer("1|thing 1|c1|1|1.25\n", "1|other|c1|1|7.00\n", "2|thing 2|c2|2|2.25\n", "").Replace(before)
	same(t, "rows", rows(), strings.Replace(want, "\n2|2\n", "\n", 1))
	saysPage(t, m.h, "first, 19 things")
	idle(t, m.h, m.w, "rollback", "example", old)

	// Once more there and back, now with a migration that can't be taken back.
	m.code.commit(t, shopWith("class Thing(models.Model):\n"+name+"    price = models.IntegerField()\n", map[string]string{"0004_sql": migration("0003_less", "migrations.RunSQL('select 1'), migrations.AlterUniqueTogether('Thing', {('name', 'price')})")}))
	m.w.djship(0, push("--allow-break")...)
	over := unchanged(t, m.h)
	said(t, m.w, m.w.run("rollback", "example", "--migrate-back"), "shop.0004_sql can't be taken back: Raw SQL operation", "nothing was changed")
	over(true)

	// What only removes waits until the new release is live, which adds rows meanwhile that are alike but for what it does not know; where it fails then that one goes on.
	m.code.commit(t, shopWith("class Thing(models.Model):\n"+name, map[string]string{"0005_gone": migration("0004_sql", "migrations.AlterUniqueTogether('Thing', set()), migrations.AlterModelOptions('Thing', {'ordering': ['name']}), migrations.RemoveField('Thing', 'price')")}))
	for path, text := range says("fifth") {
		m.code.commit(t, map[string]string{path: text})
	}
	const never = "create function never() returns event_trigger language plpgsql as $$ begin if exists (select from pg_event_trigger_dropped_objects() where object_type = 'table column') then raise 'never'; end if; end $$; create event trigger never on sql_drop execute function never()"
	on(t, m.h, asPostgres+" -c "+quote(never))
	o = m.w.run(push("-v")...)
	said(t, m.w, o, "what only removes waits until the new release is live: shop.0005_gone", "never", "the new release is live, and what was to be removed is still there. The same push tries it again")
	saysPage(t, m.h, "fifth, 19 things")
	if r := releasesTold(t, m.w)[0]; !r.Live || len(r.Waits) != 1 || r.Waits[0] != "shop.0005_gone" {
		t.Errorf("what waits: %+v", r)
	}
	const waits = "what only removes was not run when the live release had its place, and waits: shop.0005_gone. `djship push example --ref "
	for _, line := range []string{"status", "deploy example example.com"} {
		if o := m.w.djship(0, strings.Fields(line)...); !strings.Contains(strings.Join(strings.Fields(o.stdout+o.stderr), " "), waits) {
			t.Errorf("%s does not tell what waits: %v", line, o)
		}
	}
	idle(t, m.h, m.w, "deploy", "example", "example.com")
	m.sql("insert into shop_thing (name) values ('new'); insert into shop_thing (name) values ('new')")
	m.w.djship(0, "rollback", "example")
	saysPage(t, m.h, "first, 21 things")
	on(t, m.h, asPostgres+" -c 'drop event trigger never'")
	m.w.djship(0, push()...)
	same(t, "columns", columns(t, m.h, "shop_thing"), "id name")
	saysPage(t, m.h, "fifth, 21 things")
	if o := m.w.djship(0, "status"); strings.Contains(o.stdout, "waits") {
		t.Errorf("what does not wait any more: %v", o)
	}
	idle(t, m.h, m.w, push()...)
}
