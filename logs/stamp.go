package logs

import (
	"regexp"
	"strings"
	"time"
)

var (
	nginxTime = regexp.MustCompile(`^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d`)
	usualTime = regexp.MustCompile(`^\[?(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:[.,](\d{1,6}))?(?: ?([+-]\d\d):?(\d\d)|(Z))?`)
)

// stamp is the time that a line tells; zero where it tells none. zone is that of lines which don't say theirs.
func stamp(process, line string, zone *time.Location) time.Time {
	var at time.Time
	switch process {
	case "access":
		_, text, _ := strings.Cut(line, "[")
		text, _, _ = strings.Cut(text, "]")
		at, _ = time.Parse("02/Jan/2006:15:04:05 -0700", text)
	case "error":
		at, _ = time.ParseInLocation("2006/01/02 15:04:05", nginxTime.FindString(line), zone)
	default:
		m := usualTime.FindStringSubmatch(line)
		if m == nil {
			return at
		}
		form, text := "2006-01-02 15:04:05", m[1]+" "+m[2]
		if m[3] != "" {
			form, text = form+".999999", text+"."+m[3]
		}
		switch {
		case m[4] != "":
			at, _ = time.Parse(form+" -0700", text+" "+m[4]+m[5])
		case m[6] != "":
			at, _ = time.Parse(form, text)
		default:
			at, _ = time.ParseInLocation(form, text, zone)
		}
	}
	return at
}
