package project

import "testing"

// What is obeyed as a time is a time, whatever else stands in the line.
func TestCutCron(t *testing.T) {
	for line, want := range map[string][3]string{
		"15 3 * * * manage.py clearsessions":      {"15 3 * * *", "manage.py clearsessions", ""},
		"  */5  0-6,22-23 1 jan-MAR  mon,5 a  b ": {"*/5 0-6,22-23 1 jan-MAR mon,5", "a  b", ""},
		"@daily x":             {"@daily", "x", ""},
		"0 0 31 12 7 x":        {"0 0 31 12 7", "x", ""},
		"0 0 * * 0-6/2 root x": {"0 0 * * 0-6/2", "root x", ""},
		"@reboot x":            {"", "", "it does not begin with a time"},
		"@daily":               {"", "", "it does not begin with a time"},
		"manage.py x y z a b":  {"", "", "it does not begin with a time"},
		"* * * * *":            {"", "", "it does not begin with a time"},
		"60 * * * * x":         {"", "", "its minute can't be 60"},
		"* 24 * * * x":         {"", "", "its hour can't be 24"},
		"* * 0 * * x":          {"", "", "its day of the month can't be 0"},
		"* * * foo * x":        {"", "", "its month can't be foo"},
		"* * * * 8 x":          {"", "", "its day of the week can't be 8"},
		"* * * * ; x":          {"", "", "its day of the week can't be ;"},
		"5/2 * * * * x":        {"", "", "its minute can't be 5/2"},
		"*/0 * * * * x":        {"", "", "its minute can't be */0"},
		"9-3 * * * * x":        {"", "", "its minute can't be 9-3"},
		", * * * * x":          {"", "", "its minute can't be ,"},
		"- * * * * x":          {"", "", "its minute can't be -"},
		"001 * * * * x":        {"", "", "its minute can't be 001"},
	} {
		schedule, command, wrong := cutCron(line)
		if got := [3]string{schedule, command, wrong}; got != want {
			t.Errorf("%q: %q, want %q", line, got, want)
		}
	}
}
