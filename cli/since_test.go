package cli

import (
	"testing"
	"time"
)

func TestParseSince(t *testing.T) {
	zone := time.FixedZone("CET", 3600)
	now := time.Date(2026, 11, 26, 12, 0, 0, 5e8, zone)
	for text, want := range map[string]string{
		"10m": "2026-11-26T11:50:00+01:00", "1h30m": "2026-11-26T10:30:00+01:00", "2d": "2026-11-24T12:00:00+01:00", "0": "2026-11-26T12:00:00+01:00",
		"2026-11-26T10:00:00Z": "2026-11-26T10:00:00Z", "2026-11-26 09:15": "2026-11-26T09:15:00+01:00", "2026-11-26 09:15:30": "2026-11-26T09:15:30+01:00", "2026-11-25": "2026-11-25T00:00:00+01:00",
		"-10m": "", "yesterday": "", "": "", "d": "", "99999d": "",
	} {
		got, err := parseSince(text, now)
		if (err == nil) != (want != "") || err == nil && got.Format(time.RFC3339) != want {
			t.Errorf("%q: %v, %v, want %s", text, got, err, want)
		}
	}
}
