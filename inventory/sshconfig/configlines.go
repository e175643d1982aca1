package sshconfig

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"

	"djship/inventory/source"
)

// configLine is a line of an ssh_config that is no comment.
type configLine struct {
	at            source.Pos
	text          string
	option, value string         // the option in lower case, and what follows it
	included      [][]configLine // the files that an Include names
}

// maxIncludes is how deep ssh follows Include.
const maxIncludes = 16

// readConfig returns the lines of an ssh_config, each Include with those of the files that it names.
func readConfig(path, home string, depth int) ([]configLine, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, &source.ReadError{Name: path, Err: err, Config: true}
	}
	var lines []configLine
	n := 0
	for line := range bytes.Lines(data) {
		n++
		l := configLine{at: source.Pos{File: path, Line: n}, text: strings.TrimRight(string(line), " \t\r\n\f")}
		if body := strings.TrimSpace(l.text); body == "" || body[0] == '#' {
			continue
		}
		l.option, l.value = splitOption(l.text)
		if l.option == "include" && depth < maxIncludes {
			for _, file := range included(l, home) {
				more, err := readConfig(file, home, depth+1)
				if err != nil {
					return nil, err
				}
				l.included = append(l.included, more)
			}
		}
		lines = append(lines, l)
	}
	return lines, nil
}

// walkConfig visits all lines, those of included files where they are included.
func walkConfig(lines []configLine, visit func(configLine)) {
	for _, l := range lines {
		visit(l)
		for _, file := range l.included {
			walkConfig(file, visit)
		}
	}
}

// included lists the files that an Include names; relative ones are in the folder of the user's or
// of the machine's configuration.
func included(l configLine, home string) []string {
	dir := filepath.Join(home, ".ssh")
	if strings.HasPrefix(l.at.File, filepath.Dir(systemConfig)+"/") {
		dir = filepath.Dir(systemConfig)
	}
	words, _ := sshWords(l.value) // ssh tells what is wrong with it
	var files []string
	for _, pattern := range words {
		if !filepath.IsAbs(pattern) && !strings.HasPrefix(pattern, "~") {
			pattern = filepath.Join(dir, pattern)
		}
		found, err := filepath.Glob(Absolute(pattern, home))
		if err == nil {
			files = append(files, found...)
		}
	}
	return files
}

// sameForAllHosts tells whether an ssh_config says the same about every host, so that asking ssh about
// one is enough: it has no section but for all hosts, and no value that depends on the host but
// those whose tokens are replaced here.
func sameForAllHosts(paths []string, home string) bool {
	same := true
	for _, path := range paths {
		lines, err := readConfig(path, home, 0)
		walkConfig(lines, func(l configLine) {
			switch l.option {
			case "host":
				same = same && l.value == "*"
			case "match":
				same = same && strings.EqualFold(l.value, "all")
			case "hostname", "canonicalizehostname", "tag":
				same = false
			case "userknownhostsfile", "identityagent", "user", "include":
				same = same && !strings.Contains(l.value, "%")
			}
		})
		same = same && err == nil
	}
	return same
}
