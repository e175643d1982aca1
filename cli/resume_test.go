package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"djship/shell"

	"github.com/google/go-cmp/cmp"
)

// What is left to do is done by the same command with another limit.
func TestLimitedTo(t *testing.T) {
	tests := []struct{ typed, want string }{
		{"deploy example example.com", "djship deploy example example.com --limit @/logs/not-done"},
		{"-i hosts.ini deploy example example.com 2 -l production -K --forks=3 --batch 1,25% --yes",
			"djship deploy example example.com 2 --inventory hosts.ini --ask-become-pass --forks 3 --batch 1,25% --yes --limit @/logs/not-done"},
		{"deploy example example.com --overwrite", "djship deploy example example.com --overwrite --limit @/logs/not-done"},
		{"deploy example example.com --overwrite /etc/a --overwrite=/etc/b", "djship deploy example example.com --overwrite=/etc/a --overwrite=/etc/b --limit @/logs/not-done"},
		{"up example example.com -vv -i a.ini -i b\x00c.ini --wait 1m", "djship up example example.com --inventory a.ini --inventory 'b c.ini' --verbose --verbose --wait 1m --limit @/logs/not-done"},
	}
	for _, tt := range tests {
		words := strings.Fields(tt.typed)
		for i := range words {
			words[i] = strings.ReplaceAll(words[i], "\x00", " ")
		}
		in, err := readLine(words).input()
		if err != nil {
			t.Fatal(err)
		}
		o, err := readRolloutOptions(in)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, o.typed.limitedTo("@/logs/not-done")); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

func TestSayHowToResume(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "it's, a:b &!c [0]") // as people name folders
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	if err := sayHowToResume(&said, typedLine{command: "prereq"}, dir, []string{"p1", "p2"}); err != nil {
		t.Fatal(err)
	}
	list, err := os.ReadFile(filepath.Join(dir, notDone))
	if err != nil || string(list) != "p1\np2\n" {
		t.Errorf("%q, %v", list, err)
	}
	want := "2 hosts left to do; to go on:\n  djship prereq --limit " + shell.QuoteAll("@"+filepath.Join(dir, notDone)) + "\n"
	if said.String() != want {
		t.Errorf("%q, want %q", &said, want)
	}
	hosts, err := loadInventory(t, "p0\np1\np2\n").Select("@" + filepath.Join(dir, notDone))
	if err != nil || len(hosts) != 2 || hosts[0].Name != "p1" {
		t.Errorf("the limit that goes on picks %v, %v", hosts, err)
	}
}

// What config says to go on with can be typed, and has no value in it.
func TestConfigGoesOn(t *testing.T) {
	for _, c := range []struct{ typed, want, asks string }{
		{"config set shop Y=2hunter2", "config set shop Y", "it asks for the value of Y, which may be a secret\n"},
		{"config set shop A=hunter2 B --yes", "config set shop A B --yes", "it asks for the values of A and B, which may be a secret\n"},
		{"config set shop --from production.env --no-restart", "config set shop --from production.env --no-restart", ""},
		{"config unset shop A B --hold 5s", "config unset shop A B --hold 5s", ""},
		{"config undo shop", "config undo shop", ""},
	} {
		read := func(text string) configOptions {
			t.Helper()
			in, err := readLine(strings.Fields(text)).input()
			if err != nil {
				t.Fatal(err)
			}
			o, err := readConfigOptions(in)
			if err != nil {
				t.Fatal(err)
			}
			return o
		}
		o, dir := read(c.typed), t.TempDir()
		var said bytes.Buffer
		if err := sayHowToResume(&said, o.typed, dir, []string{"web2"}); err != nil {
			t.Fatal(err)
		}
		limit := " --limit @" + filepath.Join(dir, notDone)
		if want := "1 host left to do; to go on:\n  djship " + c.want + limit + "\n" + c.asks; said.String() != want {
			t.Errorf("%q, want %q", &said, want)
		}
		_, again, _ := strings.Cut(said.String(), "\n  djship ")
		again, _, _ = strings.Cut(again, "\n")
		if got := read(again); got.project != "shop" || got.verb != o.verb || len(got.keys) != len(o.keys)+len(o.settings) || got.from != o.from {
			t.Errorf("%s is read as %+v", again, got)
		}
	}
}
