package backup

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"djship/assets"
	"djship/plain"
	"djship/remote"
	"djship/runner"
	"djship/shell"
	"djship/steps/model"
)

// A Target is what a host has of a site that a backup is to be put back onto.
type Target struct {
	Domain   string
	Live     string // the release that is live; "" where none was pushed
	HasIt    bool   // the release of the backup is there
	Cut      bool   // a restore was cut off in its middle, and is to be ended first
	known    bool
	removing bool
	cluster  string
	port     string
	state    string // of PostgreSQL
	wrong    string // why it can't be asked
	encoding string
	collate  string
	owned    bool
	offered  map[string]bool // extensions that can be made, and whether the site's role may
	has      []string        // extensions of the site's database
	aside    []string        // what in the home is not of it
	away     string          // the server of the database, where that is elsewhere
	free     map[string]room // by what it is for
}

// A room is what is free of a file system.
type room struct {
	at    string
	bytes int64
}

// A Refusal is why a backup can't be put back, and what to do.
type Refusal struct{ Why, Next string }

func (e *Refusal) Error() string { return e.Why }

// Hint says what to do.
func (e *Refusal) Hint() string { return e.Next }

var targetBody = sync.OnceValue(func() *remote.Body { return runner.Tethered(assets.Code("shell/restorelook.sh")) })

// LookAt asks a host what it has for the backup.
func (c *Contents) LookAt(ctx context.Context, s runner.Session) (*Target, error) {
	text, err := runner.Ask(ctx, s, strings.TrimSuffix(shell.Set("project", c.Project, "extensions", strings.Join(c.Extensions, " "), "release", safeRelease(c.Release), "names", strings.Join(c.Comes, " ")), "\n"), targetBody())
	if err != nil {
		return nil, err
	}
	t := &Target{offered: map[string]bool{}, free: map[string]room{}}
	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(plain.Line(strings.TrimSpace(line)), " ")
		t.note(key, value, append(strings.Fields(value), "", "", ""))
	}
	return t, nil
}

// note reads a line of restorelook.sh.
func (t *Target) note(key, value string, words []string) {
	switch key {
	case "known":
		t.known = true
	case "cut":
		t.Cut = true
	case "removing":
		t.removing = true
	case "domain":
		t.Domain = value
	case "live":
		t.Live = value
	case "had":
		t.HasIt = true
	case "postgresql":
		if words[2] != "" {
			t.cluster, t.port, t.state = words[0], words[1], words[2]
		}
	case "wrong":
		t.wrong = value
	case "database":
		t.owned, t.encoding, t.collate = true, words[0], words[1]
	case "extension":
		t.offered[words[0]] = words[1] == "true"
	case "has":
		t.has = append(t.has, value)
	case "room":
		n, _ := strconv.ParseInt(words[1], 10, 64)
		t.free[words[0]] = room{words[2], n}
	case ":aside":
		t.aside = append(t.aside, words[0]+" is "+strings.TrimSpace(strings.TrimPrefix(value, words[0])))
	case ":elsewhere":
		if !slices.Contains([]string{"", "localhost", "127.0.0.1", "::1"}, words[0]) {
			t.away = words[0]
		}
	}
}

// safeRelease is the ID of a release, or nothing.
func safeRelease(id string) string {
	if strings.Trim(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") != "" {
		return ""
	}
	return id
}

// mighty are the extensions of the backup that only a superuser may make.
func (c *Contents) mighty(t *Target) (names []string) {
	for _, name := range c.Extensions {
		if !t.offered[name] {
			names = append(names, name)
		}
	}
	return names
}

// Objections says why the backup can't be put back onto what a host has; nil for nothing. It is pure.
func (c *Contents) Objections(t *Target) error {
	p := c.Project
	make := "make it: djship up " + p + " DOMAIN, then run the same command again"
	major, _ := strconv.Atoi(strings.Split(t.cluster, "/")[0])
	switch {
	case !t.known:
		return &Refusal{"the host has no site " + p + " to put the backup onto", make}
	case t.removing:
		return &Refusal{"the removal of " + p + " has begun on this host", "djship remove " + p + " ends it; then " + make}
	case t.state != "ready":
		return &Refusal{"PostgreSQL does not run", "start it" + model.Again}
	case t.wrong != "" || !t.owned:
		return &Refusal{strings.TrimSuffix("the database of "+p+" can't be used: "+t.wrong, ": "), "djship deploy " + p + " " + t.Domain + " mends what it can"}
	case t.away != "":
		return &Refusal{"the database of " + p + " is at " + t.away + ", by DB_HOST of its local_env.sh", "restore it there, by pg_restore"}
	case major < c.Major:
		return &Refusal{fmt.Sprintf("the dump is of PostgreSQL %d, and the host has %d: it can't go to an older one", c.Major, major), "use a host with a newer release of its distribution"}
	}
	for _, name := range c.mighty(t) {
		switch _, offered := t.offered[name]; {
		case !offered:
			return &Refusal{"the host has no extension " + name + " of PostgreSQL, which the backup's database uses", "install the package that has it (apt-cache search postgresql-" + strconv.Itoa(major) + ")" + model.Again}
		case !slices.Contains(t.has, name):
			return &Refusal{"the backup's database uses the extension " + name + ", which only a superuser may make", "on the host: sudo -u postgres psql -d " + p + " -c 'create extension \"" + name + "\"'" + model.Again}
		}
	}
	if len(t.aside) > 0 {
		return &Refusal{"in the home of " + p + " on this host " + strings.Join(t.aside, ", ") + ": what was there could not be kept beside it", "put its files back by hand, from home/ of the backup, or have it be a folder of the home"}
	}
	return c.fits(t)
}

// fits says what the backup has no room for.
func (c *Contents) fits(t *Target) error {
	need, free, what := map[string]int64{}, map[string]int64{}, map[string][]string{}
	for _, part := range []struct {
		of, what string
		bytes    int64
	}{{"home", "files", c.Size() + int64(c.Files)*4096}, {"spool", "the dump", c.Dump}, {"data", "the database", 3 * c.Dump}} {
		r, ok := t.free[part.of]
		if !ok {
			continue
		}
		need[r.at], free[r.at], what[r.at] = need[r.at]+part.bytes, r.bytes, append(what[r.at], part.what)
	}
	for at, bytes := range need {
		leaves := int64(64 << 20)
		if at == t.free["data"].at {
			leaves = 192 << 20 // restoredatabase.sh ends where PostgreSQL has 128 MiB left
		}
		if bytes+leaves > free[at] {
			return &Refusal{fmt.Sprintf("there is no room for %s: about %s are needed at %s, and %s are free; what is there stays until you remove it", strings.Join(what[at], " and "), model.Size(bytes+leaves), at, model.Size(free[at])), "make room" + model.Again}
		}
	}
	return nil
}

// Differences are what a person should know before the backup takes the place of what is there.
func (c *Contents) Differences(t *Target) (all []string) {
	if c.Domain != "" && c.Domain != t.Domain {
		all = append(all, "it is of "+plain.Line(c.Domain)+", and this site is "+t.Domain+": settings in its code may name the former")
	}
	if c.Encoding != "" && c.Encoding != t.encoding {
		all = append(all, "the database was encoded as "+c.Encoding+", and is "+t.encoding+" here")
	}
	if c.Collate != "" && c.Collate != t.collate {
		all = append(all, "the database was sorted by "+c.Collate+", and is by "+t.collate+" here: what is sorted by the database may stand in another order")
	}
	switch {
	case c.Release == "" || c.Release == t.Live:
	case t.HasIt:
		all = append(all, "release "+plain.Line(c.Release)+" was live in it: djship rollback "+c.Project+" "+plain.Line(c.Release)+" has it be so again")
	default:
		all = append(all, "release "+plain.Line(c.Release)+" was live in it, whose code is to be pushed again: djship push "+c.Project)
	}
	if len(c.Stays) > 0 {
		names := c.Stays[:min(len(c.Stays), 8)]
		text := strings.Join(names, ", ")
		if len(c.Stays) > len(names) {
			text += fmt.Sprintf(" and %d more", len(c.Stays)-len(names))
		}
		all = append(all, "not brought back from its home: "+text)
	}
	return all
}
