package inventorytest

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A Case is one case of a file under testdata: files, and what is asked about them. Its JSON is what
// testdata/oracle.py reads.
type Case struct {
	Dir      string   `json:"dir"`
	Sources  []string `json:"sources"`
	Patterns []string `json:"patterns,omitempty"` // or hosts, where ssh_config is asked

	Name    string            `json:"-"` // FILE/CASE
	Differs map[string]string `json:"-"` // rows of ANSIBLE.md's tables, by pattern; "" is the inventory itself
	Files   map[string]string `json:"-"` // texts by name
	exec    string            // the file that is executable though it is no script
}

var fileHeader = regexp.MustCompile(`^-- (\S+) --$`)

// Cases reads the cases of a file; how it looks stands at its top.
func Cases(t testing.TB, path string) []*Case {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var all []*Case
	for _, part := range strings.Split("\n"+string(data), "\n== ")[1:] {
		name, body, _ := strings.Cut(part, "\n")
		body = strings.TrimSuffix(body, "\n") // the line between cases
		q := &Case{Name: filepath.Base(path) + "/" + name, Differs: map[string]string{}, Files: map[string]string{}}
		body, patterns, _ := strings.Cut(body, "\n--\n")
		for _, line := range strings.Split(strings.TrimSuffix(patterns, "\n"), "\n") {
			if pattern, row, differs := strings.Cut(line, "\t"); patterns != "" {
				q.Patterns = append(q.Patterns, pattern)
				if differs {
					q.Differs[pattern] = row
				}
			}
		}
		q.read(body)
		all = append(all, q)
	}
	return all
}

func (q *Case) read(body string) {
	file := ""
	lines := strings.SplitAfter(body+"\n", "\n")
	for _, line := range lines[:len(lines)-1] {
		key, value, header := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		m := fileHeader.FindStringSubmatch(strings.TrimSuffix(line, "\n"))
		switch {
		case m != nil:
			file = m[1]
			q.Files[file] = ""
			if q.Sources == nil {
				q.Sources = []string{file}
			}
		case file == "" && header && key == "sources":
			q.Sources = strings.Fields(value)
		case file == "" && header && key == "differs":
			q.Differs[""] = value
		case file == "" && header && key == "exec":
			q.exec = value
		default:
			if file == "" {
				file = "hosts.ini"
			}
			q.Files[file] += line
		}
	}
	if q.Sources == nil {
		q.Sources = []string{"hosts.ini"}
		q.Files["hosts.ini"] += ""
	}
}

// WriteFiles writes the case's files into a new folder, Dir.
func (q *Case) WriteFiles(t *testing.T) {
	q.Dir = t.TempDir()
	for name, text := range q.Files {
		path := Write(t, q.Dir, name, text)
		if strings.HasPrefix(text, "#!") || name == q.exec {
			if err := os.Chmod(path, 0o755); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// AnsibleCases are the cases that ansible-core is asked; testdata is the folder with them.
func AnsibleCases(t testing.TB, testdata string) []*Case {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(testdata, "inventories", "*.txt"))
	if err != nil {
		t.Fatal(err)
	}
	var all []*Case
	for _, f := range append(files, filepath.Join(testdata, "patterns.txt")) {
		all = append(all, Cases(t, f)...)
	}
	return all
}
