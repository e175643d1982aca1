package assets

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// everywhere are the variables that each text of a probe or of changes may use: its first line has set them, or the
// prelude, which names them.
var everywhere = []string{"mark", "sign", "stage", "stamp", "state", "nl", "all", "sites", "running", "served", "listens", "opened", "sshd_is", "sshd_runs", "sshd_line", "six", "pg_asked", "pg_seen", "pg_told", "pg_cluster", "pg_port", "pg_state", "pg_boot", "pg_wrong", "pg_socket", "pg_ways"}

// withPerl are files whose variables are Perl's as well; what they have of a shell are functions.
var withPerl = []string{"adoptold.sh", "configfile.sh", "configvalues.pl", "follow.pl", "gather.sh", "guard.sh", "keep.sh", "newest.pl", "prelude.sh", "relay.pl", "see.pl", "slotask.sh", "slotconf.sh", "static_union.sh", "statictaken.sh", "supervise.sh", "supervised.sh", "traced.sh", "turn.pl", "use.sh", "work.sh"}

var (
	used    = regexp.MustCompile(`\$\{?([a-z][a-z_0-9]*)`)
	given   = regexp.MustCompile(`(?m)(?:^|[\s;({])([a-z][a-z_0-9]*)=|for ([a-z_0-9]+)`)
	read    = regexp.MustCompile(`read -r ([a-z_ 0-9]+)`)
	remarks = regexp.MustCompile(`(?m)^\t*# .*\n`)
)

// unnamed are the variables that a shell text uses, neither sets nor names in a remark.
func unnamed(text string) []string {
	known := slices.Clone(everywhere)
	for _, m := range given.FindAllStringSubmatch(text, -1) {
		known = append(known, m[1]+m[2])
	}
	for _, m := range read.FindAllStringSubmatch(text, -1) {
		known = append(known, strings.Fields(m[1])...)
	}
	for _, m := range used.FindAllStringSubmatch(strings.Join(remarks.FindAllString(text, -1), ""), -1) {
		known = append(known, m[1])
	}
	text = strings.ReplaceAll(text, "${db:Status-Status}", "") // dpkg's own
	var missing []string
	for _, m := range used.FindAllStringSubmatch(text, -1) {
		if !slices.Contains(known, m[1]) && !slices.Contains(missing, m[1]) {
			missing = append(missing, m[1])
		}
	}
	return missing
}

// The head of a file of shell says what it does, and names the variables that it needs.
func TestHeadsNameVariables(t *testing.T) {
	list, err := fs.ReadDir(files, "shell")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range list {
		text := Text("shell/" + file.Name())
		if !strings.HasPrefix(text, "# ") {
			t.Errorf("%s has no head", file.Name())
		}
		if names := unnamed(text); names != nil && !slices.Contains(withPerl, file.Name()) {
			t.Errorf("%s does not name %q", file.Name(), names)
		}
	}
	if got := unnamed("# $a\nc=1\nread -r d e\nfor f in $a $b ${c} $d \"$e\" $f; do :; done\n"); !slices.Equal(got, []string{"b"}) {
		t.Errorf("%q", got)
	}
}
