package adopt

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// scripts are what the site's two scripts come to: djship's own take their place, and what a person has put there besides goes to local_env.sh, which has the last word.
type scripts struct {
	lines     []string // of local_env.sh, in order
	key       string   // the secret key that is written out; "" for none
	password  string   // the database's password that is
	workers   bool     // how many workers there are is said
	arguments []string // of gunicorn's, beyond those of djship's own script
	carried   []string // names of what goes to local_env.sh, for a person
	left      []string // what is left out
	problems  []string
}

// assignment is "export NAME=VALUE" or "NAME=VALUE" with at most a remark behind it; the value as it is written.
var assignment = regexp.MustCompile(`^(export\s+)?([A-Za-z_][A-Za-z0-9_]*)=("(?:[^"\\$` + "`" + `]|\\.)*"|'[^']*'|[^\s"'$` + "`" + `\\;&|<>(){}#]*)\s*(?:#.*)?$`)

// literal is what a shell makes of a value that assignment has found.
func literal(value string) string {
	if len(value) >= 2 && value[0] == '\'' {
		return value[1 : len(value)-1]
	}
	if len(value) >= 2 && value[0] == '"' {
		return regexp.MustCompile(`\\(.)`).ReplaceAllString(value[1:len(value)-1], "$1")
	}
	return value
}

// readScripts reads prepare_env.sh and gunicorn_start.sh, which the account owns: as text alone.
func readScripts(site naming, variables, start string) scripts {
	var s scripts
	s.readVariables(site, variables)
	s.readStart(site, start)
	return s
}

// readVariables goes through prepare_env.sh. What djship's own does as well is left out; the rest stays as it is.
func (s *scripts) readVariables(site naming, text string) {
	same := []string{"cd " + site.home, "source ./bin/activate", ". ./bin/activate", "source bin/activate", ". bin/activate", "source " + site.home + "/bin/activate",
		"export PYTHONPATH=$DJANGODIR:$PYTHONPATH", "export DJANGO_SETTINGS_MODULE=" + site.project + ".settings.production", "DJANGODIR=" + site.home + "/" + site.project}
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, " \t\r\n")
		bare := strings.TrimSpace(line)
		if code, _, found := strings.Cut(bare, " #"); found && !strings.ContainsAny(code, `"'`) {
			bare = strings.TrimSpace(code)
		}
		m := assignment.FindStringSubmatch(strings.TrimSpace(line))
		switch {
		case bare == "" || bare[0] == '#' || slices.Contains(same, bare):
		case m != nil && m[2] == "SECRET_KEY":
			s.key = literal(m[3])
		case m != nil && m[2] == "DB_PASSWORD":
			s.password = literal(m[3])
		case strings.Contains(bare, "SECRET_KEY=") && strings.Contains(bare, ".django_secret_key"), strings.Contains(bare, "DB_PASSWORD=") && strings.Contains(bare, ".django_db_password"):
		case strings.Contains(bare, "bin/activate"):
			s.problems = append(s.problems, fmt.Sprintf("prepare_env.sh uses another environment, by %q: djship's is that in the site's home", bare))
		default:
			s.lines = append(s.lines, line)
			if m != nil {
				s.carried = append(s.carried, m[2])
			} else {
				s.carried = append(s.carried, fmt.Sprintf("%.40q", bare))
			}
		}
	}
}

// Names that the scripts gave to what gunicorn is told.
var startNames = []string{"SOCKFILE", "USER", "GROUP", "NUM_WORKERS", "DJANGO_WSGI_MODULE", "NAME", "DJANGODIR", "RUNDIR", "HOME"}

// readStart goes through gunicorn_start.sh. Its options are carried over; a line that does anything else is a problem.
func (s *scripts) readStart(site naming, text string) {
	values := map[string]string{"RUNDIR": ""}
	same := []string{"cd " + site.home, "source ./prepare_env.sh", ". ./prepare_env.sh", "source " + site.home + "/prepare_env.sh", "RUNDIR=$(dirname $SOCKFILE)", "test -d $RUNDIR || mkdir -p $RUNDIR"}
	text = regexp.MustCompile(`[ \t]*\\\r?\n[ \t]*`).ReplaceAllString(text, " ")
	started := false
	for line := range strings.Lines(text) {
		bare := strings.TrimSpace(line)
		m := assignment.FindStringSubmatch(bare)
		switch {
		case bare == "" || bare[0] == '#' || slices.Contains(same, bare) || strings.HasPrefix(bare, `echo "Starting `):
		case started:
			s.problems = append(s.problems, fmt.Sprintf("gunicorn_start.sh goes on behind gunicorn, with %.60q", bare))
		case m != nil && m[1] == "" && slices.Contains(startNames, m[2]):
			values[m[2]] = literal(m[3])
		case m != nil:
			s.lines = append(s.lines, strings.TrimSpace(m[1]+m[2]+"="+m[3]))
			s.carried = append(s.carried, m[2])
		case strings.HasPrefix(bare, "exec ") && strings.Contains(bare, "gunicorn"):
			started = true
			s.readGunicorn(site, bare, values)
		default:
			s.problems = append(s.problems, fmt.Sprintf("gunicorn_start.sh has %.60q: what it does belongs into local_env.sh, or somewhere else", bare))
		}
	}
	if !started {
		s.problems = append(s.problems, "gunicorn_start.sh starts no gunicorn by exec")
	}
}

var (
	gunicornForm = regexp.MustCompile(`^exec\s+(?:\./|\S*/)?(?:bin/)?gunicorn\s+`)
	optionForm   = regexp.MustCompile(`^[A-Za-z0-9_./:,=@%+*-]*$`)
)

// short are the long names of gunicorn's options of one letter, and aliases.
var short = map[string]string{"-b": "--bind", "-w": "--workers", "-k": "--worker-class", "-t": "--timeout", "-n": "--name", "-u": "--user", "-g": "--group", "--log-file": "--error-logfile"}

// readGunicorn reads how gunicorn is started.
func (s *scripts) readGunicorn(site naming, line string, values map[string]string) {
	command := gunicornForm.FindString(line)
	if command == "" {
		s.problems = append(s.problems, fmt.Sprintf("gunicorn_start.sh starts %.60q", line))
		return
	}
	words := strings.Fields(line[len(command):])
	for i := 0; i < len(words); i++ {
		name, value, has := strings.Cut(words[i], "=")
		if long := short[name]; long != "" {
			name = long
		}
		if !strings.HasPrefix(name, "-") {
			s.application(site, filled(words[i], values))
			continue
		}
		if !has && i+1 < len(words) && !strings.HasPrefix(words[i+1], "-") && name != "--preload" && name != "--reload" {
			i++
			value = words[i]
		}
		value = filled(value, values)
		if !optionForm.MatchString(value) || !optionForm.MatchString(name) {
			s.problems = append(s.problems, fmt.Sprintf("gunicorn_start.sh has %s %.60q", name, value))
			continue
		}
		switch name {
		case "--bind":
			if value != "unix:"+site.socket {
				s.problems = append(s.problems, "gunicorn_start.sh has gunicorn listen at "+value)
			}
		case "--name", "--user", "--group", "--error-logfile", "--capture-output", "--worker-tmp-dir":
		case "--log-level":
			if value != "debug" && value != "info" {
				s.left = append(s.left, name+"="+value)
			}
		case "--workers":
			s.workers = true
			s.lines, s.carried = append(s.lines, "export WEB_CONCURRENCY="+value), append(s.carried, "WEB_CONCURRENCY")
		default:
			if value != "" {
				name += "=" + value
			}
			s.arguments = append(s.arguments, name)
		}
	}
	if s.arguments != nil {
		s.lines, s.carried = append(s.lines, `export GUNICORN_CMD_ARGS="`+strings.Join(s.arguments, " ")+`"`), append(s.carried, "GUNICORN_CMD_ARGS")
	}
}

// application is what gunicorn serves.
func (s *scripts) application(site naming, name string) {
	switch {
	case !optionForm.MatchString(name):
		s.problems = append(s.problems, fmt.Sprintf("gunicorn_start.sh serves %.60q", name))
	case name != site.project+".wsgi:application" && name != site.project+".wsgi":
		s.lines, s.carried = append(s.lines, "export WSGI_APPLICATION="+name), append(s.carried, "WSGI_APPLICATION")
	}
}

// filled is a word with what the script has set before.
func filled(word string, values map[string]string) string {
	return regexp.MustCompile(`\$\{?([A-Za-z_]+)\}?`).ReplaceAllStringFunc(strings.Trim(word, `"'`), func(of string) string {
		if value, ok := values[strings.Trim(of, "${}")]; ok {
			return value
		}
		return of
	})
}
