package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"djship/inventory"

	"github.com/google/go-cmp/cmp"
)

func loadInventory(t *testing.T, text string) *inventory.Inventory {
	t.Helper()
	path := filepath.Join(t.TempDir(), "hosts.ini")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	inv, err := inventory.Load([]string{path}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return inv
}

func TestStages(t *testing.T) {
	const both = "[production]\np1\np2\n[staging]\ns1\n"
	tests := []struct {
		name      string
		inventory string
		flag      string
		limit     string
		want      string // "STAGE: HOSTS", or the error
	}{
		{"no groups", "a\nb\n", "", "", "a b"},
		{"staging and production by themselves", both, "", "", "staging: s1; production: p1 p2"},
		{"only one of them is no stage", "[production]\np1\n[test]\nt1\n", "", "", "p1 t1"},
		{"a limit leaves one", both, "", "production", "production: p1 p2"},
		{"others by name", "[a]\nx\n[b]\ny\n", "b,a", "", "b: y; a: x"},
		{"spaces do no harm", "[a]\nx\n[b]\ny\n", "b , a", "", "b: y; a: x"},
		{"groups of groups", "[eu]\ny\n[us]\nx\n[prod:children]\nus\neu\n[staging]\ns\n", "staging,prod", "", "staging: s; prod: x y"},
		{"all at once", both, "all", "", "all: p1 p2 s1"},
		{"a host in none", both + "[db]\nd1\nd2\n", "", "", "in none of the stages staging, production: d1, d2"},
		{"a host in none that is not wanted", both + "[db]\nd1\n", "", "!d1", "staging: s1; production: p1 p2"},
		{"a host in two", both + "[staging:children]\nproduction\n", "", "", "p1 is in staging and in production\np2 is in staging and in production"},
		{"no such group", both, "staging,prod", "", `--stages: the inventory has no group "prod"`},
		{"no name", both, "staging,", "", `--stages: the inventory has no group ""`},
		{"a group twice", both, "staging,staging", "", "--stages: staging is named twice"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			inv := loadInventory(t, tt.inventory)
			hosts := inv.Hosts()
			if tt.limit != "" {
				var err error
				if hosts, err = inv.Select(tt.limit); err != nil {
					t.Fatal(err)
				}
			}
			var stages []string
			if tt.flag != "" {
				stages = splitList(tt.flag)
			}
			s, err := sortIntoStages(inv, hosts, stages)
			if diff := cmp.Diff(tt.want, describeStages(s, err)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func describeStages(s stagedHosts, err error) string {
	if err != nil {
		return err.Error()
	}
	var all []string
	for _, h := range s.hosts {
		stage, ok := s.of[h]
		if last := len(all) - 1; last >= 0 && (!ok || strings.HasPrefix(all[last], stage+": ")) {
			all[last] += " " + h.Name
		} else if ok {
			all = append(all, stage+": "+h.Name)
		} else {
			all = append(all, h.Name)
		}
	}
	return strings.Join(all, "; ")
}
