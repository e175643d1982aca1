package project

import (
	"encoding/json"
	"strings"
)

// readPipfile reads Pipfile.lock, or Pipfile where there is no lock: Pipenv is not needed on the host.
func (g *gatherer) readPipfile() error {
	var whole map[string]any
	var sources []map[string]any
	section := "default"
	if strings.HasSuffix(g.n.Path, ".lock") {
		if err := json.Unmarshal([]byte(g.text(g.n.Path)), &whole); err != nil {
			return &Problem{File: g.n.Path, What: "is no JSON: " + err.Error(), Advice: "`pipenv lock` writes it anew"}
		}
		meta, _ := whole["_meta"].(map[string]any)
		sources = tables(meta["sources"])
	} else {
		d, err := g.document(g.n.Path)
		if err != nil {
			return err
		}
		whole, section = d.tree, "packages"
		sources = tables(d.at("source"))
		g.note(g.n.Path, 0, "no lock file: what a first host gets may differ from day to day", "`pipenv lock`")
	}
	for i, source := range sources {
		address, _ := source["url"].(string)
		g.source(g.n.Path, address, i == 0)
	}
	g.n.Hashed = true
	var wanted strings.Builder
	for _, name := range append([]string{section}, g.n.Groups...) {
		if canonical(name) == "dev" && whole[name] == nil {
			name = map[string]string{"default": "develop", "packages": "dev-packages"}[section]
		}
		packages, is := whole[name].(map[string]any)
		if !is {
			return &Problem{File: g.n.Path, What: "has no group " + quoted(name), Advice: "look at requirements in djship.toml: it names groups"}
		}
		for _, key := range sortedKeys(packages) {
			line, err := g.pipenvLine(key, packages[key])
			if err != nil {
				return err
			}
			wanted.WriteString(line + "\n")
		}
	}
	g.n.Wanted = wanted.String()
	return nil
}

// pipenvLine is a package as pip writes it.
func (g *gatherer) pipenvLine(name string, value any) (string, error) {
	table, is := value.(map[string]any)
	if text, plain := value.(string); plain {
		table, is = map[string]any{"version": text}, true
	}
	if !is {
		return "", &Problem{File: g.n.Path, What: "says nothing of " + quoted(name), Advice: "`pipenv lock` writes it anew"}
	}
	word := func(key string) string { s, _ := table[key].(string); return s }
	line := name
	if extras := stringsOf(table["extras"]); extras != nil {
		line += "[" + strings.Join(extras, ",") + "]"
	}
	hashes := stringsOf(table["hashes"])
	at := word("path")
	if at == "" && !strings.Contains(word("file"), "://") {
		at = word("file")
	}
	switch {
	case word("git") != "":
		line += " @ " + gitAddress(word("git"), word("ref"), word("subdirectory"))
		hashes = nil
	case at != "":
		local, err := g.located(g.n.Path, 0, "./"+at)
		if err != nil {
			return "", err
		}
		g.n.Hashed = false
		return local, nil
	case word("file") != "":
		line += " @ " + word("file")
	case word("version") != "*":
		line += word("version")
	}
	if word("markers") != "" {
		line += " ; " + word("markers")
	}
	if hashes == nil {
		g.n.Hashed = false
	}
	for _, hash := range hashes {
		line += " --hash=" + hash
	}
	return line, nil
}
