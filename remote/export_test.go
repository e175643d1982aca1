package remote

import (
	"compress/gzip"
	"io"
	"strings"
	"testing"
	"time"
)

// NoMethods has a test's hosts without sudo, su and doas at their place.
func NoMethods(t *testing.T) {
	before := methodsHome
	methodsHome = t.TempDir() + "/"
	t.Cleanup(func() { methodsHome = before })
}

// ShortWrites has hosts take what is sent to them within a short time.
func ShortWrites(t *testing.T) {
	before := writeLimit
	writeLimit = 500 * time.Millisecond
	t.Cleanup(func() { writeLimit = before })
}

// ShortLimits has scripts begin, and uploads make progress, within a short time.
func ShortLimits(t *testing.T) {
	begin, idle := beginLimit, uploadIdle
	beginLimit, uploadIdle = 500*time.Millisecond, 500*time.Millisecond
	t.Cleanup(func() { beginLimit, uploadIdle = begin, idle })
}

// ShortSilence has a server that says nothing be asked at once whether it runs commands.
func ShortSilence(t *testing.T) {
	before := silentLimit
	silentLimit = 100 * time.Millisecond
	t.Cleanup(func() { silentLimit = before })
}

// ShortAgent has agents answer within a short time.
func ShortAgent(t *testing.T, limit time.Duration) {
	list, sign := agentLimit, signLimit
	agentLimit, signLimit = limit, limit
	t.Cleanup(func() { agentLimit, signLimit = list, sign })
}

// Wholly is the text of a script as it goes to a host that lacks its basis.
func Wholly(t *testing.T, s Script) string { return unzipped(t, newMarks().pack(s)) }

// Briefly is the text of a script as it goes to a host that may keep its basis.
func Briefly(t *testing.T, s Script) string { return unzipped(t, newMarks().packBriefly(s)) }

func unzipped(t *testing.T, packed string) string {
	var all strings.Builder
	z, err := gzip.NewReader(strings.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(&all, z); err != nil {
		t.Fatal(err)
	}
	return all.String()
}
