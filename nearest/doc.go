// Package nearest finds what may have been meant by a misspelt name: a host, a variable, a command.
// It is the one answer to "did you mean" that djship has.
package nearest
