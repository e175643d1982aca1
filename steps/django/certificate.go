package django

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"djship/assets"
	"djship/secret"
	"djship/shell"
	"djship/steps/model"
)

// LetsEncrypt is the directory of the CA where nobody has said another.
const LetsEncrypt = "https://acme-v02.api.letsencrypt.org/directory"

// Certificate is that of a site, which the host orders of a CA by certbot, and renews by itself. What is there serves on where an order fails.
type Certificate struct {
	Site  Site
	Hosts int // of the site that order it: a CA gives the same one only so often
}

// Name implements Step.
func (s Certificate) Name() string { return "certificate of " + s.Site.Domain }

// ID implements Step.
func (s Certificate) ID() string { return "certificate:" + s.Site.Project }

func (s Certificate) folder() string { return s.Site.CertificateHome() }

// CertificatesProgram is what a host orders and renews certificates by: one file there, here one for each idea.
func CertificatesProgram() string {
	var parts []string
	for _, part := range []string{"common", "account", "ca", "site", "look", "order", "main"} {
		parts = append(parts, assets.Text("certificates/"+part+".py"))
	}
	return strings.Join(parts, "\n\n")
}

// TellsOutput implements model.Telling: how near the limits of a CA are is for everybody to know.
func (Certificate) TellsOutput() {}

// order is what the program that orders is told.
func (s Certificate) order() string {
	a := s.Site.TLS.ACME
	text, err := json.MarshalIndent(map[string]any{"names": s.Site.CertificateNames(), "directory": s.directory(), "ca": a.CA, "email": a.Email}, "", "\t")
	if err != nil {
		panic(err) // nothing in there can't be marshalled
	}
	return string(text) + "\n"
}

func (s Certificate) directory() string { return cmp.Or(s.Site.TLS.ACME.Directory, LetsEncrypt) }

// eab is by what the CA knows whose account it is to be; not set where that need not be.
func (s Certificate) eab() secret.Value {
	a := s.Site.TLS.ACME
	if !a.EABKey.IsSet() {
		return secret.Value{}
	}
	text, err := json.Marshal(map[string]string{"kid": a.EABKid, "key": a.EABKey.Reveal()})
	if err != nil {
		panic(err)
	}
	return secret.New(string(text))
}

// Probe implements Step: what is known of the certificate that is there, and whether the site's own file of nginx has another.
func (s Certificate) Probe() model.Script {
	live, _ := s.Site.Pair()
	return model.Script(shell.Set("folder", s.folder(), "live", live)+assets.Code("shell/certificateprobe.sh")) + s.Site.OwnHTTPSProbe()
}

// A Pair is what a host has noted of a certificate and its key when both were checked last.
type Pair struct {
	Names       []string
	From, Until time.Time
	Directory   string // of the CA
}

// ReadPair reads that, and whether the certificate is still the same; false where there is none.
func ReadPair(text string) (p Pair, same, ok bool) {
	value := func(key string) string { v, _ := model.LineAfter(text, key+" "); return v }
	p = Pair{Names: strings.Fields(value("names")), Directory: value("directory")}
	for key, to := range map[string]*time.Time{"from": &p.From, "until": &p.Until} {
		n, err := strconv.ParseInt(value(key), 10, 64)
		if err != nil || n <= 0 {
			return Pair{}, false, false
		}
		*to = time.Unix(n, 0).UTC()
	}
	sum := value("sum")
	return p, sum != "" && strings.Contains(text, "is "+sum+"  "), len(p.Names) > 0 && p.From.Before(p.Until)
}

// Due tells whether it is time to renew it: a third of its life is left.
func (p Pair) Due(now time.Time) bool { return !now.Before(p.Until.Add(-p.Until.Sub(p.From) / 3)) }

// why is why there is an order to be made; "" for none.
func (s Certificate) why(text string) string {
	p, same, ok := ReadPair(text)
	seconds, _ := model.LineAfter(text, "now ")
	now, _ := strconv.ParseInt(seconds, 10, 64)
	want := slices.Sorted(slices.Values(s.Site.CertificateNames()))
	switch {
	case !ok:
		return "there is none that was checked"
	case !same:
		return "what is there is not what was checked"
	case p.Directory != s.directory():
		return "what is there is of another CA"
	case !slices.Equal(slices.Sorted(slices.Values(p.Names)), want):
		return "what is there is for " + strings.Join(p.Names, ", ")
	case p.Due(time.Unix(now, 0)):
		return "a third of the life of what is there is left, until " + p.Until.Format(time.DateOnly)
	}
	return ""
}

// Plan implements Step. A site whose own file of nginx speaks https has its certificate from elsewhere.
func (s Certificate) Plan(f model.Facts, seen model.Observed) model.Change {
	s.Site = s.Site.recorded(f)
	if model.HasLine(seen.Text, "site own") {
		return model.Change{}
	}
	is := func(text string) bool { return strings.Contains(seen.Text, "is "+model.Sum(text)+"  ") }
	eab := s.eab()
	c := model.Change{Work: model.Work{
		Files:  []model.File{{Path: s.folder() + "/order.json", Content: s.order(), Mode: "0600"}},
		Script: model.Script(shell.Set("site", s.Site.Project, "folder", s.folder(), "program", model.CertificatesBy, "hosts", strconv.Itoa(max(1, s.Hosts))) + assets.Code("shell/certificate.sh"))},
		Schedule: model.Schedule{Notify: []string{"https:" + s.Site.Project}, Limit: 40 * time.Minute}}
	if eab.IsSet() {
		c.Env = map[string]secret.Value{"DJSHIP_ACME_EAB": eab}
	}
	names := strings.Join(s.Site.CertificateNames(), ", ")
	switch why := s.why(seen.Text); {
	case why != "":
		c.Verb, c.Detail = model.Create, fmt.Sprintf("ordered of %s for %s: %s", s.directory(), names, why)
	case !is(s.order()) || eab.IsSet() && !is(eab.Reveal()):
		c.Verb, c.Detail = model.Update, "how it is renewed"
	default:
		return model.Change{}
	}
	return c
}
