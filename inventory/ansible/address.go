package ansible

import (
	"regexp"
	"strconv"
	"strings"
)

// What may stand for a host, with ranges such as [1:9:2] in place of any part.
const (
	numRange  = `\[[0-9]+:[0-9]+(?::[0-9]+)?\]`
	hexRange  = `\[[0-9a-f]+:[0-9a-f]+(?::[0-9]+)?\]`
	nameRange = `\[(?:[a-z]:[a-z]|[0-9]+:[0-9]+)(?::[0-9]+)?\]`
	octet     = `(?:[01]?[0-9]{1,2}|2[0-4][0-9]|25[0-5]|` + numRange + `)`
	hextet    = `(?:[0-9a-f]{1,4}|` + hexRange + `)`
	// A label begins with a word character and ends with a letter or digit.
	label = `(?:(?:[\pL\pN_]|` + nameRange + `)(?:[\pL\pN_-]|` + nameRange + `)*)?(?:[\pL\pN]|` + nameRange + `)`
)

var (
	bracketedPort = regexp.MustCompile(`^\[(.+)\]:([0-9]+)$`)
	trailingPort  = regexp.MustCompile(`^((?:[^:\[\]]|\[[^\]]*\])*):([0-9]+)$`)
	ipv4          = regexp.MustCompile(`(?i)^(?:` + octet + `\.){3}` + octet + `$`)
	ipv6          = regexp.MustCompile(ipv6Forms())
	hostname      = regexp.MustCompile(`(?i)^` + label + `(?:\.` + label + `)*$`)
)

// ipv6Forms lists every way to shorten an IPv6 address, and those that end as an IPv4 address.
func ipv6Forms() string {
	forms := []string{`(?:H:){7}H`, `(?:H:){1,6}:`, `:(?::H){1,6}`, `H?::`,
		`(?:0:){6}(?:H\.){3}H`, `::(?:ffff:)?(?:H\.){3}H`, `(?:0:){5}ffff:(?:H\.){3}H`}
	for n := 1; n <= 6; n++ {
		forms = append(forms, `(?:H:){`+strconv.Itoa(n)+`}(?::H){1,`+strconv.Itoa(7-n)+`}`)
	}
	return `(?i)^(?:` + strings.ReplaceAll(strings.Join(forms, "|"), "H", hextet) + `)$`
}

// SplitPort splits what is written for a host into name and port (0 is none). It reports whether
// the name is an address or a host name, which may hold ranges; where not, the port is part of
// the name, as in user@host:22.
func SplitPort(s string) (name string, port int, ok bool) {
	if host, digits, found := strings.Cut(s, ":"); isPlainName(host) {
		if !found {
			return host, 0, true
		}
		if n, ok := plainPort(digits); ok {
			return host, n, true
		}
	}
	return splitAnyPort(s)
}

// isPlainName tells of most names, and of IPv4 addresses, that they are what hostname matches; it
// may say no of others.
func isPlainName(s string) bool {
	last := byte('.')
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9':
		case c == '-' && last != '.', c == '_':
		case c == '.' && last != '.' && last != '-' && last != '_':
		default:
			return false
		}
		last = s[i]
	}
	return last != '.' && last != '-' && last != '_'
}

// plainPort reads a port of not too many digits.
func plainPort(s string) (int, bool) {
	if s == "" || len(s) > 9 || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	return n, err == nil
}

// splitAnyPort is SplitPort by the whole grammar.
func splitAnyPort(s string) (name string, port int, ok bool) {
	name = s
	for _, re := range []*regexp.Regexp{bracketedPort, trailingPort} {
		if m := re.FindStringSubmatch(name); m != nil {
			name = m[1]
			port, _ = strconv.Atoi(m[2])
		}
	}
	if !ipv4.MatchString(name) && !ipv6.MatchString(name) && !hostname.MatchString(name) {
		return s, 0, false
	}
	return name, port, true
}
