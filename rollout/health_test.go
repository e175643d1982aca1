package rollout

import (
	"testing"
	"testing/synctest"
	"time"
)

// A site that answers badly is not healthy because the connection ends in the pause behind its answer.
func TestConnectionEndsBetweenRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake("a")
		f.answer = func() int { return 502 }
		s, err := f.open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(healthPause/2, func() { _ = s.Close() })
		detail, err := Health{Project: "example", Domain: "example.com", Path: "/"}.check(t.Context(), s, nil, nil, 1, nil)
		if detail != "" || err == nil || err.Error() != "the connection to the host ended before the site was known to answer" {
			t.Errorf("%q, %v", detail, err)
		}
	})
}
