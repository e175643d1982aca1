package remote

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"os"
	"strconv"
	"strings"

	"golang.org/x/crypto/ssh"
)

// A knownFile is a known_hosts file, matched as OpenSSH does. Keys are parsed only of lines that
// name the host in question, so that one odd line, or ten thousand others, cost nothing.
type knownFile struct {
	path   string
	lines  [][]byte
	byName map[string][]int // lines that name hosts plainly
	scan   []int            // lines with patterns or hashes
}

// A knownKey is a line of a known_hosts file that is about the host that was looked up.
type knownKey struct {
	key    ssh.PublicKey
	marker string // "", "cert-authority", "revoked"
	file   string
	line   int // from 1
}

// readKnownFile reads a file; one that can't be read is empty, as for ssh.
func readKnownFile(path string) *knownFile {
	content, _ := os.ReadFile(path)
	return parseKnownFile(path, content)
}

func parseKnownFile(path string, content []byte) *knownFile {
	f := &knownFile{path: path, byName: map[string][]int{}}
	for line := range bytes.SplitSeq(content, []byte("\n")) {
		f.add(line)
	}
	return f
}

func (f *knownFile) add(line []byte) {
	f.lines = append(f.lines, line)
	i := len(f.lines) - 1
	names := knownNames(line)
	switch {
	case names == "" || names[0] == '#':
	case strings.ContainsAny(names, "*?!|"):
		f.scan = append(f.scan, i)
	default:
		for name := range strings.SplitSeq(strings.ToLower(names), ",") {
			f.byName[name] = append(f.byName[name], i)
		}
	}
}

// knownNames is the field of a line that says which hosts it is about.
func knownNames(line []byte) string {
	fields := bytes.Fields(line)
	if len(fields) > 1 && fields[0][0] == '@' {
		fields = fields[1:]
	}
	if len(fields) < 3 {
		return ""
	}
	return string(fields[0])
}

// lookup gives the keys of the lines that match name, which is as knownName makes it.
func (f *knownFile) lookup(name string) []knownKey {
	var keys []knownKey
	add := func(i int) {
		// What can't be parsed is of a later OpenSSH, or garbage: no use either way.
		marker, _, key, _, _, err := ssh.ParseKnownHosts(f.lines[i])
		if err == nil && (marker == "" || marker == "cert-authority" || marker == "revoked") {
			keys = append(keys, knownKey{key, marker, f.path, i + 1})
		}
	}
	for _, i := range f.byName[name] {
		add(i)
	}
	for _, i := range f.scan {
		if matchKnown(knownNames(f.lines[i]), name) {
			add(i)
		}
	}
	return keys
}

// knownName is how known_hosts calls a host: its alias, or its address, with the port where that
// is not 22.
func knownName(ep Endpoint) string {
	if ep.HostKeyAlias != "" {
		return strings.ToLower(ep.HostKeyAlias)
	}
	host := strings.ToLower(strings.Trim(ep.Addr, "[]"))
	if ep.port() == 22 {
		return host
	}
	return "[" + host + "]:" + strconv.Itoa(ep.port())
}

// matchKnown tells whether a line's names mean the host.
func matchKnown(names, host string) bool {
	if strings.HasPrefix(names, "|1|") {
		return matchHashed(names, host)
	}
	matched := false
	for pattern := range strings.SplitSeq(strings.ToLower(names), ",") {
		pattern, negated := strings.CutPrefix(pattern, "!")
		if !matchWildcard(pattern, host) {
			continue
		}
		if negated {
			return false
		}
		matched = true
	}
	return matched
}

// matchHashed compares with a name of the form |1|SALT|HASH, where HASH is HMAC-SHA1 of the name.
func matchHashed(hashed, host string) bool {
	salt64, hash64, _ := strings.Cut(strings.TrimPrefix(hashed, "|1|"), "|")
	salt, err1 := base64.StdEncoding.DecodeString(salt64)
	hash, err2 := base64.StdEncoding.DecodeString(hash64)
	if err1 != nil || err2 != nil {
		return false
	}
	mac := hmac.New(sha1.New, salt)
	mac.Write([]byte(host))
	return hmac.Equal(mac.Sum(nil), hash)
}

// matchWildcard matches s with a pattern of * (any run of characters) and ? (any one).
func matchWildcard(pattern, s string) bool {
	for pattern != "" {
		if pattern[0] == '*' {
			pattern = strings.TrimLeft(pattern, "*")
			for i := range len(s) + 1 {
				if matchWildcard(pattern, s[i:]) {
					return true
				}
			}
			return false
		}
		if s == "" || (pattern[0] != '?' && pattern[0] != s[0]) {
			return false
		}
		pattern, s = pattern[1:], s[1:]
	}
	return s == ""
}

// knownLine is the line that makes a key known, without its newline.
func knownLine(name string, key ssh.PublicKey) string {
	return name + " " + strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key)))
}
