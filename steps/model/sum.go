package model

import (
	"crypto/sha256"
	"encoding/hex"
)

// Sum is the SHA-256 of content in hexadecimal, as sha256sum prints it.
func Sum(content string) string {
	sum := sha256.Sum256([]byte(content))
	return hex.EncodeToString(sum[:])
}
