package project

import (
	"fmt"
	"path"
	"regexp"
	"strconv"
	"strings"
)

var (
	anyMinor  = regexp.MustCompile(`(?:^|[^\d.])3\.(\d{1,2})(?:\.\d+)?(?:[^\d.]|$)`)
	oneOf     = regexp.MustCompile(`^\s*(\^|~=|~|===?|!=|>=|<=|>|<)?\s*v?3(?:\.(\d{1,2}))?(?:\.(?:\d+|\*))?\s*$`)
	pipPython = regexp.MustCompile(`(?m)^python_(?:full_)?version\s*=\s*["']([^"']+)["']`)
)

// minorOf finds a version of Python 3 in a text, without its patch level.
func minorOf(text string) (string, bool) {
	if m := anyMinor.FindStringSubmatch(text); m != nil {
		return "3." + m[1], true
	}
	return "", false
}

// allows tells whether a version is in a range as Python's tools write them; known is false where the range
// is not understood.
func allows(spec, minor string) (allowed, known bool) {
	have, err := strconv.Atoi(strings.TrimPrefix(minor, "3."))
	if err != nil {
		return false, false
	}
	for part := range strings.SplitSeq(spec, ",") {
		if strings.TrimSpace(part) == "<4" || strings.TrimSpace(part) == "<4.0" {
			continue
		}
		m := oneOf.FindStringSubmatch(part)
		if m == nil {
			return false, false
		}
		if m[2] == "" { // all of 3
			continue
		}
		want, _ := strconv.Atoi(m[2])
		right := map[string]bool{"^": have >= want, "~=": have >= want, ">=": have >= want, "<=": have <= want, ">": have > want, "<": have < want, "!=": true}
		if ok, is := right[m[1]]; is && !ok || !is && have != want {
			return false, true
		}
	}
	return true, true
}

// newest and oldest are the minor versions of Python 3 that a range is looked through for.
const newest, oldest = 14, 8

// Pythons are the versions that the project runs by, as "3.12", the newest first; nil where nothing says which, or what is said is
// not understood.
func (p *Project) Pythons() []string {
	c, ok := p.Choice("python")
	if !ok || c.State == Open || c.Text() == hostsOwn {
		return nil
	}
	if only, is := minorOf(c.Text()); is && !strings.ContainsAny(c.Text(), "<>=~^!,*") {
		return []string{only}
	}
	var all []string
	for minor := newest; minor >= oldest; minor-- {
		version := fmt.Sprintf("3.%d", minor)
		if allowed, known := allows(c.Text(), version); allowed && known {
			all = append(all, version)
		}
	}
	return all
}

// hostsOwn is the choice where nothing says which.
const hostsOwn = "the host's own"

// A pythonWord is what a file says of Python.
type pythonWord struct {
	text, place string
	isRange     bool
}

// lookForPython takes the first word on Python's version that there is, and tells of those that disagree.
func (l *looker) lookForPython() {
	words := l.pythonWords()
	first := pythonWord{}
	if l.said("python") {
		first = pythonWord{l.s.Python, l.s.place("python"), false}
	} else if len(words) > 0 {
		first, words = words[0], words[1:]
		if first.isRange {
			l.take(Choice{"python", first.text, first.place, "the host's own where it is in that range", Taken})
		} else {
			l.take(Choice{"python", first.text, first.place, "", Taken})
		}
	} else {
		l.take(Choice{"python", hostsOwn, "", "nothing says which: no .python-version, requires-python, runtime.txt", Taken})
	}
	for _, w := range words {
		if first.isRange {
			if ok, known := allows(first.text, w.text); !known || ok || w.isRange {
				continue
			}
		} else if ok, known := allows(w.text, first.text); !known || ok {
			continue
		}
		l.note(w.place, fmt.Sprintf("this says Python %s, and %s says %s, which counts", w.text, first.place, first.text), "let both say the same")
	}
}

// pythonWords are in the order in which they count.
func (l *looker) pythonWords() []pythonWord {
	var all []pythonWord
	add := func(text, place string, isRange bool) {
		if isRange {
			all = append(all, pythonWord{strings.TrimSpace(text), place, true})
		} else if minor, found := minorOf(text); found {
			all = append(all, pythonWord{minor, place, false})
		} else {
			l.note(place, "no version of Python 3 is in it: "+quoted(strings.TrimSpace(text)), "write into "+l.own()+`: python = "3.12"`)
		}
	}
	for _, dir := range l.near() {
		if name := path.Join(dir, ".python-version"); l.f.has(name) {
			add(l.f.text(name), place(name, 0), false)
			break
		}
	}
	if l.pyproject != nil {
		for _, key := range [][]string{{"project", "requires-python"}, {"tool", "poetry", "dependencies", "python"}} {
			if text := l.pyproject.text(key...); text != "" {
				add(text, l.pyproject.place(key...), true)
			}
		}
	}
	for _, dir := range l.near() {
		if name := path.Join(dir, "runtime.txt"); l.f.has(name) {
			add(strings.TrimPrefix(strings.TrimSpace(l.f.text(name)), "python-"), place(name, 0), false)
		}
		if name := path.Join(dir, "Pipfile"); l.f.has(name) {
			if text, at := l.find(name, pipPython); text != "" {
				add(text, at, false)
			}
		}
	}
	return all
}

// near are the folders in which files about the project may be: that with manage.py, and the one of all.
func (l *looker) near() []string {
	if l.root == "." {
		return []string{"."}
	}
	return []string{l.root, "."}
}
