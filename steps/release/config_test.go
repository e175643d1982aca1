package release

import (
	"strings"
	"testing"
	"time"

	"djship/secret"
	"djship/steps/django"
	"djship/steps/model"
	"djship/steps/model/modeltest"
)

func TestConfig(t *testing.T) {
	r := Release{Site: django.Site{Project: "example", Python: 3}, By: "me at home", Hold: 5 * time.Second}
	f := has(model.Site{Domain: "example.com", Python: 3, Health: "/up"})
	const live = "running example-a 3 60 60 1000\nlink example-a.sock\nslot a " + oldID + "\nsocket a\ncurrent " + oldID + "\n"
	seen := "now A " + model.Sum("1") + "\nnow B " + model.Sum("it's") + "\nundoable\nbefore A " + model.Sum("0") + "\nlast run-1\n"
	const restarts = "; another process takes over, and no request is lost"
	set := Config{Release: r, Run: "run-2", Set: []Setting{{"A", secret.New("1")}, {"C", secret.New("x\ny")}}}
	same, later, unset, undo := set, set, set, set
	same.Set = set.Set[:1]
	later.Later = true
	unset.Set, unset.Unset = nil, []string{"B", "NOPE"}
	undo.Set, undo.Undo = nil, true
	nope := unset
	nope.Unset = []string{"NOPE"}
	done := func(detail, change string) model.Change {
		return model.Change{Told: model.Told{Verb: model.Update, Detail: detail}, Schedule: model.Schedule{Limit: switchLimit + r.Hold},
			Work: model.Work{Env: map[string]secret.Value{"CHANGE": secret.New(change)}, Before: "change=${CHANGE-}\nunset CHANGE\n"}}
	}
	tries := []string{" id=" + oldID + " domain=example.com health=/up ", " fresh=yes ", " try=try-run-2\n", "config_new\n", " by=me_at_home "}
	modeltest.Run(t, []modeltest.Case{
		{Name: "set already", Step: same, Facts: f, Seen: live + seen},
		{Name: "set", Step: set, Facts: f, Seen: live + seen, Has: append(tries, " names=+C ", " undo='' "), Want: done("sets C"+restarts, "A 31\nC 780a79\n")},
		{Name: "set for later", Step: later, Facts: f, Seen: seen, Has: []string{"config_new\nconfig_keep\n"}, Want: done("sets C; what runs goes on with what it has", "A 31\nC 780a79\n")},
		{Name: "unset", Step: unset, Facts: f, Seen: live + seen, Has: append(tries, " names=-B "), Want: done("takes away B"+restarts, "B\nNOPE\n")},
		{Name: "nothing to unset", Step: nope, Facts: f, Seen: live + seen, Want: told(model.Tell, "not set: NOPE")},
		{Name: "undo", Step: undo, Facts: f, Seen: live + seen, Has: append(tries, " names='+A -B' ", " undo=yes "), Want: done("sets A; takes away B"+restarts, "")},
		{Name: "undone", Step: undo, Facts: f, Seen: live + strings.Replace(seen, "run-1", "run-2", 1)},
		{Name: "nothing to undo", Step: undo, Facts: f, Seen: live, Want: model.Refusal("no values of example are kept from before", "`djship config list example` shows what is set")},
		{Name: "no slot", Step: set, Facts: f, Seen: seen, Want: model.Refusal("nginx asks example's gunicorn by a socket that supervisord opens, not by a link that can be led to a release",
			"djship deploy example example.com, which lays the link; where the file of supervisord's was edited, write socket=unix:///webapps/.sockets/example-0.sock in it first")},
	})
}

// A database on the host itself is djship's, and settings that name another are put right.
func TestIsHere(t *testing.T) {
	for address, want := range map[string]bool{
		"postgres://u:p@db.example.net/shop": false, "postgres://u:p@10.0.0.4:6432/shop": false, "mysql://u:p@db/shop": false, "postgres://u:p%zz@db/shop": false,
		"postgres://u:p@localhost/shop": true, "postgres://u:p@127.0.0.1:5433/shop": true, "postgres://u:p@[::1]/shop": true, "sqlite:///db.sqlite3": true, "sqlite://:memory:": true, "db.sqlite3": true,
		"postgres://u:p@%2Fvar%2Frun%2Fpostgresql/shop": true,
	} {
		if got := IsHere(address); got != want {
			t.Errorf("%s: %v, want %v", address, got, want)
		}
	}
}

// What djship makes itself has one place, and what shells live by is nobody's to set.
func TestNotToSet(t *testing.T) {
	s := django.Site{Project: "example"}
	for name, want := range map[string]string{
		"SENTRY_DSN": "", "DATABASE_URL": "", "ALLOWED_HOSTS": "", "DEBUG": "", "WEB_CONCURRENCY": "", "lower": "",
		"SECRET_KEY": "djship has made one", "DB_PASSWORD": "it is that of the database which djship has made", "PGHOST": "it is that of the database which djship has made",
		"STATIC_ROOT": "nginx serves the folder that djship sets", "DJSHIP_RELEASE": "it is djship's own", "djship_config": "it is djship's own",
		"PATH": "shells and Python go by it", "code": "shells and Python go by it", "BASH_ENV": "shells and Python go by it", "UID": "shells and Python go by it", "GUNICORN_CMD_ARGS": "a release adds its own to it",
	} {
		if why, instead := NotToSet(s, name); why != want || (why == "") != (instead == "") {
			t.Errorf("%s: %q %q, want %q", name, why, instead, want)
		}
	}
}
