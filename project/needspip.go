package project

import (
	"path"
	"regexp"
	"strings"

	"djship/plain"
)

var (
	remark     = regexp.MustCompile(`(^|\s)#.*$`)
	pipOption  = regexp.MustCompile(`^(--?[A-Za-z][\w-]*)(?:\s*=\s*|\s+)?(.*)$`)
	shortPip   = regexp.MustCompile(`^-([rcief])(\S.*)$`)
	hashOption = regexp.MustCompile(`--hash[= ](\S+)`)
	perPackage = regexp.MustCompile(`\s--[a-z].*$`)
	drivesWord = regexp.MustCompile(`^[\w.-]+\s*(?:\[[^\]]*\])?\s*@\s*(.*)$`)
)

// readRequirements flattens a file of requirements, with all that it has in it.
func (g *gatherer) readRequirements() error {
	p := &pipReader{g: g, seen: map[string]bool{}}
	if err := p.file(g.n.Path, false, 0); err != nil {
		return err
	}
	g.n.Wanted, g.n.Pinned = p.wanted.String(), p.pinned.String()
	g.n.Hashed = (p.hashes || strings.Contains(g.n.Wanted, " --hash=")) && !p.addresses
	return nil
}

// A pipReader reads files of requirements as pip does.
type pipReader struct {
	g              *gatherer
	seen           map[string]bool
	wanted, pinned strings.Builder
	hashes         bool // are asked for
	addresses      bool // some packages are named by address, and can have no hash
}

func (p *pipReader) file(name string, constraints bool, depth int) error {
	if p.seen[name] {
		return nil
	}
	p.seen[name] = true
	if depth > 8 {
		return &Problem{File: name, What: "is the ninth file of requirements in one another", Advice: "write what it has into another"}
	}
	number, whole, from := 0, "", 0
	for line := range strings.Lines(p.g.text(name) + "\n") {
		number++
		line = strings.TrimRight(line, "\n")
		if whole == "" {
			from = number
		}
		if rest, more := strings.CutSuffix(line, `\`); more && !strings.HasPrefix(strings.TrimSpace(line), "#") {
			whole += rest + " "
			continue
		}
		whole = strings.TrimSpace(remark.ReplaceAllString(whole+line, ""))
		if whole != "" {
			if err := p.line(name, from, whole, constraints, depth); err != nil {
				return err
			}
		}
		whole = ""
	}
	return nil
}

// line takes one line without remarks.
func (p *pipReader) line(file string, number int, line string, constraints bool, depth int) error {
	if m := shortPip.FindStringSubmatch(line); m != nil && !strings.HasPrefix(line, "--") {
		line = "-" + m[1] + " " + m[2]
	}
	m := pipOption.FindStringSubmatch(line)
	if m == nil {
		return p.requirement(file, number, line, constraints)
	}
	n, value := p.g.n, strings.Trim(m[2], `"'`)
	value = strings.TrimPrefix(value, "=")
	switch m[1] {
	case "-r", "--requirement", "-c", "--constraint":
		return p.include(file, number, value, constraints || strings.HasPrefix(strings.TrimLeft(m[1], "-"), "c"), depth)
	case "-e", "--editable":
		return p.requirement(file, number, value, constraints)
	case "-i", "--index-url", "--pypi-url":
		n.Index = value
		p.g.note(file, number, "a line "+m[1]+" names an index of packages; it is asked where the host and the inventory name no other", "")
	case "--extra-index-url":
		n.Extra = append(n.Extra, value)
		p.g.note(file, number, "a line "+m[1]+" names an index of packages; it is asked, too, where the inventory names none", "")
	case "-f", "--find-links":
		if !strings.Contains(value, "://") {
			n.Local = true
			value = "./" + path.Join(path.Dir(file), value)
		}
		n.Links = append(n.Links, value)
	case "--require-hashes":
		p.hashes = true
	case "--no-index", "--no-binary", "--only-binary":
		p.wanted.WriteString(line + "\n")
	default:
		p.g.note(file, number, "the option "+plain.Line(m[1])+" is passed over", "")
	}
	return nil
}

func (p *pipReader) include(file string, number int, name string, constraints bool, depth int) error {
	if strings.Contains(name, "://") {
		return &Problem{File: file, Line: number, What: "has another file from an address in it, which may say something else on each host", Advice: "put that file into the project"}
	}
	at := path.Join(path.Dir(file), name)
	if strings.HasPrefix(at, "..") || path.IsAbs(name) || !p.g.f.has(at) {
		return &Problem{File: file, Line: number, What: "names " + quoted(name) + ", which is not in what is pushed", Advice: "commit that file, or take the line out"}
	}
	return p.file(at, constraints, depth+1)
}

// requirement takes a line that names a package.
func (p *pipReader) requirement(file string, number int, line string, constraints bool) error {
	var hashes []string
	for _, m := range hashOption.FindAllStringSubmatch(line, -1) {
		hashes = append(hashes, m[1])
	}
	line = strings.TrimSpace(perPackage.ReplaceAllString(line, ""))
	line, err := p.g.located(file, number, line)
	if err != nil {
		return err
	}
	if strings.Contains(line, "://") || strings.HasPrefix(line, "./") {
		p.addresses = p.addresses || !constraints && hashes == nil
	}
	for _, hash := range hashes {
		line += " --hash=" + hash
	}
	if constraints {
		p.pinned.WriteString(line + "\n")
	} else {
		p.wanted.WriteString(line + "\n")
	}
	return nil
}

// located is a requirement as it is to be read from the project's own folder: a path in it is relative to that.
func (g *gatherer) located(file string, number int, line string) (string, error) {
	where, name := line, ""
	if m := drivesWord.FindStringSubmatch(line); m != nil {
		where = m[1]
		name = strings.TrimSuffix(line, where)
	}
	rest, isFile := strings.CutPrefix(where, "file:")
	isPath := isFile || name == "" && (where == "." || strings.HasPrefix(where, "./") || strings.HasPrefix(where, "../") || strings.HasPrefix(where, "/") || strings.HasPrefix(where, ".[") ||
		!strings.Contains(where, "://") && (strings.HasSuffix(where, ".whl") || strings.HasSuffix(where, ".tar.gz") || strings.HasSuffix(where, ".zip")))
	if !isPath {
		return line, nil
	}
	rest = strings.TrimPrefix(rest, "//")
	if !isFile {
		rest = where
	}
	at := path.Join(path.Dir(file), rest)
	if path.IsAbs(rest) || at == ".." || strings.HasPrefix(at, "../") {
		return "", &Problem{File: file, Line: number, What: "takes " + quoted(where) + " from outside of the project", Advice: "put it into the project, or name a version of it that an index has"}
	}
	g.n.Local = true
	return "./" + strings.TrimPrefix(at, "./"), nil
}
