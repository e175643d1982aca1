package cli

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"djship/inventory"
	"djship/rollout"
	"djship/runner"
	"djship/secret"
	"djship/steps/django"
	"djship/steps/model"
	"djship/steps/server"
)

// What makes of a host of the inventory a target of a rollout: the host's own variables say how its
// steps differ from those of others.

// siteTarget returns what makes a host the target of a list of steps that is about one site. The site must
// answer afterwards.
func siteTarget(o deployOptions, list func(django.Site, server.Options) []model.Step, c *certifying) func(*inventory.Host) (rollout.Target, error) {
	return targetOf(o.site, o.overwrite, func(a askedSite) *rollout.Turns {
		turn := rollout.Turn{Health: &rollout.Health{Project: a.Project, Domain: a.Domain, Path: a.path, Aliases: a.TLS.Aliases, HTTPS: a.TLS.On()}}
		return c.turns(turn, list(a.Site, a.Options), []django.Site{a.Site}, a.Options)
	})
}

// An askedSite is what a host is asked for that is to have a site.
type askedSite struct {
	django.Site
	server.Options
	path string // where it is asked whether it answers; "" for what the host has on record
}

// targetOf returns what makes a host the target of turns about the site that was typed, as that host is to have it.
func targetOf(typed django.Site, overwrite overwrites, turns func(askedSite) *rollout.Turns) func(*inventory.Host) (rollout.Target, error) {
	turns = shared(turns)
	return func(h *inventory.Host) (rollout.Target, error) {
		site, err := siteOf(h, typed)
		if err != nil {
			return rollout.Target{}, err
		}
		path, options, err := askedOf(h, overwrite, "")
		if err != nil {
			return rollout.Target{}, err
		}
		t := rollout.Target{Turns: turns(askedSite{site, options, path})}
		if site.Domain != typed.Domain {
			t.Domain = site.Domain
		}
		return t, nil
	}
}

// siteOf is a site as a host is to have it: under a domain of the host's own where it has one, and met as the host says.
func siteOf(h *inventory.Host, typed django.Site) (django.Site, error) {
	domain, err := hostVariable(h, "djship_domain", typed.Domain)
	if err != nil {
		return typed, err
	}
	site := typed
	if domain != typed.Domain {
		if site, err = django.NewSite(typed.Project, domain, strconv.Itoa(typed.Python)); err != nil {
			return site, fmt.Errorf("djship_domain of %s: %w", h.Name, err)
		}
		site.Move = typed.Move
	}
	site.TLS, err = tlsOf(h, site)
	return site, err
}

// askedOf is where a host's site is asked, unset where the host does not say, and what its steps are asked for beyond the site.
func askedOf(h *inventory.Host, overwrite overwrites, unset string) (path string, options server.Options, err error) {
	if path, err = healthPath(h, unset); err != nil {
		return "", server.Options{}, err
	}
	options, err = stepOptions(h, overwrite)
	return path, options, err
}

// healthPath is where a host's sites are asked whether they work; unset is that of a host that does not say, "" for what the site
// has on record.
func healthPath(h *inventory.Host, unset string) (string, error) {
	path, err := hostVariable(h, "djship_health_path", unset)
	if err == nil && path != unset && !isPath(path) {
		err = &usageError{fmt.Sprintf("djship_health_path of %s is %.100q", h.Name, path), "it begins with a slash and has no blanks, as in /health/"}
	}
	return path, err
}

// isPath tells whether a path can stand in a request as it is.
func isPath(s string) bool {
	_, err := url.ParseRequestURI(s)
	return err == nil && s[0] == '/' && utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return r == ' ' || !unicode.IsPrint(r) })
}

// stepOptions are what flags and the host's variables ask for beyond the site.
func stepOptions(h *inventory.Host, overwrite overwrites) (server.Options, error) {
	index, err := hostVariable(h, "djship_pip_index_url", "")
	if err != nil {
		return server.Options{}, err
	}
	if index != "" && !isAddress(index) {
		return server.Options{}, &usageError{"djship_pip_index_url of " + h.Name + " is no address of a package index", "it looks like https://pypi.example.com/simple"}
	}
	nightly, err := nightlyOf(h)
	return server.Options{Overwrite: overwrite.String(), PipIndex: secret.New(index), Nightly: nightly}, err
}

// isAddress tells whether a text is one of a place that is asked by HTTP.
func isAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https")
}

// hostVariable is a host's variable of djship's own, or what it is where it is not set.
func hostVariable(h *inventory.Host, name, unset string) (string, error) {
	v, ok, err := inventory.Own(h, name)
	if !ok || err != nil {
		return unset, err
	}
	return v, nil
}

// listed are the words of a variable that is a list, with blanks or commas between.
func listed(value string) []string {
	return strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ' ' })
}

// oneTurn are the turns of a command that takes its hosts through one list, batch after batch.
func oneTurn(list []model.Step, health *rollout.Health) *rollout.Turns {
	return rollout.NewTurns(rollout.Turn{List: runner.NewList(list...), Health: health, Rolls: true})
}

// shared gives hosts of which the same is asked the same turns: a thousand hosts are probed by one text.
func shared[A comparable](turns func(A) *rollout.Turns) func(A) *rollout.Turns {
	made := map[A]*rollout.Turns{}
	return func(asked A) *rollout.Turns {
		if made[asked] == nil {
			made[asked] = turns(asked)
		}
		return made[asked]
	}
}
