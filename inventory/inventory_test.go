package inventory

import (
	"encoding/json"
	"strings"
	"testing"

	"djship/inventory/inventorytest"
)

// Whatever can be read can be looked at for what is odd, listed and drawn.
func FuzzLoad(f *testing.F) {
	for _, q := range inventorytest.AnsibleCases(f, "testdata") {
		for _, text := range q.Files {
			f.Add(text)
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		inv, err := Load([]string{"-"}, strings.NewReader(text))
		if err != nil {
			t.Skip("is refused")
		}
		list, err := inv.ListJSON(inv.Hosts())
		if err != nil || !json.Valid(list) {
			t.Fatalf("%v: %s", err, list)
		}
		if got, want := len(inv.Hosts()), len(inv.HostsInOrder()); got != want {
			t.Fatalf("%d of %d hosts are in all", got, want)
		}
		_ = inv.Graph(inv.Hosts())
	})
}
