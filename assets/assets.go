// Package assets holds the text that ends up on a server, one file each, named as on the server,
// the shell that djship runs there, and which versions of Python packages it takes, by their hashes.
package assets

import (
	"embed"
	"strings"
	"sync"
	"text/template"
)

//go:embed all:site all:host all:shell all:pins all:release all:maintenance all:https all:certificates all:backup
var files embed.FS

// texts, codes and templates are those that were asked for, by path: a run asks for each host again.
var texts, codes, templates sync.Map

// Text returns the file at path as it stands. It panics on a path that is not embedded.
func Text(path string) string {
	if text, ok := texts.Load(path); ok {
		return text.(string)
	}
	b, err := files.ReadFile(path)
	if err != nil {
		panic(err)
	}
	text, _ := texts.LoadOrStore(path, string(b))
	return text.(string)
}

// Code returns the shell text at path without the lines that are remarks alone, which no host needs.
func Code(path string) string {
	if text, ok := codes.Load(path); ok {
		return text.(string)
	}
	var b strings.Builder
	for line := range strings.Lines(Text(path)) {
		if remark, ok := strings.CutPrefix(strings.TrimLeft(line, "\t"), "# "); !ok || strings.HasPrefix(remark, "shellcheck ") {
			b.WriteString(line)
		}
	}
	text, _ := codes.LoadOrStore(path, b.String())
	return text.(string)
}

// AllCode returns the shell texts of all files, one after another.
func AllCode() string {
	entries, err := files.ReadDir("shell")
	if err != nil {
		panic(err)
	}
	var b strings.Builder
	for _, e := range entries {
		b.WriteString(Code("shell/" + e.Name()))
	}
	return b.String()
}

// Render fills the template at path with data. It panics on a template or data that do not fit
// together, which TestTemplates in steps/django rules out for each file of assets/site.
func Render(path string, data any) string {
	t, ok := templates.Load(path)
	if !ok {
		t, _ = templates.LoadOrStore(path, template.Must(template.New(path).Option("missingkey=error").Parse(Text(path))))
	}
	var b strings.Builder
	if err := t.(*template.Template).Execute(&b, data); err != nil {
		panic(err)
	}
	return b.String()
}
