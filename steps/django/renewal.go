package django

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"djship/assets"
	"djship/secret"
	"djship/steps/model"
)

// A Renewal is what a host knows of a site's certificate and of how it gets the next one.
type Renewal struct {
	Own, Gone   bool      // a person has put it there, and does so again; it can't be read any more
	From, Until time.Time // zero where none was had yet
	Failed      time.Time // when the last try was that had no certificate; zero where it had one
	Says        string    // what was said of that, a line or several
}

// Read takes in a line of renewal_of; it returns false for one that says something else.
func (r *Renewal) Read(line string) bool {
	kind, rest, _ := strings.Cut(line, " ")
	word, value, _ := strings.Cut(rest, " ")
	if kind != "certificate" && kind != "renewal" {
		return false
	}
	seconds, err := strconv.ParseInt(value, 10, 64)
	at := time.Unix(seconds, 0).UTC()
	switch {
	case rest == "own":
		r.Own = true
	case rest == "gone":
		r.Gone = true
	case word == "says":
		if text := model.Shown(value); text != "" {
			r.Says = strings.TrimPrefix(r.Says+"\n"+secret.Masked(text), "\n")
		}
	case err != nil || seconds <= 0:
	case word == "from":
		r.From = at
	case word == "until":
		r.Until = at
	case word == "failed":
		r.Failed = at
	}
	return true
}

// Problem is what is wrong with the renewal of a site's certificate, and what to do about it; "" where nothing is. It is known weeks before the
// certificate expires: as soon as a renewal has failed, or was not made when it was time to, and soonExpired before where a person makes it.
func (r Renewal) Problem(project string, now time.Time) (problem, hint string) {
	const look = "`djship deploy` of the site orders at once and shows what is said; `journalctl -u djship-certificates` on the host has what was said before"
	life := r.Until.Sub(r.From)
	valid := fmt.Sprintf("has expired on %s", r.Until.Format(time.DateOnly))
	if left := r.Until.Sub(now); left > 0 {
		valid = fmt.Sprintf("is valid for %s more, until %s", Roughly(left), r.Until.Format(time.DateOnly))
	}
	switch {
	case r.Gone:
		return fmt.Sprintf("the certificate of %s can't be read where it lay: nginx has what it read of it, and does not start again without it", project), "put certificate and key back in their place, and deploy again, which checks them; or " + otherWays
	case r.Own && !r.Until.IsZero() && r.Until.Sub(now) < soonExpired:
		return fmt.Sprintf("the certificate of %s %s", project, valid), "put the next one in its place, and deploy again, which checks it"
	case r.Own:
		return "", ""
	case r.Until.IsZero() && r.Failed.IsZero():
		return "", ""
	case r.Until.IsZero():
		return fmt.Sprintf("the certificate of %s could not be had, %s ago:\n%s", project, Roughly(now.Sub(r.Failed)), r.Says), look
	case !r.Failed.IsZero():
		return fmt.Sprintf("the certificate of %s %s, and its renewal has failed %s ago:\n%s", project, valid, Roughly(now.Sub(r.Failed)), r.Says), look
	case now.After(r.Until.Add(-life / 3 * 3 / 4)):
		return fmt.Sprintf("the certificate of %s %s, and was not renewed when it was time to", project, valid),
			"`systemctl status djship-certificates.timer djship-certificates.service` on the host tells why; `djship deploy` of the site orders at once"
	}
	return "", ""
}

// otherWays are what to do without a certificate that is gone.
const otherWays = "deploy with djship_tls=acme in the inventory, which has one ordered, or with djship_tls=off, for http alone"

// Renewals tells of sites of a host whose certificates are not renewed as they should be.
type Renewals struct{ Now time.Time }

// Name implements Step.
func (Renewals) Name() string { return "renewal of certificates" }

// ID implements Step.
func (Renewals) ID() string { return "renewals" }

// Probe implements Step.
func (Renewals) Probe() model.Script {
	return model.Script(assets.Code("shell/renewals.sh") + `for record in "$state"/sites/*; do
	[ ! -f "$record" ] || { echo "site ${record##*/}"; renewal_of "${record##*/}"; }
done`)
}

// Plan implements Step.
func (s Renewals) Plan(_ model.Facts, seen model.Observed) model.Change {
	var problems []string
	hint := ""
	for _, part := range strings.Split("\n"+seen.Text, "\nsite ")[1:] {
		var r Renewal
		project, rest, _ := strings.Cut(part, "\n")
		for line := range strings.Lines(rest) {
			r.Read(strings.TrimSuffix(line, "\n"))
		}
		if !ProjectPattern.MatchString(project) {
			continue
		}
		if problem, advice := r.Problem(project, s.Now); problem != "" {
			problems, hint = append(problems, problem), advice
		}
	}
	if problems == nil {
		return model.Change{}
	}
	return model.Refusal(strings.Join(problems, "\n"), hint)
}
