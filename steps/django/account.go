package django

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"

	"djship/assets"
	"djship/secret"
	"djship/shell"
	"djship/steps/model"
)

// CertificateHome is root's folder for the site's account with a CA, and for what is known of its certificate.
func (s Site) CertificateHome() string { return model.Certificates + "/" + s.Project }

// Account is the account of a site with its CA. All hosts of the site have its key: nginx of each answers a challenge by the key's thumbprint, and so
// for whichever of them has ordered.
type Account struct {
	Site Site
	// Given is the key that another host of the site has, by Of; not set for none. nil is none, too.
	Given func(of string) secret.Value
}

// Name implements Step.
func (s Account) Name() string { return "ACME account of " + s.Site.Project }

// ID implements Step.
func (s Account) ID() string { return "account:" + s.Site.Project }

// Of is whose the account is: hosts of the same have one.
func (s Account) Of() string { return s.Site.Project + " " + s.Site.Domain }

func (s Account) folder() string { return s.Site.CertificateHome() }

// KeyPath is where a host keeps the key.
func (s Account) KeyPath() string { return s.folder() + "/key.json" }

// Has tells by what was seen whether a host has a key, and its thumbprint.
func (s Account) Has(seen model.Observed) (thumbprint string, has bool) {
	thumbprint, _ = model.LineAfter(seen.Text, "thumbprint ")
	return thumbprint, model.HasLine(seen.Text, "key") && thumbprint != ""
}

// Probe implements Step.
func (s Account) Probe() model.Script {
	return model.Script(shell.Set("folder", s.folder(), "conf", s.Site.Layout().ChallengeConf()) + assets.Code("shell/accountprobe.sh"))
}

// conf is what nginx answers challenges by.
func (s Account) conf(thumbprint string) string {
	return assets.Render("certificates/challenge.conf", map[string]any{"Project": s.Site.Project, "Thumbprint": thumbprint})
}

// Plan implements Step. A key that is there stays, but where the site's other hosts have another one.
func (s Account) Plan(_ model.Facts, seen model.Observed) model.Change {
	thumbprint, has := s.Has(seen)
	var given secret.Value
	if s.Given != nil {
		given = s.Given(s.Of())
	}
	c := model.Change{Told: model.Told{Verb: model.Create}, Work: model.Work{Script: s.script()}, Schedule: model.Schedule{Redo: true}}
	other := given.IsSet() && Thumbprint(given) != thumbprint
	switch {
	case given.IsSet() && (!has || other):
		c.Detail = "that of the site's other hosts"
		if has {
			c.Verb = model.Update
		}
		c.Env = map[string]secret.Value{"DJSHIP_ACME_KEY": given}
	case !has:
		c.Detail = "its key is made on the server"
	case model.Quoted(seen.Text) != s.conf(thumbprint) || seen.Due:
		c.Verb, c.Detail = model.Update, s.Site.Layout().ChallengeConf()
	default:
		return model.Change{}
	}
	return c
}

func (s Account) script() model.Script {
	return model.Script(shell.Set("site", s.Site.Project, "domain", s.Site.Domain, "folder", s.folder(), "conf", s.Site.Layout().ChallengeConf(), "program", model.CertificatesBy, "text", s.conf("THUMBPRINT")) +
		assets.Code("shell/nginx.sh") + assets.Code("shell/account.sh"))
}

// Pack is a text for a host that hands its key on: it makes the file "$packed".
func (s Account) Pack() model.Script { return model.Script("cat " + s.KeyPath() + ` >"$packed"`) }

// Thumbprint is that of an account's key, as RFC 7638 has it; "" where it is none of RSA's.
func Thumbprint(key secret.Value) string {
	var k struct{ E, Kty, N string }
	if json.Unmarshal([]byte(key.Reveal()), &k) != nil || k.Kty != "RSA" || k.E == "" || k.N == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(fmt.Sprintf(`{"e":%q,"kty":"RSA","n":%q}`, k.E, k.N)))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
