// Package release holds the steps about releases of a site: its own code with the environment that it runs in, made ready beside
// the live one, switched to, and taken away when nobody needs it any more.
//
// What root makes lies in a folder of root's outside of the home of the site's account, who could otherwise put something else in
// its place; the account reads it by a group that is its own. What the account makes (static files) is taken over by root
// as data.
package release

import (
	"time"

	"djship/secret"
	"djship/steps/django"
)

// A Release is what is pushed, as all hosts are to have it.
type Release struct {
	Site   django.Site // without its domain, which the host has on record
	ID     string      // "20261126-101500-1a2b3c4": the commit's time, and the beginning of the tree's hash
	Tree   string      // of git's tree object
	Commit string      // "" for none
	Dirty  bool
	By     string // who pushes

	Root                 string // the folder with manage.py, relative to the code; "." for the code's own
	Settings, WSGI, ASGI string // dotted names; ASGI where gunicorn is to serve by it
	Guessed              string // why the settings are these, where nobody has said so; "" where somebody has
	Overlay, Static      bool
	Env                  []Variable
	Shared               []string // paths in the code that are one for all releases
	Files                []File
	Commands             []string // of manage.py, after migrate
	Line                 string   // of bash, after these; "" for none
	Jobs                 []Job    // that cron runs; nil on a host that runs none
	Processes            []Process
	Redis                bool     // the host has one for the site, see Redis
	Packages             []string // of Debian

	Python  string   // "3.12", where the host's own is none of Accepts; "" for the host's own, whatever that is
	Accepts []string // versions that the code runs by
	Needs   Needs

	Health, HealthStatic string        // the path that must answer, and one static file; "" for "/" and none
	Hold                 time.Duration // how long the new release is watched
	Keep                 int
	Migrate              bool   // pending migrations are run
	AllowBreak           bool   // though what is live can't go on with what comes out
	RehearseData         bool   // they are tried in a copy of the data, too
	KeepData             string // of what migrations destroy: KeepAll, KeepNone, "" for KeepAll where that is not much
	Backup               bool   // the whole database is dumped before
	Whole                bool   // all hosts of the stage have it then
	Later                bool   // hosts of an earlier stage have it before
	Late                 bool   // what only removes is run, too, see Removed
}

// A Variable is one of a release's environment. {secret_key} and the like in its value are filled in on the host.
type Variable struct{ Name, Value string }

// A File is put into a release; {secret_key} and the like are filled in on the host.
type File struct{ Path, Content string }

// Needs are the Python packages of a release, by the files that name them.
type Needs struct {
	Manager        string   // "uv", "poetry", "pipenv", "pdm", "pip" for a file of requirements, "project" for pyproject.toml or setup.py alone
	Path           string   // of the lock or requirements file, relative to the code
	Groups, Extras []string // of a lock file
	Sum            string   // SHA-256 of all files that have a part in it, with their names

	Wanted, Pinned secret.Value // requirements and constraints as pip writes them, for all managers but "uv" and "project"; addresses in there may have passwords
	Hashed         bool         // Wanted and Pinned have a hash for each package
	Local          bool         // packages of the code itself are among them
	Indexes        Indexes
}

// Indexes are what a project itself says of where its packages are from: lines of a file of requirements. Several of a kind have
// spaces between them; links have commas.
type Indexes struct{ Main, Extra, Links secret.Value }

// Code is where the release's code lies on a host.
func (r Release) Code() string { return r.Site.Layout().Releases + "/" + r.ID }

// Work is the folder with manage.py.
func (r Release) Work() string {
	if r.Root == "" || r.Root == "." {
		return r.Code()
	}
	return r.Code() + "/" + r.Root
}

// Gathered is where the release's static files lie, as collectstatic has gathered them: its STATIC_ROOT.
func (r Release) Gathered() string { return r.Site.Layout().Gathered + "/" + r.ID }

// Environ is the shell text with the release's variables that prepare_env.sh sources. It holds no secret.
func (r Release) Environ() string { return r.Site.Layout().Environs + "/" + r.ID }

// About is the note of what the release is: "key value" a line.
func (r Release) About() string { return r.Site.Layout().About + "/" + r.ID }
