//go:build linux

package testbed

import (
	"bytes"
	"context"
	"encoding/pem"
	"os"
	"os/exec"
	"regexp"
	"strings"
)

// What a host takes over from this machine, so that apt and pip reach their registries from it as from here.

var quoted = regexp.MustCompile(`(?m)^'([^']+)'`)

// configured are the addresses that apt fetches on this machine when it updates.
func configured(ctx context.Context) []string {
	out, _ := exec.CommandContext(ctx, "apt-get", "--print-uris", "update").Output()
	var uris []string
	for _, m := range quoted.FindAllSubmatch(out, -1) {
		uris = append(uris, string(m[1]))
	}
	return uris
}

// extraCAs are the certificates, in PEM, that this machine trusts and Debian doesn't come with. What Debian comes
// with is in one file each.
func extraCAs() string {
	bundle := os.Getenv("SSL_CERT_FILE")
	if bundle == "" {
		bundle = "/etc/ssl/certs/ca-certificates.crt"
	}
	packaged := map[string]bool{}
	found, _ := os.ReadDir("/usr/share/ca-certificates/mozilla")
	for _, f := range found {
		if block, _ := pem.Decode([]byte(readOr("/usr/share/ca-certificates/mozilla/" + f.Name()))); block != nil {
			packaged[string(block.Bytes)] = true
		}
	}
	if len(packaged) == 0 {
		return ""
	}
	var extra bytes.Buffer
	for rest := []byte(readOr(bundle)); ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return extra.String()
		}
		if !packaged[string(block.Bytes)] {
			packaged[string(block.Bytes)] = true
			pem.Encode(&extra, block)
		}
	}
}

// resolver is a resolv.conf that works from another network namespace: not that of a resolver on loopback.
func resolver() string {
	if upstream := readOr("/run/systemd/resolve/resolv.conf"); strings.Contains(upstream, "nameserver") {
		return upstream
	}
	return readOr("/etc/resolv.conf")
}
