package project

// readPDMLock reads pdm.lock and what pyproject.toml names: PDM is not needed on the host.
func (g *gatherer) readPDMLock() error {
	lock, err := g.document(g.n.Path)
	if err != nil {
		return err
	}
	d, err := g.document(g.beside(pyprojectFile))
	if err != nil {
		return err
	}
	l := &lockReader{g: g, packages: map[string][]locked{}, again: "`pdm lock`"}
	older, _ := lock.at("metadata", "files").(map[string]any) // of locks before PDM 2.8: by "name version"
	for _, p := range tables(lock.at("package")) {
		one, err := l.pdmPackage(p)
		if err != nil {
			return err
		}
		if one.hashes == nil {
			one.hashes = hashesOf(older[one.name+" "+one.version])
		}
		l.add(one)
		for _, text := range stringsOf(p["dependencies"]) {
			if t, ok := parseTop(text, ""); ok {
				l.needs(t.name)
			}
		}
	}
	for _, source := range tables(d.at("tool", "pdm", "source")) {
		address, _ := source["url"].(string)
		name, _ := source["name"].(string)
		g.source(pyprojectFile, address, name == "pypi")
	}
	tops, found := l.standardTops(d)
	for _, group := range g.n.Groups {
		list := named(d.at("tool", "pdm", "dev-dependencies"), group)
		if list == nil {
			continue
		}
		found = append(found, group)
		for _, text := range stringsOf(list) {
			if t, ok := parseTop(text, d.place("tool", "pdm", "dev-dependencies", group)); ok {
				tops = append(tops, t)
			}
		}
	}
	if err := l.missing(found); err != nil {
		return err
	}
	return l.finish(tops)
}

func (l *lockReader) pdmPackage(p map[string]any) (locked, error) {
	word := func(key string) string { s, _ := p[key].(string); return s }
	one := locked{name: word("name"), version: word("version"), marker: word("marker"), hashes: hashesOf(p["files"])}
	switch {
	case word("git") != "":
		one.at, one.hashes = gitAddress(word("git"), word("revision"), word("subdirectory")), nil
	case word("url") != "":
		one.at = word("url")
	case word("path") != "":
		at, err := l.local(word("path"))
		if err != nil {
			return one, err
		}
		one.at, one.hashes = at, nil
	}
	return one, nil
}
