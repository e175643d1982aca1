package django

import (
	"fmt"
	"strings"
)

// A NameError says why a name typed by a user can't be used, and what would be right.
type NameError struct{ Problem, Advice string }

func (e *NameError) Error() string { return e.Problem }

// Hint says what would be right.
func (e *NameError) Hint() string { return e.Advice }

// NewSite returns the site for a project name, a domain and a Python version ("2", "3" or "" for
// 3) as typed by a user. The error is a *NameError about the first thing that is wrong with them.
func NewSite(project, domain, python string) (Site, error) {
	if !isASCII(domain) {
		domain = ASCII(domain)
	}
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
