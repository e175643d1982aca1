package project

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"djship/nearest"
)

// A check says what is wrong with a value and what would be right; "" for nothing.
type check func(value string) (wrong, advice string)

// Placeholders are what values of env and files may have between braces: the host fills them in.
var Placeholders = []string{"domain", "project", "secret_key", "database_url", "db_name", "db_user", "db_password", "db_host", "db_port", "media", "static"}

var (
	bareKey         = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)
	dottedPattern   = regexp.MustCompile(`^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$`)
	minorPattern    = regexp.MustCompile(`^3\.(\d|[1-9]\d)$`)
	variablePattern = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	processPattern  = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$`)
	packagePattern  = regexp.MustCompile(`^[a-z0-9][a-z0-9+.-]+$`)
	groupPattern    = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$`)
	placeholder     = regexp.MustCompile(`\{([A-Za-z_]\w*)\}`)
)

func anyText(value string) (string, string) {
	switch {
	case strings.TrimSpace(value) == "":
		return "it is empty", "take the line out, or give it a value"
	case strings.ContainsFunc(value, unicode.IsControl):
		return "it has a character that does not print", "type it as plain text"
	}
	return "", ""
}

// command is a line for a shell.
func command(value string) (string, string) {
	if wrong, advice := anyText(value); wrong != "" {
		if strings.Contains(value, "\n") {
			advice = "a command is one line; put more of it into a script"
		}
		return wrong, advice
	}
	return "", ""
}

// insidePath is a path in the project, or the project's folder itself.
func insidePath(value string) (string, string) {
	const advice = "a path in the project, relative to its folder, with / between its parts"
	if wrong, more := anyText(value); wrong != "" {
		return wrong, more
	}
	clean := path.Clean(value)
	switch {
	case strings.HasPrefix(value, "/"), strings.HasPrefix(value, "~"), len(value) > 1 && value[1] == ':':
		return "it is no path in the project", advice
	case strings.Contains(value, `\`):
		return `it has a \ in it`, advice
	case clean == ".." || strings.HasPrefix(clean, "../"):
		return "it leads out of the project", advice
	case slices.Contains(strings.Split(value, "/"), ".git"):
		return "it leads into git's own folder", advice
	}
	return "", ""
}

// belowPath is a path in the project, and not all of it.
func belowPath(value string) (string, string) {
	if wrong, advice := insidePath(value); wrong != "" {
		return wrong, advice
	}
	if path.Clean(value) == "." {
		return "it is the whole project", "a file or folder in it"
	}
	return "", ""
}

func dottedName(value string) (string, string) {
	if dottedPattern.MatchString(value) {
		return "", ""
	}
	advice := "a module's dotted name, as in config.settings"
	if module, _, has := strings.Cut(value, ":"); has && dottedPattern.MatchString(module) {
		advice = "the module alone: " + module
	} else if trimmed := strings.ReplaceAll(strings.TrimSuffix(value, ".py"), "/", "."); dottedPattern.MatchString(trimmed) {
		advice = "with dots, as Python has it: " + trimmed
	}
	return "it is no dotted name", advice
}

func pythonVersion(value string) (string, string) {
	if minorPattern.MatchString(value) {
		return "", ""
	}
	advice := `as in "3.12"`
	if minor, found := minorOf(value); found {
		advice = fmt.Sprintf("without the patch level: %q", minor)
	}
	return "it is no version of Python 3", advice
}

func variableName(value string) (string, string) {
	if variablePattern.MatchString(value) {
		return "", ""
	}
	return "it is no name of a variable", "letters, digits and _, as in SECRET_KEY"
}

// filledIn is a value with placeholders that there are.
func filledIn(value string) (string, string) {
	if strings.ContainsFunc(value, unicode.IsControl) {
		return "it has a character that does not print", "type it as plain text"
	}
	for _, m := range placeholder.FindAllStringSubmatch(value, -1) {
		if slices.Contains(Placeholders, m[1]) {
			continue
		}
		advice := "there are {" + strings.Join(Placeholders, "}, {") + "}"
		if near := nearest.Names(m[1], Placeholders, 1); len(near) > 0 {
			advice = "did you mean {" + near[0] + "}?"
		}
		return "there is no placeholder " + m[0], advice
	}
	return "", ""
}

func debianPackage(value string) (string, string) {
	if packagePattern.MatchString(value) {
		return "", ""
	}
	return "it is no name of a Debian package", "as in gettext, libgdal-dev"
}

func processName(value string) (string, string) {
	if slices.Contains(loggers, value) || strings.HasPrefix(value, "cron-") {
		return "logs have that name for something else", "another one, as in worker"
	}
	return jobName(value)
}

func jobName(value string) (string, string) {
	if processPattern.MatchString(value) {
		return "", ""
	}
	return "it is no name of a process", "letters, digits, _ and -, as in worker"
}

// loggers are what djship's logs are called by, so that no process is.
var loggers = []string{"access", "error", "nginx", "gunicorn", "run"}

func groupName(value string) (string, string) {
	if groupPattern.MatchString(value) {
		return "", ""
	}
	return "it is no name of a group or an extra", "letters, digits, and . _ - between them"
}

func cronLine(value string) (string, string) {
	if wrong, advice := command(value); wrong != "" {
		return wrong, advice
	}
	if _, _, wrong := cutCron(value); wrong != "" {
		return wrong, "as in a crontab: 15 3 * * * manage.py clearsessions, or @daily manage.py clearsessions"
	}
	return "", ""
}

func urlPath(value string) (string, string) {
	switch {
	case strings.ContainsFunc(value, func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) }):
		return "it has a blank in it", "the path of a page, as in /health/"
	case !strings.HasPrefix(value, "/") || strings.HasPrefix(value, "//"):
		return "it is no path", "the path of a page, as in /health/"
	}
	return "", ""
}

// staticPath is a path below STATIC_URL, or a whole one.
func staticPath(value string) (string, string) {
	if strings.HasPrefix(value, "/") {
		return urlPath(value)
	}
	return belowPath(value)
}
