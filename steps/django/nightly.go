package django

import (
	"fmt"
	"path"
	"strconv"
	"strings"
	"time"

	"djship/assets"
	"djship/secret"
	"djship/steps/model"
)

// Nightly is the wish for backups of a site that its host makes by itself, each night: a file with how many to keep. What makes them is model.BackupsBy.
type Nightly struct {
	Project string
	Keep    int // how many are kept; below 1 the site has no such backups, and those that there are stay
}

// Name implements Step.
func (s Nightly) Name() string { return "backups of " + s.Project + " each night" }

// ID implements Step.
func (s Nightly) ID() string { return "nightly:" + s.Project }

// LookedAt implements model.Located.
func (s Nightly) LookedAt() string { return model.NightlyWish(s.Project) }

// Probe implements Step.
func (s Nightly) Probe() model.Script { return model.Script("f " + s.LookedAt()) }

// Plan implements Step.
func (s Nightly) Plan(_ model.Facts, seen model.Observed) model.Change {
	head, content, _ := strings.Cut(seen.Text, "\n")
	there := head != "absent"
	if s.Keep < 1 {
		if !there {
			return model.Change{}
		}
		return model.Change{Told: model.Told{Verb: model.Remove, Detail: "those that there are stay"}, Work: model.Work{Script: model.Script("rm -f -- " + s.LookedAt())}}
	}
	put := model.Change{Told: model.Told{Verb: model.Create, Detail: fmt.Sprintf("%d of them are kept", s.Keep)}, Work: model.Work{
		Files:  []model.File{{Path: s.LookedAt(), Content: fmt.Sprintf("keep %d\n", s.Keep), Mode: "0600"}},
		Before: model.Script("mkdir -p -m 0700 " + path.Dir(s.LookedAt()))}}
	switch {
	case !there:
		return put
	case strings.TrimSpace(content) != fmt.Sprintf("keep %d", s.Keep), model.ParseStat(head).Differs("root", "root", "0600") != "":
		put.Verb = model.Update
		return put
	}
	return model.Change{}
}

// NightlyProgram is what a host makes backups by, with the shell texts by which `djship backup` asks it.
func NightlyProgram() string {
	head, code, _ := strings.Cut(assets.Text("backup/nightly.py"), "\n\n")
	var b strings.Builder
	b.WriteString(head + "\n\nTEXTS = {\n")
	for _, t := range nightlyTexts() {
		fmt.Fprintf(&b, "    %q: %s,\n", t[0], pythonText(t[1]))
	}
	return b.String() + "}\n" + code
}

// nightlyTexts are the shell texts that the program runs, and what it puts into each backup, by the program's names.
func nightlyTexts() [][2]string {
	return [][2]string{
		{"prelude", assets.Code("shell/prelude.sh")}, {"look", assets.Code("shell/backuplook.sh")}, {"database", assets.Code("shell/sitedatabase.sh") + assets.Code("shell/backupdatabase.sh")},
		{"files", assets.Code("shell/backupfiles.sh")}, {"versions", assets.Code("shell/backupversions.sh")}, {"readme", assets.Text("backup/README")},
	}
}

// pythonText is a text of whole lines as Python writes it.
func pythonText(s string) string {
	return "'''" + strings.NewReplacer(`\`, `\\`, `'''`, `\'\'\'`).Replace(s) + "'''"
}

// Nights tells of sites of a host whose backups of the night have failed, or were not made.
type Nights struct{ Now time.Time }

// Name implements Step.
func (Nights) Name() string { return "backups of the night" }

// ID implements Step.
func (Nights) ID() string { return "nights" }

// Probe implements Step: "site NAME", its last outcome's "ok SECONDS" or "failed SECONDS", and what was said then, each line behind a colon. Of a site that had none yet it is when that was wished for, as "wished SECONDS".
func (Nights) Probe() model.Script {
	return `for wish in "$state"/backups/*; do
	case ${wish##*/} in *[!a-z0-9_]*) continue ;; esac
	echo "site ${wish##*/}"
	if [ -f "$wish.outcome" ]; then
		head -c 2400 "$wish.outcome" | { read -r first && echo "$first"; head -n 8 | sed 's/^/:/'; echo; }
	else
		echo "wished $(stat -c %Y "$wish")"
	fi
done`
}

// Plan implements Step.
func (s Nights) Plan(_ model.Facts, seen model.Observed) model.Change {
	var problems []string
	for _, part := range strings.Split("\n"+seen.Text, "\nsite ")[1:] {
		project, rest, _ := strings.Cut(part, "\n")
		first, said, _ := strings.Cut(rest, "\n")
		word, value, _ := strings.Cut(first, " ")
		seconds, err := strconv.ParseInt(strings.TrimSpace(value), 10, 64)
		ago := s.Now.Sub(time.Unix(seconds, 0))
		switch {
		case !ProjectPattern.MatchString(project):
		case err != nil:
			problems = append(problems, "what is noted of the backups of "+project+" can't be read")
		case word == "failed":
			why := ""
			for line := range strings.Lines(said) {
				if line = strings.TrimSpace(strings.TrimPrefix(line, ":")); line != "" {
					why += ": " + secret.Masked(model.Shown(line))
				}
			}
			problems = append(problems, fmt.Sprintf("the backup of %s has failed %s ago%s", project, Roughly(ago), why))
		case ago > twoNights:
			problems = append(problems, fmt.Sprintf("%s had no backup for %s", project, Roughly(ago)))
		}
	}
	if problems == nil {
		return model.Change{}
	}
	return model.Refusal(strings.Join(problems, "; "), "`sudo systemctl start djship-backups` on the host makes them at once, `journalctl -u djship-backups` has what was said, `systemctl status djship-backups.timer` when it is next")
}

// twoNights is how old a backup is by which one was missed.
const twoNights = 50 * time.Hour
