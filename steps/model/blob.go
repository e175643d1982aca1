package model

import "io"

// A Blob is content too large to be a File: it is streamed to a host, never whole in memory, and known there by its sum.
// A change finds it, whole and checked, at the path that `blob SUM` prints: a file of root's on the disk, which
// is gone when the run has ended well. A change may move it away where no other wants it.
type Blob struct {
	Sum  string // SHA-256, 64 digits of lower-case hexadecimal
	Size int64  // in bytes
	// Open gives the content from an offset on. It may be called several times, and by several hosts at once.
	Open func(offset int64) (io.ReadCloser, error)
}
