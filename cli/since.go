package cli

import (
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// daysForm is a number of days, which Go's durations do not know.
var daysForm = regexp.MustCompile(`^([0-9]{1,4})d$`)

// sinceForms are how a time may be typed, the first with a zone of its own and the others in that of this machine.
var sinceForms = []string{time.RFC3339, "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02"}

// parseSince is the time that --since names: so long before now, or when. Logs tell whole seconds.
func parseSince(text string, now time.Time) (time.Time, error) {
	if m := daysForm.FindStringSubmatch(text); m != nil {
		days, _ := strconv.Atoi(m[1])
		return now.Add(-time.Duration(days) * 24 * time.Hour).Truncate(time.Second), nil
	}
	if ago, err := time.ParseDuration(text); err == nil && ago >= 0 {
		return now.Add(-ago).Truncate(time.Second), nil
	}
	for _, form := range sinceForms {
		if at, err := time.ParseInLocation(form, text, now.Location()); err == nil {
			return at, nil
		}
	}
	return time.Time{}, fmt.Errorf("--since: %.100q is no time", text)
}
