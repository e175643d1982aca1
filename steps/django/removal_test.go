package django

import "testing"

// Each part of a site is known by an ID of its own.
func TestRemovals(t *testing.T) {
	t.Parallel()
	ids := map[string]bool{}
	for _, s := range Removals("example") {
		ids[s.ID()] = true
	}
	if len(ids) != 11 {
		t.Errorf("%d IDs", len(ids))
	}
}
