package cli

import (
	"strings"
	"testing"

	"djship/inventory"
)

func TestNightlyOf(t *testing.T) {
	for said, want := range map[string]int{"": 0, " djship_backup=off": -1, " djship_backup=daily": 7, " djship_backup=daily=30": 30, " djship_backup=daily=0": 0, " djship_backup=hourly": 0, " djship_backup=daily=1000": 0} {
		inv, err := inventory.Load([]string{"-"}, strings.NewReader("web1"+said+"\n"))
		if err != nil {
			t.Fatal(err)
		}
		got, err := nightlyOf(inv.Host("web1"))
		if refused := want == 0 && said != ""; got != want || (err != nil) != refused {
			t.Errorf("%q: %d, %v", said, got, err)
		}
	}
}
