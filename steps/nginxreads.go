package steps

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"
)

// NginxReads refuses a host whose nginx would not read the site's file in sites-enabled, or refuses its
// configuration as it is. nginx itself is asked, where it runs and the site is not there yet: of one that is, its
// health tells.
type NginxReads struct {
	Domain string // "" for any
}

// Name implements Step.
func (NginxReads) Name() string { return "nginx reads sites-enabled" }

// Probe implements Step: what nginx -T prints, or "# refused: WHY". Where nginx runs, its logs and its
// pid file are there, and nothing is made by asking.
func (s NginxReads) Probe() Script {
	return Script(fmt.Sprintf(`if [ ! -e %[1]s ] && [ ! -L %[1]s ] && [ -x /usr/sbin/nginx ] && unit nginx | grep -qx -e ActiveState=active -e active; then
	%[2]s
fi`, Quote(s.path()), askNginx))
}

// askNginx prints nginx's configuration as it would read it now, or why it refuses it.
const askNginx = `nginx -T 2>/dev/null || nginx -t 2>&1 | sed 's/^/# refused: /'`

func (s NginxReads) path() string {
	return "/etc/nginx/sites-enabled/" + cmp.Or(s.Domain, "example.com")
}

// Plan implements Step.
func (s NginxReads) Plan(_ Facts, seen Observed) Change {
	if why := refusedBy(seen.Text, "[emerg]"); why != "" {
		return Change{Verb: Refuse, OnlyIfActs: true, Detail: "nginx refuses its configuration as it is: " + why,
			Hint: "mend the file and line that nginx names, then run the same command again"}
	}
	files, main := nginxFiles(seen.Text)
	if main == "" {
		return Change{}
	}
	var patterns []string
	for _, d := range nginxRead(files, main, path.Dir(main), 0) {
		for _, in := range d.block {
			if d.words[0] != "http" || in.words[0] != "include" || len(in.words) != 2 {
				continue
			}
			pattern := in.words[1]
			if !path.IsAbs(pattern) {
				pattern = path.Join(path.Dir(main), pattern)
			}
			if ok, err := path.Match(pattern, s.path()); ok && err == nil || pattern == s.path() {
				return Change{}
			}
			if strings.Contains(pattern, "*") && !slices.Contains(patterns, pattern) {
				patterns = append(patterns, pattern)
			}
		}
	}
	reads := "none"
	if patterns != nil {
		reads = strings.Join(patterns, " and ")
	}
	return Change{Verb: Refuse, OnlyIfActs: true, Detail: fmt.Sprintf("nginx would not read %s: of sites, %s includes %s", s.path(), main, reads),
		Hint: "put `include /etc/nginx/sites-enabled/*;` into the http block of " + main + " on the host, see that `nginx -t` is content, then run the same command again"}
}

// refusedBy is why a program refuses its configuration, by lines "# refused: WHY": the first that has word in it,
// else the first; "" where it does not.
func refusedBy(text, word string) string {
	var first string
	for line := range strings.Lines(text) {
		why, ok := strings.CutPrefix(strings.TrimRight(line, "\r\n"), "# refused: ")
		switch {
		case !ok:
		case strings.Contains(why, word):
			return why
		case first == "":
			first = why
		}
	}
	return first
}
