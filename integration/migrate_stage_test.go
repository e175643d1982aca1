//go:build linux

package integration

import (
	"strings"
	"testing"
	"time"

	"djship/integration/testbed"
)

// The question before the next stage repeats the worst of what migrations did in the one before, by the next one's own tables; each host's migrations are events. Where very much is destroyed a person is asked
// whether that is to be kept, and where nobody is there it is refused.
func TestMigrationsAtTheGate(t *testing.T) {
	thoroughly(t)
	t.Parallel()
	testbed.Need(t)
	hosts := testbed.UpAll(t, testbed.Spec{Suite: 12, Name: "web1", From: state(t, pushed)}, testbed.Spec{Suite: 12, Name: "web2", From: state(t, pushed)})
	m := movingOn(t, hosts, "[staging]", line(hosts[0], "root"), "[production]", line(hosts[1], "root"))
	w := m.w
	production := &moving{t: t, h: hosts[1]}
	m.sql("alter table shop_thing add extra text; insert into shop_thing (name, extra) select 'a thing', 'x' from generate_series(1, 1204); analyze shop_thing")
	production.sql("alter table shop_thing add extra text; alter table shop_thing alter extra set storage external; insert into shop_thing (name, extra) select 'a thing', repeat('x', 8000) from generate_series(1, 150000); analyze shop_thing")
	name := m.next("", "migrations.AddField('Thing', 'size', models.IntegerField(default=7)), migrations.RunSQL('alter table shop_thing drop column extra')")
	const asks = "Keep it, and wait for that?"
	toldBy := func(answers ...string) outcome {
		t.Helper()
		cmd, term, err := w.onTerminal(100, push()...)
		must(t, err)
		for i := 0; i < len(answers); i += 2 {
			within(t, 3*time.Minute, func() error { return has(&term.seen, answers[i]) })
			must(t, term.answer(answers[i], answers[i+1]))
		}
		o := term.wait(cmd)
		t.Log(o.stdout)
		return o
	}
	says := func(o outcome, status int, words ...string) {
		t.Helper()
		for _, want := range words {
			if o.status != status || !strings.Contains(strings.Join(strings.Fields(o.stdout+o.stderr), " "), want) {
				t.Errorf("want status %d and %q: %v", status, want, o)
			}
		}
	}
	says(toldBy("begin production?", "y", asks, "n"), 1, "of the migrations that staging had, by the tables of production: "+name+" destroys data: column shop_thing.extra is removed, about 150,000 rows, 1.",
		"of data, which is to be kept in /var/lib/djship/kept/example of the host before, compressed; ", "--keep-data yes keeps it")
	says(w.run(push("--yes")...), 1, "nothing was migrated. --keep-data yes keeps it, and waits for that; --keep-data no goes on without")
	if production.applied(name) {
		t.Error("it was migrated")
	}
	says(toldBy("begin production?", "y", asks, "y"), 0, "kept before: column shop_thing.extra, 150000 rows; in /var/lib/djship/kept/example/")
	same(t, "what is kept", on(t, hosts[1], "zcat "+keptAt+"/example/*.gz | grep -ac 'x\\{1000\\}'"), "150000")
	if !production.applied(name) {
		t.Error("it was not migrated")
	}
	var told []string
	for _, e := range events(t, w.eventsFile()) {
		if e.Type == "migration" {
			told = append(told, e.Host)
		}
	}
	same(t, "whose migrations are events", strings.Join(told, " "), "web2")
}
