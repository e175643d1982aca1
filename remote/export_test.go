package remote

import "testing"

// NoMethods has a test's hosts without sudo, su and doas at their place.
func NoMethods(t *testing.T) {
	before := methodsHome
	methodsHome = t.TempDir() + "/"
	t.Cleanup(func() { methodsHome = before })
}
