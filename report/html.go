package report

import (
	_ "embed"
	"errors"
	"fmt"
	"html/template"
	"io"
	"time"

	"djship/rollout"
)

//go:embed page/report.html
var pageHTML string

//go:embed page/report.css
var pageCSS string

//go:embed page/report.js
var pageJS string

var pageTemplate = template.Must(template.New("report").Funcs(template.FuncMap{
	"took": tookSeconds, "many": rollout.Plural, "word": word, "sign": sign, "printable": printable, "lines": printableLines,
	"diffClass": diffClass,
	"clock":     func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") },
}).Parse(pageHTML))

// HTML writes a run as one HTML page that needs nothing else: who did what when, what failed and
// why, what has changed. It takes the events of EventsFile, of one run.
func HTML(w io.Writer, records []rollout.Record) error {
	if len(records) == 0 {
		return errors.New("the run has no events")
	}
	s := newState()
	words := 0
	for _, r := range records {
		most := lastWords
		if words < pageRoom {
			most = pageRoom / 16
		}
		r = clean(rollout.Record{Time: r.Time, Run: r.Run, Event: bounded(r.Event, most)})
		words += len(fmt.Sprint(r.Event))
		s.take(r)
	}
	return pageTemplate.Execute(w, newPage(s))
}

func diffClass(line string) string {
	switch diffInk(line) {
	case bold:
		return "file"
	case cyan:
		return "hunk"
	case green:
		return "add"
	case red:
		return "del"
	}
	return ""
}
