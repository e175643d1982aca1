package inspect

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Job is a command of a site that cron runs. How it went says the site's account.
type Job struct {
	Name     string `json:"name"`
	Schedule string `json:"schedule"`        // as a crontab has it
	Began    string `json:"began,omitempty"` // for the last time, as in RFC 3339; "" for never
	Ended    string `json:"ended,omitempty"` // "" where it runs, or was cut off
	Status   *int   `json:"status"`          // the exit status with which it has ended; nil where it has not
	Running  bool   `json:"running"`
}

// Failed tells whether the last run did not end well.
func (j Job) Failed() bool { return j.Status != nil && *j.Status != 0 || j.Cut() }

// Cut tells whether the last run was cut off, by a reboot say.
func (j Job) Cut() bool { return j.Began != "" && j.Ended == "" && !j.Running }

// readRan reads a line of ran.sh where the site has such a job.
func (s *SiteStatus) readRan(value string) {
	words := append(strings.Fields(value), "", "", "")
	at := slices.IndexFunc(s.Cron, func(j Job) bool { return j.Name == words[0] })
	if at < 0 {
		return
	}
	j := &s.Cron[at]
	j.Running, j.Began, j.Ended = words[1] == "running", stamp(words[2]), stamp(words[3])
	if status, err := strconv.Atoi(words[4]); err == nil && j.Ended != "" {
		j.Status = &status
	}
}

// stamp is a number of seconds since 1970 as in RFC 3339; "" for no number.
func stamp(seconds string) string {
	n, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		return ""
	}
	return time.Unix(n, 0).UTC().Format(time.RFC3339)
}
