package project

import (
	"slices"
	"strconv"
	"strings"
)

// A Job is a command that runs by the clock.
type Job struct {
	Name     string
	Schedule string // as a crontab has it: five fields parted by single blanks, or a word as @daily; nothing else
	Command  string // a line of bash
}

// Cron are the project's jobs, in the order of its choices.
func (p *Project) Cron() []Job {
	var all []Job
	for _, c := range p.Choices {
		name, is := strings.CutPrefix(c.Key, "cron.")
		line, text := c.Value.(string)
		if !is || !text || c.State == Open || c.State == Proposed {
			continue
		}
		if schedule, command, wrong := cutCron(line); wrong == "" {
			all = append(all, Job{name, schedule, command})
		}
	}
	return all
}

// scheduleWords are those that stand for five fields.
var scheduleWords = []string{"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"}

// A cronField is what one of the five may be.
type cronField struct {
	name     string
	min, max int
	words    string // names for numbers from min on, of three letters each
}

var cronFields = []cronField{{"minute", 0, 59, ""}, {"hour", 0, 23, ""}, {"day of the month", 1, 31, ""}, {"month", 1, 12, "janfebmaraprmayjunjulaugsepoctnovdec"}, {"day of the week", 0, 7, "sunmontuewedthufrisat"}}

// cutCron parts a line into when and what; wrong says why it can't be.
func cutCron(line string) (schedule, command, wrong string) {
	const none = "it does not begin with a time"
	fields := strings.Fields(line)
	n := len(cronFields)
	if len(fields) > 0 && strings.HasPrefix(fields[0], "@") {
		if n = 1; !slices.Contains(scheduleWords, fields[0]) {
			return "", "", none
		}
	}
	if len(fields) <= n {
		return "", "", none
	}
	for i, f := range cronFields[:n] {
		if n > 1 && !f.takes(fields[i]) {
			if strings.Trim(fields[i], "0123456789*/,-") != "" && f.words == "" {
				return "", "", none
			}
			return "", "", "its " + f.name + " can't be " + fields[i]
		}
	}
	command = line
	for range n {
		command = strings.TrimLeft(command, " ")
		_, command, _ = strings.Cut(command, " ")
	}
	return strings.Join(fields[:n], " "), strings.TrimSpace(command), ""
}

// takes tells whether a text is a field: numbers, names, ranges or *, each of them or of the last two by steps, with commas between.
func (f cronField) takes(text string) bool {
	for part := range strings.SplitSeq(text, ",") {
		span, step, stepped := strings.Cut(part, "/")
		from, to, ranged := strings.Cut(span, "-")
		if stepped {
			if n, ok := number(step); !ok || n < 1 || n > f.max || span != "*" && !ranged {
				return false
			}
		}
		if span == "*" {
			continue
		}
		first, ok := f.value(from)
		if !ok {
			return false
		}
		if ranged {
			if last, ok := f.value(to); !ok || last < first {
				return false
			}
		}
	}
	return true
}

// value is the number that a text is, or a name stands for.
func (f cronField) value(text string) (int, bool) {
	if at := strings.Index(f.words, strings.ToLower(text)); len(text) == 3 && at >= 0 && at%3 == 0 {
		return f.min + at/3, true
	}
	n, ok := number(text)
	return n, ok && n >= f.min && n <= f.max
}

// number is a text of one or two digits.
func number(text string) (int, bool) {
	if len(text) > 2 || strings.Trim(text, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(text)
	return n, err == nil
}
