package project

import (
	"path"
	"strings"

	"djship/nearest"
	"djship/plain"
)

const manageFile = "manage.py"

// lookForRoot finds the folder with manage.py: the project's own, else one below it.
func (l *looker) lookForRoot(dir string) error {
	if l.said("root") {
		l.root = path.Clean(l.s.Root)
		if !l.f.has(path.Join(l.root, manageFile)) {
			return l.s.problem("root", "there is no manage.py in "+quoted(l.s.Root), "name the folder that has it, or leave root out")
		}
		return nil
	}
	if l.f.has(manageFile) {
		l.root = "."
		l.take(Choice{"root", ".", manageFile, "manage.py is in the folder itself", Taken})
		return nil
	}
	all := l.rootsBelow()
	switch len(all) {
	case 0:
		where := "in " + plain.Line(dir)
		if dir == "." {
			where = "here"
		}
		return &Problem{What: "there is no manage.py " + where + ", nor in a folder below", Advice: l.noRootAdvice()}
	case 1:
		l.root = all[0]
		l.take(Choice{"root", l.root, path.Join(l.root, manageFile), "the only folder with a manage.py", Taken})
		return nil
	}
	for i, at := range all {
		all[i] = plain.Line(at)
	}
	return &Problem{What: "several folders have a manage.py: " + strings.Join(all, ", "),
		Advice: `write into djship.toml which it is: root = "` + all[0] + `"; or name the folder itself: --dir ` + path.Join(plain.Line(dir), all[0])}
}

// rootsBelow are the nearest folders with a manage.py, one or two levels down.
func (l *looker) rootsBelow() []string {
	level := l.f.sources(".")
	for range 2 {
		var found, next []string
		for _, at := range level {
			if l.f.has(path.Join(at, manageFile)) {
				found = append(found, at)
			}
		}
		if len(found) > 0 {
			return found
		}
		for _, at := range level {
			next = append(next, l.f.sources(at)...)
		}
		level = next
	}
	return nil
}

// noRootAdvice says what to do where there is no project, or one whose manage.py is called otherwise.
func (l *looker) noRootAdvice() string {
	_, files := l.f.entries(".")
	if near := nearest.Names(manageFile, files, 1); len(near) > 0 {
		return "is " + quoted(near[0]) + " your manage.py? Call it that"
	}
	return "go into the folder of a Django project, or name it: --dir DIR; `django-admin startproject` makes a new one"
}
