package release

import (
	"strings"
	"testing"
	"time"

	"djship/steps/django"
	"djship/steps/model"
	"djship/steps/model/modeltest"
)

func TestRotated(t *testing.T) {
	r := Rotation{Release: Release{Site: django.Site{Project: "example", Python: 3}, By: "me at home", Hold: 5 * time.Second}, Run: "run-2"}
	f := has(model.Site{Domain: "example.com", Python: 3, Health: "/up"})
	const live = "running example-a 3 60 60 1000\nlink example-a.sock\nslot a " + oldID + "\nsocket a\ncurrent " + oldID + "\n"
	does := func(detail string) model.Change {
		return model.Change{Told: model.Told{Verb: model.Update, Detail: detail}, Schedule: model.Schedule{Limit: switchLimit + r.Release.Hold}}
	}
	tries := []string{" id=" + oldID + " domain=example.com health=/up ", " fresh=yes ", " try=try-run-2\n", " by=me_at_home ", "\nsettings_take "}
	key, out, password := RotatedKey{Rotation: r}, RotatedKey{Rotation: r, LogOut: true}, RotatedPassword{r}
	modeltest.Run(t, []modeltest.Case{
		{Name: "key", Step: key, Facts: f, Seen: "rotated run-1\n" + live, Has: append(tries, "keep=keep_key held='' ", " log_out='' ", " names='+SECRET_KEY +SECRET_KEY_FALLBACKS'"),
			Want: does("made on the server; the one before stays good for who is logged in; another process takes over, and no request is lost")},
		{Name: "key that logs out", Step: out, Facts: f, Seen: live, Has: append(tries, "keep=keep_key held='' ", " log_out=yes ", " names='+SECRET_KEY -SECRET_KEY_FALLBACKS'"),
			Want: does("made on the server; everybody is logged out; another process takes over, and no request is lost")},
		{Name: "settings that take both", Step: key, Facts: f, Seen: live + ":it has settings\n:it has key\n:it has fallback\n", Has: tries,
			Want: does("made on the server; the one before stays good for who is logged in; another process takes over, and no request is lost")},
		{Name: "settings without the key of before", Step: key, Facts: f, Seen: live + ":it has settings\n:it has key\n", Want: model.Refusal("the settings of example don't take the key of before, so that everybody would be logged out",
			"write SECRET_KEY_FALLBACKS = os.environ.get('SECRET_KEY_FALLBACKS', '').split() in them (Django 4.1 and later), then run the same command again; --log-out does without; `djship rotate example --database` changes the password of the database alone")},
		{Name: "settings without that, where nobody stays logged in", Step: out, Facts: f, Seen: live + ":it has settings\n:it has key\n", Has: tries,
			Want: does("made on the server; everybody is logged out; another process takes over, and no request is lost")},
		{Name: "settings with a key of their own", Step: out, Facts: f, Seen: live + ":it has settings\n", Want: model.Refusal("the settings of example don't take the secret key from the environment, where djship sets SECRET_KEY",
			"write SECRET_KEY = os.environ['SECRET_KEY'] in them, then run the same command again; `djship rotate example --database` changes the password of the database alone")},
		{Name: "key by this run", Step: key, Facts: f, Seen: "rotated run-2\n" + live},
		{Name: "password", Step: password, Facts: f, Seen: live, Has: append(tries, "keep=keep_password held=yes "),
			Want: does("made on the server; another process takes over, for which visitors wait while it changes")},
		{Name: "password by this run", Step: password, Facts: f, Seen: "rotated run-2\n" + live},
		{Name: "no slot", Step: password, Facts: f, Seen: "", Want: model.Refusal("nginx asks example's gunicorn by a socket that supervisord opens, not by a link that can be led to a release",
			"djship deploy example example.com, which lays the link; where the file of supervisord's was edited, write socket=unix:///webapps/.sockets/example-0.sock in it first")},
	})
	for _, step := range []model.Step{key, password} {
		if text := string(step.Plan(f, model.Observed{Text: live}).Script); !strings.Contains(text, "urandom") {
			t.Errorf("%s:\n%s", step.Name(), text)
		}
	}
}
