package ansible

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"djship/inventory/python"
	"djship/inventory/source"
)

// Read reads all sources into one inventory: a file, a folder of files, a list of hosts with a
// comma in it (web1,web2 or web1,), or - for stdin. Later sources add to earlier ones, and their
// variables win. It returns either an inventory or every mistake in all sources, joined; most of
// them are *source.ParseError. runs is told of executable files as they are run, by their whole
// paths and once each.
func Read(sources []string, stdin io.Reader, runs func(path string)) (*Inventory, error) {
	l := &loader{inv: newInventory(), stdin: stdin, runs: runs, reported: map[string]bool{}}
	for _, s := range sources {
		if s == "" {
			l.fail(errors.New("the name of an inventory is empty: expected a file, a folder, or a list like web1,web2"))
			continue
		}
		l.source(s)
	}
	l.inv.addDefaultGroups()
	l.checkNames()
	files := newVarFiles(l.varFolders)
	l.inv.layerVars(files)
	l.fail(files.errs...)
	l.inv.fileVars, l.inv.unused = files.all, files.unused(l.inv)
	if len(l.errs) > 0 {
		return nil, errors.Join(l.errs...)
	}
	return l.inv, nil
}

// loader collects what a Read reads.
type loader struct {
	inv        *Inventory
	stdin      io.Reader
	errs       []error
	varFolders []string // where group_vars and host_vars may be, the weakest first
	readOnly   bool     // for Names
	runs       func(path string)
	reported   map[string]bool // what runs was told
}

func (l *loader) fail(errs ...error) { l.errs = append(l.errs, errs...) }

// source reads one of the sources that Read is given.
func (l *loader) source(name string) {
	info, err := os.Stat(name)
	switch {
	case name == "-":
		l.readStdin()
	case err != nil && strings.Contains(name, ","):
		l.hostList(name)
	case err != nil:
		l.fail(&source.ReadError{Name: name, Err: err})
	case info.IsDir():
		l.addVarFolder(name)
		l.folder(name)
	default:
		l.addVarFolder(filepath.Dir(name))
		l.file(name, info)
	}
}

// addVarFolder notes a folder whose group_vars and host_vars count; a later one is the stronger.
func (l *loader) addVarFolder(dir string) {
	l.varFolders = append(slices.DeleteFunc(l.varFolders, func(d string) bool { return d == dir }), dir)
}

// ignoredEntries are names of entries of an inventory folder that Ansible does not read either.
var ignoredEntries = regexp.MustCompile(`^\.|^(?:host_vars|group_vars|vars_plugins)$|(?:\.pyc|\.pyo|\.swp|\.bak|~|\.rpm|\.md|\.txt|\.rst|\.orig|\.cfg|\.retry)$`)

// folder reads a folder's files and folders by name.
func (l *loader) folder(dir string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		l.fail(&source.ReadError{Name: dir, Err: err})
		return
	}
	for _, e := range entries {
		if ignoredEntries.MatchString(e.Name()) {
			continue
		}
		path := filepath.Join(dir, e.Name())
		info, err := os.Stat(path)
		switch {
		case err != nil:
			l.fail(&source.ReadError{Name: path, Err: err})
		case info.IsDir():
			l.folder(path)
		default:
			l.file(path, info)
		}
	}
}

func (l *loader) file(name string, info os.FileInfo) {
	if l.skips(info) {
		return
	}
	if info.Mode()&0o111 != 0 {
		l.script(name)
		return
	}
	l.plainFile(name)
}

func (l *loader) plainFile(name string) {
	data, err := os.ReadFile(name)
	if err != nil {
		l.fail(&source.ReadError{Name: name, Err: err})
		return
	}
	l.parse(name, data)
}

func (l *loader) readStdin() {
	data, err := io.ReadAll(l.stdin)
	if err != nil {
		l.fail(&source.ReadError{Name: "-", Err: err})
		return
	}
	l.parse("stdin", data)
}

// parse reads what a file holds. By its name it may be YAML, INI, or – as Ansible has it for a name
// without an extension – whichever it turns out to be.
func (l *loader) parse(name string, data []byte) {
	if bytes.HasPrefix(data, []byte(vaultHeader)) {
		l.fail(&VaultError{source.Pos{File: name, Line: 1, Col: 1}, wholeFile})
		return
	}
	switch filepath.Ext(name) {
	case ".yml", ".yaml", ".json":
		l.fail(readYAML(l.inv, name, data)...)
	case ".toml":
		l.fail(&source.ReadError{Name: name, Err: errors.New("TOML inventories are not supported: expected INI or YAML")})
	case "":
		if looksLikeYAML(data) {
			l.fail(readYAML(l.inv, name, data)...)
			return
		}
		fallthrough
	default:
		l.fail(readINI(l.inv, name, data)...)
	}
}

// hostList reads web1,root@web2:2222 – names, logins and ports, no ranges and no variables.
func (l *loader) hostList(list string) {
	for _, s := range strings.Split(list, ",") {
		if s = strings.TrimFunc(s, python.IsSpace); s != "" {
			l.listedHost(list, s)
		}
	}
}

// checkNames refuses a name that is both a host and a group, since a pattern could mean either. Where
// the group holds just that host both are the same.
func (l *loader) checkNames() {
	for _, g := range l.inv.groups {
		h := l.inv.host[g.Name]
		switch {
		case h == nil:
		case g.Name != All && g.Name != Ungrouped && slices.Equal(g.AllHosts(), []*Host{h}):
			l.inv.warn(g.Pos, "give the group another name", "%q is a group and the one host in it", g.Name)
		default:
			l.fail(&source.ParseError{Pos: h.Pos, Msg: fmt.Sprintf("%q is a host here and a group at %s: expected different names", g.Name, groupPlace(g.Pos))})
		}
	}
}

// groupPlace is where a group was first named, in words.
func groupPlace(p source.Pos) string {
	if p.File == "" {
		return "any place, since every inventory has it"
	}
	return p.String()
}
