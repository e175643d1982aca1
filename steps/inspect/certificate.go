package inspect

import (
	"time"

	"djship/steps/django"
)

// CertificateStatus is what a host tells of a site's certificate, which it renews itself or a person puts there.
type CertificateStatus struct {
	Until   string `json:"until,omitempty"`   // as in RFC 3339; "" where none was had yet
	Problem string `json:"problem,omitempty"` // why there is not, or may soon not be, one that is valid
	Hint    string `json:"-"`
	Days    int    `json:"days"` // for how many it is valid yet
}

// certificateStatus is what is to be told of it; nil where the host has none.
func certificateStatus(project string, r django.Renewal, now time.Time) *CertificateStatus {
	if r == (django.Renewal{}) {
		return nil
	}
	var s CertificateStatus
	if !r.Until.IsZero() {
		s.Until, s.Days = r.Until.Format(time.RFC3339), int(r.Until.Sub(now).Hours()/24)
	}
	s.Problem, s.Hint = r.Problem(project, now)
	return &s
}
