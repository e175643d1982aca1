package django

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"djship/steps/model"
	"djship/steps/model/modeltest"
)

func TestNightlyPlan(t *testing.T) {
	const file = "/var/lib/djship/backups/example"
	put := func(verb model.Verb) model.Change {
		return model.Change{Told: model.Told{Verb: verb, Detail: "7 of them are kept"}, Work: model.Work{
			Files: []model.File{{Path: file, Content: "keep 7\n", Mode: "0600"}}, Before: "mkdir -p -m 0700 /var/lib/djship/backups"}}
	}
	daily, off := Nightly{"example", 7}, Nightly{"example", -1}
	modeltest.Run(t, []modeltest.Case{
		{Name: "none yet", Step: daily, Seen: "absent", Want: put(model.Create)},
		{Name: "as it was", Step: daily, Seen: "regular file|root:root|600\nkeep 7\n"},
		{Name: "another number", Step: daily, Seen: "regular file|root:root|600\nkeep 3\n", Want: put(model.Update)},
		{Name: "open to others", Step: daily, Seen: "regular file|root:root|644\nkeep 7\n", Want: put(model.Update)},
		{Name: "no more", Step: off, Seen: "regular file|root:root|600\nkeep 7\n",
			Want: model.Change{Told: model.Told{Verb: model.Remove, Detail: "those that there are stay"}, Work: model.Work{Script: "rm -f -- " + file}}},
		{Name: "none, and none wanted", Step: off, Seen: "absent"},
	})
}

func TestNights(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	const hint = "`sudo systemctl start djship-backups` on the host makes them at once, `journalctl -u djship-backups` has what was said, `systemctl status djship-backups.timer` when it is next"
	modeltest.Run(t, []modeltest.Case{
		{Name: "no wishes", Step: Nights{now}},
		{Name: "well", Step: Nights{now}, Seen: "site example\nok 1799990000\n:/var/backups/djship/example/a.tar, 5 bytes\n\nsite other\nwished 1799990000\n"},
		{Name: "failed, missed, never, not legible", Step: Nights{now}, Seen: "site example\nfailed 1799992800\n:there is no room\x1b[31m\n:for it\n\nsite other\nok 1799700000\n:x\nsite third\nwished 1799700000\nsite fourth\nwhat\nsite ../up\nfailed 1\n",
			Want: model.Refusal("the backup of example has failed 2h ago: there is no room?[31m: for it; other had no backup for 3d; third had no backup for 3d; what is noted of the backups of fourth can't be read", hint)},
	})
}

// The program is one that Python reads, with the texts as they are.
func TestNightlyProgram(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("there is no python3")
	}
	at := filepath.Join(t.TempDir(), "backups.py")
	if err := os.WriteFile(at, []byte(NightlyProgram()), 0o600); err != nil {
		t.Fatal(err)
	}
	var texts strings.Builder
	for _, text := range nightlyTexts() {
		texts.WriteString(text[1])
	}
	out, err := exec.Command(python, "-I", "-c", "import runpy, sys; sys.stdout.write(''.join(runpy.run_path(sys.argv[1])['TEXTS'].values()))", at).CombinedOutput()
	if err != nil || string(out) != texts.String() {
		t.Errorf("%v: %s", err, out)
	}
}
