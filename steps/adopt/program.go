package adopt

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"djship/steps/model"
)

// A section is one of a file of supervisord's: "program:example", with its settings in order.
type section struct {
	name, file string
	keys       []string
	values     map[string]string
}

func (s section) program() string {
	name, _ := strings.CutPrefix(s.name, "program:")
	return name
}

var sectionForm = regexp.MustCompile(`^\[([^\]]+)\]\s*$`)

// readSections reads a file of supervisord's, as Python reads it: settings over several lines, and remarks.
func readSections(file, text string) []section {
	var all []section
	var key string
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n\t ")
		if trimmed := strings.TrimSpace(line); trimmed == "" || trimmed[0] == ';' || trimmed[0] == '#' {
			continue
		}
		if m := sectionForm.FindStringSubmatch(line); m != nil {
			all, key = append(all, section{name: m[1], file: file, values: map[string]string{}}), ""
			continue
		}
		if len(all) == 0 {
			continue
		}
		now := &all[len(all)-1]
		if i := strings.Index(line, " ;"); i >= 0 {
			line = strings.TrimRight(line[:i], " \t")
		}
		if key != "" && (line[0] == ' ' || line[0] == '\t') {
			now.values[key] += " " + strings.TrimSpace(line)
			continue
		}
		i := strings.IndexAny(line, "=:")
		if i < 0 {
			key = ""
			continue
		}
		key = strings.ToLower(strings.TrimSpace(line[:i]))
		if !slices.Contains(now.keys, key) {
			now.keys = append(now.keys, key)
		}
		now.values[key] = strings.TrimSpace(line[i+1:])
	}
	return all
}

// programs are what the supervisord of before runs, by its files.
type programs struct {
	own      section   // the site's gunicorn; without a name where there is none
	beside   []section // other programs of the site: what works its queue, say
	others   []string  // files of what is not the site's
	problems []string
}

// readPrograms sorts the sections of all files. A program is the site's where it runs as the site's account, or from its home.
func readPrograms(site naming, files map[string]string, order []string) programs {
	var p programs
	for _, file := range order {
		sections := readSections(file, files[file])
		var mine, foreign []section
		for _, s := range sections {
			at := s.values["command"] + " " + s.values["directory"]
			if s.values["user"] == site.project || strings.Contains(at, site.home+"/") || s.name == "program:"+site.project {
				mine = append(mine, s)
			} else {
				foreign = append(foreign, s)
			}
		}
		switch {
		case len(mine) == 0:
			p.others = append(p.others, file)
		case len(foreign) > 0:
			p.problems = append(p.problems, fmt.Sprintf("%s has [%s] beside what is %s's: put each into a file of its own", file, foreign[0].name, site.project))
		}
		for _, s := range mine {
			p.take(site, s)
		}
	}
	if p.own.name == "" {
		p.problems = append(p.problems, fmt.Sprintf("no file in %s has [program:%s]", model.Supervisor, site.project))
	}
	return p
}

// configProblems are why the configuration of the supervisord of before can't be given up for djship's.
func configProblems(text string) []string {
	var all []string
	included := ""
	for _, s := range readSections(model.SupervisordConf, text) {
		kind, _, _ := strings.Cut(s.name, ":")
		switch kind {
		case "include":
			included = s.values["files"]
		case "unix_http_server":
			if s.values["username"] != "" {
				all = append(all, model.SupervisordConf+" wants a password of who asks it")
			}
		case "program", "fcgi-program", "eventlistener", "group":
			all = append(all, fmt.Sprintf("%s has [%s]: put that into a file of its own in %s", model.SupervisordConf, model.Shown(s.name), model.Supervisor))
		}
	}
	if text != "" && included != model.Supervisor+"/*.conf" && included != model.Supervisor+"/before/*.conf" {
		all = append(all, fmt.Sprintf("%s includes %q, not %s/*.conf", model.SupervisordConf, model.Shown(included), model.Supervisor))
	}
	return all
}

var programForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,60}$`)

// take takes in a section that is the site's.
func (p *programs) take(site naming, s section) {
	name := s.program()
	switch {
	case name == s.name || !programForm.MatchString(name):
		p.problems = append(p.problems, fmt.Sprintf("%s has [%s], which is no program", s.file, s.name))
	case s.values["user"] != site.project:
		p.problems = append(p.problems, fmt.Sprintf("%s runs [%s] as %q, not as %s", s.file, s.name, s.values["user"], site.project))
	case s.values["numprocs"] != "" && s.values["numprocs"] != "1" && name == site.project:
		p.problems = append(p.problems, fmt.Sprintf("%s has numprocs for [%s]", s.file, s.name))
	case name == site.project && s.values["command"] != site.home+"/gunicorn_start.sh":
		p.problems = append(p.problems, fmt.Sprintf("%s starts %s by %q, not by gunicorn_start.sh", s.file, name, s.values["command"]))
	case name == site.project:
		p.own = s
	case name == site.project+"-a" || name == site.project+"-b":
		p.problems = append(p.problems, fmt.Sprintf("%s calls a program %s, as djship calls one of its own", s.file, name))
	default:
		p.beside = append(p.beside, s)
	}
}

// usualKeys are settings that the scripts wrote, or that djship's own file has in the same meaning.
var usualKeys = []string{"command", "user", "redirect_stderr", "stdout_logfile", "directory", "autostart", "autorestart"}

// keptKeys are those that are carried over.
var keptKeys = []string{"environment", "priority", "startsecs", "startretries", "stopwaitsecs", "stopsignal", "exitcodes", "umask", "stdout_logfile_maxbytes", "stdout_logfile_backups"}

// compose is djship's own file with what a person has set besides; what is left out comes with it.
func (p programs) compose(own string) (text string, edited bool, left []string) {
	for _, key := range p.own.keys {
		value := p.own.values[key]
		line := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(key) + `=.*$`)
		switch {
		case slices.Contains(usualKeys, key):
		case !slices.Contains(keptKeys, key):
			left = append(left, key+"="+value)
		case key == "environment":
			edited = true
			own = line.ReplaceAllStringFunc(own, func(was string) string { return was + "," + value })
		case key == "stopwaitsecs" && len(value) < 3 && value < "40": // gunicorn has 30 seconds for its requests
			left = append(left, key+"="+value)
		case line.MatchString(own):
			edited = true
			own = line.ReplaceAllLiteralString(own, key+"="+value)
		default:
			edited = true
			own += key + "=" + value + "\n"
		}
	}
	return own, edited, left
}

// alone is a file with one program, logging where no account can lay a link: root opens the log.
func (s section) alone() string {
	var b strings.Builder
	fmt.Fprintf(&b, "; Taken over as it was, but for its logs, which root opens: these are in /var/log/supervisor.\n[%s]\n", s.name)
	for _, key := range s.keys {
		if strings.HasPrefix(key, "stdout_logfile") || strings.HasPrefix(key, "stderr_logfile") {
			continue
		}
		fmt.Fprintf(&b, "%s=%s\n", key, s.values[key])
	}
	fmt.Fprintf(&b, "stdout_logfile=/var/log/supervisor/%s.log\n", s.program())
	if s.values["redirect_stderr"] == "" || s.values["redirect_stderr"] == "false" {
		fmt.Fprintf(&b, "stderr_logfile=/var/log/supervisor/%s.err.log\n", s.program())
	}
	return b.String()
}
