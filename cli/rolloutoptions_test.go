package cli

import (
	"testing"
	"time"
)

func TestParseWait(t *testing.T) {
	for text, want := range map[string]time.Duration{"0": 0, "30": 30 * time.Second, "30s": 30 * time.Second, "1m30s": 90 * time.Second, "2h": 2 * time.Hour} {
		if got, err := parseWait(text); err != nil || got != want {
			t.Errorf("parseWait(%q) = %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "-1", "-5s", "soon", "1.5.2s", "99999999999999"} {
		if got, err := parseWait(text); err == nil {
			t.Errorf("parseWait(%q) = %v, want an error", text, got)
		}
	}
}
