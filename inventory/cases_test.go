package inventory

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A question is one case of a file under testdata.
type question struct {
	Dir      string   `json:"dir"`
	Sources  []string `json:"sources"`
	Patterns []string `json:"patterns,omitempty"`

	name    string
	differs map[string]string // rows of ANSIBLE.md's tables, by pattern; "" is the inventory itself
	files   map[string]string
	exec    string
}

var fileHeader = regexp.MustCompile(`^-- (\S+) --$`)

// questions reads the cases of a file; how it looks stands at its top.
func questions(t testing.TB, path string) []*question {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var all []*question
	for _, part := range strings.Split("\n"+string(data), "\n== ")[1:] {
		name, body, _ := strings.Cut(part, "\n")
		body = strings.TrimSuffix(body, "\n") // the line between cases
		q := &question{name: filepath.Base(path) + "/" + name, differs: map[string]string{}, files: map[string]string{}}
		body, patterns, _ := strings.Cut(body, "\n--\n")
		for _, line := range strings.Split(strings.TrimSuffix(patterns, "\n"), "\n") {
			if pattern, row, differs := strings.Cut(line, "\t"); patterns != "" {
				q.Patterns = append(q.Patterns, pattern)
				if differs {
					q.differs[pattern] = row
				}
			}
		}
		q.read(body)
		all = append(all, q)
	}
	return all
}

func (q *question) read(body string) {
	file := ""
	lines := strings.SplitAfter(body+"\n", "\n")
	for _, line := range lines[:len(lines)-1] {
		key, value, header := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		m := fileHeader.FindStringSubmatch(strings.TrimSuffix(line, "\n"))
		switch {
		case m != nil:
			file = m[1]
			q.files[file] = ""
			if q.Sources == nil {
				q.Sources = []string{file}
			}
		case file == "" && header && key == "sources":
			q.Sources = strings.Fields(value)
		case file == "" && header && key == "differs":
			q.differs[""] = value
		case file == "" && header && key == "exec":
			q.exec = value
		default:
			if file == "" {
				file = "hosts.ini"
			}
			q.files[file] += line
		}
	}
	if q.Sources == nil {
		q.Sources = []string{"hosts.ini"}
		q.files["hosts.ini"] += ""
	}
}

// lay writes the case's files into a new folder.
func (q *question) lay(t *testing.T) {
	q.Dir = t.TempDir()
	for name, text := range q.files {
		path := write(t, q.Dir, name, text)
		if strings.HasPrefix(text, "#!") || name == q.exec {
			if err := os.Chmod(path, 0o755); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// allQuestions are the cases that ansible-core is asked.
func allQuestions(t testing.TB) []*question {
	t.Helper()
	files, err := filepath.Glob("testdata/inventories/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	var all []*question
	for _, f := range append(files, "testdata/patterns.txt") {
		all = append(all, questions(t, f)...)
	}
	return all
}
