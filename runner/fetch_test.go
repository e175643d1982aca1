package runner

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"

	"djship/runner/scratch"
	"djship/steps/model"
)

// A file comes as it was made, with its sum and size, and nothing of it stays on the host.
func TestFetch(t *testing.T) {
	t.Parallel()
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		var got bytes.Buffer
		sum, size, err := Fetch(t.Context(), onScratch{s}, `echo something; printf 'a\n\0b' >"$packed"`, &got)
		if err != nil || got.String() != "a\n\x00b" || size != 4 || sum != model.Sum(got.String()) {
			t.Errorf("%q, %s, %d, %v", got.String(), sum, size, err)
		}
		var failed *StepError
		_, _, err = Fetch(t.Context(), onScratch{s}, `echo half >"$packed"; echo why; false`, &got)
		if !errors.As(err, &failed) || strings.Join(failed.Tail, "") != "why" {
			t.Errorf("where it can't be made: %v", err)
		}
		if left, _ := os.ReadDir(s.Path("/var/lib/djship")); len(left) > 0 {
			t.Errorf("left: %v", left)
		}
	})
}
