package cli

import (
	"slices"
	"strings"

	"djship/project"
	"djship/steps/django"
	"djship/steps/release"
)

// releaseOf is what a project says of its releases, its own word before what was seen in it.
func releaseOf(p *project.Project, site django.Site) release.Release {
	s := p.Settings
	r := release.Release{Site: site, Root: p.Root, Settings: decided(p, "settings"), WSGI: decided(p, "wsgi"), ASGI: chosen(p, "asgi"),
		Overlay: s.Overlay == nil || *s.Overlay, Static: true, Shared: chosenAll(p, "shared"), Commands: chosenAll(p, "release"), Line: p.ReleaseLine(),
		Packages: s.Packages, Health: s.Health, HealthStatic: s.HealthStatic}
	if r.HealthStatic != "" && !strings.HasPrefix(r.HealthStatic, "/") {
		r.HealthStatic = "/static/" + r.HealthStatic // below STATIC_URL, and nginx serves no other
	}
	if c, ok := p.Choice("settings"); ok && c.State == project.Proposed {
		r.Guessed = c.Reason() + "; `settings` in djship.toml says others"
	}
	if s.Static != nil { // where nothing is said the host finds by importing them whether there are any
		r.Static = *s.Static
	}
	if r.Accepts = p.Pythons(); r.Accepts != nil {
		r.Python = r.Accepts[0]
		if slices.Contains(r.Accepts, settledPython) {
			r.Python = settledPython
		}
	}
	for _, c := range p.Choices {
		name, is := strings.CutPrefix(c.Key, "env.")
		if value, text := c.Value.(string); is && text && c.State != project.Open {
			r.Env = append(r.Env, release.Variable{Name: name, Value: value})
		}
	}
	for _, j := range p.Cron() {
		r.Jobs = append(r.Jobs, release.Job(j))
	}
	return r
}

// settledPython is what a range is taken for on hosts whose own Python is not in it: most packages have wheels for it.
const settledPython = "3.13"

// decided is the text of a choice that is more than what the project's own files would come to by themselves: of that the host
// makes sure by importing them.
func decided(p *project.Project, key string) string {
	if c, ok := p.Choice(key); ok && c.State == project.Taken {
		return ""
	}
	return chosen(p, key)
}

// chosen is the text of a choice; "" where there is none.
func chosen(p *project.Project, key string) string {
	c, ok := p.Choice(key)
	if value, text := c.Value.(string); ok && text && c.State != project.Open {
		return value
	}
	return ""
}

// chosenAll are the texts of a choice.
func chosenAll(p *project.Project, key string) []string {
	c, ok := p.Choice(key)
	if value, texts := c.Value.([]string); ok && texts && c.State != project.Open {
		return value
	}
	return nil
}
