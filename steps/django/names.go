package django

import (
	"fmt"
	"net"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"djship/steps/server"

	"golang.org/x/net/idna"
)

// A NameError says why a name typed by a user can't be used, and what would be right.
type NameError struct{ Problem, Advice string }

func (e *NameError) Error() string { return e.Problem }

// Hint says what would be right.
func (e *NameError) Hint() string { return e.Advice }

// NewSite returns the site for a project name, a domain and a Python version ("2", "3" or "" for
// 3) as typed by a user. The error is a *NameError about the first thing that is wrong with them.
func NewSite(project, domain, python string) (Site, error) {
	version, err := PythonVersion(python)
	if err != nil {
		return Site{}, err
	}
	if strings.Contains(project, ".") && !strings.Contains(domain, ".") && checkDomain(project) == nil {
		return Site{}, &NameError{fmt.Sprintf("%q looks like a domain and %q like a project: the two are swapped", project, domain),
			fmt.Sprintf("the project comes first: %s %s", domain, project)}
	}
	if err := checkProject(project, version); err != nil {
		return Site{}, err
	}
	if err := checkDomain(domain); err != nil {
		return Site{}, err
	}
	return Site{Project: project, Domain: strings.ToLower(domain), Python: version}, nil
}

// PythonVersion reads what a user types for a Python version; "" is 3.
func PythonVersion(s string) (int, error) {
	switch s {
	case "", "3":
		return 3, nil
	case "2":
		return 2, nil
	}
	return 0, &NameError{fmt.Sprintf("%q is not a Python version that djship deploys", s), "type 2 or 3, or leave it out for 3"}
}

// ProjectPattern is what the name of a project looks like. It is at once a Unix account (useradd: 32 bytes), a
// PostgreSQL role and database, a Python package, a program of supervisor and part of file names; plain words fit
// all of them unquoted.
var ProjectPattern = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

func checkProject(name string, python int) error {
	bad := func(why string) error {
		return &NameError{fmt.Sprintf("project %q %s", name, why),
			"a project is one word of lower-case letters, digits and _ that begins with a letter, 32 bytes at most: example, my_shop"}
	}
	switch {
	case name == "":
		return bad("is empty")
	case len(name) > 32:
		return bad(fmt.Sprintf("has %d bytes", len(name)))
	case strings.ToLower(name) != name:
		return bad("has upper-case letters")
	case name[0] >= '0' && name[0] <= '9':
		return bad("begins with a digit")
	case name[0] == '_':
		return bad("begins with _")
	case !ProjectPattern.MatchString(name):
		wrong := strings.IndexFunc(name, func(r rune) bool { return !ProjectPattern.MatchString("a" + string(r)) })
		r, _ := utf8.DecodeRuneInString(name[wrong:])
		return bad(fmt.Sprintf("has a %q in it", string(r)))
	case slices.Contains(server.SystemAccounts, name):
		return bad("is the name of a system account")
	case strings.HasPrefix(name, "pg_") || slices.Contains(keptNames, name):
		return bad("is a name that PostgreSQL or supervisor keeps for itself")
	case slices.Contains(pythonNames, name) || python == 2 && slices.Contains(python2Names, name):
		return bad("is a name that Python or Django needs itself")
	case slices.Contains(homeFolders, name):
		return bad("is the name of a folder of every site")
	}
	return nil
}

// keptNames are PostgreSQL's own roles and databases, and what supervisorctl takes for every program.
var keptNames = strings.Fields(`public template0 template1 all`)

// homeFolders are the names beside the project's folder in its home.
var homeFolders = []string{"bin", "lib", "lib64", "include", "share", "logs", "run", "static", "media"}

func checkDomain(domain string) error {
	bad := func(why, advice string) error {
		return &NameError{fmt.Sprintf("domain %q %s", domain, why), advice}
	}
	const plain = "type the bare name, as in example.com"
	ascii, notIDN := idna.Lookup.ToASCII(domain)
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
	case strings.IndexFunc(domain, func(r rune) bool { return r > 127 }) >= 0:
		if notIDN != nil {
			return bad("is not ASCII", "type its punycode form")
		}
		return bad("is not ASCII", "type its punycode form: "+ascii)
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

// longestDomain leaves room in the names of files for what stands before and behind a domain there, such as
// ".access.log.14.gz", of the 255 bytes that file systems give.
const longestDomain = 230

// labelPattern is RFC 1123's host name label.
var labelPattern = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$`)
