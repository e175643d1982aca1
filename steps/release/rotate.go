package release

import (
	"cmp"
	"fmt"
	"strings"

	"djship/assets"
	"djship/shell"
	"djship/steps/django"
	"djship/steps/model"
)

// A Rotation is what new secrets of a site have in common: each is made on the host, the live release is tried with it in another process, and it counts when that answers.
type Rotation struct {
	Release Release // which need not be on the host: of it Site, By, Health and Hold
	Run     string  // the ID of the run that wants it, which does it once
}

// slot is how what is live is started anew.
func (r Rotation) slot() Slot { return Slot{Release: r.Release, Stay: true, Fresh: r.Run} }

// ReadSwitched implements model.Reporting.
func (r Rotation) ReadSwitched(line string) (model.Switched, bool) {
	return r.slot().ReadSwitched(line)
}

// rotated is where a host notes which run has made a secret anew.
func (r Rotation) rotated(name string) string {
	return model.State + "/rotated/" + r.Release.Site.Project + "-" + name
}

// probe prints "rotated RUN", of a secret, and what there is of the site's slots.
func (r Rotation) probe(name string) model.Script {
	return model.Script(fmt.Sprintf("[ ! -e %[1]s ] || { read -r run <%[1]s && echo \"rotated $run\"; }\n", r.rotated(name))) + r.slot().Probe()
}

// plan is that for a secret, which made makes. text is run before the switch, with what set names.
func (r Rotation) plan(f model.Facts, seen model.Observed, made django.SecretFile, told string, how django.Switch, text string, set ...string) model.Change {
	s := r.Release.Site
	known, name := f.Sites[s.Project], strings.ReplaceAll(made.What, " ", "-")
	if run, _ := model.LineAfter(seen.Text, "rotated "); known.Domain == "" || run == r.Run { // Deployed refuses the former
		return model.Change{}
	}
	if c := r.slot().Plan(f, seen); c.Verb == model.Refuse {
		return c
	}
	at := s.Layout()
	how.To, how.Fresh, how.Try = s.ReadSlots(seen.Text).Release(), true, "try-"+r.Run
	how.Health, how.Hold = cmp.Or(r.Release.Health, known.Health), r.Release.Hold
	head := shell.Set(append([]string{"site", s.Project, "home", at.Home, "config", at.Config, "environs", at.Environs, "id", how.To, "run", r.Run, "by", signed(r.Release.By), "undo", "",
		"rotated", r.rotated(name), "make", string(made.Make), "settings_have", assets.Text("release/settings_have.py"), "config_values", assets.Code("shell/configvalues.pl"),
		"foot", configFoot(s)}, set...)...)
	return model.Change{Told: model.Told{Verb: model.Update, Detail: told}, Schedule: model.Schedule{Limit: switchLimit + r.Release.Hold},
		Work: model.Work{Script: model.Script(head+assets.Code("shell/configfile.sh")+assets.Code("shell/config.sh")+assets.Code("shell/rotate.sh")+text) + s.Switch(known.Domain, how)}}
}

// RotatedKey is a new secret key of a site's Django. That of before stays good for what is signed already, by SECRET_KEY_FALLBACKS, so that who is logged in stays so.
type RotatedKey struct {
	Rotation
	LogOut bool // it does not: everybody is logged out
}

// Name implements Step.
func (s RotatedKey) Name() string { return "new secret key of " + s.Release.Site.Project }

// ID implements Step.
func (s RotatedKey) ID() string { return "rotated-key:" + s.Release.Site.Project }

// looks is a key that nobody has, as long as the settings of releases take one for one.
const looks = "djship-looks-whether-its-settings-take-a-key"

// Probe implements Step: behind a colon, what the live release's settings take of a key and of one before it, where these are in the file of the key, from which
// other variables get it, and in its environment. They are read by the site's own Python, as its account, and nothing is noted of it.
func (s RotatedKey) Probe() model.Script {
	site := s.Release.Site
	at := site.Layout()
	own := "printf '%s\\n' " + looks + " " + looks + " | bash -c 'cat() { if [ \"$*\" = \"$key\" ]; then echo " + looks + "; else command cat \"$@\"; fi; }\nkey=$3\n. \"$1\" && SECRET_KEY=" + looks + " SECRET_KEY_FALLBACKS=" + looks + " exec python -B -c \"$2\"' bash " +
		shell.QuoteAll(at.Variables, assets.Text("release/settings_have.py"), at.SecretKey)
	return s.probe("secret-key") + model.Script("read_as "+shell.QuoteAll(site.Project, own)+" | grep '^:it has ' || :\n")
}

// lacks says what the settings don't take, and what to do about it; "" where they take all, or could not be read: then the change itself tells.
func (s RotatedKey) lacks(text string) (what, next string) {
	project := s.Release.Site.Project
	alone := "`djship rotate " + project + " --database` changes the password of the database alone"
	switch {
	case !model.HasLine(text, ":it has settings"):
		return "", ""
	case !model.HasLine(text, ":it has key"):
		return "the settings of " + project + " don't take the secret key from the environment, where djship sets SECRET_KEY", "write SECRET_KEY = os.environ['SECRET_KEY'] in them" + model.Again + "; " + alone
	case !s.LogOut && !model.HasLine(text, ":it has fallback"):
		return "the settings of " + project + " don't take the key of before, so that everybody would be logged out",
			"write SECRET_KEY_FALLBACKS = os.environ.get('SECRET_KEY_FALLBACKS', '').split() in them (Django 4.1 and later)" + model.Again + "; --log-out does without; " + alone
	}
	return "", ""
}

// Plan implements Step.
func (s RotatedKey) Plan(f model.Facts, seen model.Observed) model.Change {
	told, names, out := "made on the server; the one before stays good for who is logged in", "+SECRET_KEY +SECRET_KEY_FALLBACKS", ""
	if s.LogOut {
		told, names, out = "made on the server; everybody is logged out", "+SECRET_KEY -SECRET_KEY_FALLBACKS", "yes"
	}
	c := s.plan(f, seen, s.Release.Site.KeyFile(), told+"; another process takes over, and no request is lost", django.Switch{Keep: "keep_key"}, assets.Code("shell/rotatekey.sh"), "log_out", out, "names", names)
	if what, next := s.lacks(seen.Text); c.Acts() && what != "" {
		return model.Refusal(what, next)
	}
	return c
}

// RotatedPassword is a new password of a site's role in PostgreSQL.
type RotatedPassword struct{ Rotation }

// Name implements Step.
func (s RotatedPassword) Name() string { return "new database password of " + s.Release.Site.Project }

// ID implements Step.
func (s RotatedPassword) ID() string { return "rotated-password:" + s.Release.Site.Project }

// Probe implements Step.
func (s RotatedPassword) Probe() model.Script { return s.probe("database-password") }

// Plan implements Step.
func (s RotatedPassword) Plan(f model.Facts, seen model.Observed) model.Change {
	return s.plan(f, seen, s.Release.Site.PasswordFile(), "made on the server; another process takes over, for which visitors wait while it changes", django.Switch{Keep: "keep_password", Held: true},
		assets.Code("shell/verifier.sh")+assets.Code("shell/rolepassword.sh")+assets.Code("shell/rotatepassword.sh"), "turn_program", assets.Code("shell/turn.pl"))
}
