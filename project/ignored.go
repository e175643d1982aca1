package project

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

// An ignored path is one that git ignores by its plain name.
type ignoredPath struct{ path, place string }

// ignored are the paths that .gitignore names plainly. A pattern for any folder is one for the folder of its file.
func (l *looker) ignored() []ignoredPath {
	var all []ignoredPath
	for _, dir := range l.near() {
		name := path.Join(dir, ".gitignore")
		for i, line := range strings.Split(l.f.text(name), "\n") {
			line = strings.TrimSpace(line)
			if line == "" || line[0] == '#' || line[0] == '!' {
				continue
			}
			line = strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(line, "*"), "*"), "/")
			line = strings.TrimPrefix(strings.TrimPrefix(line, "**/"), "/")
			if wrong, _ := belowPath(line); wrong != "" || strings.ContainsAny(line, "*?[") {
				continue
			}
			all = append(all, ignoredPath{path.Join(dir, line), place(name, i+1)})
		}
	}
	return all
}

// ignores tells whether .gitignore names files that end so.
func (l *looker) ignores(ending string) bool {
	for _, dir := range l.near() {
		if slices.Contains(strings.Fields(l.f.text(path.Join(dir, ".gitignore"))), "*"+ending) {
			return true
		}
	}
	return false
}

// dataNames are how folders are called that hold what visitors or the site itself have made.
var dataNames = []string{"media", "mediafiles", "media_root", "uploads", "upload", "data", "storage", "userdata", "user_uploads"}

var (
	mediaRoot    = regexp.MustCompile(`(?m)^MEDIA_ROOT\s*=\s*(.+)$`)
	pathVariable = regexp.MustCompile(`(?m)^([A-Z][A-Z0-9_]*)\s*=\s*(.+)$`)
	upperWord    = regexp.MustCompile(`\b[A-Z][A-Z0-9_]{2,}\b`)
)

// lookForShared finds folders in the checkout that outlive a release: the media, and what git ignores and
// is called like data.
func (l *looker) lookForShared() {
	var shared, from, why []string
	add := func(at, where, reason string) {
		if !slices.Contains(shared, at) {
			shared = append(shared, at)
			if !slices.Contains(why, reason) {
				from, why = append(from, where), append(why, reason)
			}
		}
	}
	if at, where := l.mediaFolder(); at != "" {
		add(at, where, "MEDIA_ROOT is in the checkout")
	}
	for _, one := range l.ignored() {
		if slices.Contains(dataNames, path.Base(one.path)) {
			add(one.path, one.place, "git ignores what looks like data")
		}
	}
	if shared != nil {
		l.take(Choice{"shared", shared, strings.Join(from, ", "), strings.Join(why, "; "), Proposed})
	}
}

// mediaFolder is where the settings have media, relative to the project's folder; "" where that is elsewhere
// or for the environment to say.
func (l *looker) mediaFolder() (at, where string) {
	for _, s := range l.code {
		if m := mediaRoot.FindStringSubmatchIndex(s.text); m != nil {
			at, ok := l.pathIn(s.text, s.text[m[2]:m[3]], 3)
			if !ok {
				return "", ""
			}
			if wrong, _ := belowPath(at); wrong != "" || at == l.root {
				return "", ""
			}
			return at, place(s.name, lineOf(s.text, m[0]))
		}
	}
	return "", ""
}

// pathIn is the path that an expression of the settings names: texts behind a variable that is a path, too.
func (l *looker) pathIn(text, expression string, depth int) (string, bool) {
	if settingIn.MatchString(expression) || depth == 0 {
		return "", false
	}
	base := l.root
	if name := upperWord.FindString(expression); name != "" && name != "BASE_DIR" {
		for _, m := range pathVariable.FindAllStringSubmatch(text, -1) {
			if m[1] == name && quotedString.MatchString(m[2]) {
				if within, ok := l.pathIn(text, m[2], depth-1); ok {
					base = within
				}
			}
		}
	}
	for _, m := range quotedString.FindAllStringSubmatch(expression, -1) {
		if strings.HasPrefix(m[1], "/") && strings.TrimSpace(expression)[0] != m[1][0] && upperWord.MatchString(expression) {
			m[1] = strings.TrimLeft(m[1], "/") // BASE_DIR + "/media"
		}
		if strings.HasPrefix(m[1], "/") {
			return "", false
		}
		base = path.Join(base, m[1])
	}
	return base, true
}
