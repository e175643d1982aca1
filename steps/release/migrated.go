package release

import (
	"fmt"
	"strings"

	"djship/assets"
	"djship/shell"
	"djship/steps/model"
	"djship/steps/server"
)

// Migrated is the site's database as a release wants it: what is pending is migrated, by one host at a time however many have
// the same database, and the project's own commands of a release are run, and its line, where that does not migrate though nothing is to be migrated.
type Migrated struct{ Release Release }

// Name implements Step.
func (s Migrated) Name() string { return "migrations of " + s.Release.Site.Project }

// ID implements Step.
func (s Migrated) ID() string { return "migrated:" + s.Release.Site.Project }

// done is there when it is.
func (s Migrated) done() string { return s.Release.About() + ".migrated" }

// Probe implements Step: "done", or the migrations that were pending when the release was made ready, as pendingOf reads them; "unknown" where it is not ready yet; of a host
// of a later stage then also what tables.sh prints.
func (s Migrated) Probe() model.Script {
	tables := ""
	if s.Release.Later {
		tables = shell.Set("site", s.Release.Site.Project, "report", s.Release.Report()) + assets.Code("shell/tables.sh")
	}
	return model.Script(tables + shell.Set("migrated", s.done(), "report", s.Release.Report(), "state", model.State) + assets.Code("shell/plannedprobe.sh"))
}

// Plan implements Step.
func (s Migrated) Plan(f model.Facts, seen model.Observed) model.Change {
	planned := pendingOf(seen.Text)
	var pending []string
	for _, m := range planned {
		pending = append(pending, m.Name)
	}
	r := s.Release
	migrate, line := r.Migrate && pending != nil, r.Line
	if !r.Migrate && strings.Contains(line, "migrate") {
		line = ""
	}
	if model.HasLine(seen.Text, "done") || !migrate && r.Commands == nil && line == "" {
		if !r.Migrate && pending != nil {
			return model.Change{Told: model.Told{Verb: model.Tell, Detail: "not migrated, as asked: " + migrations(pending)}}
		}
		if r.Migrate && model.HasLine(seen.Text, "unknown") {
			return model.Change{Told: model.Told{Verb: model.Tell, Detail: "which migrations are pending is not known before the release is made ready", Tables: tablesOf(seen.Text)}}
		}
		return model.Change{}
	}
	var detail []string
	if !migrate {
		planned = nil
	}
	if refused, reason := r.tooMuch(planned, seen.Text); refused {
		return reason
	}
	script := r.migrating(f, s.done(), "")
	if migrate {
		detail = append(detail, migrations(pending))
		script += "migrate\n"
	}
	for _, command := range r.Commands {
		detail = append(detail, "manage.py "+command)
		script += "manage " + shell.Quote(command) + "\n"
	}
	if line != "" {
		detail = append(detail, "release: "+model.Shown(line))
		script += "line " + shell.Quote(line) + "\n"
	}
	return model.Change{Told: model.Told{Verb: model.Run, Detail: strings.Join(detail, "; "), Migrations: planned},
		Work: model.Work{Script: r.trying("its migrations, or its own commands, have failed", model.Script(script+": >\"$done\"\n"))}, Schedule: model.Schedule{Limit: server.PackageLimit}}
}

// migrating is shell with functions by which the release migrates its database, of which done is there when it has; or takes migrations back to a state that was
// noted, where back is its name.
func (r Release) migrating(f model.Facts, done, back string) string {
	return shell.Set("site", r.Site.Project, "release", r.ID, "variables", r.Site.Layout().Variables, "overlay", overlay(r.Site), "done", done, "live", f.Sites[r.Site.Project].Live,
		"records", r.migrationRecords(), "kept", r.keptData(), "keeps", strings.Join(r.keeps(), " "), "back", back) +
		assets.Code("shell/traced.sh") + assets.Code("shell/opentransactions.sh") + assets.Code("shell/keep.sh") + assets.Code("shell/migrate.sh")
}

// manyMigrations are more than a person reads the names of.
const manyMigrations = 12

// migrations tells of migrations, which are named APP.NAME: of many how many each app has.
func migrations(names []string) string {
	if len(names) <= manyMigrations {
		return strings.Join(names, ", ")
	}
	var apps []string
	count := map[string]int{}
	for _, name := range names {
		app, _, _ := strings.Cut(name, ".")
		if count[app]++; count[app] == 1 {
			apps = append(apps, app)
		}
	}
	for i, app := range apps {
		apps[i] = fmt.Sprintf("%s %d", app, count[app])
	}
	return fmt.Sprintf("%d migrations: %s", len(names), strings.Join(apps, ", "))
}

// MayWait implements model.Queuing: another host may be migrating the same database.
func (Migrated) MayWait() {}

// TellsOutput implements model.Telling: each migration, what is in its way, and how far long ones are.
func (Migrated) TellsOutput() {}
