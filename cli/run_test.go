package cli

import "testing"

// An empty word is no command: nothing would be done, and that told as well done.
func TestRunWantsACommand(t *testing.T) {
	for _, words := range [][]string{{"run", "example", "--", ""}, {"run", "example", "--", " ", ""}, {"run", "example"}} {
		in, err := readLine(words).input()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := readRunOptions(in); err == nil || err.Error() != "which command is to be run?" {
			t.Errorf("%q: %v", words, err)
		}
	}
}
