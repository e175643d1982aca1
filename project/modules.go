package project

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
)

var (
	namesSettings = regexp.MustCompile(`DJANGO_SETTINGS_MODULE["'][^"'\n]{0,40}["']([A-Za-z_][\w.]*)["']`)
	forWork       = []string{"dev", "develop", "development", "local", "debug", "test", "tests", "testing", "sandbox"}
	forUsers      = []string{"production", "prod", "live"}
)

// endsLike tells whether the last part of a module's name has one of these words in it: config.settings_dev.
func endsLike(module string, words []string) bool {
	last := module[strings.LastIndexByte(module, '.')+1:]
	return slices.ContainsFunc(strings.Split(last, "_"), func(part string) bool { return slices.Contains(words, strings.ToLower(part)) })
}

// find returns what the first group of a pattern matches in a file, and where. Lines that are comments don't count.
func (l *looker) find(name string, pattern *regexp.Regexp) (found, at string) {
	text := withoutComments(l.f.text(name))
	if m := pattern.FindStringSubmatchIndex(text); m != nil {
		return text[m[2]:m[3]], place(name, lineOf(text, m[0]))
	}
	return "", ""
}

func lineOf(text string, offset int) int { return strings.Count(text[:offset], "\n") + 1 }

// withoutComments is Python with empty lines where whole ones are comments.
func withoutComments(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if strings.HasPrefix(strings.TrimSpace(line), "#") {
			lines[i] = ""
		}
	}
	return strings.Join(lines, "\n")
}

// fileOf is the file of a module, relative to the project's folder; "" where it is not there.
func (l *looker) fileOf(module string) string {
	base := path.Join(l.root, strings.ReplaceAll(module, ".", "/"))
	for _, name := range []string{base + ".py", base + "/__init__.py"} {
		if l.f.has(name) {
			return name
		}
	}
	return ""
}

// lookForModules finds the modules of WSGI and ASGI, and the settings that production is to have.
func (l *looker) lookForModules() {
	manage := path.Join(l.root, manageFile)
	named, at := l.find(manage, namesSettings)
	wsgi, asgi := l.serving("wsgi", named), l.serving("asgi", named)
	l.chooseSettings(named, at, []string{wsgi, asgi})
	l.code = l.settingsText()
	if !l.said("wsgi") {
		switch {
		case wsgi != "":
			l.take(Choice{"wsgi", wsgi, l.fileOf(wsgi), "", Taken})
		case asgi == "":
			l.take(Choice{"wsgi", nil, "", "no wsgi.py and no asgi.py were found", Open})
			l.stop("", "no wsgi.py and no asgi.py were found: what serves is not known", "write into "+l.own()+`: wsgi = "config.wsgi"`)
		}
	}
	if asgi != "" && !l.said("asgi") {
		if at := l.findInSettings(regexp.MustCompile(`(?m)^ASGI_APPLICATION\s*=`)); at != "" {
			l.take(Choice{"asgi", asgi, at, "the settings name an ASGI application: gunicorn serves by its ASGI worker then", Proposed})
		}
	}
}

// serving is the module with the application of WSGI or ASGI: the one beside the settings, else the only one.
func (l *looker) serving(kind, settings string) string {
	top, _, _ := strings.Cut(settings, ".")
	if module := top + "." + kind; top != "" && l.fileOf(module) != "" {
		return module
	}
	var all []string
	level := []string{l.root}
	for range 3 {
		var next []string
		for _, at := range level {
			if l.f.has(path.Join(at, kind+".py")) {
				module := strings.ReplaceAll(strings.TrimPrefix(strings.TrimPrefix(path.Join(at, kind), l.root), "/"), "/", ".")
				if dottedPattern.MatchString(module) {
					all = append(all, module)
				}
			}
			next = append(next, l.f.sources(at)...)
		}
		level = next
	}
	if len(all) > 1 {
		l.note("", fmt.Sprintf("several modules could be the one of %s: %s", strings.ToUpper(kind), strings.Join(all, ", ")), fmt.Sprintf("%s = %q is taken where %s has nothing else", kind, all[0], l.own()))
	}
	if len(all) == 0 {
		return ""
	}
	return all[0]
}

// chooseSettings decides for the settings of production: what wsgi.py or asgi.py names, else manage.py, unless
// that is for development and something for production is beside it.
func (l *looker) chooseSettings(manages, at string, serving []string) {
	if l.said("settings") {
		l.module = l.s.Module
		if l.fileOf(l.module) == "" {
			l.note(l.s.place("settings"), "there is no module "+l.module+" in the project", "what counts is its import on the host; is root right?")
		}
		return
	}
	named, from := manages, at
	why := "manage.py's default"
	for _, module := range serving {
		if served, place := l.find(l.fileOf(module), namesSettings); module != "" && served != "" && served != manages && !endsLike(served, forWork) {
			named, from, why = served, place, "the module that serves names it"
			if manages != "" {
				why += "; manage.py's default is " + manages
			}
			break
		}
	}
	state := Taken
	if named != manages {
		state = Proposed
	}
	if !endsLike(named, forUsers) {
		if better := l.production(named); better != "" {
			why = "it is there, and " + naming(named, from)
			named, from, state = better, l.fileOf(better), Proposed
		}
	}
	l.module = named
	switch {
	case named == "":
		l.take(Choice{"settings", nil, "", "manage.py names no settings", Open})
		l.stop("", "which settings the project has is not known", "write into "+l.own()+`: settings = "config.settings"`)
		return
	case endsLike(named, forWork):
		l.note(from, named+" looks like settings for development, and no others were found", "write into "+l.own()+" where there are some")
	case l.fileOf(named) == "":
		l.note(from, "there is no module "+named+" in the project", "what counts is its import on the host")
		state = Taken
	}
	l.take(Choice{"settings", named, from, why, state})
}

// naming says what manage.py or another file names.
func naming(module, from string) string {
	if module == "" {
		return "manage.py names none"
	}
	text := from + " names " + module
	if endsLike(module, forWork) {
		text += ", for development"
	}
	return text
}

// production finds settings for production beside those that are named.
func (l *looker) production(named string) string {
	var all []string
	parent, last := "", named
	if at := strings.LastIndexByte(named, '.'); at >= 0 {
		parent, last = named[:at+1], named[at+1:]
	}
	base := strings.Split(last, "_")[0]
	for _, word := range forUsers {
		all = append(all, named+"."+word)
		if parent != "" {
			all = append(all, parent+word)
		}
		all = append(all, parent+base+"_"+word, parent+word+"_"+base, parent+"settings_"+word, parent+word+"_settings")
	}
	if named == "" {
		all = nil
		for _, at := range l.f.sources(l.root) {
			for _, word := range append([]string{""}, forUsers...) {
				all = append(all, strings.TrimSuffix(path.Base(at)+".settings."+word, "."))
			}
		}
		slices.SortStableFunc(all, func(a, b string) int { return strings.Count(b, ".") - strings.Count(a, ".") })
	}
	for _, module := range all {
		if dottedPattern.MatchString(module) && l.fileOf(module) != "" {
			return module
		}
	}
	return ""
}
