package ansible

import (
	"io/fs"
	"strings"
)

// maxNamesFile is the size in bytes of the largest file that Names reads.
const maxNamesFile = 8 << 20

// Names returns the names of the groups and hosts of sources as far as they can be had by reading
// alone, for what is asked before anybody has decided to use an inventory: it runs nothing, passes
// over stdin, executable files, what is no plain file and what is bigger than 8 MiB, reads no
// variables, and leaves out what is wrong.
func Names(sources []string) (groups, hosts []string) {
	l := &loader{inv: newInventory(), stdin: strings.NewReader(""), readOnly: true}
	for _, s := range sources {
		if s != "" {
			l.source(s)
		}
	}
	l.inv.addDefaultGroups()
	for _, g := range l.inv.Groups() {
		groups = append(groups, g.Name)
	}
	for _, h := range l.inv.Hosts() {
		hosts = append(hosts, h.Name)
	}
	return groups, hosts
}

// skips tells whether a file is one that Names does not read.
func (l *loader) skips(info fs.FileInfo) bool {
	return l.readOnly && (!info.Mode().IsRegular() || info.Mode()&0o111 != 0 || info.Size() > maxNamesFile)
}
