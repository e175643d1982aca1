package ansible

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"djship/inventory/inventorytest"
	"djship/inventory/source"
)

// seeds are the files of all cases.
func seeds(f *testing.F, suffix string) {
	for _, q := range inventorytest.AnsibleCases(f, "../testdata") {
		for name, text := range q.Files {
			if strings.HasSuffix(name, suffix) {
				f.Add(text)
			}
		}
	}
}

// check sees that what can be read can be printed, and that every mistake has a place.
func check(t *testing.T, text string, read func(*Inventory, string, []byte) []error) {
	inv := newInventory()
	errs := read(inv, "f", []byte(text))
	for _, err := range errs {
		var parse *source.ParseError
		var vault *VaultError
		if !errors.As(err, &parse) && !errors.As(err, &vault) {
			t.Fatalf("%T has no place: %v", err, err)
		}
		_ = err.Error()
	}
	inv.addDefaultGroups()
	inv.layerVars(newVarFiles(nil))
	for _, h := range inv.Hosts() {
		for name, v := range h.Vars() {
			if text, err := json.Marshal(v.Any); err != nil || !json.Valid(text) {
				t.Fatalf("%s of %s: %v: %s", name, h.Name, err, text)
			}
		}
	}
	if got, want := len(inv.Hosts()), len(inv.hosts); len(errs) == 0 && got != want {
		t.Fatalf("%d of %d hosts are in all", got, want)
	}
}

func FuzzINI(f *testing.F) {
	seeds(f, ".ini")
	f.Fuzz(func(t *testing.T, text string) { check(t, text, readINI) })
}

func FuzzYAML(f *testing.F) {
	seeds(f, ".yml")
	f.Add("a: &a {hosts: {x: *a}}")
	f.Add("a: &a [*a]")
	f.Fuzz(func(t *testing.T, text string) { check(t, text, readYAML) })
}
