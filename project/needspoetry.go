package project

import (
	"slices"
	"strings"
)

// readPoetryLock reads poetry.lock and what pyproject.toml names: Poetry is not needed on the host.
func (g *gatherer) readPoetryLock() error {
	lock, err := g.document(g.n.Path)
	if err != nil {
		return err
	}
	d, err := g.document(g.beside(pyprojectFile))
	if err != nil {
		return err
	}
	l := &lockReader{g: g, packages: map[string][]locked{}, again: "`poetry lock`"}
	older, _ := lock.at("metadata", "files").(map[string]any) // of locks before Poetry 1.4
	for _, p := range tables(lock.at("package")) {
		one, err := l.poetryPackage(p)
		if err != nil {
			return err
		}
		if one.hashes == nil {
			one.hashes = hashesOf(named(any(older), one.name))
		}
		l.add(one)
		of, _ := p["dependencies"].(map[string]any)
		for name := range of {
			l.needs(name)
		}
	}
	tops, found := l.standardTops(d)
	more, poetryFound := l.poetryTops(d)
	if err := l.missing(append(found, poetryFound...)); err != nil {
		return err
	}
	return l.finish(append(tops, more...))
}

func (l *lockReader) poetryPackage(p map[string]any) (locked, error) {
	word := func(table map[string]any, key string) string { s, _ := table[key].(string); return s }
	one := locked{name: word(p, "name"), version: word(p, "version"), hashes: hashesOf(p["files"])}
	switch m := p["markers"].(type) {
	case string:
		one.marker = m
	case map[string]any:
		one.marker = word(m, "main")
	}
	source, _ := p["source"].(map[string]any)
	switch word(source, "type") {
	case "git":
		one.at, one.hashes = gitAddress(word(source, "url"), word(source, "resolved_reference"), word(source, "subdirectory")), nil
	case "url":
		one.at = word(source, "url")
	case "directory", "file":
		at, err := l.local(word(source, "url"))
		if err != nil {
			return one, err
		}
		one.at, one.hashes = at, nil
	case "legacy":
		l.g.source(l.g.n.Path, word(source, "url"), false)
	}
	return one, nil
}

// poetryTops are what [tool.poetry] names. Of a package that [project] names, too, it only says where it is from.
func (l *lockReader) poetryTops(d *document) (tops []top, found []string) {
	main, _ := d.at("tool", "poetry", "dependencies").(map[string]any)
	if d.at("project", "dependencies") == nil {
		extras, _ := d.at("tool", "poetry", "extras").(map[string]any)
		var optional []string
		for _, extra := range l.g.n.Extras {
			if list := named(any(extras), extra); list != nil {
				found = append(found, extra)
				for _, name := range stringsOf(list) {
					optional = append(optional, canonical(name))
				}
			}
		}
		tops = poetryTable(main, optional, d.place("tool", "poetry", "dependencies"))
	}
	for _, group := range l.g.n.Groups {
		table, is := named(d.at("tool", "poetry", "group"), group).(map[string]any)
		if !is && canonical(group) == "dev" {
			if older, has := d.at("tool", "poetry", "dev-dependencies").(map[string]any); has {
				table, is = map[string]any{"dependencies": older}, true
			}
		}
		if !is {
			continue
		}
		found = append(found, group)
		packages, _ := table["dependencies"].(map[string]any)
		tops = append(tops, poetryTable(packages, nil, d.place("tool", "poetry", "group", group))...)
	}
	return tops, found
}

// poetryTable are the packages of a table; those that are optional only where they are in wanted.
func poetryTable(table map[string]any, wanted []string, place string) []top {
	var tops []top
	for _, name := range sortedKeys(table) {
		if canonical(name) == "python" {
			continue
		}
		ways := tables(table[name])
		if ways == nil {
			way, _ := table[name].(map[string]any)
			ways = []map[string]any{way}
		}
		if optional, _ := ways[0]["optional"].(bool); optional && !slices.Contains(wanted, canonical(name)) {
			continue
		}
		one := top{name: name, extras: stringsOf(ways[0]["extras"]), place: place}
		var markers []string
		for _, way := range ways {
			marker := poetryMarker(way)
			if marker == "" {
				markers = nil
				break
			}
			markers = append(markers, "("+marker+")")
		}
		one.marker = strings.Join(markers, " or ")
		tops = append(tops, one)
	}
	return tops
}

// poetryMarker is when one way of a package is meant; "" for always.
func poetryMarker(way map[string]any) string {
	var parts []string
	if text, is := way["markers"].(string); is && text != "" {
		parts = append(parts, "("+text+")")
	}
	if text, is := way["python"].(string); is {
		if marker := pythonMarker(text); marker != "" {
			parts = append(parts, "("+marker+")")
		}
	}
	if text, is := way["platform"].(string); is && text != "" {
		parts = append(parts, "sys_platform == '"+text+"'")
	}
	return strings.Join(parts, " and ")
}
