package inventory

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
)

// configLine is a line of an ssh_config that is no comment.
type configLine struct {
	at            Pos
	text          string
	option, value string // the option in lower case, and what follows it
}

// maxIncludes is how deep ssh follows Include.
const maxIncludes = 16

// walkConfig visits the lines of an ssh_config, and after each Include those of the files that it
// names, until visit fails. Files that are not there are passed over, as by ssh.
func walkConfig(path, home string, depth int, visit func(configLine) error) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return &SourceError{path, err}
	}
	n := 0
	for line := range bytes.Lines(data) {
		n++
		l := configLine{at: Pos{File: path, Line: n}, text: strings.TrimRight(string(line), "\r\n")}
		if body := strings.TrimSpace(l.text); body == "" || body[0] == '#' {
			continue
		}
		l.option, l.value = splitOption(l.text)
		if err := visit(l); err != nil {
			return err
		}
		if l.option != "include" || depth == maxIncludes {
			continue
		}
		for _, file := range included(l, home) {
			if err := walkConfig(file, home, depth+1, visit); err != nil {
				return err
			}
		}
	}
	return nil
}

// included lists the files that an Include names; relative ones are in the folder of the user's or
// of the machine's configuration.
func included(l configLine, home string) []string {
	dir := filepath.Join(home, ".ssh")
	if strings.HasPrefix(l.at.File, filepath.Dir(systemConfig)+"/") {
		dir = filepath.Dir(systemConfig)
	}
	var files []string
	for _, pattern := range fields(l.value) {
		if !filepath.IsAbs(pattern) && !strings.HasPrefix(pattern, "~") {
			pattern = filepath.Join(dir, pattern)
		}
		found, err := filepath.Glob(absolute(pattern, home))
		if err == nil {
			files = append(files, found...)
		}
	}
	return files
}

// sameForAll tells whether an ssh_config says the same about every host, so that asking ssh about
// one is enough: it has no section but for all hosts, and no value that depends on the host but
// those whose tokens are replaced here.
func sameForAll(paths []string, home string) bool {
	same := true
	for _, path := range paths {
		err := walkConfig(path, home, 0, func(l configLine) error {
			switch l.option {
			case "host":
				same = same && l.value == "*"
			case "match":
				same = same && strings.EqualFold(l.value, "all")
			case "hostname", "canonicalizehostname", "tag":
				same = false
			case "userknownhostsfile", "identityagent":
				same = same && !strings.Contains(l.value, "%")
			}
			return nil
		})
		same = same && err == nil
	}
	return same
}
