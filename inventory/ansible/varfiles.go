package ansible

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"djship/inventory/source"
)

// varFiles reads group_vars and host_vars in the folders beside the sources, each file once.
type varFiles struct {
	folders     []string // the weakest first
	hostFolders []string // those for hosts in them
	errs        []error
	all         []Vars                     // all that was read
	layersOf    map[string][]Vars          // by file
	entriesOf   map[string]map[string]bool // entries of a folder
}

// varExtensions are what a file of variables may end in, in the order they are looked for.
var varExtensions = []string{"", ".yml", ".yaml", ".json"}

func newVarFiles(folders []string) *varFiles {
	f := &varFiles{folders: folders, entriesOf: map[string]map[string]bool{}, layersOf: map[string][]Vars{}}
	for _, dir := range folders {
		f.hostFolders = append(f.hostFolders, filepath.Join(dir, "host_vars"))
	}
	return f
}

func (f *varFiles) group(g *Group) []Vars { return f.groups([]*Group{g}) }

// groups returns the variables of groups: folder by folder, within a folder in the order given.
func (f *varFiles) groups(groups []*Group) []Vars {
	var layers []Vars
	for _, dir := range f.folders {
		for _, g := range groups {
			layers = append(layers, f.read(filepath.Join(dir, "group_vars"), g.Name)...)
		}
	}
	return layers
}

func (f *varFiles) host(h *Host) []Vars {
	var layers []Vars
	for _, dir := range f.hostFolders {
		layers = append(layers, f.read(dir, h.Name)...)
	}
	return layers
}

// read returns what dir says about name: in the first of name, name.yml, name.yaml and name.json
// that exists; where name is a folder, in all of its files.
func (f *varFiles) read(dir, name string) []Vars {
	entries := f.entries(dir)
	if len(entries) == 0 {
		return nil
	}
	for _, ext := range varExtensions {
		if !entries[name+ext] {
			continue
		}
		path := filepath.Join(dir, name+ext)
		info, err := os.Stat(path)
		switch {
		case err != nil:
			f.errs = append(f.errs, &source.ReadError{Name: path, Err: err})
			return nil
		case info.IsDir():
			return f.readFolder(path)
		}
		return f.readFile(path)
	}
	return nil
}

// entries lists a folder once, however many hosts ask for theirs.
func (f *varFiles) entries(dir string) map[string]bool {
	names, ok := f.entriesOf[dir]
	if !ok {
		found, err := os.ReadDir(dir)
		if err != nil && !os.IsNotExist(err) {
			f.errs = append(f.errs, &source.ReadError{Name: dir, Err: err})
		}
		names = make(map[string]bool, len(found))
		for _, e := range found {
			names[e.Name()] = true
		}
		f.entriesOf[dir] = names
	}
	return names
}

func (f *varFiles) readFolder(dir string) []Vars {
	found, err := os.ReadDir(dir)
	if err != nil {
		f.errs = append(f.errs, &source.ReadError{Name: dir, Err: err})
		return nil
	}
	var layers []Vars
	for _, e := range found {
		name := e.Name()
		if strings.HasPrefix(name, ".") || strings.HasSuffix(name, "~") {
			continue
		}
		path := filepath.Join(dir, name)
		info, err := os.Stat(path)
		if err != nil {
			f.errs = append(f.errs, &source.ReadError{Name: path, Err: err})
			continue
		}
		switch ext := filepath.Ext(name); {
		case info.IsDir() && ext == "":
			layers = append(layers, f.readFolder(path)...)
		case !info.IsDir() && slices.Contains(varExtensions, ext):
			layers = append(layers, f.readFile(path)...)
		}
	}
	return layers
}

// readFile reads a file once, however many hosts it is for.
func (f *varFiles) readFile(path string) []Vars {
	layers, ok := f.layersOf[path]
	if !ok {
		layers = f.parseFile(path)
		f.layersOf[path] = layers
	}
	return layers
}

func (f *varFiles) parseFile(path string) []Vars {
	data, err := os.ReadFile(path)
	if err != nil {
		f.errs = append(f.errs, &source.ReadError{Name: path, Err: err})
		return nil
	}
	vars, errs := readYAMLVars(path, data)
	f.errs = append(f.errs, errs...)
	if len(vars) == 0 {
		return nil
	}
	f.all = append(f.all, vars)
	return []Vars{vars}
}

// UnusedFiles are files of variables in one folder that no host or group is called like.
type UnusedFiles struct {
	Dir   string
	Of    string   // what the folder's files are for: "host" or "group"
	Names []string // sorted
}

// unused lists the files that are nobody's.
func (f *varFiles) unused(i *Inventory) []UnusedFiles {
	var all []UnusedFiles
	for _, dir := range slices.Sorted(maps.Keys(f.entriesOf)) {
		u := UnusedFiles{Dir: dir, Of: "group"}
		known := func(name string) bool { return i.group[name] != nil }
		if filepath.Base(dir) == "host_vars" {
			u.Of = "host"
			known = func(name string) bool { return i.host[name] != nil }
		}
		for entry := range f.entriesOf[dir] {
			ext := filepath.Ext(entry)
			isVars := slices.Contains(varExtensions, ext)
			if !(known(entry) || isVars && known(strings.TrimSuffix(entry, ext)) || strings.HasPrefix(entry, ".") || strings.HasSuffix(entry, "~")) {
				u.Names = append(u.Names, entry)
			}
		}
		if len(u.Names) > 0 {
			slices.Sort(u.Names)
			all = append(all, u)
		}
	}
	return all
}

// readYAMLVars reads a file of variables: a map, or nothing.
func readYAMLVars(file string, data []byte) (Vars, []error) {
	if strings.HasPrefix(string(data), vaultHeader) {
		return nil, []error{&VaultError{source.Pos{File: file, Line: 1, Col: 1}, wholeFile}}
	}
	d := &document{file: file}
	root := d.parse(data)
	if root == nil {
		return nil, d.errs
	}
	vars := Vars{}
	for _, p := range d.pairs(root, "the file") {
		vars[p.key] = d.value(p.value, p.key)
	}
	return vars, d.errs
}
