package project

import (
	"encoding/json"
	"path"
	"slices"
	"strings"

	"djship/shell"
)

// resultNames are how folders are called into which a front end is built.
var resultNames = []string{"dist", "build", "bundles", "webpack_bundles", "static_built", "compiled"}

// lookForBuild finds a front end whose result git ignores: it must be built before a release is sent.
func (l *looker) lookForBuild() {
	folders := append(l.near(), l.f.sources(".")...)
	if l.root != "." {
		folders = append(folders, l.f.sources(l.root)...)
	}
	seen := map[string]bool{}
	for _, dir := range folders {
		name := path.Join(dir, "package.json")
		if seen[dir] || !l.f.has(name) {
			continue
		}
		seen[dir] = true
		var packages struct {
			Scripts map[string]string `json:"scripts"`
		}
		if err := json.Unmarshal([]byte(l.f.text(name)), &packages); err != nil {
			l.note(place(name, 0), "is no JSON, and was not read", "")
			continue
		}
		if packages.Scripts["build"] == "" {
			continue
		}
		results := l.builtIgnored(dir)
		if results == nil {
			l.note(place(name, 0), "its build script's result is not named by .gitignore, so that what git has is deployed", "where that is not all, write build and include into "+l.own())
			continue
		}
		var include, places []string
		for _, r := range results {
			include, places = append(include, r.path), append(places, r.place)
		}
		l.take(Choice{"build", l.buildCommand(dir), place(name, 0), "it has a build script, and git ignores the result", Proposed})
		l.take(Choice{"include", include, strings.Join(places, ", "), "git ignores it, and the release needs it", Proposed})
		return
	}
}

// builtIgnored are the ignored paths that may be a front end's result: below its folder or beside static files.
func (l *looker) builtIgnored(dir string) []ignoredPath {
	var all []ignoredPath
	all = append(all, l.ignored()...)
	if !slices.Contains(l.near(), dir) {
		for i, line := range strings.Split(l.f.text(path.Join(dir, ".gitignore")), "\n") {
			line = strings.Trim(strings.TrimSpace(line), "/")
			if slices.Contains(resultNames, line) {
				all = append(all, ignoredPath{path.Join(dir, line), place(path.Join(dir, ".gitignore"), i+1)})
			}
		}
	}
	all = slices.DeleteFunc(all, func(p ignoredPath) bool { return !slices.Contains(resultNames, path.Base(p.path)) })
	// GitHub's .gitignore for Python names build and dist, whatever there is: a path that has a folder says more.
	if exact := slices.DeleteFunc(slices.Clone(all), func(p ignoredPath) bool { return !strings.Contains(p.path, "/") }); len(exact) > 0 {
		return exact
	}
	if dir != "." {
		for i := range all {
			if !strings.HasPrefix(all[i].path, dir+"/") {
				all[i].path = path.Join(dir, all[i].path)
			}
		}
	}
	return all
}

// buildCommand installs what a front end is built with, as its lock file has it, and builds.
func (l *looker) buildCommand(dir string) string {
	command := "npm install && npm run build"
	for _, c := range [][2]string{
		{"package-lock.json", "npm ci && npm run build"}, {"yarn.lock", "yarn install --frozen-lockfile && yarn build"},
		{"pnpm-lock.yaml", "pnpm install --frozen-lockfile && pnpm build"}, {"bun.lockb", "bun install --frozen-lockfile && bun run build"},
	} {
		if l.f.has(path.Join(dir, c[0])) {
			command = c[1]
			break
		}
	}
	if dir == "." {
		return command
	}
	return "cd " + shell.Quote(dir) + " && " + command
}
