package cli

import (
	"testing"
)

// TestIsPath has health paths that are code to somebody, and such that would end the request's line.
func TestIsPath(t *testing.T) {
	for path, want := range map[string]bool{
		"/": true, "/health/": true, "/a?b=c&d=%20": true, "/'\"$(id)`id`;|&{}": true, "//x": true, "/é": true,
		"": false, "health": false, "http://x/": false, "/a b": false, "/\r\nHost: evil": false, "/ HTTP/1.1\r\n\r\n": false,
		"/\x1b[2J": false, "/\x00": false, "/\u202e": false, "/\x7f": false, "/%zz": false, "/\u0085": false, "/\xff": false,
	} {
		if got := isPath(path); got != want {
			t.Errorf("%q is a path: %v, want %v", path, got, want)
		}
	}
}
