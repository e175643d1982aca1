package cli

import (
	"path"
	"testing"
	"time"
)

// What a backup is called by itself is left out of what is pushed, and nothing else.
func TestBackupsAreNotPushed(t *testing.T) {
	at := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	for name, want := range map[string]bool{backupName("shop", "web1.example.com", false, at): true, backupName("my-shop", "2001:db8::7", true, at): true, "data.tar": false, "photos-2026-11.tar": false} {
		plain, _ := path.Match(backupPattern, name)
		sealed, _ := path.Match(backupPattern+".age", name)
		if got := plain || sealed; got != want {
			t.Errorf("%s is left out: %v, want %v", name, got, want)
		}
	}
}
