package inventory

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

// seeds are the files of all cases.
func seeds(f *testing.F, suffix string) {
	for _, q := range allQuestions(f) {
		for name, text := range q.files {
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
		var parse *ParseError
		var vault *VaultError
		if !errors.As(err, &parse) && !errors.As(err, &vault) {
			t.Fatalf("%T has no place: %v", err, err)
		}
		_ = err.Error()
	}
	inv.settle()
	inv.lookup(newVarFiles(nil))
	inv.lint(newVarFiles(nil))
	list, err := inv.ListJSON(inv.Hosts())
	if err != nil || !json.Valid(list) {
		t.Fatalf("%v: %s", err, list)
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

func FuzzSelect(f *testing.F) {
	for _, q := range questions(f, "testdata/patterns.txt") {
		for _, p := range q.Patterns {
			f.Add(p)
		}
	}
	inv, err := Load([]string{"-"}, strings.NewReader("[web]\nweb[1:30]\n[db]\ndb1\n[p:children]\nweb\ndb\n"))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, pattern string) {
		if strings.Contains(pattern, "@") {
			t.Skip("names a file")
		}
		hosts, err := inv.Select(pattern)
		if err == nil && len(hosts) == 0 {
			t.Fatal("neither hosts nor an error")
		}
		if n := len(hosts); len(unique(hosts)) != n {
			t.Fatalf("a host twice among %d", n)
		}
	})
}

func FuzzTyped(f *testing.F) {
	for _, s := range valueParts {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if _, err := json.Marshal(typed(s)); err != nil {
			t.Fatal(err)
		}
	})
}
