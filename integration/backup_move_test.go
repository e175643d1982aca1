//go:build linux

package integration

import (
	"strings"
	"testing"
	"time"

	"djship/integration/testbed"
)

// From a Debian 11 whose site is on no record of djship's, to Debian 13: the commands of docs/backup.md, word by word, take media, rows, sequences and sessions along.
func TestBackupMovesASite(t *testing.T) {
	slow(t)
	t.Parallel()
	testbed.Need(t)
	hosts := testbed.UpAll(t, testbed.Spec{Suite: 11, Name: "old", From: state(t, site)}, testbed.Spec{Suite: 13, Name: "new", From: state(t, ready)})
	old, next := hosts[0], hosts[1]
	within(t, time.Minute, func() error { return answering(old, "example.com") })
	settled(t, old)
	on(t, old, "rm -rf /var/lib/djship") // as on one that the scripts have made
	on(t, old, as("example", "cd media && head -c 3000000 /dev/urandom >photo && ln -s photo latest && echo odd >\"$(printf 'new\\nline')\""))
	session := strings.TrimSpace(on(t, old, asSite("example", `manage.py shell -c "from django.contrib.sessions.backends.db import SessionStore as S; s = S(); s['who'] = 'ann'; s.save(); print(s.session_key)"`)))
	on(t, old, `cd / && runuser -u postgres -- psql -qX -d example -c 'set role example' -c 'create table mine (id serial primary key, word text)' -c "insert into mine (word) select 'word ' || n from generate_series(1, 5000) n" -c "select nextval('mine_id_seq')"`)

	w := moves(t, old, next, "../docs/backup.md", "from an old PostgreSQL to a newer one")

	answers(t, next, "example.com", "example")
	if err := w.inventory(line(next, "root")); err != nil {
		t.Fatal(err)
	}
	idle(t, next, w, "deploy", "example", "example.com")
	same(t, "the session", strings.TrimSpace(on(t, next, asSite("example", `manage.py shell -v 0 -c "from django.contrib.sessions.backends.db import SessionStore as S; print(S('`+session+`')['who'])"`))), "ann")
	for what, command := range map[string]string{
		"media":      "cd " + home + "/media && find . -printf '%p %y %l %m %u\\n' | sort && sha256sum photo new*",
		"secret key": "cat " + home + "/.django_secret_key",
		"rows":       "cd / && runuser -u postgres -- psql -qXAt -d example -c " + quote("select md5(string_agg(m::text, '' order by id)), count(*) from mine m"),
		"sequences":  "cd / && runuser -u postgres -- psql -qXAt -d example -c " + quote("select last_value, is_called from mine_id_seq"),
	} {
		same(t, what, on(t, next, command), on(t, old, command))
	}
}
