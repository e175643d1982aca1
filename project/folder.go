package project

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"djship/plain"
)

// What is read of a folder, at most. A project's own files are far smaller.
const (
	largestFile = 1 << 20 // bytes
	mostEntries = 4096    // of one folder
	mostReads   = 500     // files and folders in all
)

// A folder is what there is below a path. It is only read, and no link is followed out of it; paths are
// relative to it, with slashes. What is no regular file, or too much, is as if it were not there, and passed
// has why.
type folder struct {
	root   *os.Root
	texts  map[string]string
	passed []string
	reads  int

	from func(name string) (string, error) // where the files are not in root, but in a tree of git's
}

func openFolder(dir string) (*folder, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		var of *fs.PathError
		if errors.As(err, &of) {
			err = of.Err
		}
		return nil, &Problem{File: dir, What: "can't be looked into: " + err.Error(), Advice: "name the folder of a Django project"}
	}
	return &folder{root: root, texts: map[string]string{}}, nil
}

// pass notes that a file was passed over, once.
func (f *folder) pass(name, why string) {
	if note := plain.Line(name) + " " + why + ", and was not read"; !slices.Contains(f.passed, note) {
		f.passed = append(f.passed, note)
	}
}

// may counts what is read, and tells whether it is still allowed.
func (f *folder) may() bool {
	f.reads++
	if f.reads == mostReads+1 {
		f.pass("what is left", "is beyond "+strconv.Itoa(mostReads)+" files")
	}
	return f.reads <= mostReads
}

// text is what a file says, "" where it is not there.
func (f *folder) text(name string) string {
	if text, known := f.texts[name]; known {
		return text
	}
	f.texts[name] = f.read(name)
	return f.texts[name]
}

func (f *folder) read(name string) string {
	if f.from != nil {
		text, err := f.from(name)
		if err != nil {
			return ""
		}
		return lines(text)
	}
	info, err := f.root.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return ""
	case err != nil: // a link that leads out, or a folder that may not be entered
		if link, _ := f.root.Lstat(name); link != nil && link.Mode()&fs.ModeSymlink != 0 {
			f.pass(name, "is a link that leads out of the project or nowhere")
		}
		return ""
	case info.IsDir() || !f.may():
		return ""
	case !info.Mode().IsRegular():
		f.pass(name, "is no regular file")
		return ""
	}
	file, err := f.root.Open(name)
	if err != nil {
		f.pass(name, "can't be opened")
		return ""
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, largestFile+1))
	switch {
	case err != nil:
		f.pass(name, "can't be read")
		return ""
	case len(text) > largestFile:
		f.pass(name, "is larger than 1 MiB")
		return ""
	}
	return lines(string(text))
}

// lines is a text without what Windows puts before it and behind its lines.
func lines(text string) string {
	return strings.ReplaceAll(strings.TrimPrefix(text, "\ufeff"), "\r\n", "\n")
}

// has tells whether there is a regular file.
func (f *folder) has(name string) bool {
	if f.from != nil {
		_, err := f.from(name)
		return err == nil
	}
	info, err := f.root.Stat(name)
	return err == nil && info.Mode().IsRegular()
}

// entries are the names in a folder, in order, those of folders and the others.
func (f *folder) entries(dir string) (folders, files []string) {
	if !f.may() {
		return nil, nil
	}
	opened, err := f.root.Open(dir)
	if err != nil {
		return nil, nil
	}
	defer opened.Close()
	all, _ := opened.ReadDir(mostEntries) // its error is that there were fewer
	if len(all) == mostEntries {
		f.pass(dir, "has more than "+strconv.Itoa(mostEntries)+" entries: some were left out")
	}
	for _, e := range all {
		if wrong, _ := anyText(e.Name()); wrong != "" || !utf8.ValidString(e.Name()) {
			f.pass(path.Join(dir, e.Name()), "has a name that does not print")
			continue
		}
		if e.IsDir() {
			folders = append(folders, e.Name())
		} else {
			files = append(files, e.Name())
		}
	}
	slices.Sort(folders)
	slices.Sort(files)
	return folders, files
}

// sources are the folders within a folder that may have code of the project: no virtualenv, no hidden one.
func (f *folder) sources(dir string) []string {
	folders, _ := f.entries(dir)
	var all []string
	for _, name := range folders {
		at := path.Join(dir, name)
		if !strings.HasPrefix(name, ".") && name != "node_modules" && name != "site-packages" && name != "__pycache__" && !f.has(path.Join(at, "pyvenv.cfg")) {
			all = append(all, at)
		}
	}
	return all
}
