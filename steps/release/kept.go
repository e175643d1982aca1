package release

import (
	"fmt"
	"strconv"

	"djship/steps/model"
)

// What migrations destroy is kept on the host before they begin, see assets/shell/keep.sh.

// Values of Release.KeepData.
const (
	KeepAll  = "yes" // however much it is
	KeepNone = "no"
)

// keepUnasked are the bytes of data that are kept without a word of the user's.
const keepUnasked = 1 << 30

// migrationRecords is the folder with the state of migrations before each that has changed it, and what was applied then: files of root's, named by the time and the release.
func (r Release) migrationRecords() string { return r.Site.Layout().About + "/.migrations" }

// keptData is the folder with the data, for root alone, under the same names.
func (r Release) keptData() string { return model.State + "/kept/" + r.Site.Project }

// keeps are the words by which djship_migrating.py knows what to keep, and whether what only removes is for later.
func (r Release) keeps() []string {
	var words []string
	if r.KeepData != KeepNone {
		words = append(words, "data")
	}
	if r.Backup && !r.Late {
		words = append(words, "dump")
	}
	if !r.Late {
		words = append(words, "later")
	}
	return words
}

// tooMuch refuses to keep very much where nobody has said that it is to be.
func (r Release) tooMuch(planned []model.Migration, seen string) (bool, model.Change) {
	var bytes int64
	for _, m := range planned {
		for _, d := range m.Destroys {
			bytes += d.Bytes
		}
	}
	if bytes <= keepUnasked || r.KeepData != "" {
		return false, model.Change{}
	}
	text, _ := model.LineAfter(seen, "room ")
	room, _ := strconv.ParseInt(text, 10, 64)
	c := model.Refusal(fmt.Sprintf("its migrations destroy about %s of data, which is to be kept in %s of the host before, compressed; %s are free there", model.Size(bytes), r.keptData(), model.Size(room)),
		"nothing was migrated. --keep-data yes keeps it, and waits for that; --keep-data no goes on without: the data is gone then")
	c.Ask = c.Detail + ". Keep it, and wait for that?"
	return true, c
}

// Agreed implements model.Asking: what the migrations destroy is kept, however much it is.
func (s Migrated) Agreed() model.Step {
	s.Release.KeepData = KeepAll
	return s
}
