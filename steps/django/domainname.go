package django

import (
	"errors"
	"fmt"
	"net"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// ASCII is a name as DNS has it, in small letters: bücher.example is xn--bcher-kva.example there. One that can't be written so stays as it is, for checkDomain to refuse.
func ASCII(name string) string {
	if isASCII(name) {
		return strings.ToLower(name)
	}
	if !utf8.ValidString(name) { // idna reads a byte that is no letter as U+FFFD, which has a punycode form
		return name
	}
	ascii, err := idna.Lookup.ToASCII(name)
	if err != nil {
		return name
	}
	return ascii
}

func isASCII(s string) bool { return strings.IndexFunc(s, func(r rune) bool { return r > 127 }) < 0 }

// Shown is a name as people type it: xn--bcher-kva.example is bücher.example for them. What only looks like such a name stays as it is.
func Shown(name string) string {
	if !strings.Contains(name, "xn--") {
		return name
	}
	typed, err := idna.Lookup.ToUnicode(name)
	if err != nil || ASCII(typed) != name {
		return name
	}
	return typed
}

func checkDomain(domain string) error {
	bad := func(why, advice string) error {
		return &NameError{fmt.Sprintf("domain %q %s", domain, why), advice}
	}
	const plain = "type the bare name, as in example.com"
	switch {
	case domain == "":
		return bad("is empty", plain)
	case strings.Contains(domain, "://"):
		return bad("has a scheme", plain)
	case strings.ContainsAny(domain, "/?#"):
		return bad("has a path", plain)
	case strings.HasSuffix(domain, "."):
		return bad("ends with a dot", "type "+strings.TrimRight(domain, "."))
	case net.ParseIP(domain) != nil:
		return bad("is an IP address", plain)
	case strings.Contains(domain, ":"):
		return bad("has a port", plain)
	case !isASCII(domain):
		return bad("has letters that no domain has", "type it as its registry has it, or its punycode form")
	case strings.HasPrefix(strings.ToLower(domain), "www."):
		return bad("begins with www.", "type "+domain[4:]+"; the site answers for www."+domain[4:]+" as well")
	case len(domain) > 253-len("www."):
		return bad(fmt.Sprintf("has %d bytes", len(domain)), "DNS allows 253, of which www. takes 4")
	case len(domain) > longestDomain:
		return bad(fmt.Sprintf("has %d bytes", len(domain)), fmt.Sprintf("files on the host are named after it, which leaves %d", longestDomain))
	case !strings.Contains(domain, "."):
		return bad("is one label only", "type a whole domain, as in example.com")
	}
	for label := range strings.SplitSeq(domain, ".") {
		if !labelPattern.MatchString(label) {
			return bad(fmt.Sprintf("has the label %q", label), "a label is 1 to 63 letters, digits and hyphens, with no hyphen at its ends")
		}
	}
	if last := domain[strings.LastIndex(domain, ".")+1:]; strings.Trim(last, "0123456789") == "" {
		return bad(fmt.Sprintf("ends with the number %s", last), plain)
	}
	return nil
}

// CheckAlias says what is wrong with a further name of a site; its www. is a name of its own. The error is a *NameError.
func CheckAlias(name string) error {
	err := checkDomain(strings.TrimPrefix(ASCII(name), "www."))
	var bad *NameError
	if errors.As(err, &bad) {
		bad.Problem = strings.Replace(bad.Problem, "domain", "name", 1)
	}
	return err
}

// longestDomain leaves room in the names of files for what stands before and behind a domain there, such as
// ".access.log.14.gz", of the 255 bytes that file systems give.
const longestDomain = 230

// labelPattern is RFC 1123's host name label.
var labelPattern = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$`)
