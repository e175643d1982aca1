package release

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"djship/runner/scratch"
	"djship/shell"
	"djship/steps/model"
	"djship/steps/model/modeltest"
)

func TestJobs(t *testing.T) {
	r := aPush()
	r.Jobs = []Job{{"clear", "15 3 * * *", "manage.py clearsessions | tail -n 1"}, {"sync", "@hourly", "echo 'a%b'"}}
	s, none := Jobs{r}, Jobs{aPush()}
	const note = "clear\t15 3 * * *\tmanage.py clearsessions | tail -n 1\nsync\t@hourly\techo 'a%b'\n"
	sum := func(what, text string) string { return what + " " + model.Sum(text) + "  -\n" }
	put := []string{"mkdir -p -m 0755 /webapps/.sites/example/cron\n", shell.Quote(note) + " | put_for example /webapps/.sites/example/cron/" + anID}
	modeltest.Run(t, []modeltest.Case{
		{Name: "no jobs", Step: none},
		{Name: "new", Step: s, Has: put, Want: told(model.Create, "clear, sync")},
		{Name: "noted", Step: s, Seen: sum("note", note) + sum("program", s.program())},
		{Name: "others", Step: s, Seen: sum("note", "x") + sum("program", s.program()), Has: put, Want: told(model.Create, "clear, sync")},
		{Name: "another program", Step: s, Seen: sum("note", note) + sum("program", "x"), Has: put, Want: told(model.Create, "clear, sync")},
		{Name: "no longer on this host", Step: none, Seen: sum("note", note), Has: []string{"rm -f -- /webapps/.sites/example/cron/" + anID}, Want: told(model.Update, "it has none on this host")},
		{Name: "cron has them", Step: Scheduled{Site: r.Site, To: anID}, Seen: "has\n"},
		{Name: "cron has others", Step: Scheduled{Site: r.Site, To: anID}, Seen: "differs\nhas\n", Has: []string{"tell " + anID + "\n"}, Want: told(model.Update, "/etc/cron.d/djship-example")},
		{Name: "taken back", Step: Scheduled{Site: r.Site}, Due: true, Seen: "has\n", Has: []string{"tell \"$(live_release)\"\n"}, Want: told(model.Update, "/etc/cron.d/djship-example")},
		{Name: "taken back, and there never were any", Step: Scheduled{Site: r.Site}, Due: true},
	})
}

// cron gets times and names, never what a job does; and nothing where the release has none.
func TestTableOfJobs(t *testing.T) {
	dir := t.TempDir()
	own, table := filepath.Join(dir, "own"), filepath.Join(dir, "cron.d", "djship-example")
	lay(t, dir, map[string]string{"own/cron/new": "clear\t*/5 3 * * 1-5\tmanage.py x * * *\nsync\t@hourly\techo\n", "cron.d/other": ""})
	functions := strings.Replace(Scheduled{Site: aPush().Site}.functions(), "own=/webapps/.sites/example table=/etc/cron.d/djship-example", "own="+own+" table="+table, 1)
	want := "# Jobs of the site example: when they run, and which. Written by djship, by [cron] of the release that is live.\nMAILTO=\"\"\n" +
		"*/5 3 * * 1-5 example /bin/bash " + own + "/cron/run clear\n@hourly example /bin/bash " + own + "/cron/run sync\n"
	scratch.Check(t, "table.sh", functions+`told old && ! told new && tell new && told new && ! told old && tell new
cp "$table" "$own/kept"; tell old && told old && ! [ -e "$table" ] && tell old && [ "$(ls "${table%/*}")" = other ]
`, "sh", "-e")
	if got, err := os.ReadFile(filepath.Join(own, "kept")); err != nil || string(got) != want {
		t.Errorf("%v\n%s", err, got)
	}
}
