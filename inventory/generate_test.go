package inventory

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"djship/inventory/inventorytest"
	"djship/inventory/source"

	"github.com/google/go-cmp/cmp"
)

var (
	generate = flag.Int("generate", 300, "with DJSHIP_SLOW=1: how many inventories to make up, each with patterns")
	seed     = flag.Uint64("seed", 1, "what to make them up from")
)

// TestGeneratedAgainstAnsible compares made-up inventories with what ansible-core says now.
func TestGeneratedAgainstAnsible(t *testing.T) {
	oracle := startOracle(t)
	m := inventorytest.Maker{Rand: rand.New(rand.NewPCG(*seed, 0))}
	read, failed := 0, 0
	for n := range *generate {
		q := &inventorytest.Case{Name: fmt.Sprint(n), Files: map[string]string{"hosts.ini": m.Inventory()}, Sources: []string{"hosts.ini"}}
		for range 4 {
			q.Patterns = append(q.Patterns, m.Pattern())
		}
		t.Run(q.Name, func(t *testing.T) {
			q.WriteFiles(t)
			want := oracle.ask(t, q)
			got, inv, err := ask(t, q)
			if err != nil {
				failed++
			} else {
				read++
			}
			for p, diff := range differences(inv, want, got) {
				if !known(inv, p, want) && !knownError(err) {
					t.Errorf("%q (-ansible +djship):\n%s\ndjship's error: %v\n%s", p, diff, err, q.Files["hosts.ini"])
				}
			}
		})
	}
	t.Logf("%d inventories read, %d refused", read, failed)
}

// known tells whether a pattern's difference is one of the table's: djship refuses a term that
// matches nothing or is beyond the end, and a selection of nothing.
func known(inv *Inventory, p string, want answer) bool {
	if inv == nil || p == "" {
		return false
	}
	_, err := inv.Select(p)
	if err == nil {
		return false
	}
	if hosts := want.Patterns[p]; hosts == nil || len(*hosts) == 0 {
		return true
	}
	text := err.Error()
	return strings.Contains(text, "matches no host") || strings.Contains(text, "is beyond")
}

// knownError tells whether an inventory is refused for one of the table's reasons.
func knownError(err error) bool {
	var p *source.ParseError
	return errors.As(err, &p) && (strings.Contains(err.Error(), "no variable: expected") && strings.Contains(p.Text, " =") ||
		strings.Contains(err.Error(), "there is no host behind the @"))
}

// The maker makes both what can be read and what cannot.
func TestMaker(t *testing.T) {
	m := inventorytest.Maker{Rand: rand.New(rand.NewPCG(1, 0))}
	read := 0
	for range 200 {
		if _, err := Load([]string{"-"}, strings.NewReader(m.Inventory())); err == nil {
			read++
		}
	}
	if diff := cmp.Diff(true, read > 20 && read < 190); diff != "" {
		t.Errorf("of 200 inventories %d can be read", read)
	}
}
