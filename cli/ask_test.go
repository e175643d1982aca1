package cli

import "testing"

func TestIsYes(t *testing.T) {
	for answer, want := range map[string]bool{"y": true, "yes": true, "Yes": true, " Y ": true, "yes\r": true,
		"": false, "n": false, "no": false, "yess": false, "ye": false, "yes please": false, "1": false, "true": false, "да": false} {
		if got := isYes(answer); got != want {
			t.Errorf("%q means yes: %v, want %v", answer, got, want)
		}
	}
}
