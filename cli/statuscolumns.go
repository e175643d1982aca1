package cli

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"djship/report"
	"djship/steps/django"
	"djship/steps/inspect"
)

// A siteColumn is one of the columns of `djship status`. One that no site has anything to say in is left out.
type siteColumn struct {
	name string
	of   func(siteRow) string // "" and "-" say nothing
	more func(siteRow) string // the same in the line below, where the screen is too narrow for the column; nil for a column that only --json has then
}

// siteColumns are all of them, in order.
func siteColumns(now time.Time) []siteColumn {
	site := func(of func(inspect.SiteStatus) string) func(siteRow) string {
		return func(r siteRow) string { return of(r.SiteStatus) }
	}
	last := func(r siteRow) string { return lastDeploy(r.Deployed, now) }
	return []siteColumn{
		{name: "DOMAIN", of: domainOf, more: domainOf},
		{name: "STATE", of: site(stateWords)},
		{name: "RELEASE", of: func(r siteRow) string { return cmp.Or(r.Release, "-") }, more: worded("release %s", func(r siteRow) string { return r.Release })},
		{name: "SINCE", of: site(since), more: worded("since %s", site(since))},
		{name: "DJANGO", of: func(r siteRow) string { return r.Django }},
		{name: "PYTHON", of: func(r siteRow) string { return r.Python }},
		{name: "WORKERS", of: func(r siteRow) string { return fmt.Sprint(r.Workers) }, more: worded("workers %s", func(r siteRow) string { return fmt.Sprint(r.Workers) })},
		{name: "MEMORY", of: func(r siteRow) string { return used(r.MemoryKB) }, more: worded("memory %s", func(r siteRow) string { return used(r.MemoryKB) })},
		{name: "REQUESTS", of: site(traffic), more: worded("requests %s", site(traffic))},
		{name: "DISK", of: func(r siteRow) string { return used(r.DiskKB) }, more: worded("releases %s", func(r siteRow) string { return used(r.DiskKB) })},
		{name: "CERTIFICATE", of: site(certificateDays), more: worded("certificate %s", site(certificateDays))},
		{name: "LAST DEPLOY", of: last, more: worded("last deploy %s", last)},
	}
}

// domainOf is a site's domain as people write it.
func domainOf(r siteRow) string { return django.Shown(r.Domain) }

// What gives way on a narrow screen: spareColumns go below their site, in this order, and only then the cells of longColumns are shortened.
var (
	spareColumns = []string{"PYTHON", "DISK", "WORKERS", "DJANGO", "MEMORY", "REQUESTS", "SINCE", "CERTIFICATE", "LAST DEPLOY", "DOMAIN", "RELEASE"}
	longColumns  = []string{"HOST", "PROJECT"}
)

// worded has a format for what a column says, where it says something.
func worded(format string, of func(siteRow) string) func(siteRow) string {
	return func(r siteRow) string {
		if text := of(r); text != "" && text != "-" {
			return fmt.Sprintf(format, text)
		}
		return ""
	}
}

// siteTable are the rows for a person, as narrow as width where that is not 0.
func siteTable(rows []siteRow, width int, now time.Time) [][]string {
	columns := slices.DeleteFunc(siteColumns(now), func(c siteColumn) bool {
		return !slices.ContainsFunc(rows, func(r siteRow) bool { return r.State != siteUnreachable && strings.Trim(c.of(r), "-") != "" })
	})
	cells := [][]string{{"HOST", "PROJECT"}}
	for _, c := range columns {
		cells[0] = append(cells[0], c.name)
	}
	for _, r := range rows {
		mark := ""
		if r.Differs != "" {
			mark = "!"
		}
		if r.State == siteUnreachable {
			cells = append(cells, []string{r.Host, "-", "-", cmp.Or(r.cause, r.State)})
			continue
		}
		row := []string{r.Host + mark, r.Project}
		for _, c := range columns {
			row = append(row, c.of(r))
		}
		cells = append(cells, row)
	}
	return report.Fit(cells, width, spareColumns, longColumns)
}

// siteLines are the table as lines, and below each site what has no room in it.
func siteLines(rows []siteRow, width int, now time.Time) []string {
	var lines []string
	cells := siteTable(rows, width, now)
	for i, line := range report.Table(cells) {
		lines = append(lines, line)
		if i == 0 || width == 0 || rows[i-1].State == siteUnreachable {
			continue
		}
		if more := belowRow(rows[i-1], cells[0], now); more != "" {
			lines = append(lines, report.Fold("  "+more, "  ", width)...)
		}
	}
	return lines
}

// belowRow is what columns would say of a site that are not among those shown.
func belowRow(r siteRow, shown []string, now time.Time) string {
	var words []string
	for _, c := range siteColumns(now) {
		if c.more != nil && !slices.Contains(shown, c.name) {
			if text := c.more(r); text != "" {
				words = append(words, text)
			}
		}
	}
	return strings.Join(words, ", ")
}

// since is how long a site's gunicorn has been running.
func since(s inspect.SiteStatus) string {
	if s.State == inspect.SiteUp || s.State == inspect.SiteFailing {
		return django.Roughly(time.Duration(s.Seconds) * time.Second)
	}
	return "-"
}

// used is how much of memory or disk is used; "" where it is not known.
func used(kb int) string {
	if kb == 0 {
		return ""
	}
	return size(int64(kb+512) >> 10)
}

// traffic is what visitors have asked for lately, "1204" or "1204, 3 failed"; how long "lately" is, where that is not five minutes.
func traffic(s inspect.SiteStatus) string {
	if s.Traffic == nil {
		return ""
	}
	text := fmt.Sprint(s.Traffic.Requests)
	if s.Traffic.Errors > 0 {
		text += fmt.Sprintf(", %d failed", s.Traffic.Errors)
	}
	if s.Traffic.Seconds < 300 {
		text += fmt.Sprintf(" in %ds", s.Traffic.Seconds)
	}
	return text
}

// certificateDays is how long the site's certificate is valid, "62d"; "failed" where it has none yet, or not any more.
func certificateDays(s inspect.SiteStatus) string {
	switch {
	case s.Certificate == nil:
		return ""
	case s.Certificate.Until == "":
		return "failed"
	}
	return fmt.Sprintf("%dd", s.Certificate.Days)
}
