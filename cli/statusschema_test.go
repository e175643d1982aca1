package cli

import (
	"bytes"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"djship/steps/inspect"
)

// A row with all fields, a bare one and that of a host which could not be asked are as the schema says; it names each field there is, and takes none of another kind.
func TestStatusSchema(t *testing.T) {
	read := func(text []byte) any {
		t.Helper()
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("status.json", read(StatusSchema)); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("status.json")
	if err != nil {
		t.Fatal(err)
	}
	full := siteRow{Host: "web1", Stage: "production", Differs: "x", Error: "x", SiteStatus: inspect.SiteStatus{Project: "example", Domain: "example.com", State: inspect.SiteUp, HTTP: 200, Problem: "x", Seconds: 5,
		Django: "4.2", Python: "3.11", OS: "debian 12", Workers: 2, Deployed: "x", Release: "20261126-101500-1a2b3c4", Commit: "1a2b", Dirty: true, Since: "2026-11-26T10:15:00Z", Held: true, Maintenance: true,
		Cron: []inspect.Job{{Name: "a", Schedule: "@daily", Began: "2026-11-26T10:15:00Z", Ended: "2026-11-26T10:15:00+01:00", Status: new(int), Running: true}, {Name: "b", Schedule: "@daily"}}, Note: "x", Waits: []string{"shop.0003_less"},
		Use:       inspect.Use{MemoryKB: 1, DiskKB: 1, Traffic: &inspect.Traffic{Requests: 1, Errors: 1, Seconds: 300}},
		Processes: []inspect.ProcessStatus{{Name: "worker-1", Running: true, Seconds: 1}}, Ending: []inspect.ProcessStatus{{Name: "worker-1", Release: "x"}}}}
	for _, row := range []siteRow{full, {Host: "web1", SiteStatus: inspect.SiteStatus{State: siteUnreachable}, Error: "x"}, {Host: "web1", SiteStatus: inspect.SiteStatus{Project: "example", State: siteMissing}}} {
		text, err := json.Marshal(row)
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(read(text)); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		for name, wrong := range map[string]string{"state": `"odd"`, "workers": `"2"`, "held": `0`, "host": `""`} {
			var fields map[string]json.RawMessage
			if err := json.Unmarshal(text, &fields); err != nil {
				t.Fatal(err)
			}
			fields[name] = json.RawMessage(wrong)
			bad, _ := json.Marshal(fields)
			if schema.Validate(read(bad)) == nil {
				t.Errorf("it takes %s", bad)
			}
		}
	}
	var says struct {
		Properties map[string]any
	}
	if err := json.Unmarshal(StatusSchema, &says); err != nil {
		t.Fatal(err)
	}
	for _, name := range fieldNames(reflect.TypeFor[siteRow]()) {
		if says.Properties[name] == nil {
			t.Errorf("it does not name %s, but %v", name, slices.Sorted(maps.Keys(says.Properties)))
		}
	}
}

// fieldNames are the names that a struct's fields have in JSON.
func fieldNames(of reflect.Type) []string {
	var names []string
	for i := range of.NumField() {
		f := of.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous:
			names = append(names, fieldNames(f.Type)...)
		case f.IsExported() && name != "-":
			names = append(names, name)
		}
	}
	return names
}
